"""Writing the next version of a document and putting it into force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.journal.sealed import SealedRowError
from tenken.journal.verification import verify
from tenken.policy import sealing
from tenken.policy.models import Chapter, Clause, PolicyDocument, PolicyVersion
from tenken.policy.operations import (
    ClauseInput,
    add_chapter,
    add_clause,
    change_chapter,
    change_clause,
    change_draft,
    discard_draft,
    publish_version,
    remove_chapter,
    remove_clause,
    start_draft,
)
from tenken.policy.queries import compare_versions, version_in_force
from tests.factories import Scenario, make_other_city

pytestmark = pytest.mark.django_db

TODAY = date(2014, 3, 1)
NEXT = date(2014, 4, 1)
TYPED = ClauseInput(
    number="７.９(1)",
    heading="新しい義務",
    text="職員は、覚えておく。",
    binds=["staff"],
    nature="must",
    refines=[],
)


def standard(city: Scenario) -> PolicyDocument:
    return PolicyDocument.objects.get(city=city.city, kind="standard")


def draft(city: Scenario, **changes: Any) -> PolicyVersion:
    values = {"number": "２.0", "effective_from": NEXT, "reason": "点検で分かったことを反映する", "on": TODAY}
    return start_draft(by=city.by("secretariat"), document=standard(city), **(values | changes))


def clause(version: PolicyVersion, code: str = "S3-3-2-4") -> Clause:
    return version.clauses.get(code=code)


def change(city: Scenario, version: PolicyVersion, **changes: Any) -> Clause:
    one = clause(version)
    typed = replace(
        ClauseInput(one.number, one.heading, one.text, one.binds, one.nature, one.refines), **changes
    )
    return change_clause(
        by=city.by("secretariat"), clause=one, seen=sealing.clause_mark(one), typed=typed, on=TODAY
    )


def publish(city: Scenario, version: PolicyVersion, role: str = "secretariat") -> PolicyVersion:
    seen = sealing.version_mark(version)
    return publish_version(by=city.by(role), version=version, seen=seen, on=TODAY)


def test_a_draft_is_a_copy_of_what_is_in_force(adopted: Scenario, django_assert_max_num_queries: Any) -> None:
    by = adopted.by("secretariat")
    document = standard(adopted)
    with django_assert_max_num_queries(22):
        made = start_draft(
            by=by, document=document, number="2.0", effective_from=NEXT, reason="改定", on=TODAY
        )
    in_force = version_in_force(document, TODAY)
    assert in_force is not None
    assert compare_versions(in_force, made).is_empty
    assert made.clauses.count() == in_force.clauses.count() == 198
    assert made.status == "draft"


def test_there_is_one_draft_at_a_time(adopted: Scenario) -> None:
    draft(adopted)
    with pytest.raises(Stale, match="すでに作られています"):
        draft(adopted, number="3.0")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "１.０"}, "number"),
        ({"number": " "}, "number"),
        ({"number": "9" * 21}, "number"),
        ({"reason": ""}, "reason"),
        ({"reason": "長" * 2001}, "reason"),
        ({"reason": "空\x00文字"}, "reason"),
        ({"reason": "\ud800"}, "reason"),
        ({"effective_from": date(2013, 4, 1), "on": date(2013, 4, 1)}, "effective_from"),
        ({"effective_from": date(2014, 2, 1)}, "effective_from"),
        ({"effective_from": date(9999, 12, 31)}, "effective_from"),
    ],
)
def test_a_draft_with_bad_input_is_refused_with_its_place(
    adopted: Scenario, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        draft(adopted, **changes)
    assert {problem.field for problem in refused.value.problems} == {field}
    assert not PolicyVersion.objects.exclude(status="published").exists()


def test_a_changed_clause_is_in_force_from_the_day_of_the_new_version(adopted: Scenario) -> None:
    made = draft(adopted)
    assert made.number == "2.0"
    change(adopted, made, text="職員は、離席するときは画面をロックする。")
    published = publish(adopted, made)
    assert (published.status, published.published_by) == ("published", adopted.people["secretariat"].number)
    document = standard(adopted)
    assert version_in_force(document, date(2014, 3, 31)) != published
    assert version_in_force(document, NEXT) == published
    published_entry = Entry.objects.get(operation="policy.version.publish", subject_id=published.pk)
    payload = read_payload(published_entry)
    assert payload is not None
    assert (payload["changed"], payload["sha256"]) == (["S3-3-2-4"], published.sha256)
    assert verify(adopted.city.code).faults == []


@pytest.mark.parametrize(
    "role", ["ciso", "bureau_manager", "section_manager", "system_manager", "staff", "auditor"]
)
def test_only_the_secretariat_writes_the_standard(adopted: Scenario, role: str) -> None:
    with pytest.raises(Denied):
        start_draft(
            by=adopted.by(role),
            document=standard(adopted),
            number="2.0",
            effective_from=NEXT,
            reason="改定",
            on=TODAY,
        )
    made = draft(adopted)
    one = clause(made)
    with pytest.raises(Denied):
        change_clause(by=adopted.by(role), clause=one, seen=sealing.clause_mark(one), typed=TYPED, on=TODAY)
    with pytest.raises(Denied):
        publish(adopted, made, role)
    with pytest.raises(Denied):
        discard_draft(by=adopted.by(role), version=made, on=TODAY)


def test_another_citys_secretariat_is_refused(adopted: Scenario) -> None:
    by = make_other_city().by("secretariat")
    made = draft(adopted)
    with pytest.raises(Denied, match="ほかの市"):
        discard_draft(by=by, version=made, on=TODAY)


def test_two_people_do_not_overwrite_each_other(adopted: Scenario) -> None:
    made = draft(adopted)
    one = clause(made)
    seen, confirmed = sealing.clause_mark(one), sealing.version_mark(made)
    change(adopted, made, heading="離席するとき")
    by = adopted.by("secretariat")
    with pytest.raises(Stale):
        change_clause(by=by, clause=one, seen=seen, typed=TYPED, on=TODAY)
    with pytest.raises(Stale):
        remove_clause(by=by, clause=one, seen=seen, on=TODAY)
    with pytest.raises(Stale):
        publish_version(by=by, version=made, seen=confirmed, on=TODAY)
    head = sealing.head_mark(made)
    change_draft(
        by=by, version=made, seen=head, number="2.1", effective_from=NEXT, reason="別の理由", on=TODAY
    )
    with pytest.raises(Stale):
        change_draft(by=by, version=made, seen=head, number="2.2", effective_from=NEXT, reason="改", on=TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "長" * 2001}, "text"),
        ({"heading": "長" * 121}, "heading"),
        ({"number": ""}, "number"),
        ({"binds": []}, "binds"),
        ({"binds": ["emperor"]}, "binds"),
        ({"nature": "maybe"}, "nature"),
        ({"refines": ["S99-1"]}, "refines"),
        ({"refines": ["ほげ"]}, "refines"),
    ],
)
def test_a_clause_with_bad_input_is_refused_with_its_place(
    adopted: Scenario, changes: dict[str, Any], field: str
) -> None:
    made = draft(adopted)
    with pytest.raises(Invalid) as refused:
        change(adopted, made, **changes)
    assert {problem.field for problem in refused.value.problems} == {field}


def test_a_new_clause_goes_where_it_belongs_and_its_code_is_read_full_width(adopted: Scenario) -> None:
    made = draft(adopted)
    before = clause(made)
    added = add_clause(
        by=adopted.by("secretariat"),
        chapter=before.chapter,
        code="Ｓ３－３－２－９９",
        typed=replace(TYPED, refines=["ｓ３－１－２"]),
        on=TODAY,
        after=before,
    )
    assert (added.code, added.number, added.refines) == ("S3-3-2-99", "7.9(1)", ["S3-1-2"])
    codes = list(made.clauses.filter(chapter=before.chapter).order_by("order").values_list("code", flat=True))
    assert codes[codes.index("S3-3-2-4") + 1] == "S3-3-2-99"
    with pytest.raises(Invalid, match="誤り") as refused:
        add_clause(
            by=adopted.by("secretariat"), chapter=before.chapter, code="S3-3-2-99", typed=TYPED, on=TODAY
        )
    assert refused.value.problems[0].field == "code"


def test_a_removed_clause_is_told_and_gone(adopted: Scenario) -> None:
    made = draft(adopted)
    one = clause(made)
    by = adopted.by("secretariat")
    remove_clause(by=by, clause=one, seen=sealing.clause_mark(one), on=TODAY)
    change_of = compare_versions(version_in_force(made.document, TODAY), made)
    assert [gone.code for gone in change_of.removed] == ["S3-3-2-4"]
    with pytest.raises(Missing):
        remove_clause(by=by, clause=one, seen=sealing.clause_mark(one), on=TODAY)


def test_chapters_are_added_renamed_and_removed_when_empty(adopted: Scenario) -> None:
    made = draft(adopted)
    by = adopted.by("secretariat")
    chapter = add_chapter(by=by, version=made, number="１１", title="クラウドの利用", on=TODAY)
    assert (chapter.number, chapter.order) == ("11", 11)
    seen = sealing.chapter_mark(chapter)
    change_chapter(by=by, chapter=chapter, seen=seen, number="11", title="クラウド", on=TODAY)
    with pytest.raises(Stale):
        change_chapter(by=by, chapter=chapter, seen=seen, number="11", title="雲", on=TODAY)
    with pytest.raises(Invalid, match="条が残っている"):
        remove_chapter(by=by, chapter=Chapter.objects.get(version=made, order=1), on=TODAY)
    remove_chapter(by=by, chapter=chapter, on=TODAY)
    with pytest.raises(Stale):
        remove_chapter(by=by, chapter=chapter, on=TODAY)


def test_a_draft_that_changes_nothing_is_not_published(adopted: Scenario) -> None:
    with pytest.raises(Invalid, match="何も変わっていません"):
        publish(adopted, draft(adopted))


def test_a_draft_whose_day_has_passed_is_not_published(adopted: Scenario) -> None:
    made = draft(adopted)
    change(adopted, made, text="別の本文。")
    with pytest.raises(Invalid) as refused:
        publish_version(
            by=adopted.by("secretariat"),
            version=made,
            seen=sealing.version_mark(made),
            on=date(2014, 4, 2),
        )
    assert refused.value.problems[0].field == "effective_from"


def test_a_published_version_changes_no_more(adopted: Scenario) -> None:
    published = standard(adopted).versions.get()
    one = clause(published)
    by = adopted.by("secretariat")
    with pytest.raises(Invalid, match="施行した版は変えられません"):
        change_clause(by=by, clause=one, seen=sealing.clause_mark(one), typed=TYPED, on=TODAY)
    with pytest.raises(Invalid, match="施行した版は変えられません"):
        discard_draft(by=by, version=published, on=TODAY)
    with pytest.raises(Invalid, match="施行した版は変えられません"):
        publish(adopted, published)
    for row in (one, one.chapter, published):
        with pytest.raises(SealedRowError):
            row.save()
        with pytest.raises(SealedRowError):
            row.delete()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Clause.objects.filter(code="S3-3-2-4").update(text="何もしなくてよい。"),
        lambda: Clause.objects.filter(code="S3-3-2-4").delete(),
        lambda: Chapter.objects.filter(version__document__kind="standard", number="3").update(title="別の題"),
        lambda: PolicyVersion.objects.filter(document__kind="standard").update(
            effective_from=date(2012, 4, 1)
        ),
        lambda: PolicyVersion.objects.filter(document__kind="standard").update(published_by="someone"),
    ],
)
def test_a_change_past_the_operations_is_found(adopted: Scenario, tamper: Any) -> None:
    tamper()
    published = standard(adopted).versions.get()
    assert verify(adopted.city.code).faults == [
        f"規程の版（{published.pk}）の内容が、封印したときと違います。"
    ]


def test_a_version_deleted_past_the_operations_is_missed(adopted: Scenario) -> None:
    published = standard(adopted).versions.get()
    Clause.objects.filter(version=published).delete()
    Chapter.objects.filter(version=published).delete()
    PolicyVersion.objects.filter(pk=published.pk).delete()
    assert verify(adopted.city.code).faults == [f"規程の版（{published.pk}）がありません。"]


def test_a_discarded_draft_is_gone_but_the_journal_knows_what_it_said(adopted: Scenario) -> None:
    made = draft(adopted)
    change(adopted, made, text="別の本文。")
    discard_draft(by=adopted.by("secretariat"), version=made, on=TODAY)
    assert not PolicyVersion.objects.filter(pk=made.pk).exists()
    payload = read_payload(Entry.objects.get(operation="policy.draft.discard"))
    assert payload is not None
    assert payload["changed"][0]["text"] == "別の本文。"
    draft(adopted)
