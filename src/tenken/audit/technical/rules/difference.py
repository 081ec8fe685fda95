"""What a scan changes for one weakness, in hosts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from tenken.audit.technical.words import FEWER, GONE, MORE, NEW, RETURNED, SAME


@dataclass(frozen=True)
class Changed:
    """How a weakness stands before and after, in hosts."""

    change: str
    before: int
    after: int
    added: int
    removed: int


def changed(
    before: Set[str],
    now: Set[str],
    *,
    known: bool,
    looked_at: Callable[[str], bool],
    overtaken: Callable[[str], bool],
) -> Changed | None:
    """Return what a scan changes; None when it says nothing of the weakness.

    *before*: the hosts where it stands, *now*: where the scan saw it, *known*: it was seen at all. *looked_at* tells
    whether the scan looked at a host so that silence means gone, *overtaken* whether a later scan of it is known already.
    """
    stays = {host for host in before if not looked_at(host) or overtaken(host)}
    after = stays | {host for host in now if not overtaken(host)}
    added, removed = len(after - before), len(before - after)
    if not known:
        change = NEW
    elif not before:
        if not now:
            return None
        change = RETURNED if after else SAME
    elif not after:
        change = GONE
    elif added:
        change = MORE
    elif removed:
        change = FEWER
    elif not now:
        return None
    else:
        change = SAME
    return Changed(change, len(before), len(after), added, removed)
