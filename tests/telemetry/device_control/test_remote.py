"""Remote sessions: recorded with their reason, held against what terminals report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.telemetry.boards.seeing import Period
from tenken.telemetry.device_control.operations import (
    RemoteData,
    record_remote_session,
    strike_remote_session,
)
from tenken.telemetry.device_control.remote import matched, sessions_for
from tenken.telemetry.models import RemoteSession
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.device_control.makers import NOON, TODAY, make_terminal, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
WEEK = Period.ending(TODAY, 7)
HELD = RemoteData(
    terminal="PC-1",
    kind="operate",
    operator="情報政策課 佐藤",
    begins_at=NOON - timedelta(hours=2),
    ends_at=NOON - timedelta(hours=1),
    reason="プリンターの設定",
    told="before",
    ticket="R-12",
)


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def recorded(scenario: Scenario) -> RemoteSession:
    make_terminal(scenario.section_a1, "PC-1")
    return record_remote_session(by=scenario.by("network_manager", TODAY), data=HELD)


def test_a_session_is_recorded_and_seen_by_the_auditor(scenario: Scenario, recorded: RemoteSession) -> None:
    assert (recorded.unit, recorded.recorded_by_name) == (
        scenario.section_a1,
        scenario.people["network_manager"].name,
    )
    assert sessions_for(scenario.by("auditor", TODAY), WEEK).get() == recorded
    assert sessions_for(scenario.by("section_manager", TODAY), WEEK).get() == recorded
    assert not sessions_for(scenario.by("other_manager", TODAY), WEEK).exists()
    with pytest.raises(Denied):
        record_remote_session(by=scenario.by("section_manager", TODAY), data=HELD)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"terminal": "PC-404"}, "terminal"),
        ({"kind": ""}, "kind"),
        ({"told": ""}, "told"),
        ({"operator": " "}, "operator"),
        ({"reason": ""}, "reason"),
        ({"ticket": "x" * 61}, "ticket"),
        ({"begins_at": None}, "begins_at"),
        ({"ends_at": None}, "ends_at"),
        ({"ends_at": NOON - timedelta(hours=3)}, "ends_at"),
        ({"begins_at": NOON - timedelta(days=3)}, "ends_at"),
        ({"ends_at": NOON + timedelta(hours=1)}, "ends_at"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    scenario: Scenario, said: dict[str, object], field: str
) -> None:
    make_terminal(scenario.section_a1, "PC-1")
    with pytest.raises(Invalid) as refused:
        record_remote_session(
            by=scenario.by("secretariat", TODAY),
            data=replace(HELD, **said),  # type: ignore[arg-type]
        )
    assert [problem.field for problem in refused.value.problems] == [field]


def test_sessions_without_a_record_and_records_without_a_session_are_found(
    scenario: Scenario, recorded: RemoteSession, event_store: Store
) -> None:
    by = scenario.by("auditor", TODAY)
    assert matched(by, WEEK).unreported == {recorded.pk}
    where = {"op": "remote_session", "section": scenario.section_a1.code}
    report(
        event_store,
        scenario,
        where | {"device": "PC-1", "ts": NOON - timedelta(minutes=125)},
        where | {"device": "PC-1", "ts": NOON - timedelta(hours=4)},
        where | {"device": "PC-2", "ts": NOON - timedelta(minutes=90)},
    )
    found = matched(by, WEEK)
    assert [(one.terminal, one.at) for one in found.unrecorded] == [
        ("PC-2", NOON - timedelta(minutes=90)),
        ("PC-1", NOON - timedelta(hours=4)),
    ]
    assert found.unreported == frozenset()


def test_a_record_that_was_wrong_is_struck_and_no_longer_covers_anything(
    scenario: Scenario, recorded: RemoteSession, event_store: Store
) -> None:
    report(event_store, scenario, {"op": "remote_session", "device": "PC-1", "ts": recorded.begins_at})
    by = scenario.by("secretariat", TODAY)
    with pytest.raises(Invalid):
        strike_remote_session(by=by, session=recorded, reason="", version=1)
    struck = strike_remote_session(by=by, session=recorded, reason="端末の誤り", version=1)
    assert struck.struck_because == "端末の誤り"
    assert [one.terminal for one in matched(by, WEEK).unrecorded] == ["PC-1"]
    with pytest.raises(Stale):
        strike_remote_session(by=by, session=recorded, reason="もう一度", version=2)
