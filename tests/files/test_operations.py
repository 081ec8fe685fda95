"""Keeping files: whole or not at all, journaled, and checked by their hash for ever after."""

from __future__ import annotations

import hashlib
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tenken.common.refusals import Invalid, Missing
from tenken.files.kinds import TABLE_KINDS
from tenken.files.models import StoredFile
from tenken.files.operations import open_file, store, verify_files
from tenken.files.queries import files_of, files_of_many, get_file
from tenken.files.store import names_on_disk, path_of
from tenken.files.sweeping import sweep
from tenken.journal.models import Entry
from tenken.journal.operations import erase_payload, read_payload
from tenken.journal.verification import verify
from tests.journal.writing import CITY, OTHER_CITY, By, attack

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"evidence" * 1000
SUBJECT = ("findings.measure", 3)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.FILE_STORE = tmp_path / "files"


def keep(data: bytes = PDF, name: str = "証拠.pdf", city_code: str = CITY, **more: Any) -> StoredFile:
    return store(by=By(), city_code=city_code, name=name, stream=io.BytesIO(data), subject=SUBJECT, **more)


def test_what_is_kept() -> None:
    row = keep()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (row.sha256, row.size, row.name, row.media_type) == (
        digest,
        len(PDF),
        "証拠.pdf",
        "application/pdf",
    )
    assert (row.subject_type, row.subject_id, row.stored_by) == ("findings.measure", "3", "0001")
    path = path_of(digest)
    assert path.parent.name == digest[:2]
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.parent.glob("incoming/*")) == []
    with open_file(row) as file:
        assert file.read() == PDF
    changes = read_payload(Entry.objects.get(operation="files.store", subject_id=str(row.pk)))
    assert changes is not None
    assert (changes["name"], changes["sha256"]) == ("証拠.pdf", digest)


def test_an_uploaded_file_is_a_stream() -> None:
    row = store(
        by=By(),
        city_code=CITY,
        name="a.csv",
        stream=SimpleUploadedFile("a.csv", b"a,b"),
        subject=SUBJECT,
        allowed=TABLE_KINDS,
    )
    assert row.size == 3


def test_the_same_bytes_lie_once() -> None:
    first, second = keep(), keep(name="写し.pdf", city_code=OTHER_CITY)
    assert first.sha256 == second.sha256
    assert list(names_on_disk()) == [first.sha256]


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "a.pdf"), (b"x" * 1025, "a.txt"), (b"<html>", "a.pdf"), (PDF, "a.html")]
)
def test_a_refused_file_leaves_nothing(data: bytes, name: str, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024
    with pytest.raises(Invalid):
        keep(data, name)
    assert not StoredFile.objects.exists()
    assert not Entry.objects.exists()
    assert [path for path in settings.FILE_STORE.rglob("*") if path.is_file()] == []


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 5_000, -1])
def test_one_flipped_bit_on_disk_is_found(at: int) -> None:
    row = keep()
    keep(b"%PDF-other")
    assert verify_files(CITY) == []
    assert verify(CITY).faults == []
    flip(path_of(row.sha256), at)
    assert len(verify_files(CITY)) == 1
    assert verify(CITY).faults == [f"ファイル（{row.pk}）の内容が、封印したときと違います。"]
    with pytest.raises(Missing, match="壊れて"):
        open_file(row)
    keep(name="再提出.pdf")  # the same bytes again mend what was damaged
    assert verify(CITY).faults == []


def test_a_lost_file_is_found() -> None:
    row = keep()
    path_of(row.sha256).unlink()
    assert len(verify_files(CITY)) == 1
    with pytest.raises(Missing):
        open_file(row)


@pytest.mark.parametrize(
    "change",
    [
        f"sha256 = '{0:064d}'",
        "size = size + 1",
        "name = '別.pdf'",
        "media_type = 'text/html'",
        "subject_id = '4'",
        "subject_type = 'x'",
        "stored_by = 'x'",
        "stored_at = '2020-01-01 00:00:00'",
    ],
)
def test_a_changed_row_is_found(change: str) -> None:
    row = keep()
    attack(f"UPDATE files_storedfile SET {change} WHERE id = %s", [row.pk])
    assert verify(CITY).faults == [f"ファイル（{row.pk}）の内容が、封印したときと違います。"]


def test_bytes_and_row_replaced_together_are_found() -> None:
    row = keep()
    forged = b"%PDF-forged"
    digest = hashlib.sha256(forged).hexdigest()
    path_of(digest).parent.mkdir(exist_ok=True)
    path_of(digest).write_bytes(forged)
    attack("UPDATE files_storedfile SET sha256 = %s, size = %s WHERE id = %s", [digest, len(forged), row.pk])
    assert verify(CITY).faults == [f"ファイル（{row.pk}）の内容が、封印したときと違います。"]


def test_a_deleted_row_is_found() -> None:
    row = keep()
    attack("DELETE FROM files_storedfile WHERE id = %s", [row.pk])
    assert verify(CITY).faults == [f"ファイル（{row.pk}）がありません。"]


def test_after_its_entry_is_erased_a_file_is_still_checked() -> None:
    row = keep()
    erase_payload(by=By(), entry=Entry.objects.get(operation="files.store"), under="文書管理規程")
    assert verify(CITY).faults == []
    flip(path_of(row.sha256))
    assert len(verify(CITY).faults) == 1


def test_the_sweeper_takes_what_no_row_speaks_of() -> None:
    kept = keep()
    with transaction.atomic():
        lost = keep(b"%PDF-lost")
        transaction.set_rollback(True)
    crashed = path_of(lost.sha256).parent.parent / "incoming" / "crashed"
    crashed.write_bytes(b"x")
    assert sweep() == 0
    yesterday = time.time() - 90_000
    for path in (path_of(kept.sha256), path_of(lost.sha256), crashed):
        os.utime(path, (yesterday, yesterday))
    assert sweep() == 2
    assert list(names_on_disk()) == [kept.sha256]


def test_finding_files() -> None:
    first, second = keep(), keep(name="b.pdf")
    keep(city_code=OTHER_CITY)
    assert files_of(CITY, SUBJECT) == [first, second]
    assert files_of_many(CITY, "findings.measure", [3, 4]) == {"3": [first, second]}
    assert get_file(CITY, first.pk) == first
    with pytest.raises(Missing):
        get_file(OTHER_CITY, first.pk)
