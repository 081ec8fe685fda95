"""The migration that took visits over from the room inspection, there and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenken.audit.models import Visit, VisitEvent
from tenken.audit.operations import record_past_visit
from tenken.findings.models import Finding
from tenken.inspection.models import Stage
from tests.factories import Scenario

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("audit", "0001_initial"), ("inspection", "0005_planning")]


def _migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def test_a_recorded_visit_moves_in_with_its_findings_and_moves_back(city: Scenario, stage: Stage) -> None:
    seen = "USBメモリ3本が台帳にない。"
    record_past_visit(
        by=city.by("secretariat"),
        stage=stage,
        unit=city.section_a1,
        visited_on=date(2026, 11, 9),
        findings=[("media.ledger", seen), ("media.lock", "書庫に鍵がない。")],
        good_practices=["当番が見て回る。"],
    )
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes()]
    try:
        apps = _migrate(BEFORE)
        record = apps.get_model("inspection", "VisitRecord").objects.get()
        assert (record.unit_id, record.good_practice) == (city.section_a1.pk, "当番が見て回る。")
        keys = Finding.objects.filter(origin="visit").order_by("number").values_list("origin_key", flat=True)
        assert list(keys) == [f"inspection.visit:{record.pk}:{number}" for number in (1, 2)]
        for name in ("Observation", "VisitItem", "GoodPractice", "VisitEvent", "Visit"):
            rows = apps.get_model("audit", name).objects.all()
            rows._raw_delete(rows.db)
    finally:
        _migrate(newest)
    visit = Visit.objects.get()
    assert (visit.status, visit.visited_on, visit.unit) == ("closed", date(2026, 11, 9), city.section_a1)
    assert [practice.text for practice in visit.good_practices.all()] == ["当番が見て回る。"]
    assert [(row.title, row.item_code, row.unreported) for row in visit.observations.all()] == [
        (seen, "media.ledger", True),
        ("書庫に鍵がない。", "media.lock", False),
    ]
    assert [row.finding for row in visit.observations.all()] == list(
        Finding.objects.filter(origin="visit").order_by("number")
    )
    assert [(item.said, item.seen) for item in visit.items.all()] == [
        ("conforms", "disagree"),
        ("issue", "agree"),
    ]
    assert VisitEvent.objects.get().event == "past"
