"""Items of the bank: new, worded anew, moved, retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.journal.sealed import SealedRowError
from tenken.journal.verification import verify
from tenken.policy import sealing
from tenken.policy.models import CheckCategory, CheckItem, CheckItemRevision
from tenken.policy.operations import (
    Wording,
    add_category,
    add_item,
    change_item,
    explain_unasked,
    retire_item,
    revise_item,
)
from tenken.policy.queries import item_by_code, items_on, revisions_of, standing_items
from tests.factories import Scenario, make_other_city
from tests.policy.conftest import ADOPTED

pytestmark = pytest.mark.django_db

TODAY = date(2014, 3, 1)
NEXT = date(2014, 4, 1)
TYPED = Wording(
    question="会議室に書類を残していない。",
    purpose="会議のあとに残った書類は、次に使う人の目に触れる。",
    how_to_check="会議のあとに部屋を見る。",
    good="書類が1枚も残っていない。",
    clause_codes=["Ｓ３－３－２－４", "S3-3-2-4"],
    examples=["悪い例：配布資料が残っていた", ""],
    evidence="",
    facts=["visit"],
)


def add(city: Scenario, role: str = "secretariat", **changes: Any) -> CheckItem:
    values: dict[str, Any] = {
        "code": "ｍ－ｃｄ－９０",
        "category": "clear_desk",
        "standing": True,
        "wording": TYPED,
        "effective_from": NEXT,
        "on": TODAY,
    }
    return add_item(by=city.by(role), **(values | changes))


def mark(item: CheckItem) -> str:
    item.refresh_from_db()
    return sealing.item_mark(item, item.revisions.count())


def revise(city: Scenario, item: CheckItem, role: str = "secretariat", **changes: Any) -> CheckItemRevision:
    values: dict[str, Any] = {"seen": mark(item), "wording": TYPED, "effective_from": NEXT, "on": TODAY}
    return revise_item(by=city.by(role), item=item, **(values | changes))


def first(city: Scenario) -> CheckItem:
    return CheckItem.objects.get(city=city.city, code="M-CD-01")


def test_a_new_item_is_asked_from_its_date(adopted: Scenario) -> None:
    item = add(adopted)
    assert item.code == "M-CD-90"
    assert item.revisions.get().clause_codes == ["S3-3-2-4"]
    assert item.revisions.get().examples == ["悪い例：配布資料が残っていた"]
    assert "M-CD-90" not in {one.item.code for one in items_on(adopted.city.pk, TODAY)}
    assert "M-CD-90" in {one.item.code for one in standing_items(adopted.city.pk, NEXT)}
    assert Entry.objects.filter(operation="policy.item.add", subject_id="M-CD-90").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "M-CD-01"}, "code"),
        ({"code": "Ｍ－ＣＤ－０１"}, "code"),
        ({"code": "机"}, "code"),
        ({"code": "M" * 41}, "code"),
        ({"category": "nothing"}, "category"),
        ({"effective_from": date(2014, 2, 28)}, "effective_from"),
        ({"effective_from": date(1, 1, 1)}, "effective_from"),
        ({"wording": replace(TYPED, question="")}, "question"),
        ({"wording": replace(TYPED, question="長" * 501)}, "question"),
        ({"wording": replace(TYPED, purpose=" ")}, "purpose"),
        ({"wording": replace(TYPED, how_to_check="長" * 1001)}, "how_to_check"),
        ({"wording": replace(TYPED, good="")}, "good"),
        ({"wording": replace(TYPED, evidence="長" * 1001)}, "evidence"),
        ({"wording": replace(TYPED, examples=["長" * 201])}, "examples"),
        ({"wording": replace(TYPED, examples=[str(n) for n in range(11)])}, "examples"),
        ({"wording": replace(TYPED, facts=["rumour"])}, "facts"),
        ({"wording": replace(TYPED, clause_codes=[])}, "clause_codes"),
        ({"wording": replace(TYPED, clause_codes=["S99-9"])}, "clause_codes"),
        ({"wording": replace(TYPED, clause_codes=["第3条"])}, "clause_codes"),
    ],
)
def test_bad_input_is_refused_with_its_place(adopted: Scenario, changes: dict[str, Any], field: str) -> None:
    before = CheckItem.objects.count()
    with pytest.raises(Invalid) as refused:
        add(adopted, **changes)
    assert {problem.field for problem in refused.value.problems} == {field}
    assert CheckItem.objects.count() == before


@pytest.mark.parametrize(
    "role", ["ciso", "bureau_manager", "section_manager", "system_manager", "staff", "auditor"]
)
def test_only_the_secretariat_changes_the_bank(adopted: Scenario, role: str) -> None:
    by, item = adopted.by(role), first(adopted)
    with pytest.raises(Denied):
        add(adopted, role)
    with pytest.raises(Denied):
        revise(adopted, item, role)
    with pytest.raises(Denied):
        change_item(by=by, item=item, seen=mark(item), category="clear_desk", standing=False, on=TODAY)
    with pytest.raises(Denied):
        retire_item(by=by, item=item, seen=mark(item), retired_on=NEXT, reason="重複", on=TODAY)
    with pytest.raises(Denied):
        explain_unasked(by=by, clause_code="S3-4-1", reason="重複", on=TODAY)
    with pytest.raises(Denied):
        add_category(by=by, code="cloud", name="クラウド", part="risk", on=TODAY)


def test_another_citys_items_are_out_of_reach(adopted: Scenario) -> None:
    by, item = make_other_city().by("secretariat"), first(adopted)
    with pytest.raises(Denied, match="ほかの市"):
        retire_item(by=by, item=item, seen=mark(item), retired_on=NEXT, reason="重複", on=TODAY)
    with pytest.raises(Missing):
        item_by_code(by, "M-CD-01")


def test_a_new_wording_counts_from_its_date_and_the_old_one_stays(adopted: Scenario) -> None:
    item = first(adopted)
    old = item.revisions.get()
    new = revise(adopted, item)
    in_force = {
        d: next(o for o in items_on(adopted.city.pk, d) if o.item == item).revision for d in (TODAY, NEXT)
    }
    assert in_force == {TODAY: old, NEXT: new}
    assert [revision.number for revision in revisions_of(item)] == [2, 1]
    assert verify(adopted.city.code).faults == []


def test_a_wording_that_says_the_same_is_refused(adopted: Scenario) -> None:
    item = first(adopted)
    revise(adopted, item)
    with pytest.raises(Invalid, match="何も変わっていません"):
        revise(adopted, item)


def test_a_wording_before_the_last_is_refused(adopted: Scenario) -> None:
    item = first(adopted)
    revise(adopted, item)
    with pytest.raises(Invalid) as refused:
        revise(adopted, item, wording=replace(TYPED, evidence="写真"), effective_from=date(2014, 3, 15))
    assert [problem.field for problem in refused.value.problems] == ["effective_from"]


def test_two_people_do_not_overwrite_each_other(adopted: Scenario) -> None:
    item, by = first(adopted), adopted.by("secretariat")
    seen = mark(item)
    revise(adopted, item)
    with pytest.raises(Stale):
        revise(adopted, item, seen=seen, wording=replace(TYPED, evidence="写真"))
    with pytest.raises(Stale):
        change_item(by=by, item=item, seen=seen, category="clear_desk", standing=False, on=TODAY)
    with pytest.raises(Stale):
        retire_item(by=by, item=item, seen=seen, retired_on=NEXT, reason="重複", on=TODAY)


def test_an_item_moves_and_leaves_the_yearly_sheet(adopted: Scenario) -> None:
    item, by = first(adopted), adopted.by("secretariat")
    other = CheckCategory.objects.filter(city=adopted.city).exclude(pk=item.category_id).first()
    assert other is not None
    changed = change_item(by=by, item=item, seen=mark(item), category=other.code, standing=False, on=TODAY)
    assert (changed.category, changed.standing) == (other, False)
    assert item not in [one.item for one in standing_items(adopted.city.pk, TODAY)]
    with pytest.raises(Invalid):
        change_item(by=by, item=item, seen=mark(item), category="nothing", standing=True, on=TODAY)


def test_a_retired_item_is_asked_until_the_day_before(adopted: Scenario) -> None:
    item, by = first(adopted), adopted.by("secretariat")
    retire_item(by=by, item=item, seen=mark(item), retired_on=NEXT, reason="重複", on=TODAY)
    assert item in [one.item for one in items_on(adopted.city.pk, date(2014, 3, 31))]
    assert item not in [one.item for one in items_on(adopted.city.pk, NEXT)]
    assert item in [one.item for one in items_on(adopted.city.pk, NEXT, retired=True)]
    with pytest.raises(Invalid, match="廃止した"):
        revise(adopted, item)


def test_a_wording_is_sealed(adopted: Scenario) -> None:
    revision = first(adopted).revisions.get()
    revision.question = "別の問い。"
    with pytest.raises(SealedRowError):
        revision.save()
    with pytest.raises(TypeError):
        revision.delete()
    CheckItemRevision.objects.filter(pk=revision.pk).update(question="別の問い。")
    assert verify(adopted.city.code).faults == [
        f"点検項目の版（{revision.pk}）の内容が、封印したときと違います。"
    ]


def test_a_category_is_added_once(adopted: Scenario) -> None:
    by = adopted.by("secretariat")
    made = add_category(by=by, code="ｃｌｏｕｄ", name="クラウド", part="risk", on=TODAY)
    assert made.code == "cloud"
    for bad in ({"code": "cloud"}, {"name": ""}, {"part": "both"}):
        with pytest.raises(Invalid) as refused:
            add_category(by=by, **({"code": "cloud2", "name": "クラウド", "part": "risk", "on": TODAY} | bad))
        assert {problem.field for problem in refused.value.problems} == set(bad)


def test_the_bank_is_read_in_one_query(adopted: Scenario, django_assert_max_num_queries: Any) -> None:
    assert CheckItem.objects.count() >= 138
    with django_assert_max_num_queries(1):
        items = items_on(adopted.city.pk, ADOPTED)
        assert all(one.category.name and one.revision.question for one in items)
    assert [one.category.part for one in items] == sorted(one.category.part for one in items)
