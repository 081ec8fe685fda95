"""The risk part of a sheet: its main information assets, and what is decided about the risks that remain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tenken.assets.ledger import AssetData, asset_problems
from tenken.assets.models import InformationAsset
from tenken.assets.operations import add_asset as add_to_ledger
from tenken.assets.operations import change_asset as change_in_ledger
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import NoMainAssets, Sheet, SheetAsset, SheetRisk
from tenken.inspection.operations.answers import open_sheet, touch
from tenken.inspection.queries.known_assets import family_of, last_sheet_assets, ledger_assets
from tenken.inspection.queries.risk_part import assets_mark
from tenken.inspection.threats import threats_by_code
from tenken.journal.operations import record
from tenken.organization.access import Principal

MAX_ASSETS = 30
NOTE_LIMIT = 500
REASON_LIMIT = 300
_KNOWN = {"ledger": ledger_assets, "last": last_sheet_assets}
_CHANGED = "ほかの人が先に変更しました。ページを開き直して、内容を確かめてください。"


@dataclass(frozen=True)
class AssetRow:
    """One main asset as given. ``key``: of the row of the sheet it stands for (None: the one of the same name, or a new
    one); ``asset_id``: its row in the ledger, if it came from there. Forms are codes of ``assets.Storage``."""

    name: str
    classification: str
    amount: int | None
    forms: tuple[str, ...]
    location: str = ""
    key: int | None = None
    asset_id: int | None = None


@dataclass(frozen=True)
class RiskDecision:
    """What is decided about one threat to one main asset. ``version``: of the decision shown (0: none yet)."""

    asset_id: int
    threat: str
    treatment: str
    note: str
    version: int


@transaction.atomic
def save_assets(
    *, by: Principal, sheet: Sheet, rows: Sequence[AssetRow], mark: str | None, on: date | None = None
) -> list[SheetAsset]:
    """Make *rows* the whole list of the sheet's main assets, in their order, and return it.

    *mark*: ``assets_mark(sheet)`` as it was when the list was shown or the workbook written; None: whatever is there.
    A row keeps what was decided about its risks; rows no longer in the list go with it. ``Invalid`` names each row
    ("情報資産2") and writes nothing; ``Stale`` when the list changed since, or the sheet is handed in.
    """
    opened = open_sheet(by, sheet)
    if mark is not None and mark != assets_mark(opened.pk):
        raise Stale(f"主要な情報資産は、{_CHANGED}")
    _check_part(opened)
    checked = _checked_rows(rows)
    return _replace(by, opened, checked, on)


@transaction.atomic
def add_asset(*, by: Principal, sheet: Sheet, row: AssetRow, on: date | None = None) -> SheetAsset:
    """Add one main asset at the end. ``Invalid`` names fields, or a second asset of one name."""
    opened = open_sheet(by, sheet)
    _check_part(opened)
    present = _rows_of(opened)
    _refuse_twice(row, present)
    return _replace(by, opened, _checked_rows([*present, row], only=len(present)), on)[-1]


@transaction.atomic
def change_asset(
    *, by: Principal, sheet: Sheet, row: AssetRow, version: int, on: date | None = None
) -> SheetAsset:
    """Change the main asset ``row.key``. *version*: of the row shown; ``Stale`` when it changed since."""
    opened = open_sheet(by, sheet)
    kept = _asset(opened, row.key, version)
    others = [one for one in _rows_of(opened) if one.key != kept.pk]
    _refuse_twice(row, others)
    rows = [row if one.key == kept.pk else one for one in _rows_of(opened)]
    _replace(by, opened, _checked_rows(rows, only=[one.key for one in rows].index(kept.pk)), on)
    kept.refresh_from_db()
    return kept


@transaction.atomic
def remove_asset(*, by: Principal, sheet: Sheet, asset_id: int, version: int, on: date | None = None) -> None:
    """Take a main asset off the sheet, with what was decided about its risks. The ledger is left as it is."""
    opened = open_sheet(by, sheet)
    kept = _asset(opened, asset_id, version)
    _replace(by, opened, [row for row in _rows_of(opened) if row.key != kept.pk], on)


@transaction.atomic
def take_known(*, by: Principal, sheet: Sheet, source: str, on: date | None = None) -> int:
    """Add at once all assets that are known and not yet on the sheet; return how many.

    *source*: "ledger" (the ledger's 主要な情報資産) or "last" (the section's latest earlier sheet).
    """
    opened = open_sheet(by, sheet)
    _check_part(opened)
    if source not in _KNOWN:
        raise Invalid("取り込む元を選んでください。")
    known = _KNOWN[source](opened, on or by.on)
    present = _rows_of(opened)
    names, ledger_rows = {row.name for row in present}, {row.asset_id for row in present} - {None}
    new = [
        AssetRow(one.name, one.classification, one.amount, tuple(one.forms), one.location, None, one.asset_id)
        for one in known
        if one.name not in names and one.asset_id not in ledger_rows
    ]
    if new:
        _replace(by, opened, _checked_rows([*present, *new]), on)
    return len(new)


@transaction.atomic
def state_no_assets(*, by: Principal, sheet: Sheet, reason: str, on: date | None = None) -> None:
    """Say that the section holds no main information asset, and why; an empty *reason* takes that back."""
    opened = open_sheet(by, sheet)
    _check_part(opened)
    text = plain_text(reason)
    if len(text) > REASON_LIMIT:
        raise Invalid(
            "保存できませんでした。",
            [Problem(f"{REASON_LIMIT}字までです（いま{len(text)}字）。", "理由", "reason")],
        )
    if text and opened.assets.exists():
        raise Invalid("主要な情報資産があります。ないとするときは、先に取り除いてください。")
    if text:
        NoMainAssets.objects.update_or_create(sheet=opened, defaults={"reason": text})
    else:
        NoMainAssets.objects.filter(sheet=opened).delete()
    touch(opened)
    _record(by, opened, "no_assets", {"reason": text}, on)


@transaction.atomic
def write_to_ledger(*, by: Principal, sheet: Sheet, on: date | None = None) -> int:
    """Write the sheet's main assets to the section's ledger, where it differs; return how many rows it wrote.

    Needs the right to keep the section's ledger. A row not in the ledger yet is added to it as 主要な情報資産.
    """
    opened = open_sheet(by, sheet)
    written = 0
    for one in opened.assets.select_related("asset__unit__city"):
        if one.asset is not None and same_as_ledger(one, one.asset):
            continue
        said: dict[str, Any] = {
            name: getattr(one, name) for name in ("name", "classification", "amount", "location")
        }
        said["forms"] = tuple(one.forms)
        if one.asset is None:
            one.asset = add_to_ledger(by=by, unit=opened.unit, data=AssetData(**said, main=True), on=on)
            SheetAsset.objects.filter(pk=one.pk).update(asset=one.asset)
        else:
            row = one.asset
            data = AssetData(**said, main=True, personal_data=row.personal_data, system_id=row.system_id)
            change_in_ledger(by=by, asset=row, data=data, version=row.version, on=on)
        written += 1
    if written:
        _record(by, opened, "write_to_ledger", {"rows": written}, on)
    return written


def same_as_ledger(one: SheetAsset, row: InformationAsset) -> bool:
    """Tell whether the ledger says of an asset what the sheet says."""
    names = ("name", "classification", "amount", "location")
    return (
        row.main
        and set(row.forms) == set(one.forms)
        and all(getattr(row, name) == getattr(one, name) for name in names)
    )


def decide_risk(
    *,
    by: Principal,
    sheet: Sheet,
    asset_id: int,
    threat: str,
    treatment: str,
    note: str,
    version: int,
    on: date | None = None,
) -> None:
    """Decide about one residual risk; see :func:`decide_risks`."""
    decide_risks(
        by=by, sheet=sheet, decisions=[RiskDecision(asset_id, threat, treatment, note, version)], on=on
    )


@transaction.atomic
def decide_risks(
    *, by: Principal, sheet: Sheet, decisions: Sequence[RiskDecision], on: date | None = None
) -> int:
    """Keep what is decided about residual risks; an empty treatment takes a decision back. Returns how many changed.

    ``Invalid`` names each that is wrong (field "note-<asset>-<threat>"), ``Stale`` when one changed since; then
    nothing is kept.
    """
    opened = open_sheet(by, sheet)
    _check_part(opened)
    assets = {asset.pk: asset for asset in opened.assets.all()}
    present = {
        (risk.sheet_asset_id, risk.threat): risk
        for risk in SheetRisk.objects.filter(sheet_asset__sheet=opened)
    }
    problems = [problem for given in decisions for problem in _decision_problems(given, assets)]
    if problems:
        raise Invalid("保存できませんでした。", problems)
    changes = [
        change
        for given in decisions
        if (change := _decide(present.get((given.asset_id, given.threat)), given, assets))
    ]
    if changes:
        touch(opened)
        _record(by, opened, "decide", {"decisions": changes}, on)
    return len(changes)


def _decide(
    kept: SheetRisk | None, given: RiskDecision, assets: dict[int, SheetAsset]
) -> dict[str, Any] | None:
    """Write one decision; return what changed, None when nothing did."""
    note = plain_text(given.note)
    before = (kept.treatment, kept.note) if kept else ("", "")
    if before == (given.treatment, note if given.treatment else ""):
        return None
    if given.version != (kept.version if kept else 0):
        raise Stale(f"残るリスクへの対応は、{_CHANGED}")
    if not given.treatment:
        assert kept is not None
        kept.delete()
    else:
        row = kept or SheetRisk(sheet_asset=assets[given.asset_id], threat=given.threat, version=0)
        row.treatment, row.note, row.version = given.treatment, note, row.version + 1
        row.save()
    return {
        "asset": assets[given.asset_id].name,
        "threat": given.threat,
        "before": list(before),
        "after": [given.treatment, note],
    }


def _decision_problems(given: RiskDecision, assets: dict[int, SheetAsset]) -> Iterable[Problem]:
    asset, threat = assets.get(given.asset_id), threats_by_code().get(given.threat)
    if asset is None:
        raise Stale(f"主要な情報資産は、{_CHANGED}")
    if threat is None or not threat.applies_to(asset.forms):
        raise Invalid("この情報資産に及ばない脅威です。")
    place, key = f"{asset.name}：{threat.name}", f"{asset.pk}-{threat.code}"
    if given.treatment not in ("", *SheetRisk.Treatment.values):
        yield Problem("対応を選んでください。", place, f"treatment-{key}")
    note = plain_text(given.note)
    if len(note) > NOTE_LIMIT:
        yield Problem(f"{NOTE_LIMIT}字までです（いま{len(note)}字）。", place, f"note-{key}")
    if note and not given.treatment:
        yield Problem("対応を選んでください。", place, f"treatment-{key}")


# --- the list ------------------------------------------------------------------------------------------------


def _check_part(sheet: Sheet) -> None:
    if not sheet.programme.with_risk_part:
        raise Invalid("この点検には、リスク対策状況点検がありません。")


def _asset(sheet: Sheet, key: int | None, version: int) -> SheetAsset:
    asset = sheet.assets.filter(pk=key or 0).first()
    if asset is None:
        raise Missing("この点検シートにない情報資産です。")
    if asset.version != version:
        raise Stale(f"この情報資産は、{_CHANGED}")
    return asset


def _rows_of(sheet: Sheet) -> list[AssetRow]:
    return [
        AssetRow(
            one.name, one.classification, one.amount, tuple(one.forms), one.location, one.pk, one.asset_id
        )
        for one in sheet.assets.all()
    ]


def _refuse_twice(row: AssetRow, others: Iterable[AssetRow]) -> None:
    if plain_text(row.name) in {other.name for other in others}:
        raise Invalid(
            "保存できませんでした。", [Problem("同じ名前の情報資産があります。", "情報資産", "name")]
        )


def _checked_rows(rows: Sequence[AssetRow], only: int | None = None) -> list[AssetRow]:
    """Return *rows* trimmed. ``Invalid`` names each that is wrong by its number; of *only* one, by its field alone."""
    problems: list[Problem] = []
    if len(rows) > MAX_ASSETS:
        problems.append(Problem(f"主要な情報資産は{MAX_ASSETS}件までです。"))
    trimmed, seen = [], set()
    for number, row in enumerate(rows):
        data = AssetData(row.name, row.classification, row.amount, row.forms, row.location).tidy()
        place = "" if only is not None else f"情報資産{number + 1}"
        found = asset_problems(data) if only in (None, number) else []
        if only is None and data.name in seen:
            found.append(Problem("同じ名前の情報資産があります。", "情報資産", "name"))
        seen.add(data.name)
        problems += [Problem(one.message, f"{place} {one.place}".strip(), one.field) for one in found]
        trimmed.append(
            AssetRow(
                data.name, data.classification, data.amount, data.forms, data.location, row.key, row.asset_id
            )
        )
    if problems:
        raise Invalid("主要な情報資産を保存できませんでした。", problems)
    return trimmed


def _replace(by: Principal, sheet: Sheet, rows: Sequence[AssetRow], on: date | None) -> list[SheetAsset]:
    """Make *rows* the list of the locked *sheet*; nothing is written or recorded when nothing changes."""
    present = list(sheet.assets.all())
    by_key, by_name = {one.pk: one for one in present}, {one.name: one for one in present}
    ledger = _ledger_rows(sheet, rows, on or by.on)
    before = [_told(one) for one in present]
    kept: list[SheetAsset] = []
    for row in rows:
        one = by_key.get(row.key) if row.key is not None else by_name.get(row.name)
        if (one is None and row.key is not None) or (one is not None and one in kept):
            raise Stale(f"主要な情報資産は、{_CHANGED}")
        one = one or SheetAsset(sheet=sheet, version=0)
        values = {name: value for name, value in asdict(row).items() if name not in ("key", "asset_id")}
        values["forms"] = list(row.forms)
        values["asset"] = ledger.get(row.asset_id) if row.asset_id is not None else one.asset
        kept.append(_with(one, values))
    gone = [one.pk for one in present if one not in kept]
    after = [_told(one) for one in kept]
    if before == after and not gone:
        return kept
    _write(sheet, kept, gone)
    touch(sheet)
    _record(by, sheet, "save_assets", {"before": before, "after": after}, on)
    return kept


def _with(one: SheetAsset, values: dict[str, Any]) -> SheetAsset:
    if one.pk is None or any(getattr(one, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(one, name, value)
        one.version += 1
    return one


def _write(sheet: Sheet, kept: list[SheetAsset], gone: list[int]) -> None:
    SheetRisk.objects.filter(sheet_asset__in=gone).delete()
    SheetAsset.objects.filter(pk__in=gone).delete()
    # Places are unique within a sheet: all move out of the way first.
    for shift, one in enumerate((one for one in kept if one.pk), start=1):
        SheetAsset.objects.filter(pk=one.pk).update(order=MAX_ASSETS + shift)
    for order, one in enumerate(kept, start=1):
        one.order = order
        one.save()
        forms = set(one.forms)
        SheetRisk.objects.filter(sheet_asset=one).exclude(
            threat__in=[code for code, threat in threats_by_code().items() if threat.forms & forms]
        ).delete()
    if kept:
        NoMainAssets.objects.filter(sheet=sheet).delete()


def _ledger_rows(sheet: Sheet, rows: Sequence[AssetRow], day: date) -> dict[int, InformationAsset]:
    keys = [row.asset_id for row in rows if row.asset_id is not None]
    found = InformationAsset.objects.filter(unit__in=family_of(sheet, day)).in_bulk(keys)
    if len(found) != len(set(keys)):
        raise Missing("情報資産台帳にない情報資産です。")
    return found


def _told(one: SheetAsset) -> dict[str, Any]:
    return {
        "name": one.name,
        "classification": one.classification,
        "amount": one.amount,
        "forms": list(one.forms),
        "location": one.location,
        "ledger": one.asset_id,
    }


def _record(by: Principal, sheet: Sheet, event: str, changes: dict[str, Any], on: date | None) -> None:
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation=f"inspection.risk.{event}",
        subject=("inspection.sheet", sheet.pk),
        changes=changes,
        business_date=on,
    )
