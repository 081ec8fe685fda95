"""Sasebo's rhythm by configuration alone: the check of every quarter by every section, and a yearly audit."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from tenken.findings.models import Finding
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations import (
    SeriesPlan,
    TargetSaid,
    close_programme,
    launch,
    plan_year,
    save_series,
    set_targets,
)
from tenken.inspection.queries.boards import board, programmes
from tenken.inspection.rules.rhythm import Later
from tests.factories import Scenario
from tests.inspection.makers import accepted, sheet_of

YEAR = 2026
CHECK = SeriesPlan(
    code="torikumi",
    name="情報セキュリティ取組状況確認",
    rhythm="quarterly",
    days_to_answer=20,
    items=(
        "clear-desk.leave",
        "media.ledger",
        "media.lock",
        "backup.copy",
        "clear-desk.printer",
        "backup.test",
    ),
)
AUDIT = SeriesPlan(
    code="kansa",
    name="情報セキュリティ内部監査",
    rhythm="yearly",
    months=(10,),
    target_rule="listed",
    later=(Later("visit", "現地調査", 30), Later("follow_up", "フォローアップ", 90)),
)


@pytest.mark.django_db
def test_a_year_in_sasebo(bank: Scenario) -> None:
    by = bank.by("secretariat")
    with time_machine.travel("2026-04-01T09:00:00+09:00", tick=False):
        quarters = plan_year(by=by, series=save_series(by=by, plan=CHECK), fiscal_year=YEAR)
        [audit] = plan_year(by=by, series=save_series(by=by, plan=AUDIT), fiscal_year=YEAR)
    assert [one.name for one in quarters] == [
        f"令和8年度　第{number}回　情報セキュリティ取組状況確認" for number in (1, 2, 3, 4)
    ]
    days = [(stage.starts_on, stage.ends_on) for one in quarters for stage in one.stages.all()]
    assert days == [
        (date(2026, 4, 1), date(2026, 4, 21)),
        (date(2026, 7, 1), date(2026, 7, 21)),
        (date(2026, 10, 1), date(2026, 10, 21)),
        (date(2027, 1, 4), date(2027, 1, 25)),  # 24 January 2027 is a Sunday
    ]
    wrong = {1: "media.lock", 3: "media.lock"}
    for number, programme in enumerate(quarters, start=1):
        _run(bank, programme, wrong.get(number))
    assert [stage.kind for stage in audit.stages.all()] == ["self_inspection", "visit", "follow_up"]
    said = [TargetSaid(True, "個人情報が多い", unit_id=bank.section_b1.pk)]
    set_targets(by=by, programme=audit, target_rule="listed", exceptions=said, version=audit.version)
    audit.refresh_from_db()
    with time_machine.travel("2026-10-01T09:00:00+09:00", tick=False):
        assert launch(by=bank.by("secretariat"), programme=audit, version=audit.version) == 1
    assert Sheet.objects.get(programme=audit).unit == bank.section_b1

    boards = [board(by, one.pk).whole for one in quarters]
    assert [(one.total, one.accepted, one.sections_with_issues) for one in boards] == [
        (3, 3, 1),
        (3, 3, 0),
        (3, 3, 1),
        (3, 3, 0),
    ]
    assert programmes(by).filter(fiscal_year=YEAR).count() == 5
    assert Finding.objects.filter(fiscal_year=YEAR, item_code="media.lock").count() == 2


def _run(bank: Scenario, programme: Programme, wrong: str | None) -> None:
    """Launch a quarter on its day, let every section answer, accept all, and end it."""
    opens = programme.stages.get().starts_on
    with time_machine.travel(opens, tick=False):
        by = bank.by("secretariat")
        assert launch(by=by, programme=programme, version=programme.version) == 3
        programme.refresh_from_db()
        for unit in (bank.section_a1, bank.section_a2, bank.section_b1):
            issues = {wrong: "鍵がない"} if wrong and unit == bank.section_a1 else None
            accepted(bank.city, sheet_of(programme, unit), issues, on=opens)
        programme.refresh_from_db()
        close_programme(by=by, programme=programme, version=programme.version)
