"""Which terminal an inventory speaks of. Pure.

Three things name a machine: the agent's id (kept on the disk, so a cloned disk has the same), the UUID of its mainboard
and the serial of its chassis (both sometimes junk). A machine is recognised when what can be compared agrees; where one
speaks for it and another against, it is another machine, and a person is shown both (``Decision.doubts``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Final


class Reason(StrEnum):
    """Why an inventory was taken for a terminal, or why two terminals may be one."""

    NEW = "new"
    AGENT = "agent"
    MAINBOARD = "mainboard"
    SERIAL_REWRITTEN = "serial_rewritten"
    REINSTALLED = "reinstalled"
    LEDGER_SERIAL = "ledger_serial"
    LEDGER_NUMBER = "ledger_number"
    LEDGER_NAME = "ledger_name"
    CLONE = "clone"
    BOARD_OR_CLONE = "board_or_clone"
    SERIAL_ONLY = "serial_only"
    UUID_ONLY = "uuid_only"
    SEVERAL = "several"
    LEDGER_DOUBT = "ledger_doubt"
    DECIDED = "decided"


REASONS: Final = {
    Reason.NEW: "これまでにない端末",
    Reason.AGENT: "エージェントの番号が同じで、UUID・シリアルに食い違いがない",
    Reason.MAINBOARD: "エージェントの番号とシリアルが同じでUUIDが変わった（基板の交換）",
    Reason.SERIAL_REWRITTEN: "エージェントの番号とUUIDが同じでシリアルが変わった",
    Reason.REINSTALLED: "UUID・シリアルが同じでエージェントの番号が変わった（OSの再導入）",
    Reason.LEDGER_SERIAL: "シリアル・UUIDが台帳と同じ",
    Reason.LEDGER_NUMBER: "札の番号が台帳の端末機番号と同じ",
    Reason.LEDGER_NAME: "コンピューター名が台帳と同じで、台帳にシリアルもUUIDもない",
    Reason.CLONE: "エージェントの番号は同じだがUUID・シリアルが違う（複製されたディスク）",
    Reason.BOARD_OR_CLONE: "エージェントの番号とコンピューター名またはMACアドレスは同じだがUUID・シリアルが違う",
    Reason.SERIAL_ONLY: "シリアルは同じだがUUIDまたは機種が違う",
    Reason.UUID_ONLY: "UUIDは同じだがシリアルが違う",
    Reason.SEVERAL: "あてはまる端末が二つ以上ある",
    Reason.LEDGER_DOUBT: "端末機番号またはコンピューター名は台帳と同じだがシリアル・UUIDが違う",
    Reason.DECIDED: "同じ端末と判断した",
}
DOUBTS: Final = (
    Reason.BOARD_OR_CLONE,
    Reason.SERIAL_ONLY,
    Reason.UUID_ONLY,
    Reason.SEVERAL,
    Reason.LEDGER_DOUBT,
)


@dataclass(frozen=True)
class Claim:
    """Who an inventory says it is; '' for what it does not say. Made by :func:`claim_of`, free of junk."""

    agent_id: str = ""
    uuid: str = ""
    serial: str = ""
    computer_name: str = ""
    model: str = ""
    tag: str = ""
    macs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """A terminal it may be: every agent id, UUID and serial it ever showed, and what the ledger says."""

    terminal_id: int
    agent_ids: frozenset[str] = frozenset()
    uuids: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()
    number: str = ""
    computer_name: str = ""
    model: str = ""
    reported: bool = True


@dataclass(frozen=True)
class Decision:
    """The terminal it is (None: one not known yet) and why; ``doubts``: (terminal, reason) a person must look at."""

    terminal_id: int | None
    reason: Reason
    doubts: tuple[tuple[int, Reason], ...] = ()


def decide(claim: Claim, known: Sequence[Known]) -> Decision:
    """Decide which of *known* the *claim* is of."""
    same_agent = [one for one in known if claim.agent_id and claim.agent_id in one.agent_ids]
    matches = [(one, reason) for one in same_agent if (reason := _by_agent(claim, one))]
    if matches:
        return _only(claim, matches)
    doubts = [(one.terminal_id, Reason.BOARD_OR_CLONE) for one in same_agent if _looks_same(claim, one)]
    same_hardware = [(one, reason) for one in known if (reason := _by_hardware(claim, one))]
    if matches := [(one, reason) for one, reason in same_hardware if reason not in DOUBTS]:
        return _only(claim, matches, doubts)
    doubts += [(one.terminal_id, reason) for one, reason in same_hardware]
    from_ledger = [(one, reason) for one in known if not one.reported and (reason := _by_ledger(claim, one))]
    if matches := [(one, reason) for one, reason in from_ledger if reason != Reason.LEDGER_DOUBT]:
        by_number = [(one, reason) for one, reason in matches if reason == Reason.LEDGER_NUMBER]
        return _only(claim, by_number or matches, doubts)
    doubts += [(one.terminal_id, reason) for one, reason in from_ledger]
    return Decision(None, Reason.CLONE if same_agent else Reason.NEW, _once(doubts))


def _by_agent(claim: Claim, one: Known) -> Reason | None:
    """With the same agent id: the reason it is the same machine, None when the hardware speaks against it."""
    uuid, serial = _agree(claim.uuid, one.uuids), _agree(claim.serial, one.serials)
    if uuid is None and serial is None and claim.macs and one.macs and not _looks_same(claim, one):
        return None  # nothing of the hardware can be compared, and neither name nor card is the same
    if uuid is not False and serial is not False:
        return Reason.AGENT
    if serial:
        return Reason.MAINBOARD
    return Reason.SERIAL_REWRITTEN if uuid else None


def _by_hardware(claim: Claim, one: Known) -> Reason | None:
    """With another agent id: the same machine when the hardware is the same, a doubt when half of it is."""
    if claim.agent_id and claim.agent_id in one.agent_ids:
        return None
    uuid, serial = _agree(claim.uuid, one.uuids), _agree(claim.serial, one.serials)
    same = Reason.REINSTALLED if one.reported else Reason.LEDGER_SERIAL
    if uuid and serial is not False:
        return same
    if serial and uuid is None:
        # A serial is the maker's: two makers may give the same.
        other_model = claim.model and one.model and claim.model != one.model
        return Reason.SERIAL_ONLY if other_model else same
    if serial:
        return Reason.SERIAL_ONLY
    return Reason.UUID_ONLY if uuid else None


def _by_ledger(claim: Claim, one: Known) -> Reason | None:
    """A terminal of the ledger that never reported: by the number on its tag, else by its name alone."""
    numbered = bool(claim.tag) and claim.tag == one.number
    named = bool(claim.computer_name) and claim.computer_name in (one.computer_name, one.number)
    if not (numbered or named):
        return None
    if False in (_agree(claim.uuid, one.uuids), _agree(claim.serial, one.serials)):
        return Reason.LEDGER_DOUBT
    return Reason.LEDGER_NUMBER if numbered else Reason.LEDGER_NAME


def _agree(said: str, known: frozenset[str]) -> bool | None:
    """Tell whether what is said is among what is known; None when one of the two says nothing."""
    return said in known if said and known else None


def _looks_same(claim: Claim, one: Known) -> bool:
    return bool(claim.macs & one.macs) or bool(
        claim.computer_name and claim.computer_name == one.computer_name
    )


def _only(
    claim: Claim, matches: Sequence[tuple[Known, Reason]], doubts: Iterable[tuple[int, Reason]] = ()
) -> Decision:
    """Take the match that most speaks for; where two speak alike, none of them is taken and both are shown."""
    weighed = sorted(((_weight(claim, one), one, reason) for one, reason in matches), key=lambda it: -it[0])
    best, one, reason = weighed[0]
    if len(weighed) > 1 and weighed[1][0] == best:
        alike = [(other.terminal_id, Reason.SEVERAL) for weight, other, _ in weighed if weight == best]
        return Decision(None, Reason.SEVERAL, _once([*doubts, *alike]))
    return Decision(one.terminal_id, reason, _once(pair for pair in doubts if pair[0] != one.terminal_id))


def _weight(claim: Claim, one: Known) -> int:
    return (
        4 * bool(claim.uuid and claim.uuid in one.uuids)
        + 4 * bool(claim.serial and claim.serial in one.serials)
        + 2 * bool(claim.macs & one.macs)
        + 1 * bool(claim.computer_name and claim.computer_name == one.computer_name)
    )


def _once(pairs: Iterable[tuple[int, Reason]]) -> tuple[tuple[int, Reason], ...]:
    first: dict[int, Reason] = {}
    for terminal, reason in pairs:
        first.setdefault(terminal, reason)
    return tuple(first.items())


# --- what is said, made comparable -----------------------------------------------------------------------


def claim_of(
    *,
    agent_id: str,
    uuid: str,
    serial: str,
    computer_name: str = "",
    model: str = "",
    tag: str = "",
    macs: Iterable[str] = (),
    junk: Iterable[str] = (),
) -> Claim:
    """Return what an inventory says, comparable and without junk; *junk*: patterns of the city's own besides."""
    patterns = (*shipped_junk(), *(_plain(one) for one in junk))
    return Claim(
        agent_id=unicodedata.normalize("NFKC", agent_id).strip()[:120],
        uuid=comparable_uuid(uuid, patterns),
        serial=comparable_serial(serial, patterns),
        computer_name=computer_name.strip().casefold(),
        model=_plain(model),
        tag=unicodedata.normalize("NFKC", tag).strip(),
        macs=frozenset(filter(None, map(comparable_mac, macs))),
    )


