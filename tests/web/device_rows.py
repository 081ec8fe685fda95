"""A policy, its next draft, devices, a hand-out and remote sessions, for the walk over every address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.factories import Scenario
from tests.telemetry.device_control.makers import LINES, STICK, make_terminal

from tenken.common import clock
from tenken.telemetry.device_control.operations import (
    RemoteData,
    apply_for_device,
    draft_policy,
    hand_out,
    publish_policy,
    record_remote_session,
    save_lines,
)
from tenken.telemetry.device_control.queries import choice_of


def device_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of device control's addresses: 企画課 inside, 保険課 outside."""
    by = scenario.by("secretariat")
    draft = draft_policy(by=by)
    draft = save_lines(by=by, policy=draft, lines=LINES, note="制定", version=draft.version)
    publish_policy(by=by, policy=draft, version=draft.version)
    handout = hand_out(by=by, choice=choice_of(by))
    draft_policy(by=by)
    devices, sessions = {}, {}
    for where, unit, manager in (
        ("inside", scenario.section_a1, "section_manager"),
        ("outside", scenario.section_b1, "other_manager"),
    ):
        own = scenario.by(manager)
        data = replace(STICK, starts_on=own.on, ends_on=own.on + timedelta(days=90), serial=where)
        devices[where] = (apply_for_device(by=own, unit=unit, data=data).pk,)
        number = f"WALK-{where}"
        make_terminal(unit, number)
        ended = clock.now() - timedelta(hours=1)
        held = RemoteData(
            number, "operate", "担当者", ended - timedelta(minutes=5), ended, "設定の変更", "before"
        )
        sessions[where] = (record_remote_session(by=by, data=held).pk,)
    return {
        "device_policy": {"inside": (1,)},
        "device_handout": {"inside": (handout.pk,)},
        "approved_device": devices,
        "remote_session": sessions,
        "counts_chart": {"inside": ("printed", "days")},
    }
