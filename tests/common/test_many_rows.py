from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tenken.common.many_rows import insert_many, update_many
from tenken.journal.actor import Actor
from tenken.organization.models import City
from tenken.organization.operations import found_city
from tenken.telemetry.models import AlertSettings

pytestmark = pytest.mark.django_db

_NAMES = ("city", "exclusion_days", "watermark", "staff_from", "mails_left")
_THEN = datetime(2014, 11, 21, 3, 4, 5, 678901, tzinfo=UTC)


class _Founder:
    actor = Actor(code="system:test", name="試験")


@pytest.fixture
def city() -> City:
    return found_city(by=_Founder(), code="991015", name="みどり市", on=_THEN.date())


def _rows() -> list[tuple[object, ...]]:
    return list(
        AlertSettings.objects.values_list("city", "exclusion_days", "watermark", "staff_from", "mails_left")
    )


def test_what_is_written_reads_as_if_the_models_had_written_it(city: City) -> None:
    insert_many(
        AlertSettings,
        (*_NAMES, "managers_from", "last_number", "mails_per_hour", "version"),
        [(city.pk, 30, _THEN, "low", 1.5, "", 0, 60, 1)],
    )
    assert _rows() == [(city.pk, 30, _THEN, "low", 1.5)]
    update_many(AlertSettings, ("watermark", "mails_left"), [(None, 2.5, AlertSettings.objects.get().pk)])
    assert _rows() == [(city.pk, 30, None, "low", 2.5)]


def test_a_row_of_another_length_writes_nothing(city: City) -> None:
    for rows in ([(city.pk, 30)], [(city.pk, 30, None, "low", 1.5), (city.pk,)]):
        with pytest.raises(ValueError, match="argument"):
            insert_many(AlertSettings, _NAMES, rows)
    assert not _rows()


def test_no_rows_ask_nothing(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        insert_many(AlertSettings, _NAMES, [])
        update_many(AlertSettings, _NAMES, [])
