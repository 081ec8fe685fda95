"""情報システム監査 of FY2014: a closed programme without sheets, ten visits, two technical audits, what was found and mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tenken.assets.models import InformationSystem
from tenken.audit import operations as visits
from tenken.audit.engagements.operations import EngagementData, link_visit, plan_engagement
from tenken.audit.models import Engagement, Visit
from tenken.demo import plan
from tenken.demo.auditors import ACCOUNTS
from tenken.demo.city import DemoCity
from tenken.demo.data_files import case_of, digest, pick, read
from tenken.demo.days import in_year
from tenken.demo.engagements import begin, close, days_after, draft, improve, issue, notify
from tenken.demo.ledger import Systems, owned_on
from tenken.demo.sheets import between, cannot_fix
from tenken.demo.systems import CODE, STAGES
from tenken.demo.technical import scan_inside, scan_public
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import Confirm, NotImproved, Plan, Report, StageClosed, Verify
from tenken.inspection import operations as inspection
from tenken.inspection.models import Kind, Programme, Stage, TargetRule
from tenken.inspection.operations import StagePlan
from tenken.organization.models import Unit
from tenken.policy.models import CheckItem

YEAR = 2014
_CLOSED_ON = date(2015, 3, 31)


def load_audit_2014(made: DemoCity, systems: Systems) -> Programme:
    """Load the audit of FY2014 from its plan to its close."""
    about = read("audits2014")
    days = {kind: tuple(in_year(YEAR, day) for day in span) for kind, span in about["stages"].items()}
    programme = _programme(made, about, days)
    _self_inspection(made, systems, about, days)
    stage = Stage.objects.get(programme=programme, kind=Stage.Kind.VISIT)
    held = {row["system"]: _visit(made, systems, stage, about, row) for row in about["visits"]}
    for name in ("inside", "public"):
        _technical(made, systems, held, name, about[name])
    _follow_up(made, list(held.values()), days["follow_up"])
    programme.refresh_from_db()
    inspection.close_programme(
        by=made.system(_CLOSED_ON), programme=programme, version=programme.version, on=_CLOSED_ON
    )
    return programme


def _programme(made: DemoCity, about: dict[str, Any], days: dict[str, Any]) -> Programme:
    launched_on = days["self_inspection"][0]
    planned_on = days_after(launched_on, -30)
    stages = []
    for kind, (name, target, purpose, outline) in STAGES.items():
        said = about["target"] if kind == "self_inspection" else target
        first, last = days[kind]
        stages.append(StagePlan(kind, name, first, last, said, purpose, outline))
    programme = inspection.plan_programme(
        by=made.system(planned_on),
        city=made.city,
        fiscal_year=YEAR,
        name="平成26年度情報システム監査",
        purpose="重要な情報を扱う情報システムの運用を、所管課が自分で確かめ、課題を改善する。",
        stages=stages,
        code=CODE,
        kind=Kind.SYSTEM_AUDIT,
        target_rule=TargetRule.KEY_SYSTEMS,
        on=planned_on,
    )
    return inspection.record_past_launch(
        by=made.system(launched_on), programme=programme, version=programme.version, launched_on=launched_on
    )


def _visit(
    made: DemoCity, systems: Systems, stage: Stage, about: dict[str, Any], row: dict[str, Any]
) -> Visit:
    day, system = in_year(YEAR, row["day"]), systems[row["system"]]
    return visits.record_past_visit(
        by=made.acting(plan.secretariat_post(), day),
        stage=stage,
        unit=owned_on(system, made, day),
        system=system,
        visited_on=day,
        findings=[(item, about["seen"][item]) for item in row["findings"]],
        agreed=[item for item in about["agreed"] if item not in row["findings"]],
        auditors=[made.holder(plan.post_of(account), day) for account in ACCOUNTS],
        chosen_because=about["because"],
        summary=about["summary"],
        on=day,
    )


def _technical(
    made: DemoCity, systems: Systems, held: dict[str, Visit], name: str, about: dict[str, Any]
) -> Engagement:
    """Hold one technical audit to its issued report; what it found is mended by the end of the year."""
    system, visit = systems[about["system"]], held[about["system"]]
    scanned = in_year(YEAR, about["day"])
    planned = date(2014, 9, 10)
    by = made.acting(plan.secretariat_post(), planned)
    engagement = plan_engagement(
        by=by,
        data=EngagementData(
            fiscal_year=YEAR,
            kind="technical",
            unit_id=visit.unit_id,
            system_id=system.pk,
            theme=f"{system.name}の技術監査",
            purpose="情報システムのぜい弱性を診断ツールで確かめ、改善につなげる。",
            scope="サーバ・機器とWebアプリケーション" if name == "public" else "サーバ・機器",
            criteria="情報セキュリティポリシーと情報セキュリティ実施手順",
            method="診断ツールによるサーバ・機器診断とWebアプリケーション診断、訪問調査",
            chosen_because="庁内LANとインターネットから一つずつ選定した。",
            starts_on=date(2014, 11, 4),
            ends_on=date(2014, 12, 26),
        ),
        on=planned,
    )
    keeper = notify(made, engagement, date(2014, 10, 6))
    keeper = begin(made, engagement, keeper, date(2014, 11, 4))
    secretariat = made.acting(plan.secretariat_post(), scanned)
    link_visit(by=secretariat, engagement=engagement, visit=visit, version=engagement.version, on=scanned)
    engagement.refresh_from_db()
    keeper = made.acting(_post_of(made, keeper.person_id, scanned), scanned)
    (scan_public if name == "public" else scan_inside)(keeper, engagement, about)
    engagement.refresh_from_db()
    drafted = days_after(scanned, 2)
    draft(made, engagement, keeper, drafted, summary=about["summary"], opinion=about["opinion"])
    issue(made, engagement, keeper, days_after(drafted, 5), date(2014, 12, 26))
    found = list(Finding.objects.filter(report_items__engagement=engagement).select_related("unit"))
    improve(made, found, date(2015, 1, 9), date(2015, 2, 20), date(2015, 3, 13))
    close(made, engagement, date(2015, 3, 20))
    return engagement


def _post_of(made: DemoCity, person: int | None, on: date) -> str:
    return next(post for post in map(plan.post_of, ACCOUNTS) if made.holder(post, on).pk == person)


def _follow_up(made: DemoCity, held: list[Visit], span: tuple[date, ...]) -> None:
    first, last = span
    found = Finding.objects.filter(
        city=made.city, fiscal_year=YEAR, origin=Finding.Origin.VISIT, system__isnull=False
    ).select_related("unit")
    improve(made, list(found), first + timedelta(days=8), last - timedelta(days=21), last - timedelta(days=7))
    by = made.acting(plan.secretariat_post(), last)
    for visit in held:
        visit.refresh_from_db()
        if visit.status == Visit.Status.FOLLOW_UP:
            visits.close_visit(by=by, visit=visit, version=visit.version, on=last)


def _self_inspection(made: DemoCity, systems: Systems, about: dict[str, Any], days: dict[str, Any]) -> None:
    """Bring in what the self-inspection found, as findings only: the sheets are not kept."""
    items = {item.code: item for item in CheckItem.objects.filter(city=made.city).select_related("category")}
    owners = made.units_on(days["self_inspection"][0])
    rows = []
    for system in systems.values():
        for code, percent in about["items"].items():
            if digest("audit 2014", system.code, code) % 100 < percent:
                rows.append(_finding(made, system, owners[system.owner.code], items[code], about, days))
    rows.sort(key=lambda row: (row.opened_on, row.unit_id, row.item_code))
    ended = days["follow_up"][1]
    findings.record_history(by=made.system(ended), city=made.city, rows=rows, on=ended)


def _finding(
    made: DemoCity,
    system: InformationSystem,
    unit: Unit,
    item: CheckItem,
    about: dict[str, Any],
    days: dict[str, Any],
) -> HistoricFinding:
    first, last = days["self_inspection"]
    opened = between(first + timedelta(days=14), last - timedelta(days=6), "opened", system.code, item.code)
    secretariat = made.holder(plan.secretariat_post(), opened)
    case = case_of(system.code, item.code, YEAR)
    status = _stands(system.code, item)
    return HistoricFinding(
        unit_id=unit.pk,
        fiscal_year=YEAR,
        origin="self_inspection",
        origin_key=f"demo.audit2014:{system.code}:{item.code}",
        title=case["issue"],
        opened_on=opened,
        status=status,
        steps=tuple(_steps(made, unit.code, system.code, item.code, status, about, days)),
        item_code=item.code,
        category_code=item.category.code,
        due_on=days["improvement"][1],
        system_id=system.pk,
        opened_by_code=secretariat.number,
        opened_by_name=secretariat.name,
    )


def _stands(code: str, item: CheckItem) -> str:
    """Operational ones are nearly all mended; of the technical ones the most stay, with their risk lowered."""
    thrown = digest("stands 2014", code, item.code) % 100
    if item.aspect == "technical":
        return "verified" if thrown < 30 else "treated" if thrown < 75 else "not_improved"
    return "verified" if thrown < 94 else "not_improved"


def _steps(
    made: DemoCity, owner: str, code: str, item: str, status: str, about: dict[str, Any], days: dict[str, Any]
) -> Iterator[HistoricStep]:
    first, last = days["improvement"]
    head = made.holder(f"{owner}-1", first)
    checker = made.holder(plan.secretariat_post(), last)
    case = case_of(code, item, YEAR)
    told = days_after(last, -14)
    reason, note = pick(about["stays"], "stays", code, item)
    yield HistoricStep(Plan(case["plan"], head.name, last), days_after(first, 7), head.number, head.name)
    if status == "verified":
        yield HistoricStep(Report(case["action"], told), told, head.number, head.name)
        yield HistoricStep(Verify(), days_after(last, -4), checker.number, checker.name)
        return
    if status == "not_improved":
        yield HistoricStep(NotImproved(reason, note), told, head.number, head.name)
        yield HistoricStep(StageClosed(), last, checker.number, checker.name)
        return
    declared = cannot_fix(code, item, reason, note, date(2016, 3, 30))
    yield HistoricStep(declared, told, head.number, head.name)
    yield HistoricStep(StageClosed(), last, checker.number, checker.name)
    confirmed = days_after(days["visit"][0], 10)
    how = read("texts_risk")["confirmed"]
    yield HistoricStep(Confirm(how, checker.number, checker.name), confirmed, checker.number, checker.name)
