"""The demo's whole years: audits, traces, cases, plans, meetings, rhythms, people's own checks, ledgers."""

from __future__ import annotations

from collections import Counter
from datetime import date, time

import pytest

from tenken.assets.models import InformationAsset, InformationSystem
from tenken.audit.models import GoodPractice, ReportMeeting, Visit, VisitItem, VisitSelection
from tenken.common.fiscal_year import FiscalYear
from tenken.demo.data_files import categories, figures, stage_days, totals
from tenken.findings.models import Case, Finding, Trace, TraceProof
from tenken.findings.queries.relapse import relapse_figures
from tenken.inspection.models import (
    Answer,
    Programme,
    ReminderStep,
    SelfCheck,
    SelfCheckAnswer,
    Series,
    Sheet,
    SheetAsset,
)
from tenken.inspection.queries.risk_part import risk_problems
from tenken.journal.models import Entry
from tenken.meetings.models import Meeting, OfficerDuty
from tenken.meetings.rules.duty_state import OVERDUE, duty_state
from tenken.plans.models import AnnualPlan
from tenken.policy.models import GuidelineEdition, PolicyVersion
from tenken.reports.committee import inspection_figures
from tenken.reports.figures import inconsistencies
from tests.demo.conftest import TODAY, Loaded
from tests.demo.test_load import person, sheets

pytestmark = pytest.mark.django_db
INVENTED = (2015, 2025)


def findings(demo: Loaded, year: int):
    return Finding.objects.filter(city=demo.city, fiscal_year=year)


# --- FY2015 and last year -------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", INVENTED)
def test_an_invented_year_comes_to_its_own_counts(demo: Loaded, year: int) -> None:
    found = inspection_figures(demo.city, year)
    with_issues, not_improved = totals(year)
    assert (found.sections, found.sections_with_issues) == (420, with_issues)
    assert found.sections_not_improved == not_improved
    assert found.visited == figures()["fy2015.visits_planned"] == 5
    assert inconsistencies(found) == ()
    issue = Answer.objects.filter(sheet__in=sheets(demo, year), verdict="issue")
    for plan in categories(year):
        sections = issue.filter(question__category__code=plan.code).values("sheet").distinct()
        assert sections.count() == plan.issues


def test_fy2015_keeps_the_published_months(demo: Loaded) -> None:
    programme = Programme.objects.get(city=demo.city, fiscal_year=2015, code="yearly")
    months = {stage.kind: [stage.starts_on.month, stage.ends_on.month] for stage in programme.stages.all()}
    assert months == figures()["fy2015.stages"]
    assert all(days[0].weekday() < 5 for days in stage_days(2015).values())


def test_some_sections_relapse_and_what_cannot_be_fixed_is_kept_in_check(demo: Loaded) -> None:
    assert relapse_figures(demo.city, 2015, on=TODAY)
    treated = findings(demo, 2015).filter(status="treated")
    assert treated.exists()
    assert not treated.filter(compensating_measure="").exists()
    assert not treated.filter(review_on=None).exists()
    assert not treated.filter(confirmed_by="").exists()


@pytest.mark.parametrize("year", [2014, *INVENTED])
def test_what_waits_for_storage_is_the_bureaus_and_has_a_budget(demo: Loaded, year: int) -> None:
    stored = findings(demo, year).filter(not_improved_reason="storage_space", status="not_improved")
    assert stored.exists()
    for finding in stored:
        assert finding.measure_level == "environment"
        assert finding.measure_bureau is not None
        assert finding.plan_needs_budget
        assert finding.budget_yen
    assert findings(demo, year).filter(measure_level="daily").exists()


# --- systems ----------------------------------------------------------------------------------------------------


def test_86_systems_were_audited_in_fy2015(demo: Loaded) -> None:
    audit = Programme.objects.get(city=demo.city, fiscal_year=2015, code="systems")
    audited = Sheet.objects.filter(programme=audit)
    assert audited.count() == figures()["fy2015.systems_self_inspected_plan"] == 86
    assert set(audited.values_list("status", flat=True)) == {"accepted"}
    assert audited.values("system").distinct().count() == 86
    assert InformationSystem.objects.filter(city=demo.city).count() > 86


# --- visits, traces, cases ---------------------------------------------------------------------------------------


def test_the_visits_of_fy2014_saw_otherwise_in_three_sections(demo: Loaded) -> None:
    visits = Visit.objects.filter(stage__programme__city=demo.city, stage__programme__fiscal_year=2014)
    visits = visits.filter(system=None)
    assert set(visits.values_list("status", flat=True)) == {"closed"}
    seen = VisitItem.objects.filter(visit__in=visits, seen="disagree")
    assert Counter(seen.values_list("revision__item__code", flat=True)) == {"M-MD-01": 2, "M-MD-02": 2}
    assert all(item.contradicts for item in seen)
    assert all(visit.auditors.filter(lead=True).count() == 1 for visit in visits)
    assert ReportMeeting.objects.get(stage__programme__fiscal_year=2014).visits.count() == 3
    practices = GoodPractice.objects.filter(visit__in=visits)
    assert Counter(practices.values_list("permission", flat=True)) == {"given": 1, "refused": 1}


