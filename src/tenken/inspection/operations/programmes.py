"""Planning and closing a programme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from tenken.approvals.operations import ensure_route
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.inspection.models import Kind, Programme, Series
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.operations.stages import StagePlan, stage_problems, write_stages
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.rules.targets import RULES_OF
from tenken.inspection.states import programme_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City

SHEET_ROUTE = "inspection.sheet"
_SHEET_STEPS = (
    ("情報管理者の承認", "section_manager", "deputy"),
    ("事務局の受付", "secretariat", ""),
)


@transaction.atomic
def plan_programme(
    *,
    by: Principal,
    city: City,
    fiscal_year: int,
    name: str,
    purpose: str = "",
    stages: Sequence[StagePlan],
    code: str = "yearly",
    kind: str = Kind.INSPECTION,
    target_rule: str = "",
    with_risk_part: bool = False,
    series: Series | None = None,
    on: date | None = None,
) -> Programme:
    """Plan a programme of a fiscal year with its stages; nobody sees a sheet before :func:`launch`.

    *target_rule* '': the first that fits *kind* (all sections, all systems, all staff). ``Invalid`` for an empty name,
    a year out of range, stages that are missing or end before they begin, a rule that does not fit the kind, or a code
    the year already has.
    """
    require(by, MANAGE_PROGRAMMES)
    if city.pk != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    problems = stage_problems(stages) + _head_problems(city, fiscal_year, name, purpose, code)
    rules = RULES_OF.get(kind, ())
    if not rules:
        problems.append(Problem("点検の種類が正しくありません。", "種類", "kind"))
    elif target_rule and target_rule not in rules:
        problems.append(Problem("この種類の点検では選べない対象です。", "対象", "target_rule"))
    if problems:
        raise Invalid("点検の予定に誤りがあります。", problems)
    ensure_route(by=by, city=city, code=SHEET_ROUTE, name="点検シートの提出", steps=_SHEET_STEPS)
    programme = Programme.objects.create(
        city=city,
        fiscal_year=fiscal_year,
        code=code,
        name=name.strip(),
        purpose=purpose.strip(),
        kind=kind,
        target_rule=target_rule or rules[0],
        with_risk_part=with_risk_part,
        series=series,
    )
    write_stages(programme, stages)
    if series is None and kind != Kind.SELF_CHECK:  # a series brings its own
        give_default_steps(programme)
    record(
        by=by,
        city_code=city.code,
        operation="inspection.programme.plan",
        subject=("inspection.programme", programme.pk),
        changes={
            "fiscal_year": fiscal_year,
            "code": code,
            "name": name,
            "kind": kind,
            "target_rule": programme.target_rule,
            "with_risk_part": with_risk_part,
            "series": series.code if series else None,
            "stages": [asdict(stage) for stage in stages],
        },
        business_date=on,
    )
    return programme


_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}", re.ASCII)


def _head_problems(city: City, fiscal_year: int, name: str, purpose: str, code: str) -> list[Problem]:
    problems = []
    if not name.strip():
        problems.append(Problem("名称を入力してください。", "名称", "name"))
    if len(name) > 120:
        problems.append(Problem("名称は120字までです。", "名称", "name"))
    if len(purpose) > 2_000:
        problems.append(Problem("目的は2,000字までです。", "目的", "purpose"))
    if not _CODE.fullmatch(code):
        message = "半角の英小文字・数字・ハイフンで、20字までで入力してください。"
        problems.append(Problem(message, "コード", "code"))
    if not 1990 <= fiscal_year <= 2100:
        problems.append(Problem("年度は西暦4桁で入力してください（例：2014）。", "年度", "fiscal_year"))
    elif Programme.objects.filter(city=city, fiscal_year=fiscal_year, code=code).exists():
        message = f"{FiscalYear(fiscal_year)}の点検（{code}）はすでにあります。"
        problems.append(Problem(message, "年度", "fiscal_year"))
    return problems


@transaction.atomic
def change_stages(
    *, by: Principal, programme: Programme, stages: Sequence[StagePlan], version: int, on: date | None = None
) -> Programme:
    """Set the stages anew, in their order, also after the launch. ``Invalid`` when one that holds visits would go."""
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
    programme_after(programme.status, "change_stages")
    if problems := stage_problems(stages):
        raise Invalid("段階に誤りがあります。", problems)
    write_stages(programme, stages)
    raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.change_stages",
        subject=("inspection.programme", programme.pk),
        changes={"stages": [asdict(stage) for stage in stages]},
        business_date=on,
    )
    return programme


@transaction.atomic
def close_programme(
    *, by: Principal, programme: Programme, version: int, on: date | None = None
) -> Programme:
    """End the programme: its sheets and stages no longer change. Open findings live on in their own room."""
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
    programme.status = programme_after(programme.status, "close")
    programme.closed_on = on or by.on
    programme.version += 1
    programme.save(update_fields=["status", "closed_on", "version"])
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.close",
        subject=("inspection.programme", programme.pk),
        changes={},
        business_date=on,
    )
    return programme


def locked_programme(by: Principal, programme: Programme) -> Programme:
    """Return the programme with its city, its row locked; ``Missing`` when *by*'s city has no such programme."""
    fresh = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("city")
        .filter(pk=programme.pk, city=by.city_id)
        .first()
    )
    if fresh is None:
        raise Missing("点検がありません。")
    return fresh


def unchanged_programme(by: Principal, programme: Programme, version: int) -> Programme:
    """Return :func:`locked_programme`; ``Stale`` when it was changed since *version* was shown."""
    fresh = locked_programme(by, programme)
    if fresh.version != version:
        raise Stale("ほかの人が先にこの点検を変更しました。ページを開き直してください。")
    return fresh


def raise_version(programme: Programme) -> None:
    """Note on the locked *programme* that something of it changed."""
    programme.version += 1
    programme.save(update_fields=["version"])
