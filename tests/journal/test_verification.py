"""Whatever is done to the journal behind its back is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from tenken.journal import sealed
from tenken.journal.canonical import sha256
from tenken.journal.models import Chain, Entry, Payload, Seal
from tenken.journal.operations import entry_hash, erase_payload, read_payload, record, seal_day, seal_file
from tenken.journal.verification import verify
from tests.journal.writing import CITY, OTHER_CITY, By, attack, write

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def sealed_day(django_capture_on_commit_callbacks: Any) -> Callable[[], Seal]:
    def seal() -> Seal:
        with django_capture_on_commit_callbacks(execute=True):
            return seal_day(city_code=CITY, day=DAY)

    return seal


def faults() -> list[str]:
    return verify(CITY).faults


def other(value: Any) -> Any:
    """Return a value that differs from *value* in one place and fits its column."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int):
        return value + 1_000
    return ("1" if value[:1] != "1" else "2") + value[1:]


def columns(model: type[models.Model], *without: str) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if field.column not in without]


def test_a_whole_journal_has_no_fault(sealed_day: Callable[[], Seal]) -> None:
    write(5)
    sealed_day()
    write(2)
    seen: list[tuple[int, int]] = []
    outcome = verify(CITY, lambda done, total: seen.append((done, total)))
    assert outcome.faults == []
    assert outcome.whole
    assert (outcome.entries, outcome.seals) == (7, 1)
    assert seen[-1] == (7, 7)


def test_a_city_without_a_journal_is_whole() -> None:
    assert faults() == []


