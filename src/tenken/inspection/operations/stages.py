"""The stages of a programme as the city sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import ProtectedError

from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Programme, Stage

_LIMITS = (
    ("name", "名称", 60),
    ("target", "対象", 200),
    ("purpose", "目的", 1_000),
    ("outline", "実施概要", 1_000),
)
_ASIDE = 1_000  # no programme has so many stages: an order that is free while the others move


@dataclass(frozen=True)
class StagePlan:
    """One stage as the city sets it. ``kind`` is one of ``Stage.Kind``."""

    kind: str
    name: str
    starts_on: date
    ends_on: date
    target: str
    purpose: str
    outline: str


def write_stages(programme: Programme, plans: Sequence[StagePlan]) -> None:
    """Make the programme's stages those of *plans*. A stage that stays (same kind and name, else same kind) keeps its row.

    ``Invalid`` when a stage that holds visits would go.
    """
    standing = list(programme.stages.all())
    kept = _kept(standing, plans)
    gone = [stage for stage in standing if stage not in kept]
    try:
        Stage.objects.filter(pk__in=[stage.pk for stage in gone]).delete()
    except ProtectedError:  # visits, or whom to visit: kept by a room above
        raise Invalid(
            "訪問調査の記録がある段階は、なくせません。",
            [Problem("訪問調査の記録がある段階は、なくせません。", "段階", "stages")],
        ) from None
    for stage in kept:
        if stage is not None:
            Stage.objects.filter(pk=stage.pk).update(order=stage.order + _ASIDE)
    for order, (stage, plan) in enumerate(zip(kept, plans, strict=True), start=1):
        row = stage or Stage(programme=programme)
        for name, value in asdict(plan).items():
            setattr(row, name, value)
        row.order = order
        row.save()


def _kept(standing: Sequence[Stage], plans: Sequence[StagePlan]) -> list[Stage | None]:
    """Return the row that goes on as each of *plans*, None where it is new."""
    left = list(standing)
    found: list[Stage | None] = [None] * len(plans)
    for alike in (_same_name, _same_kind):
        for place, plan in enumerate(plans):
            row = next((stage for stage in left if alike(stage, plan)), None)
            if found[place] is None and row is not None:
                found[place] = row
                left.remove(row)
    return found


def _same_name(stage: Stage, plan: StagePlan) -> bool:
    return (stage.kind, stage.name) == (plan.kind, plan.name)


def _same_kind(stage: Stage, plan: StagePlan) -> bool:
    return stage.kind == plan.kind


def stage_problems(plans: Sequence[StagePlan]) -> list[Problem]:
    """Return what is wrong with *plans*, each with its stage and field."""
    problems = [] if plans else [Problem("段階を1つ以上決めてください。", "段階", "stages")]
    for number, plan in enumerate(plans, start=1):
        place = f"段階{number}「{plan.name[:60]}」"
        prefix = f"stages-{number - 1}"
        if not plan.name.strip():
            problems.append(Problem("段階の名称を入力してください。", place, f"{prefix}-name"))
        for name, label, limit in _LIMITS:
            if len(getattr(plan, name)) > limit:
                problems.append(Problem(f"{label}は{limit:,}字までです。", place, f"{prefix}-{name}"))
        if plan.ends_on < plan.starts_on:
            problems.append(Problem("終了日が開始日より前です。", place, f"{prefix}-ends_on"))
        if plan.kind not in Stage.Kind.values:
            problems.append(Problem("段階の種類が正しくありません。", place, f"{prefix}-kind"))
    return problems
