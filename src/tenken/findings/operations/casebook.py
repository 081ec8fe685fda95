"""課題・対策事例集: cases are proposed, edited, allowed to name the section, published and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common.era import era_date
from tenken.common.refusals import Denied, Missing, Stale
from tenken.findings.models import Case, CaseCounter
from tenken.findings.operations.notifying import tell_permission_asked
from tenken.findings.operations.opening import check_city
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_CASES, PROPOSE_CASES
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.models import City, Unit
from tenken.organization.names import Checks
from tenken.policy.models import CheckCategory

SUBJECT = "findings.case"
TITLE_LIMIT, TEXT_LIMIT, REASON_LIMIT = 100, 2_000, 200


@transaction.atomic
def propose_case(
    *,
    by: Principal,
    city: City,
    fiscal_year: int,
    kind: str,
    category_code: str = "",
    title: str,
    situation: str,
    measure: str,
    unit: Unit | None = None,
    source: tuple[str, object] | None = None,
    on: date | None = None,
) -> Case:
    """Propose a case for a year's casebook; it is a 案 until the secretariat publishes it.

    *kind*: "measure" (課題・対策) or "good_practice" (優良事例). *source*: kind and key of the row it was taken from
    ("findings.finding", 12); proposed again from the same row, the standing case is returned unchanged. *unit* is named
    in print only once it has given permission. ``Invalid`` names the fields kind, category_code, title, situation,
    measure.
    """
    require_somewhere(by, PROPOSE_CASES)
    check_city(by, city)
    if unit is not None and unit.city_id != city.pk:
        raise Denied("ほかの市の情報は扱えません。")
    values = _checked(city, kind, category_code, title, situation, measure)
    source_kind, source_key = (source[0], str(source[1])) if source else ("", "")
    counter = _locked_counter(city, fiscal_year)
    if source:
        standing = Case.objects.filter(
            city=city, kind=kind, source_kind=source_kind, source_key=source_key
        ).exclude(status=Case.Status.WITHDRAWN)
        if found := standing.first():
            return found
    counter.last += 1
    counter.save(update_fields=["last"])
    case = Case(
        city=city,
        fiscal_year=fiscal_year,
        number=counter.last,
        unit=unit,
        source_kind=source_kind,
        source_key=source_key,
        **values,
    )
    case.save(force_insert=True)
    _record(
        by,
        case,
        "findings.case.propose",
        {**values, "unit": unit.pk if unit else None, "source": [source_kind, source_key]},
        on,
    )
    return case


@transaction.atomic
def edit_case(
    *,
    by: Principal,
    case: Case,
    version: int,
    kind: str,
    category_code: str,
    title: str,
    situation: str,
    measure: str,
    on: date | None = None,
) -> Case:
    """Change the words of a case that is not withdrawn. ``Invalid`` names the fields as :func:`propose_case` does."""
    require(by, MANAGE_CASES)
    case = _locked(by, case, version)
    _only(case, (Case.Status.DRAFT, Case.Status.PUBLISHED), "取り下げた事例は直せません。")
    values = _checked(case.city, kind, category_code, title, situation, measure)
    before = {name: getattr(case, name) for name in values if getattr(case, name) != values[name]}
    if before:
        _change(case, values)
        after = {name: values[name] for name in before}
        _record(by, case, "findings.case.edit", {"before": before, "after": after}, on)
    return case


@transaction.atomic
def ask_permission(*, by: Principal, case: Case, version: int, on: date | None = None) -> Case:
    """Ask the section whether its name may stand beside the case; it is told by mail."""
    require(by, MANAGE_CASES)
    case = _locked(by, case, version)
    _only(case, (Case.Status.DRAFT, Case.Status.PUBLISHED), "取り下げた事例は照会できません。")
    if case.unit is None:
        raise Stale("課公所のない事例なので、照会する相手がいません。")
    if case.permission != Case.Permission.NOT_ASKED:
        raise Stale(f"課名の掲載は、すでに「{case.get_permission_display()}」です。")
    day = on or by.on
    _change(
        case,
        {
            "permission": Case.Permission.ASKED,
            "permission_asked_by": by.actor.name,
            "permission_asked_on": day,
        },
    )
    _record(by, case, "findings.case.ask", {}, on)
    tell_permission_asked(by=by, case=case, on=day)
    return case


@transaction.atomic
def answer_permission(
    *, by: Principal, case: Case, version: int, granted: bool, on: date | None = None
) -> Case:
    """The section says whether its name may stand there; the secretariat may record what it was told.

    An answer may be changed until the case is withdrawn: the name goes or comes with it.
    """
    if case.unit is None:
        raise Stale("課公所のない事例です。")
    if not decide(by, MANAGE_CASES):
        require(by, IMPROVE_FINDINGS, unit=case.unit)
    case = _locked(by, case, version)
    _only(case, (Case.Status.DRAFT, Case.Status.PUBLISHED), "取り下げた事例です。")
    if case.permission == Case.Permission.NOT_ASKED and not decide(by, MANAGE_CASES):
        raise Stale("まだ照会されていません。")
    _change(
        case,
        {
            "permission": Case.Permission.GIVEN if granted else Case.Permission.REFUSED,
            "permission_answered_by": by.actor.name,
            "permission_answered_on": on or by.on,
        },
    )
    _record(by, case, "findings.case.permission", {"granted": granted}, on)
    return case


@transaction.atomic
def publish_case(*, by: Principal, case: Case, version: int, on: date | None = None) -> Case:
    """Show a case to everyone in the city; without permission it names no section."""
    require(by, MANAGE_CASES)
    case = _locked(by, case, version)
    _only(case, (Case.Status.DRAFT,), "公開できるのは、案の事例だけです。")
    _change(case, {"status": Case.Status.PUBLISHED, "published_on": on or by.on})
    _record(by, case, "findings.case.publish", {"permission": case.permission}, on)
    return case


@transaction.atomic
def withdraw_case(*, by: Principal, case: Case, version: int, reason: str, on: date | None = None) -> Case:
    """Take a case out of the casebook, and say why. ``Invalid`` names the field reason."""
    require(by, MANAGE_CASES)
    case = _locked(by, case, version)
    _only(case, (Case.Status.DRAFT, Case.Status.PUBLISHED), "すでに取り下げられています。")
    checks = Checks()
    kept = checks.name(reason, label="取り下げる理由", limit=REASON_LIMIT, field="reason")
    checks.done()
    _change(case, {"status": Case.Status.WITHDRAWN, "withdrawn_reason": kept})
    _record(by, case, "findings.case.withdraw", {"reason": kept}, on)
    return case


def _checked(
    city: City, kind: str, category_code: str, title: str, situation: str, measure: str
) -> dict[str, Any]:
    checks = Checks()
    if kind not in Case.Kind.values:
        checks.problem("事例の種類を選んでください。", label="種類", field="kind")
    if category_code and not CheckCategory.objects.filter(city=city, code=category_code).exists():
        checks.problem("この調査項目はありません。", label="調査項目", field="category_code")
    values = {
        "kind": kind,
        "category_code": category_code,
        "title": checks.name(title, label="題名", limit=TITLE_LIMIT, field="title"),
        "situation": checks.name(
            situation, label="課題・状況", limit=TEXT_LIMIT, field="situation", lines=True
        ),
        "measure": checks.name(measure, label="対策・効果", limit=TEXT_LIMIT, field="measure", lines=True),
    }
    checks.done()
    return values


def _locked_counter(city: City, fiscal_year: int) -> CaseCounter:
    rows = CaseCounter.objects.select_for_update().filter(city=city, fiscal_year=fiscal_year)
    counter = rows.first()
    if counter is None:
        CaseCounter.objects.bulk_create(
            [CaseCounter(city=city, fiscal_year=fiscal_year)], ignore_conflicts=True
        )
        counter = rows.get()
    return counter


def _locked(by: Principal, case: Case, version: int) -> Case:
    fresh = (
        Case.objects.of_city(by.city_id)
        .select_for_update(of=("self",))
        .select_related("city", "unit")
        .filter(pk=case.pk)
        .first()
    )
    if fresh is None:
        raise Missing("この事例はありません。")
    if fresh.version != version:
        raise Stale("表示したあとに、この事例は変更されました。内容を確かめて、もう一度お試しください。")
    return fresh


def _only(case: Case, allowed: Sequence[str], sentence: str) -> None:
    if case.status not in allowed:
        day = f"、{era_date(case.published_on)}公開" if case.published_on else ""
        raise Stale(f"{sentence}（いまは「{case.get_status_display()}」{day}）")


def _change(case: Case, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(case, name, value)
    case.version += 1
    case.save(update_fields=[*values, "version"])


def _record(by: Principal, case: Case, operation: str, changes: dict[str, Any], on: date | None) -> None:
    record(
        by=by,
        city_code=case.city.code,
        operation=operation,
        subject=(SUBJECT, case.pk),
        changes={"number": str(case), **changes},
        business_date=on,
    )
