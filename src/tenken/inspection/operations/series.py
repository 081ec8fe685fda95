"""The city's rhythm: a series is kept as data, and a year's programmes come from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db import transaction

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import (
    Kind,
    Programme,
    ReminderStep,
    Rhythm,
    Series,
    Stage,
    TargetException,
)
from tenken.inspection.operations.programmes import plan_programme
from tenken.inspection.operations.questions import write_questions
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.operations.stages import StagePlan
from tenken.inspection.operations.targets import TargetSaid, write_exceptions
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.rules.rhythm import USUAL_MONTHS, Later, Turn, month_problem, turns_of
from tenken.inspection.rules.targets import RULES_OF
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.opening_days import OpeningDays, opening_days_of
from tenken.policy.queries.bank import ItemOnDate, items_on

_CODE = re.compile(r"[a-z][a-z0-9-]{0,11}", re.ASCII)
_LATER_KINDS = (Stage.Kind.IMPROVEMENT, Stage.Kind.VISIT, Stage.Kind.FOLLOW_UP, Stage.Kind.OTHER)
BY_THE_SERIES, INTENSIFIED = "周期で決めた項目", "強化月間の項目"


@dataclass(frozen=True)
class ReminderPlan:
    """A step of the chase: days from the due date, whom besides, and whether it repeats weekly."""

    days: int
    audience: str
    weekly: bool = False


@dataclass(frozen=True)
class SeriesPlan:
    """A series as the city sets it. Empty ``months``: the usual ones of the rhythm; empty ``items``: all standing ones."""

    code: str
    name: str
    kind: str = Kind.INSPECTION
    rhythm: str = Rhythm.YEARLY
    months: tuple[int, ...] = ()
    intensified_months: tuple[int, ...] = ()
    items: tuple[str, ...] = ()
    intensified_items: tuple[str, ...] = ()
    opens_on_day: int = 1
    days_to_answer: int = 30
    later: tuple[Later, ...] = ()
    target_rule: str = ""
    with_risk_part: bool = False
    reminders: tuple[ReminderPlan, ...] = field(default=())


@transaction.atomic
def save_series(
    *,
    by: Principal,
    plan: SeriesPlan,
    series: Series | None = None,
    version: int | None = None,
    on: date | None = None,
) -> Series:
    """Add a series to *by*'s city, or set *series* anew (its code stays). Programmes that are planned stay as they are.

    ``Invalid`` names each wrong field; ``Stale`` when *series* was changed since *version* was shown, or has ended.
    """
    require(by, MANAGE_PROGRAMMES)
    row = _locked(by, series, version) if series else Series(city=by.city, code=plan.code, version=0)
    problems = list(_problems(by, plan, row))
    if problems:
        raise Invalid("点検の周期に誤りがあります。", problems)
    row.name, row.kind, row.rhythm = plan.name.strip(), plan.kind, plan.rhythm
    row.months = list(plan.months or USUAL_MONTHS[plan.rhythm])
    row.intensified_months = list(plan.intensified_months)
    row.items, row.intensified_items = list(plan.items), list(plan.intensified_items)
    row.opens_on_day, row.days_to_answer = plan.opens_on_day, plan.days_to_answer
    row.further_stages = [asdict(stage) for stage in plan.later]
    row.target_rule = plan.target_rule or RULES_OF[plan.kind][0]
    row.with_risk_part = plan.with_risk_part
    row.reminders = [asdict(step) for step in plan.reminders]
    row.version += 1
    row.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="inspection.series.save",
        subject=("inspection.series", row.pk),
        changes=asdict(plan),
        business_date=on,
    )
    return row


def _locked(by: Principal, series: Series, version: int | None) -> Series:
    row = Series.objects.select_for_update().filter(pk=series.pk, city=by.city_id).first()
    if row is None:
        raise Missing("点検の周期がありません。")
    if version is not None and row.version != version:
        raise Stale("ほかの人が先にこの周期を変更しました。ページを開き直してください。")
    if row.ended_on is not None:
        raise Stale("廃止した周期は変えられません。")
    return row


def _problems(by: Principal, plan: SeriesPlan, row: Series) -> Iterator[Problem]:
    if row.pk is None and not _CODE.fullmatch(plan.code):
        yield Problem(
            "半角の英小文字で始まる、英小文字・数字・ハイフン12字までで入力してください。", "コード", "code"
        )
    elif row.pk is None and Series.objects.filter(city=by.city_id, code=plan.code).exists():
        yield Problem("このコードの周期はすでにあります。", "コード", "code")
    if not plan.name.strip() or len(plan.name) > 80:
        yield Problem("名称を80字までで入力してください。", "名称", "name")
    rules = RULES_OF.get(plan.kind, ())
    if not rules:
        yield Problem("点検の種類が正しくありません。", "種類", "kind")
    elif plan.target_rule and plan.target_rule not in rules:
        yield Problem("この種類の点検では選べない対象です。", "対象", "target_rule")
    if plan.rhythm not in Rhythm.values:
        yield Problem("周期が正しくありません。", "周期", "rhythm")
    else:
        yield from _month_problems(plan)
    if not 1 <= plan.opens_on_day <= 28:
        yield Problem("1〜28の数字で入力してください。", "開始する日", "opens_on_day")
    if not 1 <= plan.days_to_answer <= 180:
        yield Problem("1〜180の数字で入力してください。", "記入の日数", "days_to_answer")
    yield from _item_problems(by, plan)
    yield from _later_problems(plan)


def _month_problems(plan: SeriesPlan) -> Iterator[Problem]:
    months = plan.months or USUAL_MONTHS[plan.rhythm]
    if problem := month_problem(plan.rhythm, months):
        yield Problem(problem, "開始する月", "months")
    if not set(plan.intensified_months) <= set(months):
        yield Problem("強化月間は、開始する月から選んでください。", "強化月間", "intensified_months")
    if plan.intensified_months and not plan.intensified_items:
        yield Problem("強化月間に加える点検項目を選んでください。", "強化月間の項目", "intensified_items")


def _item_problems(by: Principal, plan: SeriesPlan) -> Iterator[Problem]:
    if not (plan.items or plan.intensified_items):
        return
    known = {item.item.code for item in items_on(by.city_id, by.on)}
    for label, name, codes in (
        ("点検項目", "items", plan.items),
        ("強化月間の項目", "intensified_items", plan.intensified_items),
    ):
        for code in sorted(set(codes) - known):
            yield Problem(f"「{code[:40]}」という点検項目はありません。", label, name)


def _later_problems(plan: SeriesPlan) -> Iterator[Problem]:
    for number, stage in enumerate(plan.later, start=1):
        place = f"自己点検のあとの段階{number}"
        if stage.kind not in _LATER_KINDS:
            yield Problem("段階の種類が正しくありません。", place, f"later-{number - 1}-kind")
        if not stage.name.strip() or len(stage.name) > 60:
            yield Problem("段階の名称を60字までで入力してください。", place, f"later-{number - 1}-name")
        if not 1 <= stage.days <= 366:
            yield Problem("日数は1〜366の数字で入力してください。", place, f"later-{number - 1}-days")
    for step in plan.reminders:
        if step.audience not in ReminderStep.Audience.values or not -180 <= step.days <= 180:
            yield Problem("督促は、期限の前後180日までで、宛先を選んでください。", "督促", "reminders")


@transaction.atomic
def end_series(*, by: Principal, series: Series, version: int, on: date | None = None) -> Series:
    """End a series: no further year is planned from it. Programmes that are planned stay."""
    require(by, MANAGE_PROGRAMMES)
    row = _locked(by, series, version)
    row.ended_on = on or by.on
    row.version += 1
    row.save(update_fields=["ended_on", "version"])
    record(
        by=by,
        city_code=by.city_code,
        operation="inspection.series.end",
        subject=("inspection.series", row.pk),
        changes={"code": row.code},
        business_date=row.ended_on,
    )
    return row


def turns_in(series: Series, year: FiscalYear, days: OpeningDays) -> list[Turn]:
    """Return the programmes that *series* brings in *year*."""
    return turns_of(
        code=series.code,
        name=series.name,
        rhythm=series.rhythm,
        months=series.months,
        intensified_months=series.intensified_months,
        opens_on_day=series.opens_on_day,
        days_to_answer=series.days_to_answer,
        later=[Later(**stage) for stage in series.further_stages],
        year=year,
        open_day=days.next_open,
    )


@transaction.atomic
def plan_year(*, by: Principal, series: Series, fiscal_year: int, on: date | None = None) -> list[Programme]:
    """Plan the programmes that *series* brings in a fiscal year and that are not there yet; return the new ones.

    Each has its stages on open days, its questions in the wording in force when it opens, the series' reminders and
    target rule, and the exceptions of the series' programme before. ``Stale`` for an ended series; ``Invalid`` when
    nothing of its items is in the bank, or the code belongs to a programme of another kind of planning.
    """
    require(by, MANAGE_PROGRAMMES)
    row = _locked(by, series, None)
    year = FiscalYear(fiscal_year)
    if not 1990 <= fiscal_year <= 2100:
        raise Invalid("年度は西暦4桁で入力してください（例：2014）。")
    turns = turns_in(row, year, opening_days_of(by.city))
    there = dict(
        Programme.objects.filter(
            city=by.city_id, fiscal_year=fiscal_year, code__in=[turn.code for turn in turns]
        ).values_list("code", "series_id")
    )
    foreign = [code for code, owner in there.items() if owner != row.pk]
    if foreign:
        raise Invalid(
            "この周期のものではない点検が、同じコードで計画されています。",
            [Problem(f"コード{code}の点検がすでにあります。", str(year)) for code in foreign],
        )
    exceptions = _exceptions_before(row)
    planned = [_plan_turn(by, row, year, turn, exceptions, on) for turn in turns if turn.code not in there]
    if planned:
        record(
            by=by,
            city_code=by.city_code,
            operation="inspection.series.plan_year",
            subject=("inspection.series", row.pk),
            changes={"fiscal_year": fiscal_year, "programmes": [one.pk for one in planned]},
            business_date=on,
        )
    return planned


_ABOUT: Mapping[str, tuple[str, str, str]] = {
    Stage.Kind.SELF_INSPECTION: (
        "",
        "セキュリティ対策の現状をつかみ、改善の足がかりにする。",
        "点検シートに記入し、情報セキュリティ上の課題を明らかにする。",
    ),
    Stage.Kind.IMPROVEMENT: (
        "課題が見られた課公所",
        "見つかった課題に対して、必要な対策をとる。",
        "課題について、改善計画・改善実施・改善報告を行う。",
    ),
    Stage.Kind.VISIT: (
        "対象から選んだ課公所",
        "対策の実情を確かめる。",
        "監査人が聞き取りと現場の確認を行う。",
    ),
    Stage.Kind.FOLLOW_UP: (
        "訪問調査の対象となった課公所",
        "対応が必要とされた事項を、あとから確認する。",
        "その後の改善への支援と確認を行う。",
    ),
    Stage.Kind.OTHER: ("対象の課公所", "点検の結果を生かす。", "必要な取組を行う。"),
}


def _plan_turn(
    by: Principal,
    series: Series,
    year: FiscalYear,
    turn: Turn,
    exceptions: Sequence[TargetSaid],
    on: date | None,
) -> Programme:
    programme = plan_programme(
        by=by,
        city=by.city,
        fiscal_year=year.year,
        name=turn.name,
        stages=_stages(series, turn),
        code=turn.code,
        kind=series.kind,
        target_rule=series.target_rule,
        with_risk_part=series.with_risk_part,
        series=series,
        on=on,
    )
    items, because = _items(series, turn, by.city_id)
    write_questions(programme, items, because)
    write_exceptions(programme, exceptions)
    if series.kind != Kind.SELF_CHECK and not series.reminders:
        give_default_steps(programme)
    ReminderStep.objects.bulk_create(ReminderStep(programme=programme, **step) for step in series.reminders)
    return programme


def _stages(series: Series, turn: Turn) -> list[StagePlan]:
    plans = []
    for term in turn.terms:
        target, purpose, outline = _ABOUT[Stage.Kind(term.kind)]
        plans.append(
            StagePlan(
                kind=term.kind,
                name=term.name,
                starts_on=term.starts_on,
                ends_on=term.ends_on,
                target=target or series.get_target_rule_display(),
                purpose=purpose,
                outline=outline,
            )
        )
    return plans


def _items(series: Series, turn: Turn, city_id: int) -> tuple[list[ItemOnDate], dict[str, str]]:
    """The items that a turn asks, as worded when it opens, each with why."""
    bank = items_on(city_id, turn.terms[0].starts_on)
    wanted = set(series.items)
    because = {
        one.item.code: BY_THE_SERIES if wanted else "毎年の項目"
        for one in bank
        if (one.item.code in wanted if wanted else one.item.standing)
    }
    if turn.intensified:
        known = {one.item.code for one in bank}
        because |= {code: INTENSIFIED for code in series.intensified_items if code in known}
    if not because:
        raise Invalid(
            f"{turn.name}で聞く点検項目がありません。",
            [Problem("点検項目の一覧に、この周期の項目がありません。", "点検項目")],
        )
    return [one for one in bank if one.item.code in because], because


def _exceptions_before(series: Series) -> list[TargetSaid]:
    """The exceptions of the series' programme that was planned last."""
    before = series.programmes.order_by("-fiscal_year", "-pk").first()
    if before is None:
        return []
    return [
        TargetSaid(row.mode == TargetException.Mode.INCLUDE, row.reason, row.unit_id, row.system_id)
        for row in TargetException.objects.filter(programme=before).order_by("pk")
    ]
