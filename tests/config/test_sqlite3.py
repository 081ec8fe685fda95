"""SQLite under many threads: writers queue, none is refused, and the lock is always given back."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tenken.config.sqlite3 import base
from tenken.journal.models import Chain

__test__ = connection.vendor == "sqlite"  # nothing of this is used elsewhere
pytestmark = pytest.mark.django_db(transaction=True)


def free() -> bool:
    """Tell whether another thread could write now."""
    got = base._writer.acquire(timeout=0)
    if got:
        base._writer.release()
    return got


def test_the_lock_is_held_inside_a_transaction_only() -> None:
    assert free()
    with transaction.atomic():
        assert not free()
        with transaction.atomic():
            Chain.objects.create(city_code="a")
        assert not free()
    assert free()


def test_it_is_given_back_after_every_kind_of_end() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    assert free()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), transaction.atomic():
        1 / 0  # noqa: B018
    assert free()
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("SELECT nothing FROM nowhere")
    assert free()
    with transaction.atomic():
        transaction.set_rollback(True)
    assert free()


def test_it_is_given_back_when_a_connection_is_closed_amidst() -> None:
    failures: list[BaseException] = []

    def cut() -> None:
        try:
            with transaction.atomic():
                connection.close()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=cut)
    thread.start()
    thread.join(20)
    assert failures == []
    assert free()


def test_it_is_given_back_when_the_transaction_cannot_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any) -> None:
        raise DatabaseError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(base.base.DatabaseWrapper, "_start_transaction_under_autocommit", fail)
        with pytest.raises(DatabaseError), transaction.atomic():
            Chain.objects.count()
    assert free()


def test_readers_do_not_wait_for_a_writer() -> None:
    seen: list[float] = []

    def read() -> None:
        began = time.perf_counter()
        Chain.objects.count()
        seen.append(time.perf_counter() - began)
        connection.close()

    with transaction.atomic():
        Chain.objects.create(city_code="a")
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert seen[0] < 1


def test_eight_writers_read_and_write_without_losing_one() -> None:
    Chain.objects.create(city_code="a", count=0)
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(50):
                with transaction.atomic():
                    chain = Chain.objects.get(pk="a")
                    chain.count += 1
                    chain.save()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Chain.objects.get(pk="a").count == 400
    assert free()
