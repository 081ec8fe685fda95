"""Finding the terminal an inventory speaks of, or making it; doubts are noted for a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from tenken.common import clock
from tenken.journal import operations as journal
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.inventory.rules.identity import (
    Claim,
    Decision,
    Known,
    Reason,
    comparable_serial,
    comparable_uuid,
    decide,
)
from tenken.telemetry.inventory.rules.machines import free_number, kind_of, numbers_for
from tenken.telemetry.models import DoubtfulMatch, Terminal, TerminalIdentity

TERMINAL = "telemetry.terminal"


@dataclass
class Recognised:
    """The terminal of an inventory. ``identity``: the row it was known by already, None when it showed itself anew."""

    terminal: Terminal
    identity: TerminalIdentity | None
    decision: Decision = field(default_factory=lambda: Decision(None, Reason.AGENT))


def known_identity(city: City, claim: Claim) -> TerminalIdentity | None:
    """Return the identity that is exactly *claim*, with its terminal and report. One query."""
    return (
        TerminalIdentity.objects.filter(
            city=city, agent_id=claim.agent_id, uuid=claim.uuid, serial=claim.serial, name=name_of(claim)
        )
        .select_related("terminal__report")
        .first()
    )


def name_of(claim: Claim) -> str:
    """Return the name by which *claim* is told apart: only where nothing of the hardware does."""
    return "" if claim.uuid or claim.serial else claim.computer_name[:100]


def recognise(
    *, by: Principal, source_code: str, inventory: Inventory, claim: Claim, received: datetime
) -> Recognised:
    """Return the terminal *claim* is of, made when it is not known; part of ``record_inventory``. Five queries, and
    two or three more for a new terminal."""
    known = _candidates(by.city, claim)
    decision = decide(claim, [_known(terminal, identities) for terminal, identities in known.values()])
    if decision.terminal_id is None:
        terminal = _new_terminal(by, inventory, received, decision)
    else:
        terminal = known[decision.terminal_id][0]
    TerminalIdentity.objects.create(
        city=by.city,
        terminal=terminal,
        agent_id=claim.agent_id,
        uuid=claim.uuid,
        serial=claim.serial,
        name=name_of(claim),
        macs=sorted(claim.macs),
        reason=decision.reason,
        source_code=source_code,
        first_seen=received,
        last_seen=received,
    )
    doubts = [
        DoubtfulMatch(city=by.city, terminal=terminal, other_id=other, reason=reason, found_at=received)
        for other, reason in decision.doubts
    ]
    if doubts:
        DoubtfulMatch.objects.bulk_create(doubts, ignore_conflicts=True)
    if decision.terminal_id is not None and decision.reason != Reason.AGENT:
        _note(by, "telemetry.terminal.recognise", terminal, decision)
    return Recognised(terminal, None, decision)


def _candidates(city: City, claim: Claim) -> dict[int, tuple[Terminal, list[TerminalIdentity]]]:
    """Return the terminals that share anything with *claim*, with all they ever showed. Three queries."""
    shared = Q()
    for name in ("agent_id", "uuid", "serial"):
        if value := getattr(claim, name):
            shared |= Q(**{name: value})
    hits = (
        TerminalIdentity.objects.filter(shared, city=city).values_list("terminal", flat=True)
        if shared
        else ()
    )
    names = {claim.computer_name, claim.computer_name.upper()} - {""}
    in_ledger = Q(pk__in=set(hits)) | Q(computer_name__in=names) | Q(number__in={claim.tag, *names} - {""})
    if claim.serial:
        in_ledger |= Q(serial__in={claim.serial, claim.serial.lower()})
    if claim.uuid:
        in_ledger |= Q(uuid__in={claim.uuid, claim.uuid.upper()})
    rows = Terminal.objects.filter(in_ledger, city=city, merged_into=None).select_for_update(of=("self",))
    found: dict[int, tuple[Terminal, list[TerminalIdentity]]] = {row.pk: (row, []) for row in rows}
    for identity in TerminalIdentity.objects.filter(terminal__in=found) if found else ():
        found[identity.terminal_id][1].append(identity)
    return found


def _known(terminal: Terminal, identities: list[TerminalIdentity]) -> Known:
    shown: dict[str, set[str]] = defaultdict(set)
    for one in identities:
        shown["agent_id"].add(one.agent_id)
        shown["uuid"].add(one.uuid)
        shown["serial"].add(one.serial)
        shown["macs"].update(one.macs)
    shown["uuid"].add(comparable_uuid(terminal.uuid))
    shown["serial"].add(comparable_serial(terminal.serial))
    return Known(
        terminal_id=terminal.pk,
        agent_ids=frozenset(shown["agent_id"] - {""}),
        uuids=frozenset(shown["uuid"] - {""}),
        serials=frozenset(shown["serial"] - {""}),
        macs=frozenset(shown["macs"]),
        number=terminal.number,
        computer_name=terminal.computer_name.casefold(),
        model="".join(terminal.model.casefold().split()),
        reported=bool(identities),
    )


def _new_terminal(by: Principal, inventory: Inventory, received: datetime, decision: Decision) -> Terminal:
    wanted = numbers_for(inventory)
    taken = set(
        Terminal.objects.filter(
            Q(number__in=wanted) | Q(number__startswith=f"{wanted[0]}-"), city=by.city
        ).values_list("number", flat=True)
    )
    terminal = Terminal.objects.create(
        city=by.city,
        number=free_number(wanted, taken),
        kind=kind_of(inventory),
        in_ledger=False,
        first_seen=received,
        registered_on=received.astimezone(clock.JAPAN).date(),
    )
    _note(by, "telemetry.terminal.find", terminal, decision)
    return terminal


def _note(by: Principal, operation: str, terminal: Terminal, decision: Decision) -> None:
    journal.record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(TERMINAL, terminal.pk),
        changes={"number": terminal.number, "reason": decision.reason.value, "doubts": len(decision.doubts)},
    )
