"""Visits of before, brought in as they were recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.audit.models import GoodPractice, Visit, VisitItem
from tenken.audit.operations import record_past_visit
from tenken.audit.queries import visit_figures
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.inspection.models import Programme, Stage
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.assets.makers import make_system
from tests.factories import Scenario, make_other_city, make_unit

pytestmark = pytest.mark.django_db

SEEN = "USBメモリ3本が台帳にない。"


def _visit(city: Scenario, stage: Stage, role: str = "secretariat", **values: Any) -> Visit:
    given = {
        "stage": stage,
        "unit": city.section_a1,
        "visited_on": date(2026, 11, 9),
        "good_practices": ["退庁時に当番が机の上を見て回る。"],
        "findings": [("media.ledger", SEEN)],
    }
    return record_past_visit(by=city.by(role), **(given | values))


def test_a_past_visit_opens_its_findings_beside_what_the_sheet_said(
    city: Scenario, programme: Programme, stage: Stage
) -> None:
    visit = _visit(
        city,
        stage,
        findings=[("media.ledger", SEEN), ("media.lock", "書庫に鍵がない。")],
        agreed=["clear-desk.leave"],
        auditors=[city.people["auditor"]],
    )
    found = list(Finding.objects.filter(origin="visit").order_by("number"))
    assert [(one.unit, one.item_code, one.category_code, one.title, one.opened_on) for one in found] == [
        (city.section_a1, "media.ledger", "media", SEEN, date(2026, 11, 9)),
        (city.section_a1, "media.lock", "media", "書庫に鍵がない。", date(2026, 11, 9)),
    ]
    lines = VisitItem.objects.filter(visit=visit)
    assert [(one.revision.item.code, one.said, one.seen) for one in lines] == [
        ("clear-desk.leave", "conforms", "agree"),
        ("media.ledger", "conforms", "disagree"),
        ("media.lock", "issue", "agree"),  # the section had said so itself
    ]
    figures = visit_figures(city.city, 2026, programme)
    assert (figures.visited, figures.contradicting, figures.findings) == (1, 1, (SEEN, "書庫に鍵がない。"))
    assert (visit.status, visit.auditors.get().lead) == ("follow_up", True)
    changes = read_payload(Entry.objects.get(operation="audit.visit.past"))
    assert changes is not None
    assert changes["findings"][0] == ["media.ledger", SEEN]


def test_a_past_visit_without_findings_is_closed(city: Scenario, stage: Stage) -> None:
    visit = _visit(city, stage, findings=[])
    assert (visit.status, visit.closed_on) == ("closed", date(2026, 11, 9))
    assert GoodPractice.objects.get().permission == "not_asked"


def test_a_visit_is_recorded_once(city: Scenario, stage: Stage) -> None:
    _visit(city, stage)
    with pytest.raises(Stale, match="すでに記録"):
        _visit(city, stage)
    assert Finding.objects.filter(origin="visit").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"findings": [("no.such", SEEN)]}, "item_1"),
        ({"findings": [("media.lock", " ")]}, "seen_1"),
        ({"findings": [("media.lock", "見" * 501)]}, "seen_1"),
        ({"good_practices": ["良" * 1_001]}, "good_practice"),
        ({"visited_on": date(2026, 11, 11)}, "visited_on"),
        ({"agreed": ["no.such"]}, "agreed"),
    ],
)
def test_a_wrong_visit_is_refused_at_its_field(
    city: Scenario, stage: Stage, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        _visit(city, stage, **values)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert (Visit.objects.count(), Finding.objects.filter(origin="visit").count()) == (0, 0)


def test_only_a_section_of_the_programme_in_its_visit_stage(
    city: Scenario, programme: Programme, stage: Stage
) -> None:
    late = make_unit(city.city, "新設課", parent=city.bureau_a)
    wrong = programme.stages.get(kind="improvement")
    for place, unit, field in ((stage, late, "unit"), (wrong, city.section_a1, "stage")):
        with pytest.raises(Invalid) as refusal:
            _visit(city, place, unit=unit)
        assert refusal.value.problems[0].field == field


@pytest.mark.parametrize("role", ["auditor", "section_manager", "ciso"])
def test_who_may_not_bring_in_a_visit(city: Scenario, stage: Stage, role: str) -> None:
    with pytest.raises(Denied):
        _visit(city, stage, role)


def test_another_citys_stage_is_out_of_reach(city: Scenario, stage: Stage) -> None:
    with pytest.raises(Missing):
        record_past_visit(
            by=make_other_city().by("secretariat"),
            stage=stage,
            unit=city.section_a1,
            visited_on=date(2026, 11, 1),
        )


def test_a_past_visit_of_a_system_needs_no_sheet_but_its_owner(city: Scenario, stage: Stage) -> None:
    system = make_system(city.section_a1, "S001", "窓口システム")
    visit = _visit(city, stage, unit=city.section_a1, system=system)
    assert (visit.system, visit.status) == (system, "follow_up")
    assert Finding.objects.get(origin="visit").system == system
    with pytest.raises(Stale, match="窓口システム"):
        _visit(city, stage, unit=city.section_a1, system=system)
    with pytest.raises(Invalid, match="所管する課公所"):
        _visit(city, stage, unit=city.section_b1, system=system)
