"""The demo as loaded: the database holds what the figures file says, and everyone has something to do."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password
from django.db.models import Count, Q

from tenken.audit.models import Visit
from tenken.common.refusals import Invalid, Stale
from tenken.demo.accounts import DEFAULT_PASSWORD, PASSWORD_VARIABLE
from tenken.demo.data_files import CategoryPlan, categories, figures
from tenken.demo.load import load_demo
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.permissions import CHECK_FINDINGS, IMPROVE_FINDINGS
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.organization.access import Principal, principal_of
from tenken.organization.models import Account, Assignment, Person, Unit, UnitSuccession
from tenken.reports.committee import inspection_figures
from tenken.reports.figures import inconsistencies
from tenken.reports.queries import editions
from tests.demo.conftest import TODAY, Loaded

pytestmark = pytest.mark.django_db
YEARS = (2013, 2014)


def sheets(demo: Loaded, year: int):
    return Sheet.objects.filter(
        programme__city=demo.city, programme__fiscal_year=year, programme__code="yearly"
    )


def self_inspected(demo: Loaded, year: int):
    return Finding.objects.filter(city=demo.city, fiscal_year=year, origin="self_inspection", system=None)


def person(demo: Loaded, username: str) -> Principal:
    return principal_of(Account.objects.get(username=username).person, on=TODAY)


# --- the published counts ------------------------------------------------------------------------------------


def test_fy2014_has_the_published_sections_issues_and_visits(demo: Loaded) -> None:
    values = figures()
    assert sheets(demo, 2014).count() == values["fy2014.sections"] == 422
    assert sheets(demo, 2014).filter(issues__gt=0).count() == values["fy2014.sections_with_issues"] == 132
    visits = Visit.objects.filter(stage__programme__city=demo.city, stage__programme__fiscal_year=2014)
    visits = visits.filter(system=None)
    assert visits.count() == values["fy2014.visited"] == 5


def test_the_other_years_sections(demo: Loaded) -> None:
    assert sheets(demo, 2013).count() == figures()["fy2013.sections"]
    assert sheets(demo, 2013).filter(issues__gt=0).count() == figures()["fy2013.sections_with_issues"]
    assert sheets(demo, 2015).count() == figures()["fy2015.sections"] == 420
    assert sheets(demo, 2026).count() == 420


@pytest.mark.parametrize("year", YEARS)
def test_sections_per_category_are_those_of_the_figures(demo: Loaded, year: int) -> None:
    issue = Answer.objects.filter(sheet__in=sheets(demo, year), verdict="issue")
    counted = issue.values_list("question__category__code").annotate(sections=Count("sheet", distinct=True))
    assert dict(counted) == {plan.code: plan.issues for plan in categories(year)}


@pytest.mark.parametrize(
    ("year", "plan"),
    [(year, plan) for year in YEARS for plan in categories(year)],
    ids=lambda part: str(part)[:40],
)
def test_items_and_not_improved_are_those_of_the_figures(demo: Loaded, year: int, plan: CategoryPlan) -> None:
    found = self_inspected(demo, year).filter(category_code=plan.code)
    assert dict(Counter(found.values_list("item_code", flat=True))) == dict(plan.items)
    left = found.filter(status="not_improved").values("unit").distinct().count()
    assert left == plan.not_improved


@pytest.mark.parametrize("year", YEARS)
def test_what_is_left_not_improved_in_all(demo: Loaded, year: int) -> None:
    left = self_inspected(demo, year).filter(status="not_improved").values("unit").distinct().count()
    assert left == figures()[f"fy{year}.sections_not_improved"]
    assert not self_inspected(demo, year).exclude(status__in=("verified", "not_improved")).exists()


def test_stand_alone_pcs_were_left_at_the_report_and_all_improved_at_the_follow_up(demo: Loaded) -> None:
    late = self_inspected(demo, 2014).filter(item_code="R-VM-01", closed_as_not_improved=True)
    assert late.count() == figures()["fy2014.stand_alone_virus_not_improved_at_report"]
    assert set(late.values_list("status", flat=True)) == {"verified"}
    assert all(finding.closed_on >= date(2014, 12, 1) for finding in late)


def test_the_paper_finds_the_same_numbers_and_no_contradiction(demo: Loaded) -> None:
    found = inspection_figures(demo.city, 2014)
    assert (found.sections, found.sections_with_issues, found.visited) == (422, 132, 5)
    # Sections that were merged since count once, so that both years compare.
    assert (found.sections_before, found.sections_with_issues_before) == (422, 151)
    assert found.restated
    assert found.invented
    assert found.visits_contradicting == 3
    assert len(found.visit_findings) == 2
    assert len(found.good_practices) == 2
    assert inconsistencies(found) == ()
    worst = max(found.management, key=lambda item: item.not_improved)
    assert worst.code == "clear_desk"


def test_visited_sections_had_answered_that_all_is_well(demo: Loaded) -> None:
    found = Finding.objects.filter(city=demo.city, origin="visit", fiscal_year=2014, system=None)
    assert Counter(found.values_list("item_code", flat=True)) == {"M-MD-01": 2, "M-MD-02": 2}
    for finding in found:
        answer = Answer.objects.get(
            sheet__in=sheets(demo, 2014),
            sheet__unit=finding.unit_id,
            question__revision__item__code=finding.item_code,
        )
        assert answer.verdict == "conforms"
        assert finding.status == "verified"


# --- the organisation over time ------------------------------------------------------------------------------


def test_merged_renamed_and_abolished_sections(demo: Loaded) -> None:
    kinds = UnitSuccession.objects.filter(predecessor__city=demo.city).values_list("kind", flat=True)
    assert Counter(kinds) == {"merge": 6, "rename": 2}
    assert Unit.objects.get(city=demo.city, name="プロジェクト推進課").valid_to == date(2015, 4, 1)
    offices = Unit.objects.filter(city=demo.city, kind__office_class=3)
    assert offices.exists()
    assert not Sheet.objects.filter(unit__in=offices).exists()


def test_the_same_section_relapsed_in_the_same_item_through_the_merger(demo: Loaded) -> None:
    merged = Unit.objects.get(city=demo.city, name="市民生活安全課")
    before = Unit.objects.get(city=demo.city, name="市民生活課")
    for year, unit in ((2013, before), (2014, merged)):
        assert self_inspected(demo, year).filter(unit=unit, item_code="M-CD-01").exists()


def test_people_move_in_april(demo: Loaded) -> None:
    for april in (date(2014, 4, 1), date(2015, 4, 1), date(2026, 4, 1)):
        begun = Assignment.objects.filter(person__city=demo.city, valid_from=april, kind="main")
        assert begun.exclude(person__assignments__valid_to=None, valid_to=april).count() >= 24
    seats = Assignment.objects.filter(person__city=demo.city, valid_to=None, post__single_seat=True)
    assert max(Counter(seats.values_list("post", flat=True)).values()) == 1


def test_no_real_city_and_no_real_incident_is_named(demo: Loaded) -> None:
    for name in ("仙台", "四日市", "佐世保", "青葉区", "宮城野", "若林区", "太白", "icsca"):
        assert not Unit.objects.filter(city=demo.city, name__contains=name).exists()
        assert not Answer.objects.filter(Q(comment__contains=name) | Q(reason__contains=name)).exists()
        assert not Finding.objects.filter(Q(plan__contains=name) | Q(action__contains=name)).exists()
    assert not Person.objects.filter(city=demo.city).exclude(email__endswith="@midori.example").exists()


# --- this year ------------------------------------------------------------------------------------------------


def test_this_years_sheets_stand_everywhere(demo: Loaded) -> None:
    found = Counter(sheets(demo, 2026).values_list("status", flat=True))
    assert set(found) == {value for value, _ in Sheet.Status.choices}
    assert found["accepted"] == 420 * 40 // 100
    assert sum(count for status, count in found.items() if status not in ("accepted", "not_started")) >= 36


def test_this_years_findings_stand_everywhere(demo: Loaded) -> None:
    found = Counter(self_inspected(demo, 2026).values_list("status", flat=True))
    assert {"open", "planned", "reported", "verified", "not_improved"} <= set(found)
    assert FindingEvent.objects.filter(
        finding__city=demo.city, finding__fiscal_year=2026, event="returned"
    ).exists()


def test_only_this_year_is_running(demo: Loaded) -> None:
    found = Programme.objects.filter(city=demo.city).values_list("fiscal_year", "code", "status")
    assert {(year, code) for year, code, status in found if status != "closed"} == {
        (2026, "yearly"),
        (2026, "staff"),
        (2026, "systems"),
        (2026, "torikumi-q2"),
        (2026, "torikumi-q3"),
        (2026, "torikumi-q4"),
    }
    launched = {code for year, code, status in found if status == "launched"}
    assert launched == {"yearly", "staff", "systems"}


def test_managers_deputies_and_secretariat_find_work(demo: Loaded) -> None:
    manager, deputy, secretariat = (person(demo, name) for name in ("kacho01", "hosa02", "jimu01"))
    own = {grant.unit_id for grant in manager.grants}
    assert sheets(demo, 2026).get(unit__name="地域政策課").status == "submitted"
    assert {sheet.unit_id for sheet in sheets(demo, 2026).filter(status="submitted")} & own
    open_findings = Finding.objects.restrict(manager, IMPROVE_FINDINGS).filter(fiscal_year=2026)
    assert {"open", "planned", "not_improved"} <= set(open_findings.values_list("status", flat=True))
    returned = sheets(demo, 2026).get(unit__in={grant.unit_id for grant in deputy.grants})
    assert returned.status == "returned_by_manager"
    assert sheets(demo, 2026).filter(status="approved").count() >= 8
    assert Finding.objects.restrict(secretariat, CHECK_FINDINGS).filter(status="reported").count() >= 3


def test_the_committee_finds_the_papers_of_its_meetings(demo: Loaded) -> None:
    for reader in ("iinkai01", "iin01", "ciso01"):
        found = editions(person(demo, reader))
        assert {(paper.paper_code, paper.fiscal_year, paper.status, paper.issued_on) for paper in found} == {
            ("committee", 2013, "issued", date(2014, 7, 28)),
            ("committee", 2014, "issued", date(2015, 7, 29)),
            ("committee-plan", 2015, "issued", date(2015, 7, 29)),
        }


def test_one_account_for_each_role(demo: Loaded) -> None:
    held = {role for account in demo.summary.accounts for role in account.roles}
    assert held == {
        "最高情報セキュリティ責任者",
        "局（区）情報管理者",
        "情報管理者",
        "副情報管理者",
        "システム管理者",
        "ネットワーク管理者",
        "職員",
        "事務局",
        "監査人",
        "委員会・推進本部",
        "監査委員・包括外部監査人",
    }
    hashes = set()
    for account in demo.summary.accounts:
        stored = Account.objects.get(username=account.username)
        hashes.add(stored.password)
        assert not stored.must_change_password
    assert [check_password(demo.summary.password, one) for one in hashes] == [True]
    assert demo.summary.password_is_default


def test_signing_in(demo: Loaded) -> None:
    assert authenticate(username="kacho01", password=DEFAULT_PASSWORD) is not None
    assert authenticate(username="kacho01", password="midori-tenken-2013") is None


# --- the journal and the refusals ------------------------------------------------------------------------------


def test_the_journal_is_whole(demo: Loaded) -> None:
    outcome = verify(demo.city.code)
    assert outcome.faults == []
    assert outcome.entries > 1_000


def test_recorded_now_for_business_dates_long_past(demo: Loaded) -> None:
    entries = Entry.objects.filter(city_code=demo.city.code)
    late = entries.exclude(recorded_at__range=(demo.began, demo.ended + timedelta(seconds=1)))
    assert not late.exists()
    assert entries.filter(business_date__year=2014).count() >= 10
    assert entries.filter(business_date__year=2012).exists()


def test_what_was_done_for_people_says_that_the_demo_did_it(demo: Loaded) -> None:
    entries = Entry.objects.filter(city_code=demo.city.code).exclude(actor_code__startswith="system:")
    assert set(entries.values_list("channel", flat=True)) == {"demo"}


def test_a_second_load_is_refused(demo: Loaded) -> None:
    before = Unit.objects.count()
    with pytest.raises(Stale, match="すでに入っています"):
        load_demo(lambda *_: None, today=TODAY, per_day=0)
    assert Unit.objects.count() == before


def test_a_weak_password_or_a_day_too_early_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="以後"):
        load_demo(lambda *_: None, today=date(2015, 5, 31), per_day=0)
    monkeypatch.setenv(PASSWORD_VARIABLE, "12345")
    with pytest.raises(Invalid, match=PASSWORD_VARIABLE):
        load_demo(lambda *_: None, today=TODAY, per_day=0)


def test_progress_is_told_from_nothing_to_all(demo: Loaded) -> None:
    assert demo.told[0][1] == 0
    assert demo.told[-1][1] == demo.told[-1][2] == len(demo.summary.timings)
    assert all(name in demo.summary.timings for name, _, _ in demo.told)
