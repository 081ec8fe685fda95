"""What every write of a ledger's row shares: the version that was shown, the end of a row, the journal."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from tenken.assets.models import InformationAsset, InformationSystem
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal

ASSET: Final = "assets.asset"
SYSTEM: Final = "assets.system"
CHANGED: Final = "表示したあとに、ほかの人が変更しました。ページを開き直して、内容を確かめてください。"
NOT_KEPT: Final = "台帳に書けませんでした。"


def check_version(kept: InformationAsset | InformationSystem, version: int) -> None:
    """Raise ``Stale`` unless *kept* is as it was shown, and stands."""
    if kept.version != version:
        raise Stale(CHANGED)
    if kept.valid_to is not None:
        raise Stale("台帳から外したものは変えられません。")


def end(
    by: Principal,
    kept: InformationAsset | InformationSystem,
    valid_to: date | None,
    operation: str,
    subject: tuple[str, int],
    city_code: str,
) -> None:
    """End *kept* from a day on (that of *by* unless given) and record it. ``Invalid`` before it began."""
    day = valid_to or by.on
    if day <= kept.valid_from:
        raise Invalid(
            NOT_KEPT,
            [Problem(f"開始日（{kept.valid_from}）より後の日付にしてください。", "終了日", "valid_to")],
        )
    kept.valid_to = day
    kept.version += 1
    kept.save(force_update=True)
    note(by, city_code, operation, subject, {"valid_to": day.isoformat()}, by.on)


def note(
    by: Principal,
    city_code: str,
    operation: str,
    subject: tuple[str, int],
    changes: dict[str, Any],
    on: date | None,
) -> None:
    """Record one write in the journal."""
    record(
        by=by,
        city_code=city_code,
        operation=operation,
        subject=subject,
        changes=changes,
        business_date=on or by.on,
    )
