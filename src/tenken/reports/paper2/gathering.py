"""Gather paper 2: the plan says what and when, the programme and the organisation say how many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.queries.targets import sections_on
from tenken.organization.models import City
from tenken.plans.models import PlannedActivity, PlannedSession, PlannedStage
from tenken.plans.queries import plan_of
from tenken.reports.committee import inspection_figures, is_specimen, stage_figures
from tenken.reports.paper2.figures import ActivityFigures, LeftItem, PlanFigures, SessionFigures
from tenken.reports.stages import StageFigures

_KINDS_BY_NAME = {label: Stage.Kind(code) for code, label in Stage.Kind.choices}


def plan_figures(city: City, fiscal_year: int) -> PlanFigures:
    """Return the facts of paper 2 of a year. Fixed number of queries per activity; ``Missing`` without a plan."""
    plan = plan_of(city, fiscal_year)
    if plan is None:
        raise Missing(
            f"{FiscalYear(fiscal_year)}の年間計画がまだないため、資料２は作れません。先に年間計画を作ってください。"
        )
    return PlanFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        overview=plan.overview,
        activities=tuple(
            ActivityFigures(
                number=number,
                kind=activity.kind,
                title=activity.title,
                text=activity.text,
                stages=tuple(_stages(city, fiscal_year, activity)),
                sessions=tuple(_session(one) for one in activity.sessions.all()),
            )
            for number, activity in enumerate(plan.activities.all(), start=1)
        ),
        left=_left(city, fiscal_year - 1),
        invented=is_specimen(city),
    )


def _session(session: PlannedSession) -> SessionFigures:
    return SessionFigures(
        name=session.name,
        form=session.form,
        dates=tuple(date.fromisoformat(day) for day in session.dates),
        months=tuple(session.months),
        contents=tuple(session.contents),
    )


def _stages(city: City, fiscal_year: int, activity: PlannedActivity) -> Iterable[StageFigures]:
    programme = (
        Programme.objects.filter(city=city, fiscal_year=fiscal_year, code=activity.programme_code)
        .prefetch_related("stages")
        .first()
        if activity.programme_code
        else None
    )
    if programme is not None and programme.stages.all():
        for stage in programme.stages.all():
            yield _counted(city, stage, stage.kind, activity, programme)
        return
    for planned in activity.stages.all():
        # A stage called as the programme will call it reaches whom the programme will reach.
        kind = _KINDS_BY_NAME.get(planned.name) if activity.programme_code else None
        yield _counted(city, _as_stage(planned, kind or Stage.Kind.OTHER), kind or "", activity, None)


def _as_stage(planned: PlannedStage, kind: Stage.Kind) -> Stage:
    """Return a planned stage as the programme's would be; never saved."""
    return Stage(
        kind=kind,
        name=planned.name,
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        target=planned.target,
        purpose=planned.purpose,
        outline=planned.outline,
    )


def _counted(
    city: City, stage: Stage, kind: str, activity: PlannedActivity, programme: Programme | None
) -> StageFigures:
    if kind == Stage.Kind.SELF_INSPECTION:
        return stage_figures(stage, _sections(city, stage.starts_on, programme))
    if kind == Stage.Kind.VISIT:
        return stage_figures(stage, activity.visits, about=True)
    return stage_figures(stage, None)


def _sections(city: City, first_day: date, programme: Programme | None) -> int:
    """Count whom the self-inspection reaches: those that have their sheet, before that those that stand on its first day."""
    if programme is not None and programme.status != Programme.Status.PLANNED:
        sheets = Sheet.objects.filter(programme=programme, system__isnull=True)
        return sheets.exclude(status=Sheet.Status.EXEMPTED).count()
    return len(sections_on(city, first_day))


def _left(city: City, fiscal_year: int) -> tuple[LeftItem, ...] | None:
    try:
        results = inspection_figures(city, fiscal_year)
    except Missing:
        return None
    parts = (("セキュリティマネジメント点検", results.management), ("リスク対策状況点検", results.risk))
    left = [
        LeftItem(item.code, item.name, part, item.issues, item.not_improved)
        for part, items in parts
        for item in items
        if item.not_improved
    ]
    return tuple(sorted(left, key=lambda item: -item.not_improved))
