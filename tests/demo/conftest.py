"""One load of the demo serves this whole folder; it is rolled back at the end. Tests that use it carry django_db."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from tenken.demo.load import DemoSummary, load_demo
from tenken.organization.models import City

TODAY = date(2026, 6, 15)


@dataclass
class Loaded:
    """The demo as loaded on :data:`TODAY`, what it told meanwhile, when the loading began and ended, and the
    processor time it took (a wall clock tells of the neighbours)."""

    summary: DemoSummary
    city: City
    began: datetime
    ended: datetime
    told: list[tuple[str, int, int]] = field(default_factory=list)
    processor_seconds: float = 0.0


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    told: list[tuple[str, int, int]] = []
    with django_db_blocker.unblock(), transaction.atomic():
        began, processor = datetime.now(UTC), time.process_time()
        summary = load_demo(lambda *step: told.append(step), today=TODAY, per_day=0)
        seconds = time.process_time() - processor
        city = City.objects.get(code=summary.city_code)
        yield Loaded(summary, city, began, datetime.now(UTC), told, seconds)
        transaction.set_rollback(True)