def comparable_serial(serial: str, patterns: Sequence[str] | None = None) -> str:
    """Return a serial in capitals without blanks, '' for junk. *patterns*: what is junk (that shipped unless given)."""
    plain = "".join(unicodedata.normalize("NFKC", serial).split()).upper()
    return "" if _is_junk(plain, shipped_junk() if patterns is None else patterns) else plain[:100]


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def comparable_uuid(uuid: str, patterns: Sequence[str] | None = None) -> str:
    """Return a UUID in small letters, '' for junk and for what is none."""
    plain = "".join(uuid.split()).strip("{}").lower()
    if re.fullmatch(r"[0-9a-f]{32}", plain):
        plain = f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
    if not _UUID.fullmatch(plain):
        return ""
    return "" if _is_junk(plain, shipped_junk() if patterns is None else patterns) else plain


def comparable_mac(mac: str) -> str:
    """Return a MAC address as twelve small digits, '' for none and for those no card owns (zeros, broadcast)."""
    plain = re.sub(r"[^0-9a-f]", "", mac.lower())
    return plain if len(plain) == 12 and len(set(plain)) > 1 else ""


@cache
def shipped_junk() -> tuple[str, ...]:
    """Return the patterns of ``data/junk_identities.txt``."""
    text = (
        resources.files("tenken.telemetry.inventory").joinpath("data/junk_identities.txt").read_text("utf-8")
    )
    return tuple(_plain(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _is_junk(text: str, patterns: Iterable[str]) -> bool:
    plain = _plain(text)
    if len(plain) < 4 or len(set(plain) - set("-._:")) < 2:
        return True
    return any(fnmatchcase(plain, pattern) if "*" in pattern else plain == pattern for pattern in patterns)


def _plain(text: str) -> str:
    """Compare without case and blanks; square brackets would be a class to fnmatch."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).replace("[", "(").replace("]", ")")
