"""情報システム監査: the 86 systems of FY2015 to their close, and those of this year, a third of them still to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from tenken.audit import operations as visits
from tenken.audit.engagements.operations import link_visit, take_over_observations
from tenken.audit.models import SystemSelection, Visit
from tenken.audit.rotation.rules.parts import Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan, rotation
from tenken.demo.auditors import ACCOUNTS
from tenken.demo.city import DemoCity
from tenken.demo.data_files import case_of, digest, read
from tenken.demo.days import opening_day
from tenken.demo.engagements import begin, close, days_after, draft, improve, issue, notify
from tenken.demo.sheets import answers_of, between, cannot_fix
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import Confirm, Plan, Report, StageClosed, Verify
from tenken.inspection import operations as inspection
from tenken.inspection.finding_words import finding_words
from tenken.inspection.models import Kind, Programme, Question, Sheet, Stage, TargetRule
from tenken.inspection.operations import HistoricSheet, StagePlan
from tenken.organization.models import Unit

CODE = "systems"
_ITEMS = (
    ("M-PW-02", 9),
    ("R-BK-01", 4),
    ("R-BK-02", 13),
    ("R-AC-01", 6),
    ("R-ID-01", 8),
    ("R-PV-01", 4),
    ("R-PV-02", 6),
    ("R-PT-01", 7),
    ("R-PT-02", 12),
    ("R-LG-01", 6),
    ("R-PE-01", 3),
)
STAGES = {
    "self_inspection": (
        "自己点検",
        "選定した情報システム",
        "システム所管課の現状をつかむ。",
        "自己点検シートにより課題をつかむ。",
    ),
    "improvement": (
        "改善取組",
        "課題が見られた情報システム",
        "必要な対策をとる。",
        "改善計画・改善実施・改善報告を行う。",
    ),
    "visit": (
        "訪問調査・技術監査",
        "抽出した情報システム",
        "対策の状況を確かめる。",
        "聞き取りと現場確認を行う。",
    ),
    "follow_up": (
        "フォローアップ",
        "訪問調査対象システム",
        "事後に確かめる。",
        "その後の改善を支援し、確かめる。",
    ),
}


DAYS_2015 = {
    "self_inspection": (date(2015, 6, 1), date(2015, 7, 31)),
    "improvement": (date(2015, 8, 3), date(2015, 10, 30)),
    "visit": (date(2015, 11, 2), date(2015, 12, 28)),
    "follow_up": (date(2016, 1, 4), date(2016, 3, 31)),
}
# Looked at this year whatever the rule says: (how deeply, why).
WANTED = {
    "国民健康保険システム": (Tier.VISIT, "標準仕様への改修の後の運用を確かめるため。"),
    "庁内LAN（基幹網）": (Tier.SELF, "ネットワークの機器の更改を控えているため。"),
}
# Who finds a sheet to fill in: the systems of these sections are never among those brought in.
_ACCOUNTS = ("system01", "network01")
_SEEN_2015 = {
    "M-PW-02": "共通の利用者IDのパスワードを、担当者が替わっても変えていない。",
    "R-BK-02": "バックアップの失敗の通知を、誰も受け取っていない。",
    "R-ID-01": "退職した職員の利用者IDが{n}件残っている。",
    "R-LG-01": "操作の記録が1か月で消え、見直せない。",
    "R-PV-02": "保守の作業に職員が立ち会っていない。",
}


def load_audit_2015(made: DemoCity, *, over: bool) -> SystemSelection:
    """Load the audit of FY2015 with its plans and selection; *over*: with its answers, visits and reports, to its close,
    else as it was launched."""
    days = DAYS_2015
    rotation.settle(made)
    rotation.plan_year(made, 2015, days, date(2015, 4, 24))
    programme, selection = _launch(made, 2015, days)
    if over:
        rows = _sheets(made, programme, days["self_inspection"], percent=100)
        _bring_in(made, programme, rows, days)
        _visits(made, programme, selection)
        closed_on = date(2016, 3, 31)
        programme.refresh_from_db()
        by = made.system(closed_on)
        inspection.close_programme(by=by, programme=programme, version=programme.version, on=closed_on)
    return selection


def load_this_years_audit(made: DemoCity, fiscal_year: int, today: date) -> SystemSelection:
    """Load this year's audit: plan and selection decided, launched three weeks ago, two thirds accepted."""
    first, last = opening_day(today - timedelta(days=24)), opening_day(today + timedelta(days=18))
    spans = {"improvement": 60, "visit": 40, "follow_up": 70}
    days, before = {"self_inspection": (first, last)}, last
    for kind, length in spans.items():
        days[kind] = (before + timedelta(days=1), before + timedelta(days=length))
        before = days[kind][1]
    rotation.plan_year(made, fiscal_year, days, opening_day(first - timedelta(days=35)))
    programme, selection = _launch(made, fiscal_year, days, WANTED)
    rows = _sheets(made, programme, (first, today - timedelta(days=4)), percent=66)
    _bring_in(made, programme, rows, days, today=today)
    return selection


