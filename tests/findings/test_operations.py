"""What sections and the secretariat do to a finding: who may, what it leaves behind, and what it refuses."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Refusal, Stale
from tenken.findings.models import Finding, FindingEvent, FindingEvidence
from tenken.findings.operations import (
    add_evidence,
    check,
    check_many,
    close_improvement_stage,
    close_not_improved,
    confirm_reason,
    declare_cannot_fix,
    plan,
    reopen,
    report,
    withdraw_by_origin,
)
from tenken.findings.states import EVENT_LABELS, REASONS
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tests.factories import make_other_city
from tests.findings import makers

pytestmark = pytest.mark.django_db

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture
def finding(scenario: Any) -> Finding:
    return makers.opened(scenario.section_a1)[0]


@pytest.fixture
def manager(scenario: Any) -> Any:
    return scenario.by("section_manager")


@pytest.fixture
def secretariat(scenario: Any) -> Any:
    return scenario.by("secretariat")


def test_each_step_leaves_an_event_and_a_journal_row(
    finding: Finding, manager: Any, secretariat: Any
) -> None:
    done = makers.verified(finding, manager, secretariat)
    assert (done.status, done.version, done.closed_on) == ("verified", 4, makers.CHECKED)
    events = list(done.events.all())
    assert [event.event for event in events] == ["opened", "planned", "reported", "verified"]
    assert [event.happened_on for event in events[1:]] == [makers.PLANNED, makers.REPORTED, makers.CHECKED]
    assert [event.by_code for event in events[1:]] == [manager.actor.code] * 2 + [secretariat.actor.code]
    rows = Entry.objects.filter(subject_type="findings.finding", subject_id=str(done.pk)).order_by("sequence")
    assert [row.operation.rpartition(".")[2] for row in rows] == ["planned", "reported", "verified"]
    assert [row.business_date for row in rows] == [makers.PLANNED, makers.REPORTED, makers.CHECKED]
    told = read_payload(rows[1])
    assert told is not None
    assert told["after"]["status"] == "reported"
    assert told["before"]["action"] == ""


def test_long_text_and_rare_characters_come_back_as_typed(finding: Finding, manager: Any) -> None:
    text = "𠮷野・髙橋が机の上の書類を" + "片づける。" * 60
    plan(
        by=manager,
        finding=finding,
        text=text,
        owner="𠮷田",
        due_on=date(2026, 10, 1),
        version=1,
        on=makers.PLANNED,
    )
    finding.refresh_from_db()
    assert (finding.plan, finding.plan_owner) == (text, "𠮷田")


# --- who may ----------------------------------------------------------------------------------------------

_STEPS = {
    "plan": lambda by, row: makers.planned(row, by),
    "evidence": lambda by, row: add_evidence(
        by=by, finding=row, name="写真.jpg", stream=io.BytesIO(JPEG), version=1, on=makers.PLANNED
    ),
    "not_improved": lambda by, row: close_not_improved(
        by=by, finding=row, reason="budget", version=1, on=makers.PLANNED
    ),
}
_OUTSIDERS = [
    "other_manager",
    "secretariat",
    "bureau_manager",
    "auditor",
    "ciso",
    "staff",
    "committee",
    "commissioner",
    "system_manager",
    "network_manager",
]


@pytest.mark.parametrize("step", _STEPS)
@pytest.mark.parametrize("role", _OUTSIDERS)
def test_only_the_section_improves(scenario: Any, finding: Finding, role: str, step: str) -> None:
    with pytest.raises(Denied):
        _STEPS[step](scenario.by(role), finding)
    finding.refresh_from_db()
    assert finding.version == 1


@pytest.mark.parametrize("role", ["section_manager", "deputy"])
def test_the_section_s_manager_and_deputy_improve(scenario: Any, finding: Finding, role: str) -> None:
    assert makers.reported(finding, scenario.by(role)).status == "reported"


@pytest.mark.parametrize(
    "role", ["section_manager", "deputy", "other_manager", "bureau_manager", "auditor", "ciso"]
)
def test_only_the_secretariat_checks(scenario: Any, finding: Finding, manager: Any, role: str) -> None:
    reported = makers.reported(finding, manager)
    by = scenario.by(role)
    with pytest.raises(Denied):
        check(by=by, finding=reported, outcome="verified", version=3, on=makers.CHECKED)
    with pytest.raises(Denied):
        check_many(by=by, city=scenario.city, versions={reported.pk: 3}, on=makers.CHECKED)
    with pytest.raises(Denied):
        close_improvement_stage(by=by, city=scenario.city, fiscal_year=2026, on=makers.CLOSED)


def test_another_city_s_secretariat_is_out_of_reach(scenario: Any, finding: Finding, manager: Any) -> None:
    reported = makers.reported(finding, manager)
    other = make_other_city()
    by = other.by("secretariat")
    with pytest.raises(Denied):
        check(by=by, finding=reported, outcome="verified", version=3, on=makers.CHECKED)
    with pytest.raises(Denied):
        check_many(by=by, city=scenario.city, versions={reported.pk: 3}, on=makers.CHECKED)
    done, passed = check_many(by=by, city=other.city, versions={reported.pk: 3}, on=makers.CHECKED)
    assert (done, passed) == ([], [])


# --- two people, two clicks ---------------------------------------------------------------------------------


def test_a_stale_version_says_who_did_what(scenario: Any, finding: Finding, manager: Any) -> None:
    makers.planned(finding, scenario.by("deputy"))
    name = scenario.by("deputy").actor.name
    with pytest.raises(Stale, match=rf"{name}さんが9月10日付けで「改善計画を提出」"):
        plan(
            by=manager,
            finding=finding,
            text="別の案",
            owner="係",
            due_on=date(2026, 10, 1),
            version=1,
            on=makers.PLANNED,
        )
    finding.refresh_from_db()
    assert finding.plan.startswith("書棚")


def test_pressed_twice_is_done_once(finding: Finding, manager: Any, secretariat: Any) -> None:
    for _ in range(2):
        finding.refresh_from_db()
        finding.version = 1
        makers.planned(finding, manager)
    for _ in range(2):
        report(
            by=manager,
            finding=finding,
            action="書棚を増やした。",
            action_on=makers.PLANNED,
            evidence=[("写真.jpg", io.BytesIO(JPEG))],
            version=2,
            on=makers.REPORTED,
        )
    for _ in range(2):
        check(
            by=secretariat,
            finding=finding,
            outcome="returned",
            comment="足りません。",
            version=3,
            on=makers.CHECKED,
        )
    finding.refresh_from_db()
    assert (finding.status, finding.version, finding.events.count(), finding.evidence.count()) == (
        "planned",
        4,
        4,
        1,
    )


def test_the_same_words_from_another_person_are_stale(scenario: Any, finding: Finding, manager: Any) -> None:
    makers.planned(finding, manager)
    finding.version = 1
    with pytest.raises(Stale):
        makers.planned(finding, scenario.by("deputy"))


# --- evidence -----------------------------------------------------------------------------------------------


def test_evidence_raises_the_version_and_is_kept_once(finding: Finding, manager: Any) -> None:
    planned = makers.planned(finding, manager)
    for _ in range(2):
        add_evidence(
            by=manager,
            finding=planned,
            name="写真.jpg",
            stream=io.BytesIO(JPEG),
            version=2,
            on=makers.REPORTED,
        )
    planned.refresh_from_db()
    assert (planned.version, FindingEvidence.objects.count()) == (3, 1)
    assert planned.events.last().comment == "写真.jpg"
    with pytest.raises(Stale, match="証拠を追加"):
        add_evidence(by=manager, finding=planned, name="別.jpg", stream=io.BytesIO(JPEG + b"1"), version=2)
    assert FindingEvidence.objects.count() == 1


def test_evidence_of_a_wrong_kind_undoes_the_report(finding: Finding, manager: Any) -> None:
    planned = makers.planned(finding, manager)
    with pytest.raises(Invalid):
        report(
            by=manager,
            finding=planned,
            action="した。",
            action_on=makers.PLANNED,
            evidence=[("写真.jpg", io.BytesIO(JPEG)), ("手順.exe", io.BytesIO(b"MZ\x90\x00"))],
            version=2,
            on=makers.REPORTED,
        )
    planned.refresh_from_db()
    assert (planned.status, planned.version, planned.evidence.count()) == ("planned", 2, 0)


# --- mail ---------------------------------------------------------------------------------------------------


def _told(scenario: Any) -> list[tuple[str, str, str]]:
    return list(Notice.objects.order_by("pk").values_list("kind", "recipient_code", "link"))


def test_the_section_is_told_of_a_check_today_and_of_no_past_one(
    scenario: Any, finding: Finding, manager: Any, secretariat: Any
) -> None:
    for role in ("section_manager", "deputy", "other_manager", "staff"):
        Person.objects.filter(pk=scenario.people[role].pk).update(email=f"{role}@example.jp")
    reported = makers.reported(finding, manager)
    check(
        by=secretariat, finding=reported, outcome="returned", comment="写真を。", version=3, on=makers.CHECKED
    )
    assert _told(scenario) == []
    report(
        by=manager,
        finding=finding,
        action="写真を付けた。",
        action_on=makers.PLANNED,
        version=4,
        on=clock.today(),
    )
    check(by=secretariat, finding=finding, outcome="verified", version=5, on=clock.today())
    section = {scenario.people[role].number for role in ("section_manager", "deputy")}
    assert {told[1] for told in _told(scenario)} == section
    assert {told[0] for told in _told(scenario)} == {"findings.verified"}
    assert {told[2] for told in _told(scenario)} == {f"/findings/{finding.pk}/"}


# --- many at once -------------------------------------------------------------------------------------------


def test_many_reports_are_verified_in_few_queries(
    scenario: Any, manager: Any, secretariat: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [makers.reported(row, manager) for row in makers.opened(scenario.section_a1, 12)]
    stale = rows[-1]
    versions = {row.pk: row.version for row in rows[:-1]} | {stale.pk: 2}
    with django_assert_max_num_queries(25):
        done, passed = check_many(by=secretariat, city=scenario.city, versions=versions, on=makers.CHECKED)
    assert len(done) == 11
    assert [(row.pk, "改善を報告" in why) for row, why in passed] == [(stale.pk, True)]
    assert Finding.objects.filter(status="verified", version=4).count() == 11
    assert FindingEvent.objects.filter(event="verified").count() == 11
    assert Entry.objects.filter(operation="findings.batch.verified").count() == 1
    again = {row.pk: 3 for row in done}
    assert check_many(by=secretariat, city=scenario.city, versions=again, on=makers.CHECKED) == ([], [])
    assert FindingEvent.objects.filter(event="verified").count() == 11


def test_the_stage_closes_only_when_each_has_a_reason(scenario: Any, manager: Any, secretariat: Any) -> None:
    one, two, three, four, five = makers.opened(scenario.section_a1, 5)
    makers.verified(one, manager, secretariat)
    close_not_improved(
        by=manager, finding=two, reason="budget", note="来年度要求", version=1, on=makers.PLANNED
    )
    makers.reported(three, manager)
    withdraw_by_origin(
        by=secretariat, city=scenario.city, origin_keys=[five.origin_key], on=makers.PLANNED, reason="差戻し"
    )
    close = {"by": secretariat, "city": scenario.city, "fiscal_year": 2026, "on": makers.CLOSED}
    with pytest.raises(Invalid) as refusal:
        close_improvement_stage(**close, reasons={three.pk: ("other", " ")})
    assert [problem.field for problem in refusal.value.problems] == [f"note-{three.pk}", f"reason-{four.pk}"]
    assert not Finding.objects.filter(closed_as_not_improved=True).exists()
    reasons = {two.pk: ("staff", ""), three.pk: ("contract", "確認が間に合わない。"), four.pk: ("staff", "")}
    left = close_improvement_stage(**close, reasons=reasons)
    assert [(row.pk, row.not_improved_reason) for row in left] == [
        (two.pk, "budget"),
        (three.pk, "contract"),
        (four.pk, "staff"),
    ]
    assert close_improvement_stage(**close) == []
    assert all(row.events.count() == row.version for row in Finding.objects.all())


# --- any sequence, down to the row --------------------------------------------------------------------------

_moves = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "open",
                "plan",
                "report",
                "verify",
                "return",
                "not_improved",
                "stage",
                "withdraw",
                "evidence",
                "many",
                "cannot_fix",
                "confirm",
                "refuse",
                "reopen",
            ]
        ),
        st.integers(0, 2),
        st.integers(-1, 0),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(_moves)
def test_no_sequence_of_operations_leaves_an_impossible_row(scenario: Any, moves: Any) -> None:
    with transaction.atomic():
        _live(scenario, moves)
        transaction.set_rollback(True)


def _live(scenario: Any, moves: list[tuple[str, int, int]]) -> None:
    day, given_numbers = makers.OPENED, set()
    makers.opened(scenario.section_a1, 2)
    for move, which, behind in moves:
        day += timedelta(days=1)
        rows = list(Finding.objects.order_by("pk"))
        row = rows[which % len(rows)]
        before = {one.pk: (one.version, one.number) for one in rows}
        try:
            with transaction.atomic():
                _do(scenario, move, row, row.version + behind, day)
        except Refusal:
            for one in Finding.objects.all():
                assert (one.version, one.number) == before[one.pk]
            continue
        for one in Finding.objects.all():
            assert one.version >= before.get(one.pk, (1, 0))[0]
            assert one.number == before.get(one.pk, (0, one.number))[1]
            assert one.events.count() == one.version
            assert one.events.last().status == one.status
            assert one.events.last().event in EVENT_LABELS
        given_numbers |= {one.number for one in Finding.objects.all()}
        assert len(given_numbers) == Finding.objects.count()


def _do(scenario: Any, move: str, row: Finding, version: int, day: date) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    at = {"finding": row, "version": version, "on": day}
    if move == "open":
        makers.opened(scenario.section_a1, 3)
    elif move == "plan":
        plan(by=by, text="計画", owner="係", due_on=day + timedelta(days=9), **at)
    elif move == "report":
        report(by=by, action="した。", action_on=day, **at)
    elif move in ("verify", "return"):
        outcome = "verified" if move == "verify" else "returned"
        check(by=checker, outcome=outcome, comment="見た。", **at)
    elif move == "not_improved":
        close_not_improved(by=by, reason="budget", **at)
    elif move == "stage":
        reasons = dict.fromkeys(Finding.objects.values_list("pk", flat=True), ("staff", ""))
        close_improvement_stage(by=checker, city=scenario.city, fiscal_year=2026, on=day, reasons=reasons)
    elif move == "withdraw":
        withdraw_by_origin(
            by=checker, city=scenario.city, origin_keys=[row.origin_key], on=day, reason="差戻し"
        )
    elif move == "evidence":
        name = f"{day}.jpg"
        add_evidence(by=by, name=name, stream=io.BytesIO(JPEG + name.encode()), **at)
    elif move == "cannot_fix":
        declare_cannot_fix(
            by=by,
            reason="contract",
            note="範囲外。",
            compensating_measure="切り離す。",
            residual_risk="medium",
            residual_risk_note="媒体からの感染は残る。",
            review_on=day + timedelta(days=30),
            **at,
        )
    elif move in ("confirm", "refuse"):
        outcome = "confirmed" if move == "confirm" else "refused"
        confirm_reason(by=checker, outcome=outcome, comment="契約書を見た。", **at)
    elif move == "reopen":
        reopen(by=by, comment="更新できた。", **at)
    else:
        check_many(by=checker, city=scenario.city, versions={row.pk: version}, on=day)
    assert set(REASONS) >= set(
        Finding.objects.exclude(not_improved_reason="").values_list("not_improved_reason", flat=True)
    )
