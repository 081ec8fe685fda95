"""The terminals of document 004, A33, in the demo city: 128 virtual servers, 2,340 desktops and 70 notebooks bought by the
IT division, 572 bought by sections, spares among them; and what their agents report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from tenken.common.fiscal_year import FiscalYear
from tenken.demo.city import DemoCity
from tenken.demo.telemetry.population import LAST_HEARD, is_new, is_silent, stopped_lately
from tenken.organization.models import Assignment, City, Person, Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import add_terminals
from tenken.telemetry.inventory.report import AntivirusState, InstalledItem, Inventory, Part
from tenken.telemetry.models import Terminal

Kind, Procurement, State = Terminal.Kind, Terminal.Procurement, Terminal.State
Row = tuple[TerminalData, Unit, Person | None, str]

# A33, as published. The printed total is 3,118: the 8 that nobody explained stand as an open reconciliation.
VIRTUAL_SERVERS: Final = 128
DESKTOPS: Final = 2_340
NOTEBOOKS: Final = 70
BY_SECTIONS: Final = 572
PRINTED_TOTAL: Final = 3_118
_SPARES: Final = 41  # A33 says "予備含む"; how many is invented
_WITHOUT_ANTIVIRUS: Final = 8
_OLD_PATTERNS: Final = 23
_NEW_FOR: Final = timedelta(days=4)
_SYSTEM_BEGAN: Final = date(2019, 10, 1)
_SERVERS_AT: Final = "情報基盤課"


@dataclass(frozen=True)
class _Model:
    manufacturer: str
    model: str
    os_name: str
    os_version: str
    office: str


_SERVER = _Model("VMware, Inc.", "VMware7,1", "Microsoft Windows Server 2022 Standard", "10.0.20348", "")
_OLD_SERVER = _Model("VMware, Inc.", "VMware7,1", "Microsoft Windows Server 2012 R2 Standard", "6.3.9600", "")
_DESKTOP = _Model(
    "FUJITSU CLIENT COMPUTING LIMITED",
    "ESPRIMO D7013",
    "Microsoft Windows 11 Pro",
    "10.0.26200",
    "Microsoft Office LTSC Standard 2024",
)
_NOTEBOOK = replace(_DESKTOP, manufacturer="Dynabook Inc.", model="dynabook S73")
_BOUGHT = (
    replace(_DESKTOP, manufacturer="HP", model="HP ProDesk 400 G9"),
    _Model("NEC", "PC-MKM28BZG3", "Microsoft Windows 10 Pro", "10.0.19045", "Microsoft Office Standard 2019"),
    replace(_DESKTOP, manufacturer="Dell Inc.", model="OptiPlex 7010"),
)
_COMMON: Final = (
    ("Adobe Acrobat Reader (64-bit)", "25.001.20997", "Adobe"),
    ("Microsoft Edge", "142.0.3595.94", "Microsoft Corporation"),
    ("7-Zip 24.09 (x64)", "24.09", "Igor Pavlov"),
    ("DocuWorks Viewer Light", "9.1.6", "富士フイルムビジネスイノベーション株式会社"),
    ("一太郎2023", "33.0.5", "株式会社ジャストシステム"),
    ("LGWAN接続クライアント", "4.2.0", "地方公共団体情報システム機構"),
    ("財務会計システム クライアント", "5.10.3", "みどり情報サービス株式会社"),
    ("庶務事務システム クライアント", "3.4.1", "みどり情報サービス株式会社"),
    ("文書管理システム クライアント", "2.8.0", "みどり情報サービス株式会社"),
    ("FUJITSU Image Scanner PaperStream", "3.30.0", "PFU Limited"),
    ("Microsoft Visual C++ 2015-2022 Redistributable (x64)", "14.40.33810", "Microsoft Corporation"),
    ("OCS Inventory NG Agent", "2.11.0.1", "OCS Inventory Team"),
)
_CAD: Final = (
    ("AutoCAD LT 2026", "31.0.51", "Autodesk"),
    ("Jw_cad", "8.25", "Jiro Shimizu & Yoshifumi Tanaka"),
)
_TAX: Final = (("住民情報システム クライアント", "11.2.4", "みどり情報サービス株式会社"),)
ANTIVIRUS: Final = "ウイルスバスター コーポレートエディション"
# What stands on terminals by the city's decision; the rest is in _UNAPPROVED.
APPROVED_TITLES: Final = frozenset((
    "7-Zip*", "Adobe Acrobat Reader*", "AutoCAD LT*", "DocuWorks Viewer Light*", "FUJITSU Image Scanner PaperStream*",
    "Jw_cad*", "LGWAN接続クライアント", "Microsoft Edge*", "Microsoft Office*", "Microsoft Visual C++*",
    "OCS Inventory NG Agent*", "ウイルスバスター*", "一太郎*", "住民情報システム*", "庶務事務システム*",
    "文書管理システム*", "財務会計システム*",
))  # fmt: skip
_UNAPPROVED: Final = (
    ("AnyDesk", "8.1.0", "AnyDesk Software GmbH"),
    ("Zoom Workplace", "6.2.11", "Zoom Communications, Inc."),
    ("iTunes", "12.13.4", "Apple Inc."),
)
_UPDATES: Final = (("KB5068861", 10), ("KB5066835", 38), ("KB5065426", 73))


def load_terminals(made: DemoCity, today: date) -> list[Terminal]:
    """Enter the terminals in the ledger, as of the day document 004's system began, or of this fiscal year before that; a
    few were bought this week."""
    on, lately = min(_SYSTEM_BEGAN, FiscalYear.of(today).starts_on), today - _NEW_FOR
    units = [unit for unit in made.units_on(on).values() if unit.kind.answers_sheets]
    rows = [*_servers(units), *_clients(made, units, on), *_bought(units)]
    standing = [unit for unit in made.units_on(lately).values() if unit.kind.answers_sheets]
    return [
        *add_terminals(by=made.system(on), rows=[row for row in rows if not is_new(row[0].number)], on=on),
        *add_terminals(
            by=made.system(lately),
            rows=[row for row in _bought(standing) if is_new(row[0].number)],
            on=lately,
        ),
    ]


def _servers(units: Sequence[Unit]) -> list[Row]:
    place = next(unit for unit in units if unit.name == _SERVERS_AT)
    return [
        _row(
            f"SV{n:04d}",
            Kind.VIRTUAL_SERVER,
            Procurement.CENTRAL,
            place,
            None,
            _OLD_SERVER if n <= 5 else _SERVER,
        )
        for n in range(1, VIRTUAL_SERVERS + 1)
    ]


def _clients(made: DemoCity, units: Sequence[Unit], on: date) -> list[Row]:
    """Everyone who holds a post in a section has a terminal; the others are shared, spread over the sections."""
    holders = _holders(made, on)
    rows: list[Row] = []
    total = DESKTOPS + NOTEBOOKS
    seats: list[tuple[Unit, Person | None]] = [
        (unit, person) for unit in units for person in holders.get(unit.pk, ())
    ]
    turn = 0
    while len(seats) < total:
        seats.append((units[turn % len(units)], None))
        turn += 1
    for n, (unit, person) in enumerate(sorted(seats[:total], key=lambda seat: seat[0].code), 1):
        notebook = n % (total // NOTEBOOKS) == 0 and n // (total // NOTEBOOKS) <= NOTEBOOKS
        kind, model = (Kind.NOTEBOOK, _NOTEBOOK) if notebook else (Kind.DESKTOP, _DESKTOP)
        rows.append(_row(f"PC{n:05d}", kind, Procurement.CENTRAL, unit, person, model))
    return rows


def _holders(made: DemoCity, on: date) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = {}
    rows = (
        Assignment.objects.filter(valid_on(on), person__city=made.city, kind=Assignment.Kind.MAIN)
        .select_related("person", "post")
        .order_by("post__code", "person__number")
    )
    for row in rows:
        found.setdefault(row.post.unit_id, []).append(row.person)
    return found


def _bought(units: Sequence[Unit]) -> list[Row]:
    """One section in three bought its own; some are spares in a cupboard."""
    places = units[::3]
    return [
        _row(
            f"KB{n:04d}",
            Kind.DESKTOP if n % 4 else Kind.NOTEBOOK,
            Procurement.SECTION,
            places[n % len(places)],
            None,
            _BOUGHT[n % len(_BOUGHT)],
            State.SPARE if n <= _SPARES else State.IN_USE,
        )
        for n in range(1, BY_SECTIONS + 1)
    ]


def _row(
    number: str,
    kind: str,
    procurement: str,
    unit: Unit,
    person: Person | None,
    model: _Model,
    state: str = State.IN_USE,
) -> Row:
    mark = sha256(number.encode()).hexdigest().upper()
    data = TerminalData(
        number=number,
        kind=kind,
        procurement=procurement,
        computer_name=f"MDR-{number}",
        domain="midori.local",
        manufacturer=model.manufacturer,
        model=model.model,
        serial=mark[:10],
        uuid=f"{mark[:8]}-{mark[8:12]}-4{mark[13:16]}-8{mark[17:20]}-{mark[20:32]}",
        segment="サーバ" if kind == Kind.VIRTUAL_SERVER else f"{unit.code[:2]}系",
    )
    return data, unit, person, state


def inventories(city: City, today: date) -> Iterator[tuple[Inventory, datetime]]:
    """Yield what the agents of the terminals in use report, and when it was received, the longest silent first. Most
    reported this morning or yesterday, some have been silent for weeks."""
    terminals = (
        Terminal.objects.filter(city=city, state=State.IN_USE)
        .select_related("unit", "person")
        .order_by("number")
    )
    rows = sorted(enumerate(terminals), key=lambda row: -_days_silent(*row))
    for n, terminal in rows:
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
        received = midnight - timedelta(days=_days_silent(n, terminal), minutes=n % 600)
        yield _inventory(terminal, n, received, today), received


def _days_silent(n: int, terminal: Terminal) -> int:
    if is_silent(terminal.number):
        return 35 + n % 40
    return LAST_HEARD if stopped_lately(terminal.number) else n % 2


def _inventory(terminal: Terminal, n: int, received: datetime, today: date) -> Inventory:
    model = _model_of(terminal)
    server = terminal.kind == Kind.VIRTUAL_SERVER
    return Inventory(
        agent_id=f"{terminal.computer_name}-2026-04-01-08-30-{n % 60:02d}",
        reported_at=received,
        computer_name=terminal.computer_name,
        domain=terminal.domain,
        manufacturer=terminal.manufacturer,
        model=terminal.model,
        serial=terminal.serial,
        uuid=terminal.uuid,
        os_name=model.os_name,
        os_version=model.os_version,
        last_user=terminal.person.number if terminal.person else "",
        addresses=(f"10.{20 + n // 4096}.{n // 16 % 256}.{10 + n % 16}",),
        software=() if server else tuple(_software(terminal, n, model, today)),
        antivirus=_antivirus(n, today),
        parts=(
            Part("cpu", "Intel(R) Xeon(R) Gold 6338" if server else "13th Gen Intel(R) Core(TM) i5-13500"),
            Part("memory", "16 GB" if server else "8 GB"),
        ),
        tag=terminal.number,
    )


def _model_of(terminal: Terminal) -> _Model:
    for model in (_DESKTOP, _NOTEBOOK, *_BOUGHT):
        if model.model == terminal.model:
            return model
    return _OLD_SERVER if terminal.number <= "SV0005" else _SERVER


def _software(terminal: Terminal, n: int, model: _Model, today: date) -> list[InstalledItem]:
    assert terminal.unit is not None
    section = terminal.unit.name
    rows = list(_COMMON)
    if any(word in section for word in ("道路", "建設", "都市計画", "下水", "公園")):
        rows += _CAD[: 1 + n % 2]
    if any(word in section for word in ("税", "戸籍", "保険", "区民")):
        rows += _TAX
    if n % 211 == 3:
        rows.append(_UNAPPROVED[n % len(_UNAPPROVED)])
    since = date(2025, 3, 10)
    items = [InstalledItem(name, version, maker, since) for name, version, maker in rows]
    items.append(InstalledItem(model.office, "16.0", "Microsoft Corporation", since, "office"))
    items += [
        InstalledItem(state.name, state.version, "トレンドマイクロ株式会社", since, "antivirus")
        for state in _antivirus(n, today)
    ]
    late = n % 29 == 11
    items += [
        InstalledItem(code, "", "Microsoft Corporation", today - timedelta(days=days), "update")
        for code, days in (_UPDATES[2:] if late else _UPDATES)
    ]
    return items


def _antivirus(n: int, today: date) -> tuple[AntivirusState, ...]:
    if n % 379 == 12 and n // 379 < _WITHOUT_ANTIVIRUS:
        return ()
    old = n % 131 == 5 and n // 131 < _OLD_PATTERNS
    day = today - timedelta(days=26 if old else n % 2)
    return (
        AntivirusState(
            name=ANTIVIRUS,
            version="14.0.12994",
            enabled=True,
            up_to_date=not old,
            definitions=f"20.{500 - (today - day).days}.00",
            definitions_on=day,
        ),
    )
