"""Routes, acting, return, withdrawal; what was put up stays what it was."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connections

from tenken.approvals.models import ApprovalRequest, Route, Snapshot, StepDecision
from tenken.approvals.operations import (
    decide,
    ensure_route,
    may_decide,
    pending_request,
    request_approval,
    withdraw,
)
from tenken.approvals.queries import trail
from tenken.common.refusals import Denied, Invalid, Refusal, Stale
from tenken.journal.canonical import sha256
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.journal.sealed import SealedRowError
from tenken.journal.verification import verify
from tests.factories import Scenario, make_other_city
from tests.journal.writing import attack

SUBJECT = ("test.paper", 7)
STEPS = (("情報管理者の承認", "section_manager", "deputy"), ("事務局の受付", "secretariat", ""))


def _route(scenario: Scenario) -> Route:
    return ensure_route(
        by=scenario.by("secretariat"), city=scenario.city, code="test.paper", name="試し", steps=STEPS
    )


def _put_up(scenario: Scenario, role: str = "staff") -> ApprovalRequest:
    _route(scenario)
    return request_approval(
        by=scenario.by(role),
        unit=scenario.section_a1,
        route_code="test.paper",
        subject=SUBJECT,
        snapshot={"answers": [["1-1", "適合"]], "unit": "企画課"},
    )


# --- routes ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_route_is_made_once_and_then_the_citys(scenario: Scenario) -> None:
    route = _route(scenario)
    again = ensure_route(
        by=scenario.by("secretariat"), city=scenario.city, code="test.paper", name="別", steps=()
    )
    assert again == route
    assert [(step.order, step.role_code, step.acting_role_code) for step in again.steps.all()] == [
        (1, "section_manager", "deputy"),
        (2, "secretariat", ""),
    ]
    assert Entry.objects.filter(operation="approvals.route.create").count() == 1


@pytest.mark.django_db
def test_only_who_manages_the_city_makes_a_route(scenario: Scenario) -> None:
    with pytest.raises(Denied):
        ensure_route(by=scenario.by("deputy"), city=scenario.city, code="x", name="x", steps=STEPS)
    with pytest.raises(Denied, match="ほかの市"):
        ensure_route(
            by=make_other_city().by("secretariat"), city=scenario.city, code="x", name="x", steps=STEPS
        )


@pytest.mark.django_db
def test_without_a_route_nothing_is_put_up(scenario: Scenario) -> None:
    with pytest.raises(Invalid, match="まだ設定されていません"):
        request_approval(
            by=scenario.by("staff"),
            unit=scenario.section_a1,
            route_code="none",
            subject=SUBJECT,
            snapshot={},
        )


@pytest.mark.django_db
def test_nobody_puts_up_for_another_city(scenario: Scenario) -> None:
    _route(scenario)
    with pytest.raises(Denied, match="ほかの市"):
        request_approval(
            by=make_other_city().by("section_manager"),
            unit=scenario.section_a1,
            route_code="test.paper",
            subject=SUBJECT,
            snapshot={},
        )


# --- deciding ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_walks_its_route(scenario: Scenario) -> None:
    request = _put_up(scenario)
    request = decide(by=scenario.by("section_manager"), request=request, outcome="approved")
    assert (request.status, request.step) == ("pending", 2)
    request = decide(by=scenario.by("secretariat"), request=request, outcome="approved", comment="受付")
    assert (request.status, request.step) == ("approved", None)
    told = trail(SUBJECT)
    assert [(one.step_name, one.role_code, one.acting, one.comment) for one in told[0].decisions.all()] == [
        ("情報管理者の承認", "section_manager", False, ""),
        ("事務局の受付", "secretariat", False, "受付"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("section_manager", True),
        ("deputy", True),
        ("staff", False),
        ("other_manager", False),
        ("bureau_manager", False),
        ("secretariat", False),
        ("ciso", False),
    ],
)
def test_whose_step_it_is(scenario: Scenario, role: str, may: bool) -> None:
    request = _put_up(scenario)
    assert may_decide(scenario.by(role), request) is may
    if not may:
        with pytest.raises(Denied, match="情報管理者の承認"):
            decide(by=scenario.by(role), request=request, outcome="approved")
        assert StepDecision.objects.count() == 0


@pytest.mark.django_db
def test_the_deputy_acts_and_the_decision_says_so(scenario: Scenario) -> None:
    decide(by=scenario.by("deputy"), request=_put_up(scenario), outcome="approved")
    decision = StepDecision.objects.get()
    assert (decision.role_code, decision.acting) == ("deputy", True)
    assert decision.decided_by == scenario.people["deputy"].number


@pytest.mark.django_db
def test_the_deputy_never_acts_on_what_they_put_up(scenario: Scenario) -> None:
    request = _put_up(scenario, "deputy")
    assert not may_decide(scenario.by("deputy"), request)
    with pytest.raises(Denied, match="自分が提出したもの"):
        decide(by=scenario.by("deputy"), request=request, outcome="approved")


@pytest.mark.django_db
def test_nobody_acts_where_the_route_names_no_deputy(scenario: Scenario) -> None:
    request = decide(by=scenario.by("section_manager"), request=_put_up(scenario), outcome="approved")
    with pytest.raises(Denied, match="事務局の受付"):
        decide(by=scenario.by("deputy"), request=request, outcome="approved")


@pytest.mark.django_db
def test_a_return_needs_its_reason(scenario: Scenario) -> None:
    request = _put_up(scenario)
    with pytest.raises(Invalid) as refusal:
        decide(by=scenario.by("section_manager"), request=request, outcome="returned", comment=" \x00 ")
    assert refusal.value.problems[0].field == "comment"
    request = decide(
        by=scenario.by("section_manager"), request=request, outcome="returned", comment="理由\r\nあり"
    )
    assert request.status == "returned"
    assert StepDecision.objects.get().comment == "理由\nあり"


@pytest.mark.django_db
def test_a_comment_too_long_is_refused_and_not_cut(scenario: Scenario) -> None:
    request = _put_up(scenario)
    manager = scenario.by("section_manager")
    with pytest.raises(Invalid, match="2,000字まで"):
        decide(by=manager, request=request, outcome="approved", comment="髙" * 2_001)
    decide(by=manager, request=request, outcome="approved", comment="𠮷" * 2_000)
    assert StepDecision.objects.get().comment == "𠮷" * 2_000


@pytest.mark.django_db
def test_what_has_ended_is_not_decided_again(scenario: Scenario) -> None:
    request = _put_up(scenario)
    decide(by=scenario.by("section_manager"), request=request, outcome="returned", comment="直すこと")
    with pytest.raises(Stale, match="すでに終わって"):
        decide(by=scenario.by("section_manager"), request=request, outcome="approved")
    with pytest.raises(Stale):
        pending_request(SUBJECT)


# --- withdrawal --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_who_put_it_up_takes_it_back(scenario: Scenario) -> None:
    request = _put_up(scenario)
    with pytest.raises(Denied, match=scenario.people["staff"].name):
        withdraw(by=scenario.by("section_manager"), request=request)
    assert withdraw(by=scenario.by("staff"), request=request).status == "withdrawn"


@pytest.mark.django_db
def test_not_once_somebody_decided(scenario: Scenario) -> None:
    request = decide(by=scenario.by("section_manager"), request=_put_up(scenario), outcome="approved")
    with pytest.raises(Stale, match="すでに決裁が進んでいる"):
        withdraw(by=scenario.by("staff"), request=request)


@pytest.mark.django_db
def test_one_request_is_pending_at_a_time(scenario: Scenario) -> None:
    request = _put_up(scenario)
    with pytest.raises(Stale, match="すでに決裁に回って"):
        _put_up(scenario)
    withdraw(by=scenario.by("staff"), request=request)
    assert _put_up(scenario).round == 2
    with pytest.raises(IntegrityError):
        ApprovalRequest.objects.filter(pk=request.pk).update(status="pending", step=1)


# --- what was put up stays what it was ---------------------------------------------------------------------


@pytest.mark.django_db
def test_the_journal_keeps_the_snapshots_hash(scenario: Scenario) -> None:
    request = _put_up(scenario)
    entry = Entry.objects.get(operation="approvals.request")
    changes = read_payload(entry)
    assert changes is not None
    assert changes["sha256"] == request.snapshot.sha256
    outcome = verify(scenario.city.code)
    assert outcome.whole
    assert outcome.sealed_rows == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE approvals_snapshot SET body = replace(body, '適合', '該当なし')", "封印したときと違います"),
        ("UPDATE approvals_snapshot SET sha256 = 'f00'", "封印したときと違います"),
        ("DELETE FROM approvals_snapshot", "がありません"),
    ],
)
def test_tampering_is_found(scenario: Scenario, sql: str, fault: str) -> None:
    _put_up(scenario)
    attack(sql)
    faults = verify(scenario.city.code).faults
    assert len(faults) == 1
    assert fault in faults[0]
    assert "決裁の写し" in faults[0]


@pytest.mark.django_db
def test_tampering_with_body_and_hash_together_is_found(scenario: Scenario) -> None:
    _put_up(scenario)
    body = '{"answers":[]}'
    attack("UPDATE approvals_snapshot SET body = %s, sha256 = %s", [body, sha256(body)])
    assert any("決裁の写し" in fault for fault in verify(scenario.city.code).faults)


@pytest.mark.django_db
def test_the_program_itself_changes_neither_snapshot_nor_decision(scenario: Scenario) -> None:
    request = decide(by=scenario.by("section_manager"), request=_put_up(scenario), outcome="approved")
    snapshot = Snapshot.objects.get(request=request)
    with pytest.raises(SealedRowError):
        snapshot.save()
    with pytest.raises(TypeError):
        snapshot.delete()
    decision = StepDecision.objects.get()
    with pytest.raises(TypeError):
        decision.save()
    with pytest.raises(TypeError):
        decision.delete()


# --- at the same moment ------------------------------------------------------------------------------------


def _together(*works: Callable[[], object]) -> list[str]:
    """Run *works* at once; return what became of each: "done" or the refusal's name."""
    barrier = threading.Barrier(len(works))
    outcomes: list[str] = []

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            work()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_decide_at_once_and_one_wins(scenario: Scenario) -> None:
    request = _put_up(scenario)
    manager, deputy = scenario.by("section_manager"), scenario.by("deputy")
    outcomes = _together(
        lambda: decide(by=manager, request=request, outcome="returned", comment="直すこと"),
        lambda: decide(by=deputy, request=request, outcome="returned", comment="直すこと"),
    )
    assert outcomes == ["Stale", "done"]
    assert StepDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_put_up_at_once_and_one_wins(scenario: Scenario) -> None:
    _route(scenario)
    by = scenario.by("staff")

    def put_up() -> object:
        return request_approval(
            by=by, unit=scenario.section_a1, route_code="test.paper", subject=SUBJECT, snapshot={}
        )

    assert _together(put_up, put_up) == ["Stale", "done"]
    assert ApprovalRequest.objects.count() == Snapshot.objects.count() == 1
