"""情報システム台帳: the systems and networks as they stood in FY2014, and what changed in them since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tenken.assets.ledger import OccurrenceData, ProductData, SystemData
from tenken.assets.models import InformationSystem
from tenken.assets.operations import add_occurrence, add_system, set_products
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest, pick, read
from tenken.organization.models import Unit

LEDGER_FROM = date(2014, 4, 1)
_NETWORK_OWNER = ("総務局", "情報基盤課")
_RENEWED_FROM, _RENEWED_YEARS = 2019, 6
Systems = Mapping[str, InformationSystem]


def load_ledger(made: DemoCity) -> dict[str, InformationSystem]:
    """Write the ledger as of April 2014, networks last; return it by name."""
    by = made.system(LEDGER_FROM)
    units = made.units_on(LEDGER_FROM)
    owners = [
        (plan.code_of(bureau, unit), name)
        for bureau, rows in read("systems")["owners"].items()
        for unit, names in rows.items()
        for name in names
    ]
    rows = [
        _system(f"S{number:03}", units[owner], name, units) for number, (owner, name) in enumerate(owners, 1)
    ]
    owner = units[plan.code_of(*_NETWORK_OWNER)]
    rows += [
        _network(f"N{number:02}", owner, row) for number, row in enumerate(read("systems")["networks"], 1)
    ]
    return {data.name: add_system(by=by, data=data, on=LEDGER_FROM) for data in rows}


def load_occurrences(made: DemoCity, systems: Systems, since: date, until: date, today: date) -> None:
    """Write down what happened to systems from one day to another (both included)."""
    for row in read("systems")["occurrences"]:
        day = row["day"] if "day" in row else today - timedelta(days=row["recent"])
        if since <= day <= until:
            _happened(made, systems[row["system"]], row["kind"], day, row["outline"])


def renew(made: DemoCity, systems: Systems, today: date) -> None:
    """Let every system be replaced once since FY2019, as far as that is past: its products are today's then."""
    for name, system in systems.items():
        day = date(_RENEWED_FROM + digest("renewed", name) % _RENEWED_YEARS, 10, 1)
        if system.kind == InformationSystem.Kind.NETWORK or day > today:
            continue
        _happened(made, system, "replaced", day, "機器とソフトウェアを更改した。")
        system.refresh_from_db(fields=["version"])
        by = made.system(day)
        set_products(by=by, system=system, products=_products(name, "now"), version=system.version, on=day)


def owned_on(system: InformationSystem, made: DemoCity, day: date) -> Unit:
    """Return the section that owns a system on a day: reorganised ones keep their code."""
    return made.units_on(day)[system.owner.code]


def _happened(made: DemoCity, system: InformationSystem, kind: str, day: date, outline: str) -> None:
    add_occurrence(by=made.system(day), system=system, data=OccurrenceData(kind, day, outline), on=day)


def _system(code: str, owner: Unit, name: str, units: Mapping[str, Unit]) -> SystemData:
    data = read("systems")
    said: dict[str, Any] = data["important"].get(name, {})
    personal = name not in data["impersonal"]
    users = said.get("users", ())
    public, alone = name in data["public"], name in data["standalone"]
    used_since = date(2004 + digest("since", name) % 10, 4, 1)
    return SystemData(
        code=code,
        name=name,
        owner_id=owner.pk,
        outline="施設の設備を監視し、庁内LANにはつながない。" if alone else data["outline"],
        users=frozenset(unit.pk for unit in units.values() if unit.name in users),
        used_by_all=said.get("all", False),
        networks=_networks(said, public=public, alone=alone),
        public=public,
        classification=said.get("class", "1" if personal else "2"),
        personal_data=personal,
        outage_is_grave=said.get("outage", False),
        named_important_because=said.get("named", ""),
        vendor=pick(data["vendors"], "vendor", name),
        in_use_since=used_since,
        products=_products(name, "2014"),
    )


def _networks(said: Mapping[str, Any], *, public: bool, alone: bool) -> tuple[str, ...]:
    if alone:
        return ("standalone",)
    inside = "my_number" if said.get("class") == "S" else "lgwan"
    return (inside, "internet") if public else (inside,)


def _network(code: str, owner: Unit, row: Mapping[str, Any]) -> SystemData:
    return SystemData(
        code=code,
        name=row["name"],
        owner_id=owner.pk,
        kind=InformationSystem.Kind.NETWORK,
        outline=row["outline"],
        networks=tuple(row["code"]),
        public=row.get("public", False),
        classification=row.get("class", ""),
        outage_is_grave=row.get("outage", False),
        named_important_because=row.get("named", ""),
        vendor=read("systems")["vendors"][0],
        in_use_since=date(2010, 4, 1),
        products=(
            ProductData("hardware", "L3スイッチ", "MX-2400"),
            ProductData("hardware", "認証装置", "AG-70"),
        ),
    )


def _products(name: str, when: str) -> tuple[ProductData, ...]:
    """Return an OS, a database and mostly a middleware; each pair of name and release is shared by several systems."""
    found = []
    for kind, choices in read("systems")["products"][when].items():
        if kind == "middleware" and digest("middleware", name) % 4 == 0:
            continue
        product, release, ends = pick(choices, "product", kind, name)
        found.append(ProductData(kind, product, release, ends))
    return tuple(found)
