"""Taking in an inventory: recognise the terminal, keep what differs, note when and from which inventory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction

from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.telemetry.events.directory import forget_directory
from tenken.telemetry.inventory.operations.recognising import known_identity, recognise
from tenken.telemetry.inventory.operations.software import replace_software
from tenken.telemetry.inventory.report import AntivirusState, Inventory
from tenken.telemetry.inventory.rules.difference import Said, field_changes, part_changes
from tenken.telemetry.inventory.rules.identity import Claim, claim_of
from tenken.telemetry.inventory.rules.titles import title_kind, title_name
from tenken.telemetry.models import (
    InventoryChange,
    InventorySetting,
    SoftwareTitle,
    Terminal,
    TerminalIdentity,
    TerminalReport,
)

# Plain fields of an inventory that the terminal carries, and whose change is a piece of its history.
_FIELDS: Final = (
    "computer_name",
    "domain",
    "manufacturer",
    "model",
    "serial",
    "uuid",
    "os_name",
    "os_version",
)
_ANTIVIRUS: Final = SoftwareTitle.Kind.ANTIVIRUS.value
_REPORTED: Final = (
    *_FIELDS,
    "address",
    "antivirus",
    "antivirus_updated_on",
    "patched_on",
    "reported",
    "first_seen",
    "last_seen",
    "inventoried_at",
)
_REPORT_FIELDS: Final = ("chassis", "os_build", "os_installed_on", "last_user", "tag", "addresses", "macs")
_LENGTHS: Final = {field.name: field.max_length for field in Terminal._meta.fields}
_REPORT_LENGTHS: Final = {field.name: field.max_length for field in TerminalReport._meta.fields}
# An agent's clock may run ahead: what it says of later than this is taken for the time of receipt.
_AHEAD: Final = timedelta(hours=1)


@transaction.atomic
def record_inventory(*, city: City, source_code: str, inventory: Inventory, received: datetime) -> Terminal:
    """Take *inventory* in and return the terminal it is of, recognised or made. One transaction.

    What a partial inventory does not speak of stands. One that says nothing new only moves ``last_seen``; one made
    before the last that was taken in (a backlog) changes nothing besides. At most thirteen queries, however much
    software, and a few more for a terminal never heard of; four when nothing is new.
    """
    by = system_principal(city, "inventory")
    setting = InventorySetting.objects.filter(city=city).first()
    claim = claim_of(
        agent_id=inventory.agent_id,
        uuid=inventory.uuid,
        serial=inventory.serial,
        computer_name=inventory.computer_name,
        model=inventory.model,
        tag=inventory.tag,
        macs=inventory.macs,
        junk=setting.junk if setting else (),
    )
    identity = known_identity(city, claim)
    digests = _digests(inventory)
    if identity is not None and _says_nothing_new(identity.terminal, inventory, digests, received):
        _heard(identity.terminal, identity, received)
        return identity.terminal
    InventorySetting.objects.select_for_update().get_or_create(city=city)
    if identity is None:
        identity = known_identity(city, claim)  # another may have made it while this one waited for the lock
    called: str | None = None
    if identity is not None:
        # What the ledger says of it is another's to write: only what was reported is saved.
        terminal, called = identity.terminal, identity.terminal.computer_name
        TerminalIdentity.objects.filter(pk=identity.pk).update(last_seen=max(identity.last_seen, received))
    else:
        terminal = recognise(
            by=by, source_code=source_code, inventory=inventory, claim=claim, received=received
        ).terminal
    _take(terminal, source_code, inventory, claim, digests, received)
    if called != terminal.computer_name:
        # Its events may be on their way already, by the name it has from now on.
        transaction.on_commit(partial(forget_directory, city.code))
    return terminal


def made_at(inventory: Inventory, received: datetime) -> datetime:
    """Return when *inventory* was made, by the agent's clock unless that runs ahead."""
    reported = inventory.reported_at
    return received if reported is None or reported > received + _AHEAD else reported


def _report_of(terminal: Terminal) -> TerminalReport | None:
    return getattr(terminal, "report", None)


def _says_nothing_new(
    terminal: Terminal, inventory: Inventory, digests: Mapping[str, str], received: datetime
) -> bool:
    report = _report_of(terminal)
    if report is None:
        return False
    if report.reported_at is not None and made_at(inventory, received) < report.reported_at:
        return True
    return all(report.digests.get(section) == digest for section, digest in digests.items())


def _heard(terminal: Terminal, identity: TerminalIdentity, received: datetime) -> None:
    """Note that *terminal* was heard; a replayed payload never makes it older."""
    terminal.last_seen = max(terminal.last_seen or received, received)
    terminal.inventoried_at = max(terminal.inventoried_at or received, received)
    Terminal.objects.filter(pk=terminal.pk).update(
        last_seen=terminal.last_seen, inventoried_at=terminal.inventoried_at
    )
    TerminalIdentity.objects.filter(pk=identity.pk).update(last_seen=max(identity.last_seen, received))


