"""A small city's month through the real pipeline: every event is there, and the planted stories become alerts."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import yaml

from tenken.demo.telemetry import settling
from tenken.demo.telemetry.playing import play_month, report_all
from tenken.organization.access import Principal, system_principal
from tenken.telemetry.boards.activity import changes
from tenken.telemetry.boards.seeing import Period
from tenken.telemetry.detection.operations import install_shipped
from tenken.telemetry.detection.shipped import shipped_files
from tenken.telemetry.events.directory import forget_directories
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import add_terminals
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import Alert, InstalledSoftware, Terminal
from tenken.telemetry.store import Store
from tests.factories import Scenario, make_scenario, make_unit
from tests.telemetry.conftest import event_store

__all__ = ["event_store"]

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 20)
PLANTED = {
    "unapproved_device",
    "unapproved_recipient",
    "tethering_adapter",
    "one_account_many_terminals",
    "screen_capture",
    "unapproved_application_started",
    "unapproved_upload",
    "log_cleared",
    "off_hours",
    "keyword",
}


@pytest.fixture
def office(event_store: Store) -> Scenario:
    """Sections by whose names the stories choose who plays, eight terminals in each."""
    scenario = make_scenario()
    by = system_principal(scenario.city, "demo", on=TODAY)
    sections = [
        make_unit(scenario.city, name, parent=scenario.bureau_a)
        for name in (
            "戸籍住民課",
            "観光課",
            "道路建設課",
            "介護保険課",
            "市民税課",
            "契約課",
            "学校教育課",
            "広報課",
        )
    ]
    rows = [
        (TerminalData(number=f"PC{n:03d}", computer_name=f"MDR-PC{n:03d}"), unit, None, Terminal.State.IN_USE)
        for n, unit in enumerate([section for section in sections for _ in range(8)])
    ]
    add_terminals(by=by, rows=rows, on=date(2019, 10, 1))
    _settled(by, scenario)
    return scenario


def _settled(by: Principal, scenario: Scenario) -> None:
    settling.settle_rules(by=by, root=scenario.root)
    forget_snapshots()
    forget_directories()  # another test may have read another city of this code
    install_shipped(by=by, city=scenario.city)


def test_a_month_is_lived_through_and_its_stories_are_found(office: Scenario, event_store: Store) -> None:
    events = play_month(office.city, TODAY, lambda done, total: None, per_day=120)
    assert int(event_store.command("SELECT count() FROM events")) == events
    assert int(event_store.command("SELECT sum(events) FROM counts")) == events
    placed = "SELECT count() FROM events WHERE section = '' OR device = ''"
    assert int(event_store.command(placed)) == 0
    sample = "SELECT count() FROM events WHERE toDate(ts, 'Asia/Tokyo') = '2020-12-01' AND search LIKE '%戸籍データ%'"
    assert int(event_store.command(sample)) == 1
    names = {(document := yaml.safe_load(text))["id"]: document["name"] for _, text in shipped_files()}
    raised = {names[code] for code in Alert.objects.values_list("rule__code", flat=True)}
    assert PLANTED - raised == set()


def test_playing_it_again_changes_nothing(office: Scenario, event_store: Store) -> None:
    first = play_month(office.city, TODAY, lambda done, total: None, per_day=60, days=28)
    alerts = Alert.objects.count()
    again = play_month(office.city, TODAY, lambda done, total: None, per_day=60, days=28)
    assert int(event_store.command("SELECT count() FROM events")) == first == again
    assert Alert.objects.count() == alerts


def test_some_came_this_week_and_some_stopped(office: Scenario, event_store: Store) -> None:
    by = system_principal(office.city, "demo", on=TODAY)
    unit = office.section_a1
    for number, since in (("PC00078", date(2019, 10, 1)), ("KB0572", TODAY - timedelta(days=4))):
        data = TerminalData(number=number, computer_name=f"MDR-{number}")
        add_terminals(by=by, rows=[(data, unit, None, Terminal.State.IN_USE)], on=since)
    play_month(office.city, TODAY, lambda done, total: None, per_day=600, days=16)
    assert _report_all(office) == 66
    found = changes(office.by("secretariat", TODAY), Period.ending(TODAY, 7))
    assert [one.number for one in found.terminals] == ["KB0572"]
    assert [one.number for one in found.silent] == ["PC00078"]
    last = Terminal.objects.get(number="PC00078").last_seen
    assert last is not None
    assert last.date() == TODAY - timedelta(days=9)


def test_agents_report_what_is_installed(office: Scenario, event_store: Store) -> None:
    assert _report_all(office) == 64
    assert Terminal.objects.filter(reported=True).count() == Terminal.objects.count() == 64
    assert InstalledSoftware.objects.filter(terminal__number="PC000").count() > 10


def _report_all(office: Scenario) -> int:
    pipeline = Pipeline()
    pipeline.start()
    try:
        return report_all(office.city, TODAY, pipeline, threading.Event())
    finally:
        pipeline.stop()