@pytest.mark.parametrize("sequence", [1, 3, 5])
@pytest.mark.parametrize("column", columns(Entry))
def test_one_changed_field_of_an_entry(column: str, sequence: int) -> None:
    entry = Entry.objects.get(pk=write(5)[sequence - 1].pk)
    value = getattr(entry, column)
    if column == "id":  # the foreign key holds the payload to its entry, so it must go first
        attack("DELETE FROM journal_payload WHERE entry_id = %s", [entry.pk])
    attack(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", [other(value), entry.pk])
    assert faults()


@pytest.mark.parametrize("column", ["salt", "body"])
def test_one_changed_character_of_a_payload(column: str) -> None:
    entry = write(3)[1]
    value = getattr(Payload.objects.get(pk=entry.pk), column)
    for place in (0, len(value) // 2, len(value) - 1):
        changed = value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]
        attack(f"UPDATE journal_payload SET {column} = %s WHERE entry_id = %s", [changed, entry.pk])
        assert faults() == ["記録2番の詳細が書き換えられています。"]


def test_a_payload_that_is_gone() -> None:
    entry = write(3)[1]
    attack("DELETE FROM journal_payload WHERE entry_id = %s", [entry.pk])
    assert faults() == ["記録2番の詳細がありません。"]


def test_a_payload_erased_without_its_record() -> None:
    entry = write(3)[1]
    attack(
        "UPDATE journal_payload SET body = '', salt = '', erased_at = %s, erased_under = '規程' WHERE entry_id = %s",
        [entry.recorded_at, entry.pk],
    )
    assert faults() == ["記録2番の詳細が、消去の記録なしに消されています。"]


@pytest.mark.parametrize("column", columns(Chain))
def test_one_changed_field_of_the_head(column: str) -> None:
    write(3)
    value = getattr(Chain.objects.get(pk=CITY), column)
    attack(f"UPDATE journal_chain SET {column} = %s WHERE city_code = %s", [other(value), CITY])
    assert faults()


def test_a_head_that_is_gone() -> None:
    write(3)
    attack("DELETE FROM journal_chain WHERE city_code = %s", [CITY])
    assert faults() == ["記録の先頭がありません。"]


def delete_entry(sequence: int) -> None:
    entry = Entry.objects.get(city_code=CITY, sequence=sequence)
    attack("DELETE FROM journal_payload WHERE entry_id = %s", [entry.pk])
    attack("DELETE FROM journal_entry WHERE id = %s", [entry.pk])


def test_missing_rows_are_named() -> None:
    write(8)
    for sequence in (1, 4, 5):
        delete_entry(sequence)
    assert faults() == ["記録の1番がありません。", "記録の4番から5番までがありません。"]


def test_a_deleted_last_row_shows_by_the_head() -> None:
    write(3)
    delete_entry(3)
    assert faults() == ["記録の先頭（3件）と最後の記録（2番）が合いません。"]


def test_a_deleted_last_row_with_its_head_turned_back_shows_by_the_seal(
    sealed_day: Callable[[], Seal],
) -> None:
    write(3)
    sealed_day()
    delete_entry(3)
    last = Entry.objects.get(city_code=CITY, sequence=2)
    attack("UPDATE journal_chain SET count = 2, head = %s WHERE city_code = %s", [last.hash, CITY])
    assert faults() == ["2026-10-01の封印（3件）と記録が合いません。"]
    attack("DELETE FROM journal_seal WHERE city_code = %s", [CITY])
    assert faults() == ["封印の控え（ファイル）の1行目が、データベースのどの封印とも合いません。"]


def test_two_rows_that_changed_places() -> None:
    write(4)
    attack("UPDATE journal_entry SET sequence = 99 WHERE sequence = 2")
    attack("UPDATE journal_entry SET sequence = 2 WHERE sequence = 3")
    attack("UPDATE journal_entry SET sequence = 3 WHERE sequence = 99")
    assert "記録2番が直前の記録とつながっていません。" in faults()


@pytest.mark.parametrize("sequence", [4, 5])
def test_an_inserted_row(sequence: int) -> None:
    """At the end of the chain, even with right hashes, the head does not know it."""
    last = write(3)[-1]
    fake = Entry.objects.get(pk=last.pk)
    fake.pk, fake.sequence, fake.previous_hash = None, sequence, last.hash
    fake.payload_digest = sha256("s", "{}")
    fake.hash = entry_hash(fake)
    fake._state.adding = True
    fake.save(force_insert=True)
    Payload.objects.create(entry=fake, salt="s", body="{}")
    assert f"記録の先頭（3件）と最後の記録（{sequence}番）が合いません。" in faults()


@pytest.mark.parametrize("column", columns(Seal, "id", "city_code"))
def test_one_changed_field_of_a_seal(column: str, sealed_day: Callable[[], Seal]) -> None:
    write(3)
    seal = sealed_day()
    attack(
        f"UPDATE journal_seal SET {column} = %s WHERE id = %s",
        [other(getattr(Seal.objects.get(), column)), seal.pk],
    )
    assert faults()


@pytest.mark.parametrize("word", ["city", "sealed_on", "count", "head", "sealed_at"])
def test_one_changed_value_of_the_copy_on_file(word: str, sealed_day: Callable[[], Seal]) -> None:
    write(3)
    sealed_day()
    path = seal_file(CITY)
    line = json.loads(path.read_text(encoding="utf-8"))
    line[word] = other(line[word])
    path.write_text(json.dumps(line, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    assert len(faults()) == 2  # the seal lacks its copy, the copy its seal


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"not a line\n", b"{}\n\n[1]\n"])
def test_a_ruined_copy_is_a_fault_not_a_crash(content: bytes, sealed_day: Callable[[], Seal]) -> None:
    write(3)
    sealed_day()
    seal_file(CITY).write_bytes(content)
    assert "2026-10-01の封印と同じ控えが、ファイルにありません。" in faults()


def test_sealing_a_day_again_keeps_the_seal_and_mends_a_lost_copy(sealed_day: Callable[[], Seal]) -> None:
    write(3)
    first = sealed_day()
    seal_file(CITY).unlink()
    write(1)
    assert sealed_day().pk == first.pk
    assert sealed_day().count == 3
    assert faults() == []
    assert len(seal_file(CITY).read_text(encoding="utf-8").splitlines()) == 1


def test_erasure_by_the_retention_rule_keeps_the_chain_whole() -> None:
    entries = write(4)
    erase_payload(by=By(), entry=entries[1], under="文書管理規程 保存期間5年")
    assert read_payload(entries[1]) is None
    assert read_payload(entries[2]) == {"status": "提出済", "n": 2}
    assert faults() == []
    record_of_erasure = Entry.objects.get(operation="journal.payload.erase")
    erase_payload(by=By(), entry=record_of_erasure, under="文書管理規程 保存期間10年")
    assert faults() == []
    erase_payload(by=By(), entry=entries[1], under="二度目")
    assert Entry.objects.filter(operation="journal.payload.erase").count() == 2


@pytest.mark.parametrize("column", ["erased_under", "erased_at"])
def test_one_changed_field_of_an_erased_payload(column: str) -> None:
    entry = write(2)[0]
    erase_payload(by=By(), entry=entry, under="文書管理規程")
    value = getattr(Payload.objects.get(pk=entry.pk), column)
    attack(f"UPDATE journal_payload SET {column} = %s WHERE entry_id = %s", [other(value), entry.pk])
    assert faults() == ["記録1番の詳細が、消去の記録なしに消されています。"]


@pytest.mark.parametrize("column", ["body", "salt"])
def test_an_erased_payload_takes_no_words(column: str) -> None:
    entry = write(2)[0]
    erase_payload(by=By(), entry=entry, under="文書管理規程")
    with pytest.raises(IntegrityError, match="journal_payload_erased_whole"), transaction.atomic():
        attack(f"UPDATE journal_payload SET {column} = 'x' WHERE entry_id = %s", [entry.pk])


def test_cities_do_not_meet() -> None:
    write(2)
    write(2, OTHER_CITY)
    assert [entry.sequence for entry in Entry.objects.filter(city_code=OTHER_CITY)] == [1, 2]
    attack("UPDATE journal_entry SET operation = 'x' WHERE city_code = %s AND sequence = 1", [OTHER_CITY])
    assert faults() == []
    assert verify(OTHER_CITY).faults == ["記録1番の内容が書き換えられています。"]


class TestSealedTables:
    """Seals stand in for any room's sealed rows."""

    @pytest.fixture(autouse=True)
    def _table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def rows(city_code: str) -> Iterator[models.Model]:
            yield from Seal.objects.filter(city_code=city_code)

        monkeypatch.setattr(sealed, "_tables", {})
        sealed.register(
            sealed.SealedTable(
                code="test",
                label="決裁の写し",
                rows=rows,
                expected=lambda row: str(row.count),
                stored=lambda row: row.head,
                written_by="test.write",
            )
        )

    def row(self, key: int, count: int = 3) -> Seal:
        record(by=By(), city_code=CITY, operation="test.write", subject=("test", key), changes={})
        moment = datetime.fromisoformat("2026-10-01T00:00:00+00:00")
        day = DAY + timedelta(days=key)
        seal = Seal(pk=key, city_code=CITY, sealed_on=day, count=count, head=str(count), sealed_at=moment)
        seal.save(force_insert=True)
        return seal

    def table_faults(self) -> list[str]:
        return [fault for fault in faults() if fault.startswith("決裁の写し")]

    def test_whole(self) -> None:
        self.row(1)
        assert self.table_faults() == []
        assert verify(CITY).sealed_rows == 1

    def test_a_changed_row(self) -> None:
        self.row(1)
        attack("UPDATE journal_seal SET count = 4 WHERE id = 1")
        assert self.table_faults() == ["決裁の写し（1）の内容が、封印したときと違います。"]

    def test_a_deleted_row(self) -> None:
        self.row(1)
        attack("DELETE FROM journal_seal WHERE id = 1")
        assert self.table_faults() == ["決裁の写し（1）がありません。"]

    def test_a_row_slipped_in(self) -> None:
        seal = self.row(1)
        Seal(pk=2, city_code=CITY, sealed_on=DAY, count=0, head="0", sealed_at=seal.sealed_at).save(
            force_insert=True
        )
        assert self.table_faults() == ["決裁の写し（2）を登録した記録がありません。"]

    def test_a_table_registers_once(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            sealed.register(sealed.sealed_tables()[0])
