"""Notes of who read personal data: at once, or gathered; none lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tenken.journal import access_log
from tenken.journal.models import PersonalDataAccess
from tenken.journal.operations import note_access
from tenken.journal.queries import accesses
from tests.journal.writing import CITY, By


def note(number: int = 1) -> None:
    for count in range(number):
        note_access(
            by=By(), city_code=CITY, subject=("organization.person", count), purpose="名簿の閲覧", rows=3
        )


@pytest.mark.django_db
def test_without_a_buffer_a_note_is_written_at_once() -> None:
    note()
    written = accesses(CITY).get()
    assert (written.actor_code, written.subject_id, written.purpose, written.rows) == (
        "0001",
        "0",
        "名簿の閲覧",
        3,
    )


@pytest.fixture
def buffering() -> Iterator[None]:
    access_log.start_buffering()
    yield
    access_log.stop_buffering()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("buffering")
def test_a_stop_writes_what_was_gathered() -> None:
    threads = [threading.Thread(target=note, args=(70,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    access_log.stop_buffering()
    assert PersonalDataAccess.objects.count() == 560
    note()
    assert PersonalDataAccess.objects.count() == 561


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("buffering")
def test_notes_are_written_in_time() -> None:
    note()
    assert waited_for(1)
    began = time.monotonic()
    note(access_log.ROWS)
    assert waited_for(1 + access_log.ROWS)
    assert time.monotonic() - began < access_log.SECONDS


@pytest.mark.django_db(transaction=True)
def test_a_failed_write_is_tried_again(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    buffer = access_log.Buffer(seconds=0.05)
    monkeypatch.setattr(access_log, "_buffer", buffer)
    real, calls = PersonalDataAccess.objects.bulk_create, []

    def fails_first(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("disk")
        return real(*args, **kwargs)

    monkeypatch.setattr(PersonalDataAccess.objects, "bulk_create", fails_first)
    buffer.start()
    note(2)
    assert waited_for(2)
    buffer.stop()
    assert "trying again" in caplog.text


def waited_for(number: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if PersonalDataAccess.objects.count() == number:
            return True
        time.sleep(0.02)
    return False
