"""One load of the demo serves this whole folder; it is rolled back at the end. Tests that use it carry django_db."""

from __future__ import annotations

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
    """The demo as loaded on :data:`TODAY`, what it told meanwhile, and when the loading began and ended."""

    summary: DemoSummary
    city: City
    began: datetime
    ended: datetime
    told: list[tuple[str, int, int]] = field(default_factory=list)


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    told: list[tuple[str, int, int]] = []
    with django_db_blocker.unblock(), transaction.atomic():
        began = datetime.now(UTC)
        summary = load_demo(lambda *step: told.append(step), today=TODAY)
        yield Loaded(summary, City.objects.get(code=summary.city_code), began, datetime.now(UTC), told)
        transaction.set_rollback(True)
