"""Who is who, in memory: what becomes known is known at once, and names nobody knows cost no query each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from tenken.telemetry.events import directory as directories
from tenken.telemetry.events.directory import directory, directory_after_miss, fold, forget_directories
from tenken.telemetry.models import Terminal
from tests.factories import Scenario
from tests.telemetry.inventory.makers import machine, make_terminal, record

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Seconds that pass when told to."""
    forget_directories()
    with time_machine.travel(NOW, tick=False) as moved, pytest.MonkeyPatch.context() as patch:
        patch.setattr(directories.time, "monotonic", lambda: datetime.now(UTC).timestamp())
        yield moved
    forget_directories()


def found(scenario: Scenario, name: str) -> str:
    one = directory(scenario.city.code).terminal(name)
    return one.number if one else ""


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_shows_itself_is_known_at_once(scenario: Scenario, clock: Any) -> None:
    assert found(scenario, "MACHINE-0007") == ""
    shown = record(scenario.city, machine(7), NOW)
    assert found(scenario, shown.computer_name) == shown.number
    renamed = record(scenario.city, machine(7, computer_name="NEW-NAME"), NOW)
    assert (renamed.pk, found(scenario, "new-name")) == (shown.pk, shown.number)


@pytest.mark.django_db
def test_what_another_process_made_known_is_found_after_a_miss(
    scenario: Scenario, clock: Any, django_assert_num_queries: Any
) -> None:
    code = scenario.city.code
    assert found(scenario, "PC-9") == ""
    make_terminal(scenario.city, "PC-9")
    clock.shift(0.5)
    assert directory_after_miss(code, {fold("PC-9")}).terminal("PC-9") is None, "not twice in a second"
    clock.shift(0.6)
    again = directory_after_miss(code, {fold("PC-9")})
    assert again.terminal("PC-9") is not None
    assert directory(code) is again


@pytest.mark.django_db
def test_names_nobody_knows_are_looked_for_once(
    scenario: Scenario, clock: Any, django_assert_num_queries: Any
) -> None:
    code = scenario.city.code
    directory(code)
    clock.shift(2)
    directory_after_miss(code, {"ghost"})
    with django_assert_num_queries(0):
        for _ in range(10):
            clock.shift(1.2)
            directory_after_miss(code, {"ghost"})
    with django_assert_num_queries(6):
        for number in range(1_000):  # forged: one reading a second
            clock.shift(0.001)
            directory_after_miss(code, {f"forged{number}"})


@pytest.mark.django_db
def test_a_reading_during_which_something_became_known_is_not_kept(
    scenario: Scenario, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = directories.read_directory

    def slow(code: str) -> Any:
        before = read(code)
        if not Terminal.objects.filter(number="PC-9").exists():
            make_terminal(scenario.city, "PC-9")
            directories.forget_directory(code)
        return before

    monkeypatch.setattr(directories, "read_directory", slow)
    assert found(scenario, "PC-9") == ""
    assert found(scenario, "PC-9") == "PC-9"
