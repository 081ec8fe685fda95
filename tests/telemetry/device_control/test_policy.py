"""The policy: drafted, changed, published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import (
    LineData,
    draft_policy,
    drop_draft,
    publish_policy,
    save_lines,
)
from tenken.telemetry.device_control.queries import choice_of, lines_of, policy_in_force, verdicts
from tenken.telemetry.models import DevicePolicy
from tests.factories import Scenario
from tests.telemetry.device_control.makers import LINES, NOON, TODAY, make_terminal, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_city_starts_from_nothing_but_what_was_approved(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    draft = draft_policy(by=by)
    assert policy_in_force(by.city_id) is None
    found = verdicts(lines_of(draft), choice_of(by).place)
    assert (found[DeviceKind.USB_MEMORY].access, found[DeviceKind.USB_MEMORY].approved_excepted) == (
        Access.FORBID,
        True,
    )
    assert found[DeviceKind.PRINT].access == Access.ALLOW
    with pytest.raises(Stale):
        draft_policy(by=by)


def test_a_version_is_published_with_its_date_its_person_and_its_hash(scenario: Scenario) -> None:
    first = publish(scenario)
    assert (first.number, first.published_on, first.published_by_name) == (
        1,
        TODAY,
        scenario.people["secretariat"].name,
    )
    assert len(first.sha256) == 64
    entry = Entry.objects.filter(operation="telemetry.device_policy.publish").get()
    assert entry.subject_id == str(first.pk)
    second = publish(scenario, (*LINES, LineData(Access.ALLOW, unit=scenario.section_a1.code)))
    current = policy_in_force(scenario.city.pk)
    assert (current, second.number) == (second, 2)
    by = scenario.by("secretariat", TODAY)
    with pytest.raises(Stale, match="公布した版"):
        save_lines(by=by, policy=first, lines=LINES, note="", version=first.version)


def test_a_section_s_line_holds_for_all_below_and_a_terminal_s_for_it_alone(scenario: Scenario) -> None:
    special = make_terminal(scenario.section_a1, "PC-1", segment="個人番号")
    plain = make_terminal(scenario.section_a1, "PC-2")
    policy = publish(
        scenario,
        (
            *LINES,
            LineData(Access.READ, kind=DeviceKind.USB_MEMORY, unit=scenario.bureau_a.code),
            LineData(Access.FORBID, segment="個人番号"),
            LineData(Access.ALLOW, kind=DeviceKind.SD, terminal="PC-1"),
        ),
    )
    by = scenario.by("secretariat", TODAY)
    lines = lines_of(policy)

    def held(terminal: object, kind: DeviceKind) -> str:
        return verdicts(lines, choice_of(by, terminal=terminal).place)[kind].access  # type: ignore[arg-type]

    assert held(plain, DeviceKind.USB_MEMORY) == Access.READ
    assert held(special, DeviceKind.USB_MEMORY) == Access.FORBID
    assert held(special, DeviceKind.SD) == Access.ALLOW
    other = make_terminal(scenario.section_b1, "PC-3")
    assert held(other, DeviceKind.USB_MEMORY) == Access.FORBID


def test_what_is_wrong_is_said_with_line_and_column_and_nothing_is_saved(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    draft = draft_policy(by=by)
    wrong = (
        LineData("maybe", kind="spoon"),
        LineData(Access.READ, kind=DeviceKind.PRINT),
        LineData(Access.ALLOW, unit="NONE", terminal="PC-404"),
        LineData(Access.ALLOW, segment="x" * 61),
        LineData(Access.FORBID),
        LineData(Access.ALLOW),
    )
    with pytest.raises(Invalid) as refused:
        save_lines(by=by, policy=draft, lines=wrong, note="", version=draft.version)
    places = [problem.place for problem in refused.value.problems]
    assert places == [
        "1行目「制限」",
        "1行目「種類」",
        "2行目「制限」",
        "3行目「所属」",
        "3行目「端末」",
        "3行目「端末」",
        "4行目「区分」",
        "6行目",
    ]
    assert draft.lines.count() == 4


def test_a_policy_that_leaves_a_kind_open_or_changes_nothing_is_not_published(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    draft = draft_policy(by=by)
    draft = save_lines(
        by=by,
        policy=draft,
        lines=[LineData(Access.ALLOW, kind=DeviceKind.PRINT)],
        note="",
        version=draft.version,
    )
    with pytest.raises(Invalid) as refused:
        publish_policy(by=by, policy=draft, version=draft.version)
    assert "USBメモリ" in str(refused.value.problems[0])
    assert "改めた理由" in str(refused.value.problems[1])
    drop_draft(by=by, policy=draft, version=draft.version)
    publish(scenario)
    again = draft_policy(by=by)
    again = save_lines(by=by, policy=again, lines=LINES, note="同じ", version=again.version)
    with pytest.raises(Invalid) as same:
        publish_policy(by=by, policy=again, version=again.version)
    assert "第1版と同じ内容" in str(same.value.problems[0])


def test_only_who_manages_devices_writes_it_and_two_do_not_overwrite_each_other(scenario: Scenario) -> None:
    with pytest.raises(Denied):
        draft_policy(by=scenario.by("section_manager", TODAY))
    by = scenario.by("secretariat", TODAY)
    draft = draft_policy(by=by)
    save_lines(by=by, policy=draft, lines=LINES, note="", version=draft.version)
    with pytest.raises(Stale):
        save_lines(by=by, policy=draft, lines=LINES, note="", version=draft.version)
    assert DevicePolicy.objects.get().version == draft.version + 1
