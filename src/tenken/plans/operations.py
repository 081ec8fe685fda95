"""Every write of the room: a plan begun, written, imported, adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.organization.opening_days import OpeningDays, opening_days_of
from tenken.plans.data import read_plan
from tenken.plans.inputs import ActivityInput, checked_activity, checked_overview
from tenken.plans.models import AnnualPlan, PlannedActivity, PlannedSession, PlannedStage
from tenken.plans.permissions import CHANGE_PLANS
from tenken.plans.queries import activity_input
from tenken.plans.rules.next_year import next_year, next_year_days

_FIRST_YEAR, _LAST_YEAR = 1990, 2100


@transaction.atomic
def start_plan(*, by: Principal, city: City, fiscal_year: int, on: date | None = None) -> AnnualPlan:
    """Begin the plan of a year as a copy of the last year's there is, its days moved on to open days of this year.

    Without an earlier plan it begins empty. ``Stale`` when the year has one, ``Invalid`` for a year out of range.
    """
    require(by, CHANGE_PLANS)
    plan = _new_plan(by, city, fiscal_year)
    before = (
        AnnualPlan.objects.filter(city=city, fiscal_year__lt=fiscal_year).order_by("-fiscal_year").first()
    )
    if before is not None:
        plan.overview = before.overview
        plan.save(update_fields=["overview"])
        opening = opening_days_of(city)
        years = fiscal_year - before.fiscal_year
        rows = before.activities.prefetch_related("stages", "sessions")
        for order, activity in enumerate(rows, start=1):
            _write_activity(plan, order, _moved(activity_input(activity), years, opening))
    changes = {"fiscal_year": fiscal_year, "copied_from": before.fiscal_year if before else None}
    _record(by, plan, "plans.plan.start", changes, on)
    return plan


@transaction.atomic
def import_plan(*, by: Principal, city: City, data: Mapping[str, Any], on: date | None = None) -> AnnualPlan:
    """Take over a whole plan from *data* (``plans.data`` says its shape) as a draft, all or nothing.

    ``Stale`` when the year has a plan, ``Invalid`` with the place of everything that is wrong.
    """
    require(by, CHANGE_PLANS)
    read = read_plan(data)
    plan = _new_plan(by, city, read.fiscal_year)
    plan.overview = checked_overview(read.overview)
    plan.save(update_fields=["overview"])
    for order, typed in enumerate(read.activities, start=1):
        kept = checked_activity(typed, read.fiscal_year, f"取組{order}「{typed.title[:40]}」")
        _write_activity(plan, order, kept)
    changes = {"fiscal_year": read.fiscal_year, "activities": [one.title for one in read.activities]}
    _record(by, plan, "plans.plan.import", changes, on)
    return plan


@transaction.atomic
def change_overview(
    *, by: Principal, plan: AnnualPlan, overview: str, version: int, on: date | None = None
) -> AnnualPlan:
    """Set the overview (概要) of a draft. ``Stale`` when the plan is adopted or no longer at *version*."""
    require(by, CHANGE_PLANS)
    locked = _open(by, plan, version)
    earlier, locked.overview = locked.overview, checked_overview(overview)
    return _changed(by, locked, "plans.plan.change", {"from": earlier, "to": locked.overview}, on)


@transaction.atomic
def add_activity(
    *, by: Principal, plan: AnnualPlan, activity: ActivityInput, version: int, on: date | None = None
) -> PlannedActivity:
    """Add an activity at the end of a draft. ``Invalid`` names what is wrong; ``Stale`` as above."""
    require(by, CHANGE_PLANS)
    locked = _open(by, plan, version)
    kept = checked_activity(activity, locked.fiscal_year)
    last = locked.activities.aggregate(last=Max("order"))["last"] or 0
    row = _write_activity(locked, last + 1, kept)
    _changed(by, locked, "plans.activity.add", {"order": row.order, "activity": asdict(kept)}, on)
    return row


@transaction.atomic
def change_activity(
    *,
    by: Principal,
    plan: AnnualPlan,
    activity_id: int,
    activity: ActivityInput,
    version: int,
    on: date | None = None,
) -> PlannedActivity:
    """Write an activity of a draft anew, stages and sessions included. ``Missing`` when the plan has none such."""
    require(by, CHANGE_PLANS)
    locked = _open(by, plan, version)
    row = _activity(locked, activity_id)
    kept = checked_activity(activity, locked.fiscal_year)
    earlier = asdict(activity_input(row))
    row.stages.all().delete()
    row.sessions.all().delete()
    row = _write_activity(locked, row.order, kept, row)
    changes = {"order": row.order, "from": earlier, "to": asdict(kept)}
    _changed(by, locked, "plans.activity.change", changes, on)
    return row


@transaction.atomic
def remove_activity(
    *, by: Principal, plan: AnnualPlan, activity_id: int, version: int, on: date | None = None
) -> AnnualPlan:
    """Take an activity out of a draft; those after it move up. The journal keeps what it said."""
    require(by, CHANGE_PLANS)
    locked = _open(by, plan, version)
    row = _activity(locked, activity_id)
    changes = {"order": row.order, "activity": asdict(activity_input(row))}
    order = row.order
    row.delete()
    for later in locked.activities.filter(order__gt=order).order_by("order").values_list("pk", flat=True):
        PlannedActivity.objects.filter(pk=later).update(order=F("order") - 1)
    return _changed(by, locked, "plans.activity.remove", changes, on)


@transaction.atomic
def adopt_plan(*, by: Principal, plan: AnnualPlan, on: date, version: int) -> AnnualPlan:
    """Adopt a draft; from then on nothing in it changes. ``Invalid`` without an overview or an activity."""
    require(by, CHANGE_PLANS)
    locked = _open(by, plan, version)
    problems = []
    if not locked.overview:
        problems.append(Problem("概要が書かれていません。", "概要", "overview"))
    if not locked.activities.exists():
        problems.append(Problem("取組が1つもありません。", "取組"))
    if problems:
        raise Invalid("年間計画を決定できません。", problems)
    locked.status, locked.adopted_on, locked.adopted_by = AnnualPlan.Status.ADOPTED, on, by.actor.code
    return _changed(by, locked, "plans.plan.adopt", {"adopted_on": on}, on)


def _new_plan(by: Principal, city: City, fiscal_year: int) -> AnnualPlan:
    if city.pk != by.city_id:
        raise Denied("ほかの市の年間計画は扱えません。")
    if not _FIRST_YEAR <= fiscal_year <= _LAST_YEAR:
        problem = Problem("年度は西暦4桁で入力してください（例：2015）。", "年度", "fiscal_year")
        raise Invalid("年間計画を作れません。", [problem])
    City.objects.select_for_update().get(pk=city.pk)
    if AnnualPlan.objects.filter(city=city, fiscal_year=fiscal_year).exists():
        raise Stale(f"{FiscalYear(fiscal_year)}の年間計画はすでにあります。")
    return AnnualPlan.objects.create(city=city, fiscal_year=fiscal_year)


def _open(by: Principal, plan: AnnualPlan, version: int) -> AnnualPlan:
    if plan.city_id != by.city_id:
        raise Denied("ほかの市の年間計画は扱えません。")
    locked = AnnualPlan.objects.select_for_update().select_related("city").filter(pk=plan.pk).first()
    if locked is None:
        raise Missing("その年間計画はありません。")
    if locked.is_adopted:
        raise Stale("この年間計画は決定されています。変更はできません。")
    if locked.version != version:
        raise Stale("ほかの人が先にこの年間計画を更新しました。最新の内容を確かめてください。")
    return locked


def _activity(plan: AnnualPlan, activity_id: int) -> PlannedActivity:
    row = plan.activities.prefetch_related("stages", "sessions").filter(pk=activity_id).first()
    if row is None:
        raise Missing("その取組はありません。")
    return row


def _write_activity(
    plan: AnnualPlan, order: int, kept: ActivityInput, row: PlannedActivity | None = None
) -> PlannedActivity:
    row = row or PlannedActivity(plan=plan, order=order)
    row.kind, row.title, row.text = kept.kind, kept.title, kept.text
    row.programme_code, row.visits = kept.programme_code, kept.visits
    row.save()
    PlannedStage.objects.bulk_create(
        PlannedStage(activity=row, order=place, **asdict(stage))
        for place, stage in enumerate(kept.stages, start=1)
    )
    PlannedSession.objects.bulk_create(
        PlannedSession(
            activity=row,
            order=place,
            name=one.name,
            form=one.form,
            dates=[day.isoformat() for day in one.dates],
            months=list(one.months),
            contents=list(one.contents),
        )
        for place, one in enumerate(kept.sessions, start=1)
    )
    return row


def _moved(typed: ActivityInput, years: int, opening: OpeningDays) -> ActivityInput:
    """Return an activity with its days *years* later, on open days."""

    def day(found: date) -> date:
        return next_year(found, years, opening)

    return replace(
        typed,
        stages=[
            replace(stage, starts_on=day(stage.starts_on), ends_on=day(stage.ends_on))
            for stage in typed.stages
        ],
        sessions=[replace(one, dates=next_year_days(one.dates, years, opening)) for one in typed.sessions],
    )


def _changed(
    by: Principal, locked: AnnualPlan, operation: str, changes: Mapping[str, Any], on: date | None
) -> AnnualPlan:
    locked.version += 1
    locked.save()
    _record(by, locked, operation, changes, on)
    return locked


def _record(
    by: Principal, plan: AnnualPlan, operation: str, changes: Mapping[str, Any], on: date | None
) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("plans.plan", plan.pk),
        changes={"fiscal_year": plan.fiscal_year, **changes},
        business_date=on or by.on,
    )
