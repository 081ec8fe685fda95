"""A look across as tests need it, written through the operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.assets.models import InformationSystem, SystemProduct
from tenken.findings.models import ExtentCheck, ExtentTarget, Finding
from tenken.findings.operations import (
    ExtentQuestion,
    add_targets,
    answer_target,
    confirm_target,
    make_extent,
    send_extent,
)
from tests.factories import FOUNDED
from tests.findings import makers

TODAY, DUE = date(2026, 10, 6), date(2026, 10, 30)
QUESTION = "離席のときに画面を閉じているか。"
WHY = "同じ様式の窓口があるため。"


def question(**values: Any) -> ExtentQuestion:
    said: dict[str, Any] = {"question": QUESTION, "why": WHY, "due_on": DUE}
    return ExtentQuestion(**(said | values))


def made(scenario: Any, finding: Finding | None = None, **values: Any) -> ExtentCheck:
    """Return a draft from *finding* (else one of 企画課)."""
    start = finding or makers.opened(scenario.section_a1)[0]
    return make_extent(by=scenario.by("secretariat"), finding=start, data=question(**values))


def sent(
    scenario: Any, *units: Any, finding: Finding | None = None, systems: Any = (), due_on: date = DUE
) -> ExtentCheck:
    """Return a check sent to *units* (else to 都市計画課 and 保険課) and *systems*."""
    check = made(scenario, finding, due_on=due_on)
    chosen = [unit.pk for unit in units or (scenario.section_a2, scenario.section_b1)]
    add_targets(
        by=scenario.by("secretariat"),
        check=check,
        units=chosen,
        systems=[system.pk for system in systems],
        because="窓口があるため",
        version=check.version,
    )
    check.refresh_from_db()
    return send_extent(by=scenario.by("secretariat"), check=check, version=check.version)


def target_of(check: ExtentCheck, unit: Any) -> ExtentTarget:
    return ExtentTarget.objects.select_related("unit", "system", "check_of__city", "check_of__finding").get(
        check_of=check, unit=unit, system=None
    )


def answered(scenario: Any, target: ExtentTarget, answer: str, role: str = "other_manager") -> ExtentTarget:
    return answer_target(
        by=scenario.by(role), target=target, answer=answer, note="全ての席を見た。", version=target.version
    )


def confirmed(scenario: Any, target: ExtentTarget) -> ExtentTarget:
    return confirm_target(by=scenario.by("secretariat"), target=target, version=target.version)


def system(unit: Any, code: str, *, products: Any = (), **values: Any) -> InformationSystem:
    row = InformationSystem.objects.create(
        city=unit.city, owner=unit, code=code, name=f"{code}システム", valid_from=FOUNDED, **values
    )
    for name, release in products:
        SystemProduct.objects.create(system=row, kind="os", name=name, release=release)
    return row
