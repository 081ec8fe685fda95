"""追跡調査: one item through the sections until each is proved."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import Finding, Trace, TraceLine
from tenken.findings.operations import (
    NewProof,
    add_proof,
    answer_line,
    check,
    close_trace,
    confirm_line,
    confirm_lines,
    extend_trace,
    open_trace,
    plan,
    report,
    return_line,
)
from tenken.findings.queries import (
    line_record,
    lines_of,
    my_trace_lines,
    open_trace_lines,
    trace_board,
    traces_for,
)
from tenken.findings.trace_states import (
    EVENT_LABELS,
    Line,
    after_answer,
    after_confirm,
    after_return,
    may_close,
)
from tenken.journal.models import Entry
from tenken.organization.access import system_principal
from tenken.organization.operations import NewUnit, merge_units
from tenken.policy.models import CheckCategory, CheckItem
from tests.factories import make_other_city
from tests.findings import makers

pytestmark = pytest.mark.django_db

TODAY, DUE = date(2026, 10, 6), date(2026, 11, 30)
ITEM = "R-VM-01"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


@pytest.fixture(autouse=True)
def _item(scenario: Any) -> None:
    category = CheckCategory.objects.create(
        city=scenario.city, code="virus", name="ウイルス対策", part="risk"
    )
    CheckItem.objects.create(city=scenario.city, code=ITEM, category=category)


def opened(scenario: Any, **values: Any) -> Trace:
    said: dict[str, Any] = {
        "fiscal_year": 2026,
        "item_code": ITEM,
        "name": "スタンドアロンパソコンのウイルス対策",
        "why": "未改善があったため。",
        "due_on": DUE,
        "target": "all",
    }
    return open_trace(by=scenario.by("secretariat"), city=scenario.city, **(said | values))


def line_of(trace: Trace, unit: Any) -> TraceLine:
    return trace.lines.select_related("unit", "trace").get(unit=unit)


def roster(kind: str = "duty_roster", **values: Any) -> NewProof:
    said = {"period_from": date(2026, 9, 1), "period_to": date(2026, 9, 30)} | values
    return NewProof(kind, name="当番表.jpg", stream=io.BytesIO(JPEG), **said)


def answered(
    scenario: Any, line: TraceLine, answer: str = "not_applicable", role: str = "section_manager"
) -> Any:
    proofs = [roster()] if answer == "done" else []
    return answer_line(
        by=scenario.by(role), line=line, answer=answer, note="内容", proofs=proofs, version=line.version
    )


# --- whom it is asked of ------------------------------------------------------------------------------------


def test_each_target_has_its_sections(scenario: Any) -> None:
    makers.opened(scenario.section_a2, item_code=ITEM)
    makers.opened(scenario.section_b1, item_code="other")
    everyone = {scenario.section_a1.pk, scenario.section_a2.pk, scenario.section_b1.pk}

    def units(**values: Any) -> set[int]:
        return set(opened(scenario, **values).lines.values_list("unit_id", flat=True))

    assert units() == everyone
    assert units(target="with_issue") == {scenario.section_a2.pk}
    assert units(target="chosen", units=[scenario.section_b1.pk, scenario.bureau_a.pk]) == {
        scenario.section_b1.pk
    }


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"item_code": "nonsense", "name": " ", "why": ""}, ["item_code", "name", "why"]),
        ({"due_on": date(2026, 10, 5)}, ["due_on"]),
        ({"due_on": None, "target": "nonsense"}, ["due_on", "target"]),
        ({"target": "with_issue"}, ["target"]),
        ({"target": "chosen"}, ["units"]),
    ],
)
def test_what_is_wrong_with_a_trace_is_named(
    scenario: Any, values: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(scenario, **values)
    assert [problem.field for problem in refusal.value.problems] == fields
    assert not Trace.objects.exists()


@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor", "ciso", "staff"])
def test_only_the_secretariat_traces(scenario: Any, role: str) -> None:
    trace = opened(scenario)
    line = answered(scenario, line_of(trace, scenario.section_a1))
    by = scenario.by(role)
    for act in (
        lambda: open_trace(
            by=by,
            city=scenario.city,
            fiscal_year=2026,
            item_code=ITEM,
            name="名",
            why="理由",
            due_on=DUE,
            target="all",
        ),
        lambda: confirm_line(by=by, line=line, version=2),
        lambda: confirm_lines(by=by, trace=trace, versions={line.pk: 2}),
        lambda: return_line(by=by, line=line, comment="直して", version=2),
        lambda: close_trace(by=by, trace=trace),
        lambda: extend_trace(by=by, trace=trace, due_on=DUE),
    ):
        with pytest.raises(Denied):
            act()


def test_another_city_is_out_of_reach(scenario: Any) -> None:
    trace = opened(scenario)
    other = make_other_city()
    with pytest.raises(Denied):
        answer_line(
            by=other.by("section_manager"),
            line=line_of(trace, scenario.section_a1),
            answer="not_applicable",
            note="なし",
            version=1,
        )
    assert traces_for(other.by("secretariat")) == []


# --- answers ------------------------------------------------------------------------------------------------


def test_done_needs_a_proof_of_a_kind_and_its_days(scenario: Any) -> None:
    line = line_of(opened(scenario), scenario.section_a1)
    by = scenario.by("section_manager")

    def wrong(answer: str, note: str, *proofs: NewProof) -> list[str]:
        with pytest.raises(Invalid) as refusal:
            answer_line(by=by, line=line, answer=answer, note=note, proofs=proofs, version=1)
        return [problem.field for problem in refusal.value.problems]

    assert wrong("done", "当番制にした。") == ["evidence"]
    assert wrong("not_applicable", " ") == ["note"]
    assert wrong("nonsense", "内容") == ["answer"]
    assert wrong("done", "した", roster("nonsense", period_to=None)) == ["kind", "period_to"]
    assert wrong("done", "した", roster(period_to=date(2026, 8, 1))) == ["period_to"]
    later = roster(period_from=date(2026, 12, 1), period_to=date(2026, 12, 2))
    assert wrong("done", "した", later) == ["period_from"]
    line.refresh_from_db()
    assert (line.status, line.version, line.proofs.count()) == ("unanswered", 1, 0)


def test_proved_line_by_line_the_trace_ends(scenario: Any) -> None:
    trace, office = opened(scenario), scenario.by("secretariat")
    one, two, three = (
        line_of(trace, unit) for unit in (scenario.section_a1, scenario.section_a2, scenario.section_b1)
    )
    done = answered(scenario, one, "done")
    add_proof(by=scenario.by("section_manager"), line=done, proof=roster("work_record"), version=2)
    record = line_record(office, one.pk)
    assert [proof.kind for proof in record.proofs] == ["duty_roster", "work_record"]
    assert [event.event for event in record.events] == ["answered", "proof"]
    with pytest.raises(Stale, match="証拠を追加"):
        confirm_line(by=office, line=one, version=2)
    confirm_line(by=office, line=one, version=3)
    answered(scenario, three, role="other_manager")
    with pytest.raises(Stale, match="2あります"):
        close_trace(by=office, trace=trace)
    back = return_line(
        by=office, line=line_of(trace, scenario.section_b1), comment="理由を詳しく。", version=2
    )
    assert back.status == "returned"
    answered(scenario, back, role="other_manager")
    system = system_principal(scenario.city, "test")
    answer_line(by=system, line=two, answer="not_applicable", note="ない。", version=1)
    done_lines, passed = confirm_lines(by=office, trace=trace, versions={two.pk: 2, three.pk: 4, one.pk: 4})
    assert {row.pk for row in done_lines} == {two.pk, three.pk}
    assert [(row.pk, "確認できるのは" in why) for row, why in passed] == [(one.pk, True)]
    closed = close_trace(by=office, trace=trace)
    assert (closed.status, closed.closed_on) == ("closed", TODAY)
    with pytest.raises(Stale, match="終了"):
        return_line(by=office, line=one, comment="やり直し", version=4)
    codes = set(
        Entry.objects.filter(operation__startswith="findings.trace").values_list("operation", flat=True)
    )
    assert {"findings.trace.open", "findings.trace.close", "findings.trace.confirmed"} <= codes


def test_an_issue_opens_a_finding_and_waits_for_it(scenario: Any) -> None:
    trace, office, by = opened(scenario), scenario.by("secretariat"), scenario.by("section_manager")
    line = answered(scenario, line_of(trace, scenario.section_a1), "issue")
    finding = Finding.objects.get()
    assert (line.finding_id, finding.origin, finding.item_code, finding.category_code, finding.due_on) == (
        finding.pk,
        "trace",
        ITEM,
        "virus",
        DUE,
    )
    with pytest.raises(Stale, match="改善済になるまで"):
        confirm_line(by=office, line=line, version=2)
    answered(scenario, line, "issue")
    assert Finding.objects.count() == 1, "answered again, it is the same finding"
    finding = plan(by=by, finding=finding, text="計画", owner="係", due_on=DUE, version=1)
    finding = report(by=by, finding=finding, action="した。", action_on=TODAY, version=2)
    check(by=office, finding=finding, outcome="verified", version=3)
    assert confirm_line(by=office, line=line, version=3).status == "confirmed"


def test_an_issue_is_tied_to_the_open_finding_of_the_item(scenario: Any) -> None:
    standing = makers.opened(scenario.section_a1, item_code=ITEM)[0]
    line = answered(scenario, line_of(opened(scenario), scenario.section_a1), "issue")
    assert line.finding_id == standing.pk
    assert Finding.objects.count() == 1


def test_the_heir_of_a_section_answers_for_it(scenario: Any) -> None:
    trace = opened(scenario)
    system = system_principal(scenario.city, "test", on=date(2026, 10, 1))
    merged = merge_units(
        by=system,
        units=[scenario.section_a1, scenario.section_a2],
        new=NewUnit(code="U9001", name="まちづくり企画課"),
        on=date(2026, 10, 1),
    )
    scenario.city.refresh_from_db()
    waits = open_trace_lines(scenario.city, TODAY)
    assert {(row.unit_id, row.unit_ids) for row in waits} == {
        (scenario.section_a1.pk, (merged.pk,)),
        (scenario.section_a2.pk, (merged.pk,)),
        (scenario.section_b1.pk, (scenario.section_b1.pk,)),
    }
    assert waits[0].link == f"/findings/trace-lines/{waits[0].line_id}/"
    by = scenario.by("bureau_manager")
    board = trace_board(list(lines_of(by, trace)), scenario.city, TODAY)
    assert [(row.name, row.states) for row in board] == [("まちづくり局", (2, 0, 0, 0))]


def test_each_sees_and_is_asked_for_their_own(scenario: Any, django_assert_max_num_queries: Any) -> None:
    trace = opened(scenario)
    by = scenario.by("section_manager")
    assert [row.unit_id for row in my_trace_lines(by)] == [scenario.section_a1.pk]
    with django_assert_max_num_queries(2):
        summary = traces_for(by)[0]
    assert (summary.lines, summary.with_section, summary.to_confirm, summary.confirmed) == (1, 1, 0, 0)
    answered(scenario, line_of(trace, scenario.section_a1))
    assert list(my_trace_lines(by)) == []
    assert traces_for(scenario.by("secretariat"))[0].to_confirm == 1
    assert len(open_trace_lines(scenario.city, TODAY)) == 2


# --- the machine --------------------------------------------------------------------------------------------


@given(
    st.sampled_from(["unanswered", "answered", "returned", "confirmed"]),
    st.sampled_from(["", "not_applicable", "done", "issue"]),
    st.sampled_from(["", "open", "reported", "verified", "treated", "not_improved"]),
    st.sampled_from(["running", "closed"]),
)
def test_only_a_proved_answer_is_confirmed(status: str, answer: str, finding: str, trace: str) -> None:
    line = Line(status, answer, finding, trace)
    moves = {"answer": after_answer, "confirm": after_confirm, "return": after_return}
    came = {}
    for name, move in moves.items():
        try:
            came[name] = move(line)
        except Stale:
            continue
    assert not came or trace == "running"
    if "confirm" in came:
        assert status == "answered"
        assert answer != "issue" or finding in ("verified", "treated")
    assert ("answer" in came) == (trace == "running" and status != "confirmed")
    assert ("return" in came) == (trace == "running" and status in ("answered", "confirmed"))
    assert set(EVENT_LABELS) == {"answered", "proof", "confirmed", "returned"}


def test_a_trace_without_lines_does_not_end() -> None:
    assert not may_close([])
    assert not may_close(["confirmed", "answered"])
    assert may_close(["confirmed", "confirmed"])