def _launch(
    made: DemoCity,
    fiscal_year: int,
    days: Mapping[str, tuple[date, date]],
    wanted: Mapping[str, tuple[Tier, str]] | None = None,
) -> tuple[Programme, SystemSelection]:
    """Plan the year's programme, decide its systems by the rotation (*wanted*: by hand besides), and launch it."""
    launched_on = days["self_inspection"][0]
    planned_on = opening_day(launched_on - timedelta(days=30))
    by = made.system(planned_on)
    programme = inspection.plan_programme(
        by=by,
        city=made.city,
        fiscal_year=fiscal_year,
        name=f"{FiscalYear(fiscal_year)}情報システム監査",
        purpose="重要な情報を扱う情報システムの運用を、所管課が自分で確かめ、課題を改善する。",
        stages=[StagePlan(kind, name, *days[kind], *words) for kind, (name, *words) in STAGES.items()],
        code=CODE,
        kind=Kind.SYSTEM_AUDIT,
        target_rule=TargetRule.KEY_SYSTEMS,
        on=planned_on,
    )
    selection = rotation.select_systems(made, fiscal_year, planned_on, wanted)
    programme.refresh_from_db()
    inspection.choose_questions(
        by=by,
        programme=programme,
        item_codes=[item for item, _ in _ITEMS],
        version=programme.version,
        on=planned_on,
    )
    programme.refresh_from_db()
    by = made.system(launched_on)
    inspection.launch(by=by, programme=programme, version=programme.version, on=launched_on)
    programme.refresh_from_db()
    return programme, selection


def _visits(made: DemoCity, programme: Programme, selection: SystemSelection) -> None:
    """Hold the ten audits of FY2015: visited, reported, mended and closed by the end of the year."""
    stage = Stage.objects.get(programme=programme, kind=Stage.Kind.VISIT)
    chosen = selection.choices.filter(engagement__isnull=False).order_by("rank")
    for place, choice in enumerate(chosen.select_related("engagement__unit", "system")):
        engagement, system = choice.engagement, choice.system
        assert engagement is not None
        day = days_after(stage.starts_on, 2 + 4 * place)
        keeper = notify(made, engagement, date(2015, 10, 5))
        keeper = begin(made, engagement, keeper, stage.starts_on)
        secretariat = made.acting(plan.secretariat_post(), day)
        seen = list(_SEEN_2015)[place % 6 : place % 6 + 1]
        visit = visits.record_past_visit(
            by=secretariat,
            stage=stage,
            unit=engagement.unit,
            system=system,
            visited_on=day,
            findings=[(item, _SEEN_2015[item].replace("{n}", str(2 + place % 4))) for item in seen],
            agreed=[item for item in ("R-AC-01", "R-PE-01") if item not in seen],
            auditors=[made.holder(plan.post_of(account), day) for account in ACCOUNTS],
            chosen_because=engagement.chosen_because[:400],
            summary="聞き取りと現場の確認を行い、点検シートの内容を確かめた。",
            on=day,
        )
        link_visit(by=secretariat, engagement=engagement, visit=visit, version=engagement.version, on=day)
        engagement.refresh_from_db()
        take_over_observations(by=secretariat, engagement=engagement, on=day)
        summary = "点検シートの内容は、おおむね現場と一致していた。" + (
            "一部の運用に改善が必要である。" if seen else "改善が必要な事項はなかった。"
        )
        draft(
            made,
            engagement,
            keeper,
            days_after(day, 2),
            summary=summary,
            opinion="運用の記録を残す取組を続けられたい。",
        )
        issue(made, engagement, keeper, days_after(day, 6), days_after(day, 9))
        found = Finding.objects.filter(report_items__engagement=engagement).select_related("unit")
        improve(made, list(found), date(2016, 1, 18), date(2016, 3, 4), date(2016, 3, 22))
        visit.refresh_from_db()
        if visit.status == Visit.Status.FOLLOW_UP:
            by = made.acting(plan.secretariat_post(), date(2016, 3, 24))
            visits.close_visit(by=by, visit=visit, version=visit.version, on=date(2016, 3, 24))
        close(made, engagement, date(2016, 3, 25))


def _issues(code: str, year: int) -> dict[str, str]:
    return {
        item: case_of(code, item, year)["issue"]
        for item, percent in _ITEMS
        if digest("system issue", code, item, year) % 100 < percent
    }


