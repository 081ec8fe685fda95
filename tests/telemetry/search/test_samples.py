"""Drawing views by lot: the same seed draws the same, in Python too; sections answer for theirs."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tenken.telemetry.models import SampledView, SearchRecord, ViewSample
from tenken.telemetry.search import reading
from tenken.telemetry.search.criteria import of_days
from tenken.telemetry.search.lots import in_words, lot
from tenken.telemetry.search.purposes import PurposeNeeded, state_purpose
from tenken.telemetry.search.reading import Key
from tenken.telemetry.search.samples import (
    SampleData,
    draw_sample,
    results_of,
    review_view,
    samples_for,
    views_of,
    visible_sample,
)
from tests.factories import make_person, principal
from tests.telemetry.search.world import Town

pytestmark = pytest.mark.django_db
PERIOD = (date(2020, 12, 1), date(2021, 2, 28))


def _draw(town: Town, **more: object) -> ViewSample:
    by = town.scenario.by("secretariat")
    state_purpose(by=by, kind="sample", text="業務外の閲覧の確認")
    data = SampleData(**{"title": "閲覧の確認", "first": PERIOD[0], "last": PERIOD[1], "wanted": 10, **more})  # type: ignore[arg-type]
    return draw_sample(by=by, data=data)


def _keys(sample: ViewSample) -> list[Key]:
    return [
        Key(round(view.ts.timestamp() * 1000), int(view.payload), view.seq)
        for view in SampledView.objects.filter(sample=sample)
    ]


def test_the_lot_is_the_same_in_python(filled: Town) -> None:
    sample = _draw(filled, seed=20260401)
    criteria = of_days(*PERIOD, operations=("record_view",))
    rows = reading.newest(filled.scenario.city.code, criteria, within=(), most=1_000).rows
    lowest = sorted((Key.of(row) for row in rows), key=lambda key: lot(20260401, key))[:10]
    assert (sample.population, len(rows)) == (100, 100)
    assert sorted(_keys(sample), key=str) == sorted(lowest, key=str)
    again = _draw(filled, seed=20260401)
    other = _draw(filled, seed=20260402)
    assert _keys(again) == _keys(sample)
    assert _keys(other) != _keys(sample)
    assert "種は20260401" in in_words(sample.seed, sample.wanted, sample.population)


def test_a_draw_is_recorded_and_holds_what_was_seen(filled: Town) -> None:
    sample = _draw(filled, wanted=1_000)
    views = list(SampledView.objects.filter(sample=sample))
    assert (len(views), [view.number for view in views]) == (100, list(range(1, 101)))
    one = next(view for view in views if "戸籍データX" in view.what)
    assert (one.unit_id, one.person_name, one.device, one.off_hours) == (
        filled.residents.pk,
        filled.clerk_a.name,
        "PC-0101",
        False,
    )
    record = SearchRecord.objects.get()
    assert (record.kind, record.shown) == ("sample", 100)
    assert Entry.objects.filter(operation="telemetry.sample.drawn").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"wanted": 0}, "1件から"),
        ({"wanted": 1_001}, "1,000件まで"),
        ({"first": date(2021, 3, 1)}, "初日以後"),
        ({"first": date(2019, 3, 1)}, "1年まで"),
        ({"title": " "}, "名称を入力"),
        ({"due_on": date(2001, 1, 1)}, "今日以後"),
        ({"first": date(2021, 2, 28)}, "閲覧の記録がありません"),
    ],
)
def test_what_cannot_be_drawn(filled: Town, more: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        _draw(filled, **more)
    assert words in " ".join([refused.value.message, *(one.message for one in refused.value.problems)])
    assert not ViewSample.objects.exists()


def test_only_who_searches_draws(filled: Town) -> None:
    data = SampleData("閲覧", *PERIOD, wanted=3)
    with pytest.raises(PurposeNeeded):
        draw_sample(by=filled.scenario.by("secretariat"), data=data)
    with pytest.raises(Denied):
        draw_sample(by=filled.scenario.by("auditor"), data=data)


def test_section_heads_answer_for_theirs(filled: Town) -> None:
    sample = _draw(filled, wanted=100)
    city = filled.scenario.city
    head = principal(make_person(city, role="section_manager", unit=filled.residents))
    views = list(views_of(head, sample))
    # The noise's views are all of 戸籍住民窓口課 too: each third event of each sixth kind.
    assert {view.unit_id for view in views} == {filled.residents.pk}
    answered = review_view(by=head, view_id=views[0].pk, verdict="needed", note="窓口の対応", version=1)
    assert (answered.verdict, answered.reviewed_by_id, answered.version) == ("needed", head.person_id, 2)
    review_view(by=head, view_id=views[1].pk, verdict="not_needed", note="業務との関係が確認できた者ではない")
    with pytest.raises(Stale):
        review_view(by=head, view_id=views[0].pk, verdict="needed", note="", version=1)
    with pytest.raises(Invalid, match="確認の内容"):
        review_view(by=head, view_id=views[2].pk, verdict="unknown", note="")
    with pytest.raises(Invalid, match="業務上の必要"):
        review_view(by=head, view_id=views[2].pk, verdict="", note="")
    other = filled.scenario.by("other_manager")
    with pytest.raises(Missing):
        review_view(by=other, view_id=views[2].pk, verdict="needed", note="")
    with pytest.raises(Missing):
        visible_sample(other, sample.pk)
    with pytest.raises(Denied, match="情報管理者"):
        review_view(by=filled.scenario.by("auditor"), view_id=views[2].pk, verdict="needed", note="")
    with pytest.raises(Denied):
        review_view(by=filled.scenario.by("staff"), view_id=views[2].pk, verdict="needed", note="")
    assert [(line.drawn, line.waiting, line.not_needed) for line in samples_for(head)] == [(100, 98, 1)]
    assert samples_for(other) == []
    (result,) = results_of(views_of(filled.scenario.by("auditor"), sample))
    assert (result.drawn, result.needed, result.not_needed, result.unknown, result.waiting) == (
        100,
        1,
        1,
        0,
        98,
    )
    assert Counter(Entry.objects.values_list("operation", flat=True))["telemetry.sample.reviewed"] == 2


def test_heads_are_asked_by_mail(filled: Town) -> None:
    head = make_person(filled.scenario.city, role="section_manager", unit=filled.residents)
    Person.objects.filter(pk=head.pk).update(email="head@midori.example")
    _draw(filled, wanted=7, due_on=date(2030, 3, 31))
    mail = Notice.objects.get()
    assert mail.address == "head@midori.example"
    assert "市民生活部 戸籍住民窓口課の業務データの閲覧を確認してください（7件）" in mail.subject
    assert "令和12年3月31日までに確認して回答" in mail.body


def test_nobody_answers_for_their_own_view(filled: Town) -> None:
    sample = _draw(filled, wanted=5)
    secretary = filled.scenario.by("secretariat")
    view = SampledView.objects.filter(sample=sample).first()
    assert view is not None
    SampledView.objects.filter(pk=view.pk).update(person_number=secretary.actor.code)
    with pytest.raises(Denied, match="自分の閲覧"):
        review_view(by=secretary, view_id=view.pk, verdict="needed", note="")
