"""The past years: FY2013 and FY2014, from the plan to the close, with the counts of ``figures.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tenken.audit import operations as audit
from tenken.audit.models import Visit
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import categories, digest, figures, stage_days
from tenken.demo.issues import YearOfIssues, lay_out
from tenken.demo.sheets import Asked, PastYear, Writer, between, past_findings, past_sheets
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.inspection import operations as inspection
from tenken.inspection.models import Programme, Question, Stage
from tenken.inspection.operations import StagePlan
from tenken.organization.access import Principal

SECRETARIAT_POST = "jimu01"
_VISITED_ITEMS = frozenset({"M-MD-01", "M-MD-02"})
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
    made: DemoCity, fiscal_year: int, days: dict[str, tuple[date, date]], items: Sequence[str]
) -> Programme:
    """Plan a year's programme over *items* and launch it on the first day of the self-inspection."""
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
    """Return the issues of FY2013 or FY2014. Relapses of FY2014 had the same issue in FY2013."""
    values = figures()
    visited = {plan.code_of(row["bureau"], row["unit"]) for row in plan.city_data()["visits"]}
    reorganised = [change.units[0] for change in plan.changes() if change.on == date(2014, 4, 1)]
    if year == 2014:
        first = {"clear_desk": reorganised}
    else:
        later = issues_of(2014).sections
        first = {row.code: list(later[row.code][: row.relapsed]) for row in categories(2014)}
    candidates = set(plan.answering_on(date(2014, 7, 1))) - visited
    return lay_out(
        categories(year),
        sorted(candidates),
        total=values[f"fy{year}.sections_with_issues"],
        not_improved=values[f"fy{year}.sections_not_improved"],
        year=year,
        first=first,
    )


def load_past_year(made: DemoCity, year: int, items: Sequence[str]) -> YearLoaded:
    """Load FY2013 or FY2014 from the plan to the close of its programme."""
    days = stage_days(year)
    programme = plan_and_launch(made, year, days, items)
    first, last = days["self_inspection"]
    units = {unit.code: unit.pk for unit in made.units_on(first).values() if unit.kind.answers_sheets}
    visited = {plan.code_of(row["bureau"], row["unit"]): _VISITED_ITEMS for row in plan.city_data()["visits"]}
    asked = asked_in(programme)
    rows = past_sheets(year, units, list(asked), issues_of(year), (first, last), visited)
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
        secretariat=_writer(made, secretariat_post(), days["improvement"][0]),
        improved_late=_improved_late(year),
    )
    lives = past_findings(past, issues_of(year))
    ended = days["follow_up"][1]
    findings.record_history(by=made.system(ended), city=made.city, rows=lives, on=ended)
    found = len(lives)
    if year == 2014:
        found += load_visits(made, programme, days["follow_up"])
    closed_on = FiscalYear(year).ends_on
    programme.refresh_from_db()
    inspection.close_programme(
        by=made.system(closed_on), programme=programme, version=programme.version, on=closed_on
    )
    return YearLoaded(programme, len(rows), found)


def secretariat_post() -> str:
    """Return the code of the post whose holder signs for the secretariat."""
    return next(post for post, account in plan.account_posts().items() if account == SECRETARIAT_POST)


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


def load_visits(made: DemoCity, programme: Programme, follow_up: tuple[date, date]) -> int:
    """Record the visits of FY2014 and what the sections did about the findings; return how many there were."""
    stage = Stage.objects.get(programme=programme, kind=Stage.Kind.VISIT)
    texts = plan.city_data()["visit_findings"]
    visits = []
    for row in plan.city_data()["visits"]:
        code = plan.code_of(row["bureau"], row["unit"])
        practice = row.get("good_practice", "")
        visits.append(
            audit.record_past_visit(
                by=made.acting(secretariat_post(), row["date"]),
                stage=stage,
                unit=made.units_on(row["date"])[code],
                visited_on=row["date"],
                good_practices=[practice] if practice else [],
                findings=[(item, texts[item]) for item in row["findings"]],
                on=row["date"],
            )
        )
    found = Finding.objects.filter(
        city=made.city, fiscal_year=programme.fiscal_year, origin=Finding.Origin.VISIT
    ).select_related("unit")
    for finding in found:
        _follow_up(made, finding, follow_up)
    for visit in visits:
        if visit.status == Visit.Status.FOLLOW_UP:
            by = made.acting(secretariat_post(), follow_up[1])
            audit.close_visit(by=by, visit=visit, version=visit.version, on=follow_up[1])
    return len(found)


def _follow_up(made: DemoCity, finding: Finding, stage: tuple[date, date]) -> None:
    first, last = stage
    planned = between(first, first + timedelta(days=14), "visit plan", finding.unit.code)
    head = f"{finding.unit.code}-1"
    by: Principal = made.acting(head, planned)
    texts = {
        "M-MD-01": (
            "保管するUSBメモリを全部台帳と照らし合わせ、毎月末の突合を2人で行う。",
            "全数を照らし合わせ、1月末と2月末の突合の記録を残した。台帳と現物は一致している。",
        ),
        "M-MD-02": (
            "全部のUSBメモリに、重要性分類の色分けラベルを貼る。",
            "ラベルを貼り、台帳の分類と同じであることを2人で確かめた。",
        ),
    }[finding.item_code]
    finding = findings.plan(
        by=by,
        finding=finding,
        text=texts[0],
        owner=by.actor.name,
        due_on=last,
        version=finding.version,
        on=planned,
    )
    reported = last - timedelta(days=17)
    by = made.acting(head, reported)
    finding = findings.report(
        by=by, finding=finding, action=texts[1], action_on=reported, version=finding.version, on=reported
    )
    secretariat = made.acting(secretariat_post(), last - timedelta(days=3))
    findings.check(
        by=secretariat,
        finding=finding,
        outcome="verified",
        comment="再訪して、記録と現物を確かめた。",
        version=finding.version,
        on=last - timedelta(days=3),
    )
