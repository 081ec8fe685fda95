"""What an inventory says that the one before did not. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenken.telemetry.inventory.report import InstalledItem, Inventory
from tenken.telemetry.inventory.rules.titles import title_key, title_kind, title_name, update_name
from tenken.telemetry.models import InventoryChange, SoftwareTitle

_KINDS = frozenset(SoftwareTitle.Kind.values)
What = InventoryChange.What


@dataclass(frozen=True)
class Item:
    """An installed item under the catalogue's name."""

    kind: str
    key: str
    name: str
    version: str
    publisher: str = ""
    installed_on: date | None = None

    @property
    def release(self) -> tuple[str, str, str]:
        return self.kind, self.key, self.version


@dataclass(frozen=True)
class Said:
    """One change in words (the columns of ``InventoryChange``)."""

    what: str
    subject: str
    name: str
    before: str = ""
    after: str = ""


def items_of(installed: Iterable[InstalledItem]) -> dict[tuple[str, str, str], Item]:
    """Return what is installed by release; the same twice (two languages, two bits) counts once."""
    found: dict[tuple[str, str, str], Item] = {}
    for one in installed:
        version = one.version.strip()[:80]
        name = update_name(one.name) if one.kind == "update" else title_name(one.name, version)
        if not name:
            continue
        item = Item(
            title_kind(one.kind, name),
            title_key(name),
            name,
            version,
            one.publisher.strip()[:120],
            one.installed_on,
        )
        standing = found.get(item.release)
        if standing is None or (standing.installed_on is None and item.installed_on):
            found[item.release] = item
    return found


def replaced_kinds(inventory: Inventory) -> frozenset[str]:
    """Return the kinds of software that *inventory* speaks for: those it is silent about stand as they were.

    A whole inventory without any software is one of an agent that may not look, not of an empty machine. Parts of one
    come from agents that list updates and programs apart, so each of the two speaks for itself only.
    """
    if inventory.partial and "software" not in inventory.sections:
        return frozenset()
    sent = {item.kind for item in inventory.software}
    if not inventory.partial:
        return _KINDS if sent else frozenset()
    updates = _KINDS & sent & {"update"}
    return updates | (_KINDS - {"update"}) if sent - {"update"} else updates


def software_changes(
    before: Mapping[tuple[str, str, str], Item], after: Mapping[tuple[str, str, str], Item]
) -> Iterator[Said]:
    """Yield what was installed, removed, or went from one version to another."""
    versions: dict[tuple[str, str], tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
    for release in sorted(before.keys() - after.keys()):
        versions[release[:2]][0].append(before[release])
    for release in sorted(after.keys() - before.keys()):
        versions[release[:2]][1].append(after[release])
    for (kind, _), (gone, come) in sorted(versions.items()):
        paired = min(len(gone), len(come))
        for old, new in zip(gone[:paired], come[:paired], strict=True):
            yield Said(What.CHANGED, kind, new.name, old.version, new.version)
        for old in gone[paired:]:
            yield Said(What.REMOVED, kind, old.name, old.version)
        for new in come[paired:]:
            yield Said(What.ADDED, kind, new.name, "", new.version)


def part_changes(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> Iterator[Said]:
    """Yield the parts that came and went; rows are [kind, name, serial, detail], and a detail alone is no change."""
    old, new = (Counter((kind, name, serial) for kind, name, serial, _ in rows) for rows in (before, after))
    for kind, name, serial in sorted((old - new).elements()):
        yield Said(What.REMOVED, kind, name[:200], serial[:200])
    for kind, name, serial in sorted((new - old).elements()):
        yield Said(What.ADDED, kind, name[:200], "", serial[:200])


def field_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Said]:
    """Yield the plain fields that say something else than before."""
    for name, value in after.items():
        if value and before[name] != value:
            yield Said(What.CHANGED, name, name, before[name][:200], value[:200])
