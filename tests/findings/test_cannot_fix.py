"""What cannot be fixed, and whose measure it is: who may, what is told, what the papers and lists make of it."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction

from tenken.common.refusals import Denied, Invalid
from tenken.findings.models import Finding
from tenken.findings.operations import (
    check,
    close_improvement_stage,
    close_not_improved,
    confirm_reason,
    declare_cannot_fix,
    plan,
    reopen,
    report,
)
from tenken.findings.queries import (
    FindingFilter,
    category_counts,
    due_reviews,
    environment_measures,
    findings_for,
    my_tasks,
    not_improved_at_close,
    urgent_first,
)
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tests.findings import makers

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 6)
REVIEW = date(2027, 3, 31)


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


@pytest.fixture
def finding(scenario: Any) -> Finding:
    return makers.opened(scenario.section_a1)[0]


def declared(finding: Finding, by: Any, **values: Any) -> Finding:
    said: dict[str, Any] = {
        "reason": "contract",
        "note": "保守契約の範囲外。",
        "compensating_measure": "庁内LANから切り離す。",
        "residual_risk": "low",
        "residual_risk_note": "媒体からの感染は残る。",
        "review_on": REVIEW,
        "version": finding.version,
    }
    return declare_cannot_fix(by=by, finding=finding, **(said | values))


def treated(finding: Finding, by: Any, checker: Any) -> Finding:
    finding = declared(finding, by)
    return confirm_reason(
        by=checker,
        finding=finding,
        outcome="confirmed",
        comment="契約書を見た。",
        version=finding.version,
    )


@pytest.mark.parametrize(
    "role", ["secretariat", "auditor", "bureau_manager", "other_manager", "ciso", "staff"]
)
def test_only_the_section_declares(scenario: Any, finding: Finding, role: str) -> None:
    with pytest.raises(Denied):
        declared(finding, scenario.by(role))


@pytest.mark.parametrize("role", ["section_manager", "deputy", "bureau_manager", "ciso", "other_manager"])
def test_the_section_does_not_confirm_its_own_reason(scenario: Any, finding: Finding, role: str) -> None:
    declared(finding, scenario.by("section_manager"))
    with pytest.raises(Denied):
        confirm_reason(
            by=scenario.by(role), finding=finding, outcome="confirmed", comment="見た。", version=2
        )


@pytest.mark.parametrize("role", ["secretariat", "auditor"])
def test_the_secretariat_or_an_auditor_confirms_and_the_section_is_told(
    scenario: Any, finding: Finding, role: str
) -> None:
    manager = scenario.people["section_manager"]
    Person.objects.filter(pk=manager.pk).update(email="manager@example.jp")
    done = treated(finding, scenario.by("section_manager"), scenario.by(role))
    done.refresh_from_db()
    by = scenario.by(role)
    assert (
        done.status,
        done.confirmed_by,
        done.confirmed_by_name,
        done.confirmed_on,
        done.confirmed_how,
    ) == (
        "treated",
        by.actor.code,
        by.actor.name,
        TODAY,
        "契約書を見た。",
    )
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient_code) == ("findings.reason", manager.number)
    assert "改善困難の理由を確認しました" in notice.subject


def test_confirming_needs_words_and_a_decision(scenario: Any, finding: Finding) -> None:
    declared(finding, scenario.by("section_manager"))
    by = scenario.by("secretariat")
    for outcome, comment, field in (("confirmed", " ", "comment"), ("", "見た。", "outcome")):
        with pytest.raises(Invalid) as refusal:
            confirm_reason(by=by, finding=finding, outcome=outcome, comment=comment, version=2)
        assert [problem.field for problem in refusal.value.problems] == [field]


def test_the_database_holds_reason_measure_review_and_confirmer_together(
    scenario: Any, finding: Finding
) -> None:
    done = treated(finding, scenario.by("section_manager"), scenario.by("secretariat"))
    rows = Finding.objects.filter(pk=done.pk)
    for part in (
        {"not_improved_reason": ""},
        {"compensating_measure": ""},
        {"review_on": None},
        {"confirmed_by": ""},
        {"confirmed_on": None},
        {"confirmed_how": ""},
        {"status": "planned"},
        {"status": "cannot_fix"},
        {"measure_level": "environment"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**part)


def test_at_its_review_it_is_work_again(scenario: Any, finding: Finding) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    treated(finding, by, checker)
    assert [task.code for task in my_tasks(by)] == []
    assert list(due_reviews(checker, REVIEW - timedelta(days=1))) == []
    assert [row.pk for row in due_reviews(checker, REVIEW)] == [finding.pk]
    with time_machine.travel("2027-03-31T03:00:00Z", tick=False):
        by = scenario.by("section_manager")
        assert [(task.code, task.query) for task in my_tasks(by)] == [("review", "review_due=on")]
        assert findings_for(by, FindingFilter(review_due=True)).count() == 1
        finding.refresh_from_db()
        again = reopen(by=by, finding=finding, comment="更新できるようになった。", version=finding.version)
    assert (again.status, again.review_on, again.confirmed_by) == ("open", None, "")


def test_who_confirms_has_it_among_their_tasks(scenario: Any, finding: Finding) -> None:
    declared(finding, scenario.by("section_manager"))
    for role in ("secretariat", "auditor"):
        assert [(task.code, task.count) for task in my_tasks(scenario.by(role))] == [("confirm", 1)]


def test_the_paper_counts_it_as_not_improved(scenario: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    held, waits, left = makers.opened(scenario.section_a1, 3)
    treated(held, by, checker)
    declared(waits, by)
    closed = close_improvement_stage(
        by=checker,
        city=scenario.city,
        fiscal_year=2026,
        on=date(2026, 10, 31),
        reasons={left.pk: ("budget", "")},
    )
    assert [(row.pk, row.status) for row in closed] == [
        (held.pk, "treated"),
        (waits.pk, "cannot_fix"),
        (left.pk, "not_improved"),
    ]
    assert {row.pk for row in not_improved_at_close(scenario.city, 2026)} == {held.pk, waits.pk, left.pk}
    counts = category_counts(scenario.city, 2026)
    assert (counts.sections.with_issue, counts.sections.not_improved) == (1, 1)
    assert sum(counts.categories[-1].by_status.values()) == 3


def test_after_it_was_reopened_it_can_be_improved(scenario: Any, finding: Finding) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    row = treated(finding, by, checker)
    row = reopen(by=checker, finding=row, comment="予算が付いた。", version=row.version)
    row = plan(by=by, finding=row, text="更新", owner="係", due_on=TODAY, version=row.version)
    row = report(by=by, finding=row, action="した。", action_on=TODAY, version=row.version)
    row = check(by=checker, finding=row, outcome="verified", version=row.version)
    assert (row.status, row.not_improved_reason) == ("verified", "")
    assert [event.event for event in row.events.all()] == [
        "opened",
        "cannot_fix",
        "confirmed",
        "reopened",
        "planned",
        "reported",
        "verified",
    ]


def test_an_environment_is_the_section_s_bureau_s(scenario: Any, finding: Finding) -> None:
    by = scenario.by("section_manager")
    done = plan(
        by=by,
        finding=finding,
        text="書庫を増やす。",
        owner="係",
        due_on=TODAY,
        level="environment",
        needs_budget=True,
        budget_yen=1_200_000,
        budget_year=2027,
        version=1,
    )
    assert (done.measure_bureau_id, done.budget_yen, done.budget_year) == (
        scenario.bureau_a.pk,
        1_200_000,
        2027,
    )
    revised = plan(by=by, finding=done, text="別の案", owner="係", due_on=TODAY, version=2)
    assert revised.measure_level == "environment", "what is not said again stays"
    other = makers.opened(scenario.section_b1, key="b")[0]
    close_not_improved(
        by=scenario.by("other_manager"), finding=other, reason="budget", level="daily", version=1
    )
    assert [row.pk for row in environment_measures(scenario.by("bureau_manager"))] == [finding.pk]
    assert list(environment_measures(scenario.by("other_manager"))) == []


def test_what_is_overdue_or_due_for_review_stands_first(scenario: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    done, held, late, planned = makers.opened(scenario.section_a1, 4)
    makers.verified(done, by, checker)
    treated(held, by, checker)
    plan(by=by, finding=planned, text="計画", owner="係", due_on=date(2028, 1, 1), version=1)
    with time_machine.travel("2027-04-01T03:00:00Z", tick=False):
        rows = urgent_first(findings_for(scenario.by("section_manager")), scenario.by("secretariat").on)
        assert [row.pk for row in rows] == [late.pk, held.pk, planned.pk, done.pk]


def test_the_release_before_reads_it_as_not_improved(scenario: Any, finding: Finding) -> None:
    treated(finding, scenario.by("section_manager"), scenario.by("secretariat"))
    # What is left of the risk came later and goes first on the way back.
    Finding.objects.update(residual_risk="", residual_risk_note="")
    migration = import_module("tenken.findings.migrations.0002_improvement_traces_cases")
    migration.put_back(apps, None)
    finding.refresh_from_db()
    assert (finding.status, finding.not_improved_reason, finding.review_on) == (
        "not_improved",
        "contract",
        None,
    )
