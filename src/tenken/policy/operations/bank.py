"""The bank of check items: new items, new wordings from a date on, and which are asked every year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.common.refusals import Invalid, Missing, Problem
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy import sealing
from tenken.policy.models import CheckCategory, CheckItem, CheckItemRevision, UnaskedClause
from tenken.policy.operations.guards import check_mark, differences, require_city
from tenken.policy.permissions import CHANGE_BANK
from tenken.policy.queries.traceability import codes_in_force
from tenken.policy.rules.codes import name_code, stable_code
from tenken.policy.rules.facts import FACT_KINDS
from tenken.policy.rules.inputs import Inputs


@dataclass(frozen=True)
class Wording:
    """An item's wording as it is typed. ``facts`` are codes of ``rules.facts``, ``clause_codes`` may be full-width."""

    question: str
    purpose: str
    how_to_check: str
    good: str
    clause_codes: Sequence[str]
    examples: Sequence[str] = ()
    evidence: str = ""
    facts: Sequence[str] = ()


def _wording(city_id: int, typed: Wording, effective_from: date, on: date, inputs: Inputs) -> Wording:
    inputs.day("effective_from", "適用日", effective_from, not_before=on)
    kept = Wording(
        question=inputs.text("question", "点検内容", typed.question, 500),
        purpose=inputs.text("purpose", "目的", typed.purpose, 1000),
        how_to_check=inputs.text("how_to_check", "確認方法", typed.how_to_check, 1000),
        good=inputs.text("good", "適合の基準", typed.good, 1000),
        clause_codes=inputs.codes("clause_codes", "根拠の条", typed.clause_codes, stable_code),
        examples=inputs.lines("examples", "例", typed.examples, 200, 10),
        evidence=inputs.text("evidence", "証拠", typed.evidence, 1000, required=False),
        facts=list(dict.fromkeys(typed.facts)),
    )
    inputs.known("facts", "答えられる事実", kept.facts, FACT_KINDS, "次の記録")
    if kept.clause_codes:
        known = codes_in_force(city_id, max(effective_from, on))
        inputs.known(
            "clause_codes", "根拠の条", kept.clause_codes, known, "適用日に施行されている条に、次のコード"
        )
    elif not typed.clause_codes:
        inputs.add("clause_codes", "根拠の条", "1つ以上入力してください。")
    return kept


def _category(by: Principal, code: str, inputs: Inputs) -> CheckCategory | None:
    category = CheckCategory.objects.filter(city=by.city_id, code=code).first()
    if category is None:
        inputs.add("category", "調査項目", "一覧から選んでください。")
    return category


def _note(by: Principal, item: CheckItem, operation: str, changes: dict[str, Any], on: date) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"policy.item.{operation}",
        subject=("policy.item", item.code),
        changes=changes,
        business_date=on,
    )


def _locked(by: Principal, item: CheckItem, seen: str) -> tuple[CheckItem, int]:
    require(by, CHANGE_BANK)
    require_city(by, item.city_id)
    rows = CheckItem.objects.select_for_update(of=("self",)).select_related("category")
    present = rows.filter(pk=item.pk).first()
    if present is None:
        raise Missing("この点検項目は見つかりません。")
    last = present.revisions.aggregate(last=Max("number"))["last"] or 0
    check_mark(seen, sealing.item_mark(present, last))
    return present, last


def _refuse_retired(item: CheckItem) -> None:
    if item.retired_on is not None:
        raise Invalid("廃止した点検項目は変更できません。")


@transaction.atomic
def add_item(
    *,
    by: Principal,
    code: str,
    category: str,
    standing: bool,
    aspect: str = CheckItem.Aspect.OPERATIONAL,
    wording: Wording,
    effective_from: date,
    on: date,
) -> CheckItem:
    """Add an item to the bank of *by*'s city, asked from *effective_from* on. *category* is its code."""
    require(by, CHANGE_BANK)
    City.objects.select_for_update().get(pk=by.city_id)
    inputs = Inputs()
    plain = inputs.code("code", "コード", code, stable_code)
    if plain and CheckItem.objects.filter(city=by.city_id, code=plain).exists():
        inputs.add("code", "コード", f"「{plain}」はすでに使われています。")
    found = _category(by, category, inputs)
    kept = _wording(by.city_id, wording, effective_from, on, inputs)
    _check_aspect(aspect, inputs)
    inputs.refuse()
    assert found is not None
    item = CheckItem.objects.create(
        city=by.city, code=plain, category=found, standing=standing, aspect=aspect
    )
    CheckItemRevision.objects.create(item=item, number=1, effective_from=effective_from, **asdict(kept))
    changes = {
        "category": found.code,
        "standing": standing,
        "aspect": aspect,
        "effective_from": effective_from,
        **asdict(kept),
    }
    _note(by, item, "add", changes, on)
    return item


@transaction.atomic
def revise_item(
    *, by: Principal, item: CheckItem, seen: str, wording: Wording, effective_from: date, on: date
) -> CheckItemRevision:
    """Give *item* a new wording from *effective_from* on; sheets sent out before keep theirs.

    *seen*: ``sealing.item_mark`` of what was shown.
    """
    present, last = _locked(by, item, seen)
    _refuse_retired(present)
    inputs = Inputs()
    kept = _wording(by.city_id, wording, effective_from, on, inputs)
    before = present.revisions.get(number=last)
    if effective_from < before.effective_from:
        inputs.add("effective_from", "適用日", "前の版の適用日以後の日付を入力してください。")
    inputs.refuse()
    changes = differences({name: getattr(before, name) for name in asdict(kept)}, asdict(kept))
    if not changes:
        message = "前の版から何も変わっていません。"
        raise Invalid(message, [Problem(message, "点検内容", "question")])
    revision = CheckItemRevision.objects.create(
        item=present, number=last + 1, effective_from=effective_from, **asdict(kept)
    )
    _note(by, present, "revise", {"number": last + 1, "effective_from": effective_from, **changes}, on)
    return revision


