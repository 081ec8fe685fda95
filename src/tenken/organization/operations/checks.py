"""What several operations check of a unit."""

from __future__ import annotations

from datetime import date

from tenken.organization.access import Principal
from tenken.organization.models import Unit, UnitKind
from tenken.organization.names import Checks


def check_unit_text(checks: Checks, code: str, name: str, kana: str = "") -> tuple[str, str, str]:
    """Check a unit's code, name and kana and return them as they are kept."""
    return (
        checks.code(code, label="所属コード", limit=20, field="code"),
        checks.name(name, label="名称", limit=100, field="name"),
        checks.name(kana, label="ふりがな", limit=200, field="kana", required=False),
    )


def check_kind(checks: Checks, by: Principal, kind: UnitKind) -> None:
    """A problem unless *kind* is one of the city's below the city itself."""
    if kind.city_id != by.city_id:
        checks.problem("この市の組織の種類から選んでください。", label="種類", field="kind")
    elif kind.rank == 0:
        checks.problem("市そのものは追加できません。", label="種類", field="kind")


def check_code_free(
    checks: Checks, city_id: int, code: str, on: date, *, ending: tuple[int, ...] = (), field: str = "code"
) -> None:
    """A problem when a unit other than *ending* carries *code* on the date or later, or began with it that day."""
    same = Unit.objects.filter(city=city_id, code=code)
    standing = same.exclude(valid_to__lte=on).exclude(pk__in=ending).first()
    if other := standing or same.filter(valid_from=on).first():
        checks.problem(
            f"所属コード{code}は「{other.name}」（{other.valid_from}から）が使っています。",
            label="所属コード",
            field=field,
        )


def check_stands(checks: Checks, unit: Unit, on: date, *, label: str, field: str) -> None:
    """A problem unless *unit* stands from the date on, until further notice."""
    if unit.valid_from > on:
        checks.problem(f"「{unit.name}」は{unit.valid_from}からの組織です。", label=label, field=field)
    elif unit.valid_to is not None:
        checks.problem(f"「{unit.name}」は{unit.valid_to}で終わる組織です。", label=label, field=field)
