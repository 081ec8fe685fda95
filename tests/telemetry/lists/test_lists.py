"""Lists and duty hours of a city: kept, in effect at once, out as a file and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.common.spreadsheets import cp932_csv
from tenken.journal.models import Entry
from tenken.organization.operations import set_closing_day
from tenken.telemetry.lists.files import HEADER, list_difference
from tenken.telemetry.lists.operations import (
    NewEntry,
    add_entry,
    change_entry,
    make_list,
    remove_entry,
    replace_entries,
    set_duty_hours,
)
from tenken.telemetry.lists.queries import (
    entries_of,
    forget_snapshots,
    list_for,
    lists_for,
    read_snapshot,
    sections_with_hours,
    snapshot,
)
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
WEDNESDAY_NIGHT = datetime(2026, 6, 3, 11, 0, tzinfo=UTC)  # 20:00 in Japan


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_snapshots()


def test_a_value_is_in_effect_and_in_the_journal(
    scenario: Scenario, django_capture_on_commit_callbacks: Any
) -> None:
    by = scenario.by("secretariat")
    before = snapshot(scenario.city.code)
    assert before.values["keywords"] == ()
    with django_capture_on_commit_callbacks(execute=True):
        row = add_entry(by=by, code="keywords", entry=NewEntry("極秘", note="文書管理規程"))
    after = snapshot(scenario.city.code)
    assert after.values["keywords"] == ("極秘",)
    assert after.version != before.version
    assert (row.added_by, row.watch_list.version) == (by.actor.code, 2)
    assert Entry.objects.latest("pk").operation == "telemetry.list.add"


def test_another_process_sees_it_within_the_time_it_keeps_a_snapshot(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("tenken.telemetry.lists.queries.time.monotonic", lambda: now[0])
    first = snapshot(scenario.city.code)
    add_entry(by=scenario.by("secretariat"), code="keywords", entry=NewEntry("極秘"))
    assert snapshot(scenario.city.code) is first
    now[0] += 20
    assert snapshot(scenario.city.code).values["keywords"] == ("極秘",)


def test_the_same_snapshot_stays_while_nothing_changes(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("tenken.telemetry.lists.queries.time.monotonic", lambda: now[0])
    first = snapshot(scenario.city.code)
    now[0] += 60
    assert snapshot(scenario.city.code) is first


def test_a_value_counts_in_its_period_only(scenario: Scenario) -> None:
    add_entry(
        by=scenario.by("secretariat"),
        code="approved_hosts",
        entry=NewEntry("www.example.jp", valid_from=date(2026, 6, 1), valid_until=date(2026, 6, 30)),
    )
    found = {}
    for day in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"):
        with time_machine.travel(f"{day}T03:00:00Z", tick=False):
            found[day] = read_snapshot(scenario.city.code).values["approved_hosts"]
    assert [bool(values) for values in found.values()] == [False, True, True, False]


def test_a_value_that_would_hit_everything_stays_out(scenario: Scenario) -> None:
    with pytest.raises(Invalid) as refused:
        add_entry(by=scenario.by("secretariat"), code="folders", entry=NewEntry(" "))
    assert "空の値" in refused.value.problems[0].message
    assert not list_for(scenario.by("secretariat"), "folders").pk


def test_who_does_not_manage_rules_changes_and_sees_no_list(scenario: Scenario) -> None:
    for role in ("section_manager", "auditor", "network_manager"):
        with pytest.raises(Denied):
            add_entry(by=scenario.by(role), code="keywords", entry=NewEntry("極秘"))
        with pytest.raises(Denied):
            lists_for(scenario.by(role))


def test_a_list_of_the_citys_own(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    make_list(by=by, code="vip_folders", name="市長室のフォルダ")
    add_entry(by=by, code="vip_folders", entry=NewEntry("\\\\fs\\市長室"))
    assert read_snapshot(scenario.city.code).values["vip_folders"] == ("\\\\fs\\市長室",)
    assert [one.code for one in lists_for(by)][-1] == "vip_folders"
    for code in ("keywords", "approved_devices", "vip_folders", "9x", "Ａ"):
        with pytest.raises(Invalid):
            make_list(by=by, code=code, name="もう一つ")
    with pytest.raises(Missing):
        add_entry(by=by, code="nothing", entry=NewEntry("値です"))


def test_change_and_remove(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    row = add_entry(by=by, code="keywords", entry=NewEntry("極秘"))
    add_entry(by=by, code="keywords", entry=NewEntry("部外秘"))
    with pytest.raises(Invalid):
        change_entry(by=by, entry_id=row.pk, entry=NewEntry("部外秘"))
    change_entry(by=by, entry_id=row.pk, entry=NewEntry("極秘扱い"))
    remove_entry(by=by, entry_id=row.pk)
    assert read_snapshot(scenario.city.code).values["keywords"] == ("部外秘",)
    last = Entry.objects.latest("pk")
    assert last.operation == "telemetry.list.remove"


def test_out_as_a_file_and_back_with_its_difference(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    for value in ("極秘", "部外秘"):
        add_entry(by=by, code="keywords", entry=NewEntry(value))
    sent = cp932_csv(HEADER, [["部外秘", "規程第5条", None, None], ["マイナンバー", "", None, "2027-03-31"]])
    found = list_difference(by=by, code="keywords", name="list.csv", content=sent)
    assert [(one.what, one.value) for one in found.changes] == [
        ("変更", "部外秘"),
        ("追加", "マイナンバー"),
        ("削除", "極秘"),
    ]
    counts = replace_entries(by=by, code="keywords", entries=found.entries, version=found.version)
    assert counts == (1, 1, 1)
    rows = entries_of(list_for(by, "keywords"))
    assert {(row.value, row.note, row.valid_until) for row in rows} == {
        ("部外秘", "規程第5条", None),
        ("マイナンバー", "", date(2027, 3, 31)),
    }
    with pytest.raises(Stale):
        replace_entries(by=by, code="keywords", entries=found.entries, version=found.version)


def test_a_bad_file_names_its_cells_and_changes_nothing(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    rows = [["極秘", "", "きのう", ""], ["秘", "", "", ""], ["部外秘", "", "", ""], ["部外秘", "", "", ""]]
    with pytest.raises(Invalid) as refused:
        list_difference(by=by, code="keywords", name="a.csv", content=cp932_csv(HEADER, rows))
    assert [problem.place for problem in refused.value.problems] == ["2行C列", "3行A列", "5行A列"]
    with pytest.raises(Invalid):
        list_difference(by=by, code="keywords", name="a.csv", content=b"a,b\r\n1,2\r\n")


def test_a_section_has_the_hours_of_the_nearest_unit_above(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    duty = read_snapshot(scenario.city.code).duty
    assert duty.off_hours(scenario.section_a1.code, WEDNESDAY_NIGHT)
    late = [(day, time(8, 30), time(21, 0)) for day in range(5)]
    set_duty_hours(by=by, unit=scenario.bureau_a, week=late)
    set_duty_hours(by=by, unit=scenario.section_a2, week=[(2, time(13, 0), time(0, 0))])
    duty = read_snapshot(scenario.city.code).duty
    codes = [one.code for one in (scenario.section_a1, scenario.section_a2, scenario.section_b1)]
    assert [duty.off_hours(code, WEDNESDAY_NIGHT) for code in codes] == [False, False, True]
    assert duty.off_hours(codes[1], WEDNESDAY_NIGHT - timedelta(days=1))
    held = {unit.code: holder and holder.code for unit, _, holder in sections_with_hours(by)}
    assert held[codes[0]] == scenario.bureau_a.code
    assert held[codes[2]] is None


def test_hours_that_overlap_or_were_changed_meanwhile_are_refused(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    with pytest.raises(Invalid) as refused:
        set_duty_hours(
            by=by,
            unit=scenario.section_a1,
            week=[(0, time(8), time(12)), (0, time(11), time(17))],
        )
    assert refused.value.problems[0].place == "月"
    set_duty_hours(by=by, unit=scenario.section_a1, week=[(0, time(8), time(12))])
    with pytest.raises(Stale):
        set_duty_hours(by=by, unit=scenario.section_a1, week=[], seen=())
    with pytest.raises(Denied):
        set_duty_hours(by=scenario.by("section_manager"), unit=scenario.section_a1, week=[])


def test_a_closing_day_of_the_city_is_off_duty(scenario: Scenario) -> None:
    noon = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
    assert not read_snapshot(scenario.city.code).duty.off_hours("", noon)
    set_closing_day(by=scenario.by("secretariat"), day=date(2026, 6, 3), name="市制記念日")
    assert read_snapshot(scenario.city.code).duty.off_hours("", noon)


def test_reading_costs_few_questions(scenario: Scenario, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        add_entry(by=scenario.by("secretariat"), code="keywords", entry=NewEntry(f"語{number}番"))
    with django_assert_max_num_queries(9):
        read_snapshot(scenario.city.code)
