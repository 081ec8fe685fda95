"""What a plan is written from, and what can be wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tenken.common.fiscal_year import FiscalYear
from tenken.plans.models import PlannedActivity
from tenken.plans.rules.day_lists import MONTHS
from tenken.policy.rules.inputs import Inputs

OVERVIEW_LIMIT, TEXT_LIMIT = 2_000, 4_000
_MOST_STAGES, _MOST_SESSIONS, _MOST_DATES, _MOST_LINES = 12, 40, 60, 20
_PREPARED_EARLIER = timedelta(days=366)  # a stage may begin before its year does, by a year at most


@dataclass(frozen=True)
class StageInput:
    """A stage of an activity that no programme carries."""

    name: str
    starts_on: date
    ends_on: date
    target: str
    purpose: str
    outline: str


@dataclass(frozen=True)
class SessionInput:
    """A course or meeting; ``dates`` its days, or ``months`` alone."""

    name: str
    form: str = ""
    dates: Sequence[date] = ()
    months: Sequence[int] = ()
    contents: Sequence[str] = ()


@dataclass(frozen=True)
class ActivityInput:
    """An activity with its stages and sessions, as the secretariat writes it."""

    kind: str
    title: str
    text: str = ""
    programme_code: str = ""
    visits: int | None = None
    stages: Sequence[StageInput] = ()
    sessions: Sequence[SessionInput] = ()


def checked_overview(text: str) -> str:
    """Return the overview as kept; ``Invalid`` when too long."""
    inputs = Inputs()
    kept = inputs.text("overview", "概要", text, OVERVIEW_LIMIT, required=False)
    inputs.refuse("概要を保存できません。")
    return kept


def checked_activity(typed: ActivityInput, fiscal_year: int, place: str = "") -> ActivityInput:
    """Return *typed* as kept; ``Invalid`` names every problem with its place (below *place*, if given)."""
    inputs = Inputs()
    within = f"{place}：" if place else ""
    if typed.kind not in PlannedActivity.Kind.values:
        inputs.add("kind", f"{within}種類", "種類を選んでください。")
    visits = typed.visits
    if visits is not None and not 0 <= visits <= 9_999:
        inputs.add("visits", f"{within}訪問調査の予定数", "0から9,999までの数を入力してください。")
    kept = replace(
        typed,
        title=inputs.text("title", f"{within}名称", typed.title, 80),
        text=inputs.text("text", f"{within}内容", typed.text, TEXT_LIMIT, required=False),
        programme_code=inputs.text(
            "programme_code", f"{within}点検のコード", typed.programme_code, 20, required=False
        ),
        stages=tuple(
            _stage(inputs, number, stage, fiscal_year, within) for number, stage in enumerate(typed.stages)
        ),
        sessions=tuple(
            _session(inputs, number, one, fiscal_year, within) for number, one in enumerate(typed.sessions)
        ),
    )
    if len(kept.stages) > _MOST_STAGES:
        inputs.add("stages", f"{within}段階", f"段階は{_MOST_STAGES}個までです。")
    if len(kept.sessions) > _MOST_SESSIONS:
        inputs.add("sessions", f"{within}研修・会議", f"研修・会議は{_MOST_SESSIONS}件までです。")
    inputs.refuse("年間計画を保存できません。")
    return kept


def _stage(inputs: Inputs, number: int, typed: StageInput, fiscal_year: int, within: str) -> StageInput:
    place, field = f"{within}段階{number + 1}", f"stages-{number}"
    year = FiscalYear(fiscal_year)
    if typed.ends_on < typed.starts_on:
        inputs.add(f"{field}-ends_on", f"{place}の終了日", "終了日が開始日より前です。")
    elif typed.ends_on > year.ends_on or typed.starts_on < year.starts_on - _PREPARED_EARLIER:
        inputs.add(f"{field}-starts_on", f"{place}の期間", f"{year}の計画に入る日付ではありません。")
    return replace(
        typed,
        name=inputs.text(f"{field}-name", f"{place}の名称", typed.name, 60),
        target=inputs.text(f"{field}-target", f"{place}の対象", typed.target, 200),
        purpose=inputs.text(f"{field}-purpose", f"{place}の目的", typed.purpose, 1_000),
        outline=inputs.text(f"{field}-outline", f"{place}の実施概要", typed.outline, 1_000),
    )


def _session(inputs: Inputs, number: int, typed: SessionInput, fiscal_year: int, within: str) -> SessionInput:
    place, field = f"{within}研修・会議{number + 1}", f"sessions-{number}"
    year = FiscalYear(fiscal_year)
    if outside := [day for day in typed.dates if day not in year]:
        message = f"{outside[0].isoformat()}は{year}の日付ではありません。"
        inputs.add(f"{field}-dates", f"{place}の開催日", message)
    if len(typed.dates) > _MOST_DATES:
        inputs.add(f"{field}-dates", f"{place}の開催日", f"{_MOST_DATES}日までです。")
    if any(month not in MONTHS for month in typed.months):
        inputs.add(f"{field}-months", f"{place}の開催月", "1から12までの月を入力してください。")
    return replace(
        typed,
        name=inputs.text(f"{field}-name", f"{place}の名称", typed.name, 80),
        form=inputs.text(f"{field}-form", f"{place}の形式・回数", typed.form, 120, required=False),
        dates=tuple(sorted(set(typed.dates))),
        months=tuple(month for month in MONTHS if month in typed.months),
        contents=tuple(inputs.lines(f"{field}-contents", f"{place}の内容", typed.contents, 300, _MOST_LINES)),
    )
