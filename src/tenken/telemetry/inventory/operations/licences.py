"""Licences bought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.telemetry.inventory.operations.ledger import CHANGED
from tenken.telemetry.models import SoftwareLicence
from tenken.telemetry.permissions import MANAGE_TERMINALS

LICENCE = "telemetry.licence"
_NOT_KEPT = "ライセンスを登録できませんでした。"
_TEXTS = (
    ("name", "名称"),
    ("pattern", "ソフトウェア名"),
    ("contract", "契約番号"),
    ("vendor", "契約の相手"),
    ("note", "備考"),
)


@dataclass(frozen=True)
class LicenceData:
    """Licences as given. ``pattern``: the title's name, ``*`` for anything; ``valid_to``: the day they no longer count."""

    name: str
    pattern: str
    count: int
    valid_from: date
    valid_to: date | None = None
    unit: Unit | None = None
    contract: str = ""
    vendor: str = ""
    note: str = ""

    def tidy(self) -> LicenceData:
        texts: dict[str, Any] = {name: plain_text(getattr(self, name)) for name, _ in _TEXTS}
        return replace(self, **texts)


def licence_problems(data: LicenceData) -> list[Problem]:
    """Return what is wrong with *data* (tidied)."""
    problems = []
    for name, label in _TEXTS:
        longest = SoftwareLicence._meta.get_field(name).max_length  # type: ignore[union-attr]
        value = getattr(data, name)
        if name in ("name", "pattern") and not value:
            problems.append(Problem("入力してください。", label, name))
        if longest and len(value) > longest:
            problems.append(Problem(f"{longest}字までです。", label, name))
    if data.pattern and len(data.pattern.replace("*", "").strip()) < 2:
        problems.append(
            Problem(
                "「*」のほかに2文字以上を書いてください。すべてのソフトウェアに当てはまります。",
                "ソフトウェア名",
                "pattern",
            )
        )
    if not 0 < data.count <= 1_000_000:
        problems.append(Problem("1から1,000,000までの本数にしてください。", "本数", "count"))
    if data.valid_to is not None and data.valid_to <= data.valid_from:
        problems.append(Problem("開始日より後の日付にしてください。", "終了日", "valid_to"))
    return problems


@transaction.atomic
def add_licence(*, by: Principal, data: LicenceData) -> SoftwareLicence:
    """Enter licences that were bought. Those of a section need the right over it, the city's the right over the city."""
    require(by, MANAGE_TERMINALS, unit=data.unit)
    tidy = _checked(data)
    licence = SoftwareLicence(city=by.city, **_fields(tidy))
    licence.save(force_insert=True)
    _note(by, "telemetry.licence.add", licence, {"after": _told(licence)})
    return licence


@transaction.atomic
def change_licence(
    *, by: Principal, licence: SoftwareLicence, data: LicenceData, version: int
) -> SoftwareLicence:
    """Change licences, or let them end (``data.valid_to``)."""
    kept = (
        SoftwareLicence.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk=licence.pk, city=by.city_id)
        .first()
    )
    if kept is None:
        raise Missing("このライセンスはありません。")
    require(by, MANAGE_TERMINALS, unit=kept.unit)
    require(by, MANAGE_TERMINALS, unit=data.unit)
    if kept.version != version:
        raise Stale(CHANGED)
    before = _told(kept)
    for name, value in _fields(_checked(data)).items():
        setattr(kept, name, value)
    if (after := _told(kept)) != before:
        kept.version += 1
        kept.save()
        ends = before["valid_to"] != after["valid_to"] and after["valid_to"] is not None
        operation = "telemetry.licence.end" if ends else "telemetry.licence.change"
        _note(by, operation, kept, {"before": before, "after": after})
    return kept


def _checked(data: LicenceData) -> LicenceData:
    tidy = data.tidy()
    if problems := licence_problems(tidy):
        raise Invalid(_NOT_KEPT, problems)
    return tidy


def _fields(data: LicenceData) -> dict[str, Any]:
    names = ("name", "pattern", "count", "valid_from", "valid_to", "unit", "contract", "vendor", "note")
    return {name: getattr(data, name) for name in names}


def _told(licence: SoftwareLicence) -> dict[str, Any]:
    said = {
        name: getattr(licence, name) for name in ("name", "pattern", "count", "contract", "vendor", "note")
    }
    return said | {
        "unit": licence.unit.code if licence.unit else "",
        "valid_from": licence.valid_from.isoformat(),
        "valid_to": licence.valid_to and licence.valid_to.isoformat(),
    }


def _note(by: Principal, operation: str, licence: SoftwareLicence, changes: dict[str, Any]) -> None:
    record(by=by, city_code=by.city_code, operation=operation, subject=(LICENCE, licence.pk), changes=changes)
