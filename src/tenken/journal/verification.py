"""Proof that the journal is whole: nothing changed, missing, added or reordered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tenken.journal.canonical import GENESIS, canonical_json, sha256
from tenken.journal.models import Chain, Entry, Payload, Seal
from tenken.journal.operations import entry_hash, seal_file, seal_line
from tenken.journal.sealed import SealedTable, sealed_tables

_BATCH = 2_000
_ERASURE = "journal.payload.erase"

Progress = Callable[[int, int], None]


@dataclass
class Verification:
    """The outcome for one city: how much was checked and every fault, in Japanese, with its place."""

    city_code: str
    entries: int = 0
    seals: int = 0
    sealed_rows: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.faults


def verify(city_code: str, progress: Progress | None = None) -> Verification:
    """Check the chain, its payloads, its seals (in the database and on file) and all sealed tables of a city.

    May run beside people at work. *progress* is told the entries done and in all.
    """
    outcome = Verification(city_code)
    head = Chain.objects.filter(pk=city_code).first()
    seals = list(Seal.objects.filter(city_code=city_code).order_by("sealed_on"))
    walk = _Walk(outcome, {seal.count for seal in seals} | {head.count if head else 0})
    walk.run(head.count if head else 0, progress)
    _verify_head(outcome, walk, head)
    _verify_erasures(outcome, walk)
    _verify_payloads_without_entry(outcome)
    _verify_seals(outcome, walk, seals)
    for table in sealed_tables():
        _verify_sealed_table(outcome, table)
    return outcome


class _Walk:
    """One walk along the chain, and what the later checks need of it."""

    def __init__(self, outcome: Verification, wanted: set[int]) -> None:
        self.outcome = outcome
        self.wanted = wanted
        self.hashes: dict[int, str] = {0: GENESIS}
        self.last = 0
        self.last_hash = GENESIS
        self.erased: dict[int, Payload] = {}
        self.erasures: dict[str, list[dict[str, Any] | None]] = {}

    def run(self, total: int, progress: Progress | None) -> None:
        for entry, payload in _entries(self.outcome.city_code):
            self._link(entry)
            if entry_hash(entry) != entry.hash:
                self.outcome.faults.append(f"記録{entry.sequence}番の内容が書き換えられています。")
            self._payload(entry, payload)
            self.last, self.last_hash = entry.sequence, entry.hash
            if entry.sequence in self.wanted:
                self.hashes[entry.sequence] = entry.hash
            self.outcome.entries += 1
            if progress and self.outcome.entries % _BATCH == 0:
                progress(self.outcome.entries, max(total, self.outcome.entries))
        if progress:
            progress(self.outcome.entries, self.outcome.entries)

    def _link(self, entry: Entry) -> None:
        first, last = self.last + 1, entry.sequence - 1
        if first <= last:
            missing = f"{first}番" if first == last else f"{first}番から{last}番まで"
            self.outcome.faults.append(f"記録の{missing}がありません。")
        elif entry.previous_hash != self.last_hash:
            self.outcome.faults.append(f"記録{entry.sequence}番が直前の記録とつながっていません。")

    def _payload(self, entry: Entry, payload: Payload | None) -> None:
        whole = payload is not None and payload.erased_at is None
        if payload is None:
            self.outcome.faults.append(f"記録{entry.sequence}番の詳細がありません。")
        elif payload.erased_at is not None:
            self.erased[entry.sequence] = payload
        elif sha256(payload.salt, payload.body) != entry.payload_digest:
            self.outcome.faults.append(f"記録{entry.sequence}番の詳細が書き換えられています。")
            whole = False
        if entry.operation == _ERASURE:
            self.erasures.setdefault(entry.subject_id, []).append(_said(payload) if whole else None)


def _said(payload: Payload | None) -> dict[str, Any]:
    try:
        said = json.loads(payload.body if payload else "")
    except ValueError:
        return {}
    changes = said.get("changes") if isinstance(said, dict) else None
    return changes if isinstance(changes, dict) else {}


def _entries(city_code: str) -> Iterator[tuple[Entry, Payload | None]]:
    after = -1
    while True:
        batch = list(
            Entry.objects.filter(city_code=city_code, sequence__gt=after).order_by("sequence")[:_BATCH]
        )
        if not batch:
            return
        payloads = Payload.objects.in_bulk([entry.pk for entry in batch])
        for entry in batch:
            yield entry, payloads.get(entry.pk)
        after = batch[-1].sequence


def _verify_head(outcome: Verification, walk: _Walk, head: Chain | None) -> None:
    now = Chain.objects.filter(
        pk=outcome.city_code
    ).first()  # entries may have been added since the walk began
    if head is None or now is None:
        if walk.last and now is None:
            outcome.faults.append("記録の先頭がありません。")
        return
    if walk.hashes.get(head.count) != head.head or walk.last > now.count:
        outcome.faults.append(f"記録の先頭（{head.count}件）と最後の記録（{walk.last}番）が合いません。")


def _verify_erasures(outcome: Verification, walk: _Walk) -> None:
    """An erased payload has the entry of its erasure, which says the same (unless that was erased in its turn)."""
    for sequence, payload in walk.erased.items():
        said = walk.erasures.get(str(sequence), [])
        claim = {"under": payload.erased_under, "erased_at": canonical_json(payload.erased_at)[1:-1]}
        if not any(one is None or claim.items() <= one.items() for one in said):
            outcome.faults.append(f"記録{sequence}番の詳細が、消去の記録なしに消されています。")
        if payload.body or payload.salt:
            outcome.faults.append(f"記録{sequence}番の詳細が、消去した後に書き込まれています。")


def _verify_payloads_without_entry(outcome: Verification) -> None:
    orphans = Payload.objects.filter(entry__isnull=True).count()
    if orphans:
        outcome.faults.append(f"記録のない詳細が{orphans}件あります。")


def _verify_seals(outcome: Verification, walk: _Walk, seals: list[Seal]) -> None:
    path = seal_file(outcome.city_code)
    # Only "\n" ends a line here: splitlines() would also cut at characters that a tampered line may hold.
    lines = path.read_bytes().decode("utf-8", "replace").split("\n") if path.exists() else []
    on_file = {line for line in lines if line}
    for seal in seals:
        outcome.seals += 1
        if walk.hashes.get(seal.count) != seal.head:
            outcome.faults.append(f"{seal.sealed_on}の封印（{seal.count}件）と記録が合いません。")
        if seal_line(seal) not in on_file:
            outcome.faults.append(f"{seal.sealed_on}の封印と同じ控えが、ファイルにありません。")
    known = {seal_line(seal) for seal in Seal.objects.filter(city_code=outcome.city_code)}
    strange = [number for number, line in enumerate(lines, start=1) if line and line not in known]
    for number in strange:
        outcome.faults.append(
            f"封印の控え（ファイル）の{number}行目が、データベースのどの封印とも合いません。"
        )


def _verify_sealed_table(outcome: Verification, table: SealedTable) -> None:
    written_before = _written(outcome.city_code, table)
    rows: set[str] = set()
    for row in table.rows(outcome.city_code):
        outcome.sealed_rows += 1
        rows.add(str(row.pk))
        if table.expected(row) != table.stored(row):
            outcome.faults.append(f"{table.label}（{row.pk}）の内容が、封印したときと違います。")
    if table.written_by:
        for key in sorted(written_before - rows):
            outcome.faults.append(f"{table.label}（{key}）がありません。")
        for key in sorted(rows - _written(outcome.city_code, table)):
            outcome.faults.append(f"{table.label}（{key}）を登録した記録がありません。")


def _written(city_code: str, table: SealedTable) -> set[str]:
    if not table.written_by:
        return set()
    found = Entry.objects.filter(city_code=city_code, operation=table.written_by)
    return set(found.values_list("subject_id", flat=True))
