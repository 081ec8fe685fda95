"""Opening, withdrawing, bringing in past years, and the counts of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.operations import (
    HistoricFinding,
    HistoricStep,
    NewFinding,
    open_findings,
    record_history,
    withdraw_by_origin,
)
from tenken.findings.queries import category_counts, status_counts
from tenken.findings.states import Plan, Report, Verify
from tenken.journal.models import Entry
from tenken.organization.access import system_principal
from tests.factories import make_other_city
from tests.findings import makers

pytestmark = pytest.mark.django_db


def _open(scenario: Any, rows: list[NewFinding], year: int = 2026) -> list[Finding]:
    return open_findings(
        by=scenario.by("secretariat"),
        city=scenario.city,
        fiscal_year=year,
        origin="self_inspection",
        rows=rows,
        on=makers.OPENED,
    )


def test_numbers_go_up_per_year_and_a_key_opens_once(scenario: Any) -> None:
    unit = scenario.section_a1
    first = _open(scenario, [NewFinding(unit.pk, "a:1", "課題1"), NewFinding(unit.pk, "a:2", "課題2")])
    again = _open(scenario, [NewFinding(unit.pk, "a:2", "課題2"), NewFinding(unit.pk, "a:3", "課題3")])
    assert [str(row) for row in first] == ["2026-1", "2026-2"]
    assert [str(row) for row in again] == ["2026-2", "2026-3"]
    assert [str(row) for row in _open(scenario, [NewFinding(unit.pk, "b:1", "課題")], 2025)] == ["2025-1"]
    assert Entry.objects.filter(operation="findings.batch.open").count() == 3
    assert FindingEvent.objects.filter(event="opened").count() == 4


def test_opening_a_batch_takes_few_queries(scenario: Any, django_assert_max_num_queries: Any) -> None:
    units = [scenario.section_a1, scenario.section_a2, scenario.section_b1]
    rows = [NewFinding(units[n % 3].pk, f"a:{n}", f"課題{n}") for n in range(400)]
    # SQLite takes 999 values in a statement: 400 rows go in by 14, their events by 4.
    with django_assert_max_num_queries(33):
        assert len(_open(scenario, rows)) == 400


def test_what_cannot_be_opened_is_named_by_row(scenario: Any) -> None:
    elsewhere = make_other_city().section
    with pytest.raises(Invalid) as refusal:
        _open(
            scenario,
            [
                NewFinding(scenario.section_a1.pk, "a:1", " "),
                NewFinding(scenario.section_a1.pk, "a:1", "長" * 501),
                NewFinding(elsewhere.pk, "a:3", "課題"),
            ],
        )
    assert [problem.place for problem in refusal.value.problems] == ["1件目", "2件目", "2件目", "3件目"]
    assert not Finding.objects.exists()


def test_another_city_is_out_of_reach(scenario: Any) -> None:
    other = make_other_city()
    with pytest.raises(Denied):
        open_findings(
            by=scenario.by("secretariat"),
            city=other.city,
            fiscal_year=2026,
            origin="visit",
            rows=[],
            on=makers.OPENED,
        )


def test_withdrawn_keeps_its_number_and_the_key_may_open_again(scenario: Any) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    gone = withdraw_by_origin(
        by=scenario.by("secretariat"),
        city=scenario.city,
        origin_keys=[finding.origin_key, "answer:unknown"],
        on=makers.PLANNED,
        reason="点検シートを差し戻したため。",
    )
    assert [row.pk for row in gone] == [finding.pk]
    finding.refresh_from_db()
    assert (finding.status, finding.closed_on, finding.version) == ("withdrawn", makers.PLANNED, 2)
    assert str(makers.opened(scenario.section_a1)[0]) == "2026-2"
    assert (
        withdraw_by_origin(
            by=scenario.by("secretariat"),
            city=scenario.city,
            origin_keys=["x"],
            on=makers.PLANNED,
            reason="なし",
        )
        == []
    )


def test_findings_are_never_deleted(scenario: Any) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    with pytest.raises(TypeError):
        finding.delete()


# --- past years -----------------------------------------------------------------------------------------


def test_history_of_five_hundred_in_few_queries(scenario: Any, django_assert_max_num_queries: Any) -> None:
    units = [scenario.section_a1, scenario.section_a2, scenario.section_b1]
    with django_assert_max_num_queries(60):
        made = makers.past(scenario.city, units, 2025, 500)
    assert Finding.objects.filter(fiscal_year=2025).count() == 500
    for finding in made[:8]:
        assert finding.events.count() == finding.version
    assert Entry.objects.filter(operation="findings.batch.history").count() == 1
    assert str(makers.opened(scenario.section_a1, year=2025)[0]) == "2025-501"


def _row(unit_id: int, *steps: HistoricStep, status: str = "verified") -> HistoricFinding:
    return HistoricFinding(
        unit_id, 2025, "self_inspection", "history:1", "課題", date(2025, 9, 1), status, steps
    )


_PLAN = HistoricStep(Plan("計画", "担当", date(2025, 10, 15)), date(2025, 9, 10))
_REPORT = HistoricStep(Report("した", date(2025, 10, 1)), date(2025, 10, 5))
_VERIFY = HistoricStep(Verify(), date(2025, 10, 20))


@pytest.mark.parametrize(
    "steps",
    [
        (_VERIFY,),
        (_PLAN, _VERIFY),
        (_PLAN, _REPORT),
        (_PLAN, replace(_REPORT, on=date(2025, 9, 9)), _VERIFY),
        (_PLAN, _REPORT, _VERIFY, _REPORT),
        (replace(_PLAN, on=date(2025, 8, 1)), _REPORT, _VERIFY),
    ],
)
def test_an_impossible_past_is_refused(scenario: Any, steps: tuple[HistoricStep, ...]) -> None:
    with pytest.raises(Invalid) as refusal:
        record_history(
            by=system_principal(scenario.city, "demo"),
            city=scenario.city,
            rows=[_row(scenario.section_a1.pk, *steps)],
        )
    assert "1件目" in refusal.value.problems[0].place
    assert not Finding.objects.exists()


def test_history_is_for_whoever_checks_the_whole_city(scenario: Any) -> None:
    rows = [_row(scenario.section_a1.pk, _PLAN, _REPORT, _VERIFY)]
    with pytest.raises(Denied):
        record_history(by=scenario.by("section_manager"), city=scenario.city, rows=rows)
    record_history(by=scenario.by("secretariat"), city=scenario.city, rows=rows)
    with pytest.raises(Invalid, match="すでに登録"):
        record_history(by=scenario.by("secretariat"), city=scenario.city, rows=rows)


# --- counts ---------------------------------------------------------------------------------------------


def test_counts_are_of_distinct_sections(scenario: Any, django_assert_num_queries: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    first, second = makers.opened(scenario.section_a1, 2)
    makers.verified(first, by, checker)
    makers.opened(scenario.section_b1, 1, category_code="password")
    gone = makers.opened(scenario.section_a2, 1)
    withdraw_by_origin(
        by=checker, city=scenario.city, origin_keys=[gone[0].origin_key], on=makers.PLANNED, reason="差戻し"
    )
    with django_assert_num_queries(2):
        counts = category_counts(scenario.city, 2026)
    found = {row.code: row for row in counts.categories}
    assert (found["clear-desk"].sections.with_issue, found["clear-desk"].sections.not_improved) == (1, 1)
    assert found["clear-desk"].by_status == {"verified": 1, "open": 1}
    assert (counts.sections.with_issue, counts.sections.improved, counts.findings) == (2, 0, 3)
    makers.verified(second, by, checker)
    counts = category_counts(scenario.city, 2026)
    assert (counts.sections.improved, counts.sections.not_improved) == (1, 1)
    assert status_counts(scenario.city, 2026) == {"open": 1, "verified": 2, "withdrawn": 1}
