"""What the writes of the rotation share."""

from __future__ import annotations

from datetime import date
from secrets import randbelow
from typing import Any, TypeVar

from django.db.models import Model

from tenken.audit.rotation.rules.parts import Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.names import Checks, refuse

SEEDS = 10**8
REASON_LIMIT = 300
CHANGED = "ほかの人が先に変更しました。ページを開き直して、内容を確かめてください。"
Row = TypeVar("Row", bound=Model)


def one_at_a_time(by: Principal) -> City:
    """Lock the city's row: numbers and years are given one after the other."""
    return City.objects.select_for_update().get(pk=by.city_id)


def locked(by: Principal, row: Row, version: int, what: str) -> Row:
    """Return *row* of the city of *by* locked and read anew; ``Stale`` unless it is at *version*."""
    found = type(row)._default_manager.select_for_update().filter(pk=row.pk, city=by.city_id).first()
    if found is None:
        raise Missing(f"{what}がありません。")
    if getattr(found, "version") != version:  # noqa: B009 - of three models
        raise Stale(CHANGED)
    return found


def checked_seed(seed: int | None) -> int:
    """Return *seed*, or one drawn now. ``Invalid`` names seed."""
    if seed is None:
        return randbelow(SEEDS)
    if not 0 <= seed < SEEDS:
        raise refuse(f"0から{SEEDS - 1:,}までの整数にしてください。", label="乱数の種", field="seed")
    return seed


def checked_year(year: int, on: date) -> int:
    """Return *year* when it may still be planned: this fiscal year or one of the next ten. ``Invalid`` names fiscal_year."""
    this = FiscalYear.of(on).year
    if not this <= year <= this + 10:
        message = f"{FiscalYear(this)}から10年後までの年度にしてください。"
        raise refuse(message, label="年度", field="fiscal_year")
    return year


def checked_reason(text: str, label: str = "理由") -> str:
    """Return the words that say why. ``Invalid`` names reason."""
    checks = Checks()
    kept = checks.name(text, label=label, limit=REASON_LIMIT, field="reason")
    checks.done()
    return kept


def checked_tier(code: str) -> Tier:
    """Return the tier of *code*. ``Invalid`` names tier."""
    try:
        return Tier(code)
    except ValueError:
        raise refuse("区分を選んでください。", label="区分", field="tier") from None


def write(
    by: Principal, operation: str, subject: tuple[str, int], changes: dict[str, Any], on: date | None
) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=subject,
        changes=changes,
        business_date=on,
    )
