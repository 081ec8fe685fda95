from datetime import date
from io import BytesIO

import pytest

from tenken.audit.fieldwork.operations import (
    PaperTargets,
    choose_lines,
    link_paper,
    propose_from_line,
    record_line,
    settle_retention,
    write_paper,
)
from tenken.audit.fieldwork.queries.papers import find_paper, papers_of, retention_years, retentions
from tenken.audit.fieldwork.rules.retention import kept_until, period_ended
from tenken.audit.models import ChecklistLine, Engagement, PaperLink, WorkingPaper
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.verification import verify

pytestmark = pytest.mark.django_db


def paper(city, engagement, **more):
    values = {"kind": "interview", "title": "担当者への聞き取り", "text": "手順を聞いた。"} | more
    return write_paper(by=city.by("auditor"), engagement=engagement, **values)


def test_papers_are_numbered_by_kind_and_sealed(city, engagement):
    first, second = paper(city, engagement), paper(city, engagement)
    photo = paper(city, engagement, kind="photograph", uploads=[("書庫.txt", BytesIO(b"x"))])
    assert [str(one) for one in (first, second, photo)] == ["C-1", "C-2", "E-1"]
    assert len({first.sha256, second.sha256, photo.sha256}) == 3


def test_a_paper_never_changes_and_a_correction_is_a_new_one(city, engagement):
    old = paper(city, engagement, uploads=[("書庫.txt", BytesIO(b"x"))])
    with pytest.raises(TypeError):
        old.save()
    with pytest.raises(TypeError):
        old.delete()
    with pytest.raises(Invalid):
        paper(city, engagement, supersedes=old)
    new = paper(city, engagement, supersedes=old, because="日付の誤り")
    assert (str(new), new.files.count()) == ("C-2", 1)
    with pytest.raises(Stale):
        paper(city, engagement, supersedes=old, because="もう一度")
    assert [(str(one), one.replaced) for one in papers_of(engagement)] == [("C-1", True), ("C-2", False)]


@pytest.mark.parametrize("field", ["title", "text", "made_on", "by_name"])
def test_the_journal_shows_a_changed_paper(city, engagement, field):
    made = paper(city, engagement, uploads=[("書庫.txt", BytesIO(b"x"))])
    assert verify(city.city.code).whole
    value = date(2020, 1, 1) if field == "made_on" else "直した"
    WorkingPaper.objects.filter(pk=made.pk).update(**{field: value})
    assert any("監査調書" in one for one in verify(city.city.code).faults)


def test_the_journal_shows_a_deleted_paper(city, engagement):
    made = paper(city, engagement)
    WorkingPaper.objects.filter(pk=made.pk)._raw_delete("default")
    assert any("監査調書" in one for one in verify(city.city.code).faults)


@pytest.mark.parametrize("role", ["section_manager", "ciso", "bureau_manager", "other_manager", "staff"])
def test_papers_are_the_auditors_alone(city, engagement, role):
    made = paper(city, engagement)
    with pytest.raises(Missing):
        find_paper(city.by(role), made.pk)
    with pytest.raises(Denied):
        write_paper(by=city.by(role), engagement=engagement, kind="other", title="x", text="y")


def test_a_paper_says_something(city, engagement):
    with pytest.raises(Invalid) as refused:
        paper(city, engagement, kind="poem", title="", made_on=date(2026, 12, 1))
    assert {one.field for one in refused.value.problems} == {"kind", "title", "made_on"}
    with pytest.raises(Invalid):
        paper(city, engagement, text="")


def test_lines_are_chosen_recorded_and_become_items(city, engagement):
    by = city.by("auditor")
    codes = ("clear-desk.leave", "media.ledger")
    first, second = choose_lines(by=by, engagement=engagement, item_codes=codes)
    made = paper(city, engagement, targets=PaperTargets(lines=(second.pk,)))
    with pytest.raises(Invalid):
        record_line(by=by, line=second, result="issue", version=0)
    second = record_line(by=by, line=second, result="issue", note_text="台帳にないUSBが3本。", version=0)
    with pytest.raises(Stale):
        record_line(by=by, line=second, result="conforms", version=0)
    with pytest.raises(Stale):
        propose_from_line(by=by, line=first)
    item = propose_from_line(by=by, line=second)
    assert (item.title, item.kind, item.item_code) == ("台帳にないUSBが3本。", "exception", "media.ledger")
    assert PaperLink.objects.filter(paper=made, item=item).exists()
    assert [
        row.revision.item.code for row in choose_lines(by=by, engagement=engagement, item_codes=codes[:1])
    ] == [
        "media.ledger",
        "clear-desk.leave",
    ]
    assert ChecklistLine.objects.count() == 2


def test_unknown_items_are_named(city, engagement):
    with pytest.raises(Invalid) as refused:
        choose_lines(by=city.by("auditor"), engagement=engagement, item_codes=["none.such"])
    assert "none.such" in refused.value.problems[0].message


def test_links_stay_within_the_audit(city, engagement):
    made = paper(city, engagement)
    with pytest.raises(Missing):
        link_paper(by=city.by("auditor"), paper=made, targets=PaperTargets(lines=(999,)))


@pytest.mark.parametrize(
    ("issued", "until"),
    [(date(2027, 3, 31), date(2032, 3, 31)), (date(2027, 4, 1), date(2033, 3, 31)), (None, None)],
)
def test_papers_are_kept_five_years_after_the_fiscal_year_of_the_report(issued, until):
    assert kept_until(issued, 5) == until
    if until:
        assert not period_ended(issued, 5, until)
        assert period_ended(issued, 5, date(until.year, 4, 1))


def test_the_city_settles_how_long(city, engagement):
    paper(city, engagement)
    assert retention_years(city.city.pk) == 5
    settle_retention(by=city.by("secretariat"), years=10)
    assert retention_years(city.city.pk) == 10
    with pytest.raises(Denied):
        settle_retention(by=city.by("auditor"), years=1)
    with pytest.raises(Stale):
        settle_retention(by=city.by("secretariat"), years=3)
    [row] = retentions(city.by("secretariat"))
    assert (row.engagement, row.papers, row.until, row.ended) == (engagement, 1, None, False)
    assert isinstance(row.engagement, Engagement)
