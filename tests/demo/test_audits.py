"""The audits of systems of the demo city: the published numbers, the rotation, the fieldwork, the accounts' own work."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tenken.assets.models import InformationSystem, SystemOccurrence, SystemProduct
from tenken.audit.engagements.queries import may_work_on
from tenken.audit.fieldwork.queries.tables import flags_of
from tenken.audit.models import (
    Appointment,
    Auditor,
    AuditorQualification,
    DeclaredConflict,
    Engagement,
    HandedInTable,
    MidTermPlan,
    Question,
    Reconciliation,
    ScanImport,
    SystemSelection,
    Visit,
    WeaknessJudgement,
    WorkingPaper,
    YearPlan,
)
from tenken.demo.data_files import figures, read
from tenken.findings.models import ExtentTarget, Finding
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.permissions import FILL_SHEETS
from tenken.organization.access import Principal, principal_of, system_principal
from tenken.organization.models import Account
from tenken.reports.printing import print_paper
from tenken.reports.record_papers import record_papers
from tenken.reports.render import write_paper
from tenken.reports.system_audit.gathering import system_audit_figures
from tests.demo.conftest import TODAY, Loaded

pytestmark = pytest.mark.django_db


def person(demo: Loaded, username: str) -> Principal:
    return principal_of(Account.objects.get(username=username).person, on=TODAY)


# --- the ledger ------------------------------------------------------------------------------------------------


def test_what_is_important_follows_from_the_criteria(demo: Loaded) -> None:
    important = InformationSystem.objects.filter(city=demo.city, important=True)
    named = set(important.filter(kind="system").values_list("name", flat=True))
    assert named == set(read("systems")["important"])
    assert important.filter(named_important_because="").count() > 25


def test_products_are_shared_and_failures_are_the_published_ones(demo: Loaded) -> None:
    pairs = Counter(SystemProduct.objects.values_list("name", "release"))
    assert sum(count >= 3 for count in pairs.values()) >= 12
    failures = SystemOccurrence.objects.filter(kind="failure", happened_on__lt="2015-06-01")
    told = [(row.system.name, row.happened_on.strftime("%Y-%m")) for row in failures.order_by("happened_on")]
    assert told == [
        ("申告受付支援システム", "2014-08"),
        ("医療費助成システム", "2014-12"),
        ("ＩＣ乗車券システム", "2014-12"),
        ("ＩＣ乗車券システム", "2015-05"),
    ]
    networks = InformationSystem.objects.filter(city=demo.city, kind="network")
    assert set(networks.values_list("owner__name", flat=True)) == {"情報基盤課"}
    assert networks.count() == 4


# --- the published years ----------------------------------------------------------------------------------------


def test_fy2014_ten_were_visited_two_technically_and_nobody_says_how_many_inspected_themselves(
    demo: Loaded,
) -> None:
    found = system_audit_figures(demo.city, 2014)
    assert found is not None
    assert (found.inspected, found.with_issues, found.visited, found.scanned) == (None, None, 10, 2)
    published = figures()
    assert found.visited == published["fy2014.systems_visited"]
    assert found.scanned == published["fy2014.systems_technical"]
    programme = Programme.objects.get(city=demo.city, fiscal_year=2014, kind="system_audit")
    assert (programme.status, programme.stages.count(), programme.sheets.count()) == ("closed", 4, 0)
    visits = Visit.objects.filter(stage__programme=programme)
    assert set(visits.values_list("status", flat=True)) == {"closed"}


def test_fy2014_operational_items_improve_and_technical_ones_lag(demo: Loaded) -> None:
    found = system_audit_figures(demo.city, 2014)
    assert found is not None
    rates = {}
    for aspect in ("operational", "technical"):
        items = found.of(aspect)
        rates[aspect] = sum(item.improved for item in items) / sum(item.issues for item in items)
    assert rates["operational"] > 0.85 > 0.45 > rates["technical"]
    assert sum(item.treated for item in found.of("technical")) > 20
    assert set(found.reasons) == {"システム上の制約", "保守契約", "費用面"}
    treated = Finding.objects.filter(fiscal_year=2014, system__isnull=False, status="treated")
    assert not treated.filter(residual_risk=None).exists()
    assert not treated.filter(compensating_measure="").exists()


def test_fy2014_one_system_needs_little_the_other_has_an_os_out_of_support(demo: Loaded) -> None:
    found = system_audit_figures(demo.city, 2014)
    assert found is not None
    inside = next(one for one in found.scans if not one.public)
    public = next(one for one in found.scans if one.public)
    assert (inside.weaknesses, inside.low_need, inside.urgent, inside.unsupported) == (5, 5, 0, 0)
    assert inside.because == ("庁内LANの内側からだけ届く", "複数の対策による多層防御が機能している")
    assert (public.weaknesses, public.low_need, public.urgent, public.unsupported) == (3, 0, 1, 1)
    judges = set(WeaknessJudgement.objects.values_list("by_name", flat=True))
    assert judges <= set(Auditor.objects.values_list("name", flat=True))
    assert Counter(ScanImport.objects.filter(fiscal_year=2014).values_list("format", "status")) == {
        ("nmap", "applied"): 1,
        ("nessus", "applied"): 2,
        ("zap_xml", "applied"): 1,
    }


def test_fy2015_86_10_2(demo: Loaded) -> None:
    found = system_audit_figures(demo.city, 2015)
    assert found is not None
    assert (found.inspected, found.visited, found.scanned) == (86, 10, 2)
    assert found.inspected == figures()["fy2015.systems_self_inspected_plan"]
    selection = SystemSelection.objects.get(city=demo.city, fiscal_year=2015)
    tiers = Counter(selection.choices.values_list("tier", flat=True))
    assert (tiers["self"] + tiers["visit"] + tiers["technical"], tiers["visit"], tiers["technical"]) == (
        86,
        8,
        2,
    )
    asked = Sheet.objects.filter(programme__fiscal_year=2015, system__isnull=False)
    chosen = selection.choices.exclude(tier="none").values("system")
    assert asked.filter(system__in=chosen).count() == 86
    held = Engagement.objects.filter(city=demo.city, fiscal_year=2015)
    assert Counter(held.values_list("status", flat=True)) == {"closed": 10}
    assert held.filter(visit__isnull=False).count() == 10


# --- the rotation ------------------------------------------------------------------------------------------------


def test_plans_and_selections(demo: Loaded) -> None:
    assert MidTermPlan.objects.get(city=demo.city, from_year=2015, to_year=2019).status == "adopted"
    plans = YearPlan.objects.filter(city=demo.city).values_list("fiscal_year", "status")
    assert dict(plans) == {2015: "adopted", 2026: "adopted"}
    selections = SystemSelection.objects.filter(city=demo.city).values_list("fiscal_year", "status")
    assert dict(selections) == {2015: "adopted", 2026: "adopted", 2027: "drawn"}
    changed = SystemSelection.objects.get(fiscal_year=2026).choices.exclude(override_reason="")
    assert 1 <= changed.count() <= 4


# --- auditors, audits ------------------------------------------------------------------------------------------------


def test_auditors_with_their_qualifications(demo: Loaded) -> None:
    auditors = Auditor.objects.filter(city=demo.city)
    assert (auditors.filter(person=None).count(), auditors.exclude(person=None).count()) == (2, 4)
    held = AuditorQualification.objects.filter(auditor__in=auditors)
    assert {"CISA", "CAIS", "AU"} <= set(held.values_list("kind", flat=True))
    assert held.filter(expires_on__lt=TODAY).exists()
    assert held.filter(expires_on__range=(TODAY, TODAY + timedelta(days=60))).exists()
    assert DeclaredConflict.objects.get(auditor__in=auditors).vendor


def test_this_years_audits_stand_in_every_state(demo: Loaded) -> None:
    held = Engagement.objects.filter(city=demo.city, fiscal_year=2026)
    assert {"planned", "notified", "fieldwork", "drafted"} == set(held.values_list("status", flat=True))
    ordered = held.get(special=True)
    assert ordered.ordered_by_name == Account.objects.get(username="ciso01").person.name
    joint = held.get(conduct="joint")
    assert Appointment.objects.get(engagement=joint, part="lead").auditor.person is None
    assert held.get(status="drafted").drafts.get().due_on > TODAY


def test_the_field_has_papers_questions_and_an_open_count(demo: Loaded) -> None:
    audit = Engagement.objects.get(fiscal_year=2026, status="fieldwork", conduct="internal")
    assert Counter(Question.objects.filter(engagement=audit).values_list("status", flat=True)) == {
        "closed": 1,
        "answered": 1,
        "asked": 2,
    }
    assert WorkingPaper.objects.filter(engagement=audit).count() == 3
    assert Reconciliation.objects.get(engagement=audit).status == "open"


def test_the_external_audits_figures_are_kept_as_published_and_flagged(demo: Loaded) -> None:
    audit = Engagement.objects.get(fiscal_year=2020, conduct="external")
    flags = {
        (flag.published, flag.computed)
        for table in HandedInTable.objects.filter(engagement=audit)
        for flag in flags_of(table)
    }
    assert flags >= {
        ("3,118 台", Decimal(3_110)),
        ("61.15％", Decimal("61.55")),
        ("0.71％", Decimal("0.70")),
    }
    rows = Reconciliation.objects.filter(engagement=audit).order_by("pk")
    told = [
        (row.status, tuple(int(figure.value) for figure in row.figures.order_by("order"))) for row in rows
    ]
    assert told == [("accepted", (20, 27)), ("accepted", (3_118, 2_340)), ("open", (3_118, 3_110))]
    assert may_work_on(person(demo, "kansa01"), audit)
    assert rows[0].explanations.get().calculation == "100×27＝2700"


def test_a_look_across_runs_over_systems_of_the_same_product(demo: Loaded) -> None:
    targets = ExtentTarget.objects.filter(check_of__city=demo.city, check_of__status="sent")
    assert targets.count() >= 5
    assert {"waiting", "answered", "confirmed"} == set(targets.values_list("status", flat=True))
    assert targets.filter(answer="found", finding__isnull=False).exists()
    assert all("製品" in target.because for target in targets)


# --- the accounts -------------------------------------------------------------------------------------------------


def test_the_accounts_find_their_work(demo: Loaded) -> None:
    for auditor in ("kansa01", "kansa02"):
        by = person(demo, auditor)
        held = Engagement.objects.filter(fiscal_year=2026, status__in=("notified", "fieldwork", "drafted"))
        assert [one for one in held if may_work_on(by, one)]
    for manager in ("system01", "network01"):
        sheets = Sheet.objects.restrict(person(demo, manager), FILL_SHEETS)
        assert sheets.filter(programme__fiscal_year=2026, system__isnull=False, status="not_started").exists()


# --- the papers ---------------------------------------------------------------------------------------------------


def test_paper_4_prints(demo: Loaded, tmp_path: Path) -> None:
    written = print_paper(demo.city, "committee-rotation", 2015, tmp_path)
    assert {path.suffix for path in written} == {".docx", ".pdf", ".xlsx"}


@pytest.mark.parametrize(
    "code", ["measures", "audit-report", "audit-plan", "audit-selection", "audit-midterm"]
)
def test_papers_of_one_record_print(demo: Loaded, tmp_path: Path, code: str) -> None:
    by = system_principal(demo.city, "test", on=TODAY)
    paper = next(one for one in record_papers() if one.code == code)
    (_, key), *_ = paper.records(by, TODAY)
    written = write_paper(paper.of(by, key, TODAY), tmp_path, paper.forms)
    assert all(path.stat().st_size > 1_000 for path in written)