def test_the_stand_alone_pcs_were_traced_until_all_were_proved(demo: Loaded) -> None:
    trace = Trace.objects.get(city=demo.city, item_code="R-VM-01")
    assert trace.status == "closed"
    lines = list(trace.lines.all())
    assert {line.status for line in lines} == {"confirmed"}
    assert len(lines) == 14
    kinds = TraceProof.objects.filter(line__in=lines).values_list("kind", flat=True)
    assert Counter(kinds) == {"duty_roster": 14, "work_record": 14}
    assert not findings(demo, 2014).filter(item_code="R-VM-01").exclude(status="verified").exists()


def test_another_trace_runs(demo: Loaded) -> None:
    trace = Trace.objects.get(city=demo.city, status="running")
    assert {"unanswered", "answered", "confirmed", "returned"} == {line.status for line in trace.lines.all()}


def test_the_casebook_of_fy2014_holds_measures_and_good_practices(demo: Loaded) -> None:
    cases = Case.objects.filter(city=demo.city, fiscal_year=2014, status="published")
    assert Counter(cases.values_list("kind", flat=True)) == {"measure": 5, "good_practice": 2}


def test_this_years_visits_were_drawn_with_a_seed(demo: Loaded) -> None:
    selections = VisitSelection.objects.filter(stage__programme__fiscal_year=TODAY.year)
    assert Counter(selections.values_list("status", flat=True)) == {"discarded": 1, "adopted": 1}
    assert all(selection.seed is not None for selection in selections)
    visits = Visit.objects.filter(stage__programme__fiscal_year=TODAY.year)
    assert Counter(visits.values_list("status", flat=True)) == {"planned": 3, "notified": 2}


# --- plans, meetings, duties, policy --------------------------------------------------------------------------------


def test_every_year_has_its_plan(demo: Loaded) -> None:
    plans = AnnualPlan.objects.filter(city=demo.city)
    assert {plan.fiscal_year: plan.status for plan in plans} == dict.fromkeys(
        (2014, 2015, 2025, 2026), "adopted"
    )


def test_the_committee_met_as_document_001_says(demo: Loaded) -> None:
    meeting = Meeting.objects.get(council__city=demo.city, meets_on=date(2015, 7, 29))
    assert meeting.council.code == "expert_committee"
    assert (meeting.begins_at, meeting.ends_at) == (time(13, 0), time(14, 30))
    assert meeting.place == "本庁舎2階第四委員会室"
    assert meeting.status == "held"
    assert [item["paper"] for item in meeting.agenda] == ["資料１", "資料２", "資料３", "資料４"]


def test_of_the_ciso_one_duty_is_overdue(demo: Loaded) -> None:
    states = []
    for duty in OfficerDuty.objects.filter(city=demo.city, role="ciso"):
        done = duty.records.values_list("done_on", flat=True)
        states.append(duty_state(duty.months, FiscalYear.of(TODAY), done, TODAY).state)
        past = duty_state(duty.months, FiscalYear.of(TODAY).previous, done, TODAY)
        assert past.state == "done"
    assert states.count(OVERDUE) == 1


def test_the_standard_has_two_versions_and_every_edition_is_there(demo: Loaded) -> None:
    versions = PolicyVersion.objects.filter(document__city=demo.city, document__kind="standard")
    assert set(versions.values_list("number", "status")) == {("1.0", "published"), ("1.1", "published")}
    assert GuidelineEdition.objects.filter(city=demo.city).count() >= 3


# --- rhythms, people, assets -----------------------------------------------------------------------------------------


def test_three_rhythms_are_kept(demo: Loaded) -> None:
    series = Series.objects.filter(city=demo.city)
    assert set(series.values_list("code", "rhythm")) == {
        ("yearly", "yearly"),
        ("torikumi", "quarterly"),
        ("staff", "yearly"),
    }
    quarters = Programme.objects.filter(city=demo.city, series__code="torikumi").order_by("code")
    assert [programme.status for programme in quarters] == ["closed", "planned", "planned", "planned"]
    first = quarters[0]
    assert first.sheets.count() == first.sheets.filter(status="accepted").count() == 420
    assert ReminderStep.objects.filter(programme__code="yearly", programme__fiscal_year=2026).exists()


def test_everyone_has_a_self_check_and_nobodys_answers_are_in_the_journal(demo: Loaded) -> None:
    checks = SelfCheck.objects.filter(programme__city=demo.city)
    found = Counter(checks.values_list("status", flat=True))
    assert found["submitted"] > checks.count() // 2
    staff = checks.get(person=person(demo, "shokuin01").person_id)
    assert staff.status == "not_started"
    assert SelfCheckAnswer.objects.filter(self_check__in=checks).count() == 8 * found["submitted"]
    rows = Entry.objects.filter(city_code=demo.city.code, operation__startswith="inspection.self_check")
    assert set(rows.values_list("operation", flat=True)) == {
        "inspection.self_check.history",
        "inspection.self_check.submit",
    }


def test_sheets_state_their_main_assets_and_high_risks_are_decided(demo: Loaded) -> None:
    held = InformationAsset.objects.filter(unit__city=demo.city)
    assert held.values("unit").distinct().count() >= 36
    accepted = sheets(demo, TODAY.year).filter(status="accepted").select_related("unit__city", "programme")
    assert not accepted.exclude(pk__in=SheetAsset.objects.values("sheet")).exists()
    for sheet in accepted[:40]:
        assert risk_problems(sheet) == []
    assert SheetAsset.objects.filter(sheet__in=accepted).exclude(asset=None).exists()


def test_the_load_takes_its_time_and_no_more(demo: Loaded) -> None:
    assert demo.processor_seconds < 90  # 20 to 30 on quiet cores; the bar of 40 is for those
