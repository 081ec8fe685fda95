"""The past years, from the plan to the close, with the counts of ``figures.yaml`` and ``years.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import categories, digest, figures, stage_days, totals
from tenken.demo.issues import YearOfIssues, lay_out
from tenken.demo.sheets import Asked, PastYear, Writer, past_findings, past_sheets
from tenken.demo.visits import contradicted, load_visits, visits_of
from tenken.findings import operations as findings
from tenken.inspection import operations as inspection
from tenken.inspection.models import Programme, Question, Series
from tenken.inspection.operations import StagePlan

RISK_PART_SINCE = 2014
_STAGES = {
    "self_inspection": (
        "自己点検",
        "全庁",
        "セキュリティ対策の現状をつかみ、改善の足がかりとする。",
        "点検シートにより、情報セキュリティ上の課題をつかむ。",
    ),
    "improvement": (
        "改善取組",
        "自己点検で課題が見られた課公所",
        "自己点検で見つけた課題に、必要な対策をとる。",
        "課題ごとに改善計画、改善実施、改善報告を行う。",
    ),
    "visit": (
        "訪問調査",
        "全庁から抽出",
        "対象課の対策の状況を現場で確かめる。",
        "監査人が聞き取りと現場確認を行い、点検シートの内容の実情を確かめる。",
    ),
    "follow_up": (
        "フォローアップ",
        "訪問調査対象課",
        "訪問調査で対応が必要とした事項を、後から確かめる。",
        "報告会を開き、指摘した事項のその後の改善を支援し、確かめる。",
    ),
}


@dataclass(frozen=True)
class YearLoaded:
    """What came of loading one year."""

    programme: Programme
    sheets: int
    findings: int


def stage_plans(days: dict[str, tuple[date, date]]) -> list[StagePlan]:
    """Return the four stages with the words the demo gives them."""
    return [StagePlan(kind, name, *days[kind], *words) for kind, (name, *words) in _STAGES.items()]


def plan_and_launch(
    made: DemoCity,
    fiscal_year: int,
    days: dict[str, tuple[date, date]],
    items: Sequence[str],
    series: Series | None = None,
) -> Programme:
    """Plan a year's programme over *items* and launch it on the first day of the self-inspection. It has the risk part
    since FY2014."""
    launched_on = days["self_inspection"][0]
    planned_on = launched_on - timedelta(days=30)
    by = made.system(planned_on)
    programme = inspection.plan_programme(
        by=by,
        city=made.city,
        fiscal_year=fiscal_year,
        name=f"{FiscalYear(fiscal_year)}情報セキュリティ点検",
        purpose="全庁の課公所が、情報セキュリティポリシーの守られ方を自分で確かめ、課題を改善する。",
        stages=stage_plans(days),
        with_risk_part=fiscal_year >= RISK_PART_SINCE,
        series=series,
        on=planned_on,
    )
    inspection.choose_questions(
        by=by, programme=programme, item_codes=items, version=programme.version, on=planned_on
    )
    programme.refresh_from_db()
    inspection.launch(
        by=made.system(launched_on), programme=programme, version=programme.version, on=launched_on
    )
    programme.refresh_from_db()
    return programme


def asked_in(programme: Programme) -> dict[str, Asked]:
    """Return the questions of a programme by item code, in the order of the sheet."""
    rows = Question.objects.filter(form__programme=programme).select_related("revision__item", "category")
    return {
        row.revision.item.code: Asked(row.revision.item.code, row.revision.question, row.category.code)
        for row in rows.order_by("order")
    }


@cache
def issues_of(year: int) -> YearOfIssues:
    """Return the issues of a past year. Relapses of FY2014 and FY2015 had the same issue in the year before."""
    total, not_improved = totals(year)
    visited = {visit.code for of in (2014, year) for visit in visits_of(of)}
    candidates = set(plan.answering_on(date(max(year, 2014), 7, 1))) - visited
    return lay_out(
        categories(year),
        sorted(candidates),
        total=total,
        not_improved=not_improved,
        year=year,
        first=_first(year, candidates),
    )


def _first(year: int, candidates: set[str]) -> dict[str, list[str]]:
    """Return the sections that must have an issue in the first item of a 調査項目: the reorganised, and who relapses."""
    if year == 2014:
        return {"clear_desk": [change.units[0] for change in plan.changes() if change.on == date(2014, 4, 1)]}
    if year == 2013:
        later = issues_of(2014).sections
        return {row.code: list(later[row.code][: row.relapsed]) for row in categories(2014)}
    if year != 2015:
        return {}
    before = issues_of(2014)
    again = {}
    for row in categories(2015):
        item = next(iter(row.items))
        had = [code for code in before.sections[row.code] if (code, item) in before.items]
        again[row.code] = (
            [code for code in had if code in candidates][-row.relapsed :] if row.relapsed else []
        )
    return again


def load_past_year(made: DemoCity, year: int, items: Sequence[str]) -> YearLoaded:
    """Load a past year from the plan to the close of its programme."""
    days = stage_days(year)
    programme = plan_and_launch(made, year, days, items)
    first, last = days["self_inspection"]
    standing = made.units_on(first)
    sections = {unit.code: unit for unit in standing.values() if unit.kind.answers_sheets}
    units = {code: unit.pk for code, unit in sections.items()}
    asked = asked_in(programme)
    names = {code: unit.name for code, unit in sections.items()} if programme.with_risk_part else {}
    rows = past_sheets(year, units, list(asked), issues_of(year), (first, last), _conforming(year), names)
    answers = inspection.record_history(by=made.system(last), programme=programme, rows=rows, on=last)
    past = PastYear(
        year=year,
        improvement=days["improvement"],
        follow_up=days["follow_up"],
        units=units,
        answers=answers,
        accepted={row.unit_id: row.accepted_on for row in rows},
        asked=asked,
        sections={code: _writer(made, f"{code}-1", days["improvement"][0]) for code in units},
        secretariat=_writer(made, plan.secretariat_post(), days["improvement"][0]),
        improved_late=_improved_late(year),
        bureaus={code: unit.pk for code, unit in standing.items() if unit.kind.rank == 1},
    )
    lives = past_findings(past, issues_of(year))
    ended = days["follow_up"][1]
    findings.record_history(by=made.system(ended), city=made.city, rows=lives, on=ended)
    found = len(lives)
    if visits_of(year):
        found += load_visits(made, programme, days["follow_up"])
    closed_on = FiscalYear(year).ends_on
    programme.refresh_from_db()
    inspection.close_programme(
        by=made.system(closed_on), programme=programme, version=programme.version, on=closed_on
    )
    return YearLoaded(programme, len(rows), found)


def _conforming(year: int) -> dict[str, frozenset[str]]:
    """Return what a section surely says is in order: that of FY2013's visited sections stays as FY2014's papers found it."""
    return contradicted(2014) if year == 2013 else contradicted(year)


def _writer(made: DemoCity, post: str, day: date) -> Writer:
    person = made.holder(post, day)
    return Writer(person.number, person.name)


def _improved_late(year: int) -> frozenset[str]:
    """Return the sections whose stand-alone PCs were 未改善 at the report and improved at the follow-up."""
    if year != 2014:
        return frozenset()
    count = figures()["fy2014.stand_alone_virus_not_improved_at_report"]
    codes = issues_of(2014).sections["standalone_pc"]
    return frozenset(sorted(codes, key=lambda code: digest("late", code))[:count])