def _take(
    terminal: Terminal,
    source_code: str,
    inventory: Inventory,
    claim: Claim,
    digests: Mapping[str, str],
    received: datetime,
) -> None:
    """Write what *inventory* says of *terminal* and note what is new."""
    report = _report_of(terminal)
    first = report is None
    report = report or TerminalReport(terminal=terminal)
    said = list(_take_fields(terminal, inventory, claim))
    said += _take_report(report, inventory, received, source_code)
    changes, newest_update = replace_software(terminal, inventory, received)
    said += changes
    said += _take_antivirus(terminal, report, inventory)
    report.digests = dict(digests)
    terminal.patched_on = newest_update or terminal.patched_on
    terminal.reported = True
    terminal.first_seen = terminal.first_seen or received
    terminal.last_seen = max(terminal.last_seen or received, received)
    terminal.inventoried_at = max(terminal.inventoried_at or received, received)
    terminal.save(update_fields=_REPORTED)
    report.save(force_insert=first, force_update=not first)
    if first:
        said = [Said(InventoryChange.What.FIRST, "inventory", "構成情報", "", f"{len(inventory.software)}件")]
    InventoryChange.objects.bulk_create(
        InventoryChange(
            terminal=terminal,
            at=received,
            reported_at=inventory.reported_at,
            source_code=source_code,
            **asdict(one),
        )
        for one in said
    )


def _take_fields(terminal: Terminal, inventory: Inventory, claim: Claim) -> Iterable[Said]:
    """Keep the plain fields that say something; a serial or UUID that is junk says nothing."""
    before = {name: getattr(terminal, name) for name in _FIELDS}
    after = {name: getattr(inventory, name).strip()[: _LENGTHS[name]] for name in _FIELDS}
    after |= {"serial": claim.serial, "uuid": claim.uuid}
    for name, value in after.items():
        if value:
            setattr(terminal, name, value)
    if inventory.addresses:
        terminal.address = inventory.addresses[0][:45]
    return field_changes(before, after)


def _take_report(
    report: TerminalReport, inventory: Inventory, received: datetime, source_code: str
) -> Iterable[Said]:
    report.source_code, report.received_at = source_code, received
    report.reported_at = made_at(inventory, received)
    for name in _REPORT_FIELDS:
        value = getattr(inventory, name)
        if value:
            setattr(report, name, list(value) if isinstance(value, tuple) else _cut(name, value))
    before = report.parts
    spoken_for = {part.kind for part in inventory.parts}
    if inventory.partial:
        spoken_for |= {section.removeprefix("parts.") for section in inventory.sections}
    elif inventory.parts:
        spoken_for |= {row[0] for row in before}
    report.parts = sorted(
        [row for row in before if row[0] not in spoken_for]
        + [[part.kind[:20], part.name, part.serial, part.detail] for part in inventory.parts]
    )
    return part_changes(before, report.parts)


def _cut(name: str, value: str | date) -> str | date:
    return value[: _REPORT_LENGTHS[name]] if isinstance(value, str) else value


def _take_antivirus(terminal: Terminal, report: TerminalReport, inventory: Inventory) -> Iterable[Said]:
    """Keep what protects the terminal: the product that is on, else the first named, else one that is installed."""
    states = list(inventory.antivirus)
    if inventory.partial:
        if not states and "antivirus" not in inventory.sections:
            return
    elif not states:
        if not inventory.software:
            return
        items = (one for one in inventory.software if title_kind(one.kind, one.name) == _ANTIVIRUS)
        states = [AntivirusState(title_name(one.name, one.version), one.version) for one in items]
    report.antivirus = [_plain_state(one) for one in states]
    shown = max(states, key=lambda one: (one.enabled is True, one.enabled is None), default=None)
    name = shown.name[:120] if shown is not None and shown.enabled is not False else ""
    if name != terminal.antivirus:
        yield Said(InventoryChange.What.CHANGED, "antivirus_state", "ウイルス対策", terminal.antivirus, name)
    terminal.antivirus = name
    terminal.antivirus_updated_on = shown.definitions_on if shown else None


def _plain_state(state: AntivirusState) -> dict[str, Any]:
    return asdict(state) | {"definitions_on": state.definitions_on and state.definitions_on.isoformat()}


def _digests(inventory: Inventory) -> dict[str, str]:
    """Return a hash of each section *inventory* speaks for."""
    sections: dict[str, Any] = {
        "system": [getattr(inventory, name) for name in (*_FIELDS, *_REPORT_FIELDS)],
        "software": sorted(map(repr, inventory.software)),
        "antivirus": sorted(map(repr, inventory.antivirus)),
        "parts": sorted(map(repr, inventory.parts)),
    }
    if inventory.partial:
        # What a partial one leaves out is no statement; what it does say is compared as it stands.
        sections = {f"partial {name}": said for name, said in sections.items() if any(said)}
        sections["partial sections"] = sorted(inventory.sections)
    return {name: hashlib.sha256(repr(said).encode()).hexdigest()[:32] for name, said in sections.items()}
