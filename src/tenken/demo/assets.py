"""What the sections hold: the ledger of information assets, and the main ones that a sheet's risk part states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tenken.assets.ledger import AssetData
from tenken.assets.models import InformationAsset
from tenken.assets.operations import add_asset
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest, pick, read
from tenken.inspection.models import Sheet
from tenken.inspection.operations import HistoricAnswer, HistoricAsset
from tenken.inspection.operations.risk import AssetRow, RiskDecision, decide_risks, save_assets, take_known
from tenken.inspection.queries.risk_part import risk_part_of
from tenken.inspection.rules.residual_risk import HIGH, Countermeasures, residual_risk
from tenken.inspection.threats import threats
from tenken.organization.access import Principal

_IN_LEDGER_PERCENT = 14
_TREATMENTS = (
    ("reduce", "足りない対策を年度内に整え、係会で毎月確かめる。"),
    ("reduce", "見つかった課題を改善取組で直す。直るまでは係長が毎日確かめる。"),
    ("accept", "当面は今の対策で続け、次の点検で見直す。"),
)


def main_assets(code: str, name: str) -> tuple[AssetData, ...]:
    """Return the main information assets of the section *code* called *name*: what its work holds, and one all hold."""
    common, own = [], []
    for row in read("assets"):
        if row["match"] and row["match"] in name:
            own += row["assets"]
        elif not row["match"]:
            common += row["assets"]
    chosen = [*own, pick(common, "asset", code)] if own else [pick(common[:2], "asset", code), common[2]]
    return tuple(_data(code, row) for row in chosen)


def _data(code: str, row: dict[str, Any]) -> AssetData:
    amount = max(row["amount"] * (60 + digest("amount", code, row["name"]) % 80) // 100, 1)
    return AssetData(
        name=row["name"],
        classification=row["class"],
        amount=amount,
        forms=tuple(row["forms"]),
        location=row["location"],
        personal_data=row["personal"],
        main=True,
    )


def load_ledger(made: DemoCity, on: date) -> dict[str, list[InformationAsset]]:
    """Write the ledger of the accounts' sections and of some others, as their managers would; return it by code."""
    accounts = {post.rpartition("-")[0] for post in plan.account_posts()} | {
        post.rpartition("-")[0] for post in plan.concurrent_posts()
    }
    found: dict[str, list[InformationAsset]] = {}
    for code, unit in made.units_on(on).items():
        chosen = code in accounts or digest("ledger", code) % 100 < _IN_LEDGER_PERCENT
        if unit.kind.answers_sheets and chosen:
            by = made.acting(f"{code}-1", on)
            found[code] = [
                add_asset(by=by, unit=unit, data=data, on=on) for data in main_assets(code, unit.name)
            ]
    return found


def stated(
    assets: Iterable[AssetData],
    answers: Sequence[HistoricAnswer],
    ledger: Sequence[InformationAsset] = (),
) -> tuple[HistoricAsset, ...]:
    """Return *assets* as a past sheet with *answers* states them; every high risk is decided on."""
    rows = {row.name: row.pk for row in ledger}
    verdicts = {answer.item_code: answer.verdict for answer in answers}
    return tuple(
        HistoricAsset(
            one.name,
            one.classification,
            one.amount,
            one.forms,
            one.location,
            rows.get(one.name),
            tuple(_decided(one, verdicts)),
        )
        for one in assets
    )


def _decided(asset: AssetData, verdicts: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    for threat in threats():
        if not threat.applies_to(list(asset.forms)):
            continue
        states = [verdicts[item] for item in threat.items if item in verdicts]
        measures = Countermeasures(states.count("conforms"), states.count("issue"), 0)
        remains = residual_risk(asset.classification, asset.amount, threat.likelihood, measures)
        if remains is not None and remains.level == HIGH:
            yield (threat.code, *pick(_TREATMENTS, "treatment", asset.name, threat.code))


def fill_risk_part(*, by: Principal, sheet: Sheet, code: str, name: str, on: date) -> Sheet:
    """Fill in the risk part of a sheet as its people would: take the ledger over or state the assets, decide on what is
    high. Returns the sheet as it stands then."""
    if not take_known(by=by, sheet=sheet, source="ledger", on=on):
        rows = [
            AssetRow(one.name, one.classification, one.amount, one.forms, one.location)
            for one in main_assets(code, name)
        ]
        save_assets(by=by, sheet=sheet, rows=rows, mark=None, on=on)
    decisions = [
        RiskDecision(risk.asset.pk, threat, *pick(_TREATMENTS, "treatment", risk.asset.name, threat), 0)
        for (_, threat), risk in risk_part_of(sheet).risks.items()
        if risk.level == HIGH
    ]
    decide_risks(by=by, sheet=sheet, decisions=decisions, on=on)
    sheet.refresh_from_db()
    return sheet
