"""Proof that the journal is whole: nothing changed, missing, added or reordered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from tenken.journal.canonical import GENESIS, sha256
from tenken.journal.models import Chain, Entry, Payload, Seal
from tenken.journal.operations import entry_hash
from tenken.journal.sealed import sealed_tables

_BATCH = 2_000


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


def verify(city_code: str, progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check the chain, its payloads, its seals (in the database and on file) and all sealed tables of a city."""
    outcome = Verification(city_code)
    hashes = _verify_chain(outcome, progress)
    _verify_payloads_without_entry(outcome)
    _verify_seals(outcome, hashes)
    _verify_sealed_tables(outcome)
    return outcome


def _entries(city_code: str) -> Iterator[tuple[Entry, Payload | None]]:
    after = 0
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


def _verify_chain(outcome: Verification, progress: Callable[[int, int], None] | None) -> dict[int, str]:
    chain = Chain.objects.filter(pk=outcome.city_code).first()
    total = chain.count if chain else 0
    previous, expected_sequence = GENESIS, 1
    hashes: dict[int, str] = {0: GENESIS}
    for entry, payload in _entries(outcome.city_code):
        if entry.sequence != expected_sequence:
            missing = (
                f"{expected_sequence}番"
                if entry.sequence == expected_sequence + 1
                else (f"{expected_sequence}番から{entry.sequence - 1}番まで")
            )
            outcome.faults.append(f"記録の{missing}がありません。")
            previous = entry.previous_hash
        if entry.previous_hash != previous:
            outcome.faults.append(f"記録{entry.sequence}番が直前の記録とつながっていません。")
        if entry_hash(entry) != entry.hash:
            outcome.faults.append(f"記録{entry.sequence}番の内容が書き換えられています。")
        _verify_payload(outcome, entry, payload)
        previous, expected_sequence = entry.hash, entry.sequence + 1
        hashes[entry.sequence] = entry.hash
        outcome.entries += 1
        if progress and outcome.entries % _BATCH == 0:
            progress(outcome.entries, total)
    if chain is None:
        if outcome.entries:
            outcome.faults.append("記録の先頭がありません。")
    elif chain.count != expected_sequence - 1 or chain.head != previous:
        outcome.faults.append(
            f"記録の先頭（{chain.count}件）と最後の記録（{expected_sequence - 1}番）が合いません。"
        )
    return hashes


def _verify_payload(outcome: Verification, entry: Entry, payload: Payload | None) -> None:
    if payload is None:
        outcome.faults.append(f"記録{entry.sequence}番の詳細がありません。")
    elif payload.erased_at is None and sha256(payload.salt, payload.body) != entry.payload_digest:
        outcome.faults.append(f"記録{entry.sequence}番の詳細が書き換えられています。")


def _verify_payloads_without_entry(outcome: Verification) -> None:
    orphans = Payload.objects.filter(entry__isnull=True).count()
    if orphans:
        outcome.faults.append(f"記録のない詳細が{orphans}件あります。")


def _seals_on_file(city_code: str) -> Iterator[tuple[str, int, str]]:
    path: Path = settings.HOME / "seals" / f"{city_code}.jsonl"
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            seal = json.loads(line)
            yield seal["sealed_on"], seal["count"], seal["head"]


def _verify_seals(outcome: Verification, hashes: dict[int, str]) -> None:
    in_database = {
        seal.sealed_on.isoformat(): (seal.count, seal.head)
        for seal in Seal.objects.filter(city_code=outcome.city_code)
    }
    for day, (count, head) in in_database.items():
        outcome.seals += 1
        if hashes.get(count) != head:
            outcome.faults.append(f"{day}の封印（{count}件）と記録が合いません。")
    for day, count, head in _seals_on_file(outcome.city_code):
        if in_database.get(day) != (count, head):
            outcome.faults.append(f"{day}の封印の控え（ファイル）とデータベースの封印が合いません。")


def _verify_sealed_tables(outcome: Verification) -> None:
    for table in sealed_tables():
        for row in table.rows(outcome.city_code):
            outcome.sealed_rows += 1
            if table.expected(row) != table.stored(row):
                outcome.faults.append(f"{table.label}（{row.pk}）の内容が、封印したときと違います。")
