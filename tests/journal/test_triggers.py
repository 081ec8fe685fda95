"""The database refuses to change what was written, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tenken.common import clock
from tenken.journal.models import Entry, Payload, PersonalDataAccess, Seal
from tenken.journal.operations import erase_payload, note_access
from tenken.journal.triggers import APPEND_ONLY, ERASABLE, trigger_name
from tests.journal.writing import CITY, By, write

pytestmark = pytest.mark.django_db


def refused(change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


def test_entries_seals_and_notes_of_access_never_change() -> None:
    entry = write()[0]
    Seal(city_code=CITY, sealed_on=clock.today(), count=1, head=entry.hash, sealed_at=clock.now()).save()
    note_access(by=By(), city_code=CITY, subject=("organization.person", 1), purpose="名簿の閲覧")
    refused(lambda: Entry.objects.update(operation="x"))
    refused(lambda: Seal.objects.update(count=0))
    refused(lambda: PersonalDataAccess.objects.update(purpose="x"))


def test_a_payload_is_erased_once_and_otherwise_stays() -> None:
    entry = write()[0]
    payload = Payload.objects.filter(pk=entry.pk)
    refused(lambda: payload.update(body="{}"))
    refused(lambda: payload.update(salt="x"))
    erase_payload(by=By(), entry=entry, under="文書管理規程")
    refused(lambda: payload.update(erased_under="別の規程"))
    refused(lambda: payload.update(body="{}", salt="x", erased_at=None, erased_under=""))


def test_the_models_refuse_as_well() -> None:
    entry = write()[0]
    with pytest.raises(TypeError, match="append-only"):
        entry.save()
    with pytest.raises(TypeError, match="never deleted"):
        entry.delete()


def guarded() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_every_table_is_guarded_after_all_migrations() -> None:
    """A later migration that rebuilds a table must put its trigger back."""
    assert guarded() >= {trigger_name(table) for table in (*APPEND_ONLY, ERASABLE)}


@pytest.mark.django_db(transaction=True)
def test_the_migration_has_a_way_back() -> None:
    before = guarded()
    call_command("migrate", "journal", "0001", verbosity=0)
    try:
        assert not guarded() & {trigger_name(table) for table in (*APPEND_ONLY, ERASABLE)}
    finally:
        call_command("migrate", "journal", verbosity=0)
    assert guarded() == before