def _sheets(
    made: DemoCity, programme: Programme, span: tuple[date, date], *, percent: int
) -> list[tuple[str, Unit, HistoricSheet]]:
    """Return (system code, owner, sheet) for *percent* of the systems."""
    first, last = span
    items = [item for item, _ in _ITEMS]
    waiting = {plan.post_of(account).rpartition("-")[0] for account in _ACCOUNTS} if percent < 100 else set()
    rows = []
    for sheet in Sheet.objects.filter(programme=programme).select_related("system", "unit"):
        assert sheet.system is not None
        code = sheet.system.code
        if digest("system", code) % 100 >= percent or sheet.unit.code in waiting:
            continue
        submitted = between(first + timedelta(days=5), last - timedelta(days=6), "system", code)
        accepted = min(opening_day(submitted + timedelta(days=3)), last)
        issues = _issues(code, programme.fiscal_year)
        # A system of the audit has servers, backups and accounts: nothing is 該当なし.
        answers = answers_of(code, programme.fiscal_year, items, issues, conforming=frozenset(items))
        given = HistoricSheet(
            sheet.unit_id, submitted, max(submitted, accepted), answers, (), sheet.system_id
        )
        rows.append((code, sheet.unit, given))
    return rows


def _bring_in(
    made: DemoCity,
    programme: Programme,
    rows: Sequence[tuple[str, Unit, HistoricSheet]],
    days: Mapping[str, tuple[date, date]],
    today: date | None = None,
) -> None:
    """Write the sheets and their findings. *today*: the year runs, and findings are planned at most."""
    year = programme.fiscal_year
    on = today or days["self_inspection"][1]
    by = made.system(on)
    keys = inspection.record_history(by=by, programme=programme, rows=[sheet for _, _, sheet in rows], on=on)
    titles = {
        row.revision.item.code: (row.revision.question, row.category.code)
        for row in Question.objects.filter(form__programme=programme).select_related(
            "revision__item", "category"
        )
    }
    secretariat = made.holder(plan.secretariat_post(), on)
    lives = []
    for code, unit, sheet in rows:
        for answer in sheet.answers:
            if answer.verdict != "issue":
                continue
            title, detail = finding_words(titles[answer.item_code][0], answer.reason)
            steps, status = _life(made, unit, code, answer.item_code, sheet, days, today)
            assert sheet.system_id is not None
            lives.append(
                HistoricFinding(
                    unit_id=unit.pk,
                    fiscal_year=year,
                    origin="self_inspection",
                    origin_key=f"inspection.answer:{keys[sheet.system_id, answer.item_code]}",
                    title=title,
                    opened_on=sheet.accepted_on,
                    status=status,
                    steps=steps,
                    item_code=answer.item_code,
                    category_code=titles[answer.item_code][1],
                    detail=detail,
                    system_id=sheet.system_id,
                    due_on=days["improvement"][1],
                    opened_by_code=secretariat.number,
                    opened_by_name=secretariat.name,
                )
            )
    lives.sort(key=lambda life: (life.opened_on, life.unit_id, life.item_code))
    ended = today or days["follow_up"][1]
    findings.record_history(by=made.system(ended), city=made.city, rows=lives, on=ended)


def _life(
    made: DemoCity,
    unit: Unit,
    code: str,
    item: str,
    sheet: HistoricSheet,
    days: Mapping[str, tuple[date, date]],
    today: date | None,
) -> tuple[tuple[HistoricStep, ...], str]:
    first, last = days["improvement"]
    year = first.year
    case = case_of(code, item, year)
    planned_on = opening_day(max(first, sheet.accepted_on) + timedelta(days=7))
    if today is not None:
        planned_on = min(opening_day(sheet.accepted_on + timedelta(days=1)), today)
    head = made.holder(f"{unit.code}-1", planned_on)
    checker = made.holder(plan.secretariat_post(), planned_on)
    plan_step = HistoricStep(Plan(case["plan"], head.name, last), planned_on, head.number, head.name)
    if today is not None:
        return ((plan_step,), "planned") if digest("system plan", code, item) % 2 else ((), "open")
    if item.startswith("R-PT"):
        reason, note = _patching(code)
        told = opening_day(last - timedelta(days=10))
        steps = (
            plan_step,
            HistoricStep(
                cannot_fix(code, item, reason, note, date(year + 2, 3, 30)), told, head.number, head.name
            ),
            HistoricStep(StageClosed(), last, checker.number, checker.name),
            HistoricStep(
                Confirm(read("texts_risk")["confirmed"], checker.number, checker.name),
                opening_day(days["visit"][0] + timedelta(days=10)),
                checker.number,
                checker.name,
            ),
        )
        return steps, "treated"
    done = opening_day(last - timedelta(days=20))
    return (
        plan_step,
        HistoricStep(Report(case["action"], done), done, head.number, head.name),
        HistoricStep(Verify(), opening_day(last - timedelta(days=5)), checker.number, checker.name),
    ), "verified"


def _patching(code: str) -> tuple[str, str]:
    """Return why a patch cannot be applied to a system, and the section's words."""
    reasons = read("texts_risk")["not_improved"]["patching"]
    reason, note = reasons[digest("patch", code) % len(reasons)]
    return reason, note