@transaction.atomic
def change_item(
    *,
    by: Principal,
    item: CheckItem,
    seen: str,
    category: str,
    standing: bool,
    answer_valid_months: int | None = None,
    aspect: str | None = None,
    on: date,
) -> CheckItem:
    """Move *item* to another category, on or off every year's sheet, say whether it is operational or technical, or
    how long its answers may be stood by.

    *answer_valid_months*: 0 asks anew each time, at most 60, None leaves it. *aspect*: None leaves it. *seen* as in :func:`revise_item`.
    """
    present, _ = _locked(by, item, seen)
    _refuse_retired(present)
    inputs = Inputs()
    found = _category(by, category, inputs)
    aspect = present.aspect if aspect is None else aspect
    _check_aspect(aspect, inputs)
    months = present.answer_valid_months if answer_valid_months is None else answer_valid_months
    if not 0 <= months <= 60:
        inputs.add("answer_valid_months", "回答の有効期間", "0から60までの月数で入力してください。")
    inputs.refuse()
    assert found is not None
    changes = differences(
        {
            "category": present.category.code,
            "standing": present.standing,
            "answer_valid_months": present.answer_valid_months,
            "aspect": present.aspect,
        },
        {
            "category": found.code,
            "standing": standing,
            "answer_valid_months": months,
            "aspect": aspect,
        },
    )
    present.category, present.standing, present.answer_valid_months = found, standing, months
    present.aspect = aspect
    present.save(update_fields=["category", "standing", "answer_valid_months", "aspect"])
    if changes:
        _note(by, present, "change", changes, on)
    return present


def _check_aspect(aspect: str, inputs: Inputs) -> None:
    if aspect not in CheckItem.Aspect.values:
        inputs.add("aspect", "運用面・技術面", "運用面か技術面かを選んでください。")


@transaction.atomic
def retire_item(
    *, by: Principal, item: CheckItem, seen: str, retired_on: date, reason: str, on: date
) -> CheckItem:
    """Stop asking *item* from *retired_on* on; what was asked before stays. *seen* as in :func:`revise_item`."""
    present, last = _locked(by, item, seen)
    _refuse_retired(present)
    inputs = Inputs()
    why = inputs.text("reason", "廃止の理由", reason, 500)
    inputs.day("retired_on", "廃止日", retired_on, not_before=on)
    if retired_on < present.revisions.get(number=last).effective_from:
        inputs.add("retired_on", "廃止日", "最後の版の適用日以後の日付を入力してください。")
    inputs.refuse()
    present.retired_on, present.standing = retired_on, False
    present.save(update_fields=["retired_on", "standing"])
    _note(by, present, "retire", {"retired_on": retired_on, "reason": why}, on)
    return present


@transaction.atomic
def add_category(*, by: Principal, code: str, name: str, part: str, on: date) -> CheckCategory:
    """Add a category (調査項目) at the end of its part ("management" or "risk")."""
    require(by, CHANGE_BANK)
    City.objects.select_for_update().get(pk=by.city_id)
    inputs = Inputs()
    plain = inputs.code("code", "コード", code, name_code)
    title = inputs.text("name", "名称", name, 80)
    parts = CheckCategory._meta.get_field("part").choices or ()
    inputs.known("part", "点検の種類", [part], [str(value) for value, _ in parts], "次の種類")
    if plain and CheckCategory.objects.filter(city=by.city_id, code=plain).exists():
        inputs.add("code", "コード", f"「{plain}」はすでに使われています。")
    inputs.refuse()
    last = CheckCategory.objects.filter(city=by.city_id).aggregate(last=Max("order"))["last"] or 0
    category = CheckCategory.objects.create(city=by.city, code=plain, name=title, part=part, order=last + 1)
    record(
        by=by,
        city_code=by.city_code,
        operation="policy.category.add",
        subject=("policy.category", plain),
        changes={"name": title, "part": part},
        business_date=on,
    )
    return category


@transaction.atomic
def explain_unasked(*, by: Principal, clause_code: str, reason: str, on: date) -> None:
    """Say why no item asks about a duty; an empty *reason* takes the explanation back."""
    require(by, CHANGE_BANK)
    inputs = Inputs()
    plain = inputs.code("clause_code", "条のコード", clause_code, stable_code)
    why = inputs.text("reason", "点検しない理由", reason, 500, required=False)
    if plain:
        inputs.known("clause_code", "条のコード", [plain], codes_in_force(by.city_id, on), "次のコードの条")
    inputs.refuse()
    if why:
        UnaskedClause.objects.update_or_create(city=by.city, clause_code=plain, defaults={"reason": why})
    else:
        UnaskedClause.objects.filter(city=by.city_id, clause_code=plain).delete()
    record(
        by=by,
        city_code=by.city_code,
        operation="policy.clause.unasked",
        subject=("policy.clause", plain),
        changes={"reason": why},
        business_date=on,
    )
