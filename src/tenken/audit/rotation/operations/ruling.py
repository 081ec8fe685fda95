"""The rule of the rotation: set anew from a date on, never changed behind what was chosen by it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models import Max

from tenken.audit.models import RotationRule
from tenken.audit.permissions import MANAGE_ROTATION
from tenken.audit.rotation.operations.applying import one_at_a_time, write
from tenken.audit.rotation.rules.parts import Factor, Rule
from tenken.common import clock
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

REASONS_LIMIT = 1_000
_MOST_POINTS = 1_000
_RANGES = {
    "cycle_from": ("周期の起点", 1990, 2100),
    "visit_within": ("訪問調査の周期", 1, 20),
    "self_within": ("自己点検の周期", 1, 20),
    "self_capacity": ("自己点検の件数", 1, 20_000),
    "visit_capacity": ("訪問調査の件数", 1, 20_000),
    "technical_capacity": ("技術監査の件数", 0, 20_000),
    "rest_years": ("続けて選ばない年数", 0, 10),
    "failure_years": ("障害を数える年数", 1, 20),
}


@transaction.atomic
def set_rule(
    *, by: Principal, rule: Rule, valid_from: date, reason: str, on: date | None = None
) -> RotationRule:
    """Set the rule of the rotation from a date on, and why.

    ``Invalid`` names the rule's own fields, points_<factor>, limit_<factor>, valid_from and reason.
    """
    require(by, MANAGE_ROTATION)
    checks = Checks()
    kept = checks.name(reason, label="定める理由", limit=REASONS_LIMIT, field="reason", lines=True)
    _check(rule, checks)
    one_at_a_time(by)
    rows = RotationRule.objects.filter(city=by.city_id)
    before = rows.last()
    if before is not None and valid_from < before.valid_from:
        checks.problem("いまの規則の適用開始日より前にはできません。", label="適用開始日", field="valid_from")
    checks.done()
    row = RotationRule.objects.create(
        city=by.city,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        valid_from=valid_from,
        content=rule.as_json(),
        reason=kept,
        recorded_by=by.actor.code,
        recorded_by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    changes = {"from": before.content if before else None, "to": row.content, "reason": kept}
    write(
        by,
        "audit.rotation.rule",
        ("audit.rotation_rule", row.pk),
        changes | {"valid_from": valid_from.isoformat()},
        on,
    )
    return row


def _check(rule: Rule, checks: Checks) -> None:
    for name, (label, least, most) in _RANGES.items():
        if not least <= getattr(rule, name) <= most:
            checks.problem(f"{least:,}から{most:,}までの整数にしてください。", label=label, field=name)
    if not rule.technical_capacity <= rule.visit_capacity <= rule.self_capacity:
        words = "訪問調査は自己点検の件数まで、技術監査は訪問調査の件数までにしてください。"
        checks.problem(words, label="1年の件数", field="visit_capacity")
    if set(rule.weights) != set(Factor):
        checks.problem("重みが足りません。", label="重み", field="weights")
    for factor, weight in rule.weights.items():
        for name, points in asdict(weight).items():
            if not 0 <= points <= _MOST_POINTS:
                words = f"0から{_MOST_POINTS:,}までの整数にしてください。"
                checks.problem(words, label=factor.label, field=f"{name}_{factor}")
