"""Rows of the ledgers as tests need them, written through the operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.assets.ledger import AssetData, OccurrenceData, SystemData
from tenken.assets.models import InformationAsset, InformationSystem, SystemOccurrence
from tenken.assets.operations import add_asset, add_occurrence, add_system
from tenken.organization.access import system_principal
from tenken.organization.models import Unit
from tests.factories import FOUNDED


def data(name: str = "被保険者台帳", **values: Any) -> AssetData:
    return AssetData(
        **({"name": name, "classification": "1", "amount": 1200, "forms": ("paper", "server")} | values)
    )


def make_asset(unit: Unit, name: str = "被保険者台帳", **values: Any) -> InformationAsset:
    """Add an asset to the ledger of *unit* from the city's founding on."""
    by = system_principal(unit.city, "test", on=FOUNDED)
    return add_asset(by=by, unit=unit, data=data(name, **values), on=FOUNDED)


def make_system(
    owner: Unit, code: str = "SYS-01", name: str = "国保システム", **values: Any
) -> InformationSystem:
    """Add a system that *owner* owns from the city's founding on."""
    by = system_principal(owner.city, "test", on=FOUNDED)
    return add_system(by=by, data=SystemData(code, name, owner.pk, **values), on=FOUNDED)


def make_occurrence(owner: Unit, code: str = "SYS-01", **values: Any) -> SystemOccurrence:
    """Add a system that *owner* owns, and a failure of it."""
    by = system_principal(owner.city, "test")
    system = make_system(owner, code)
    said = {"kind": "failure", "happened_on": date(2011, 5, 1), "outline": "半日止まった。"} | values
    return add_occurrence(by=by, system=system, data=OccurrenceData(**said))
