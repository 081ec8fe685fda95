"""Writers and an attacker for the journal's tests."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from tenken.journal.actor import Actor
from tenken.journal.models import Entry
from tenken.journal.operations import record
from tenken.journal.triggers import APPEND_ONLY, ERASABLE, trigger_name

CITY = "991015"
OTHER_CITY = "992011"


class By:
    """Anyone who acts."""

    actor = Actor(code="0001", name="髙橋 一郎", channel="web", address="192.0.2.1")


def write(number: int = 1, city_code: str = CITY) -> list[Entry]:
    with transaction.atomic():
        return [
            record(
                by=By(),
                city_code=city_code,
                operation="inspection.sheet.submit",
                subject=("inspection.sheet", count),
                changes={"status": "提出済", "n": count},
            )
            for count in range(number)
        ]


def attack(sql: str, parameters: list[Any] | None = None) -> None:
    """Run *sql* as someone who holds the database: the guards are dropped first."""
    with connection.cursor() as cursor:
        for table in (*APPEND_ONLY, ERASABLE):
            of_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger_name(table)}{of_table}")
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0, f"the attack changed nothing: {sql}"
