"""Whatever stands behind a "?": each page of this room answers, and never with a defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.factories import Scenario
from tests.web.access_table import TABLE
from tests.web.policy_city import TODAY
from tests.web.walking import World, make_world

from tenken.telemetry.search.purposes import state_purpose
from tenken.telemetry.store import Store

_DATES = ("since", "until", "first", "last", "day")
_NAMES = (
    *("q", "unit", "person", "device", "op", "disposition", "drive", "source", "off_hours", "month", "at"),
    *("as_of", "kind", "purpose", "state", "status", "version", "sample", "terminal", "product", "paper"),
    *("layout", "decided", "page", "sort", "table", "level", "rule", "reason", "text", "segment", "next"),
    *("exclusion", "part", "l-sort", "r-sort", "r-page", "protocol", "in_use", "vendor", "sign", "seed"),
)
_LAST_DAY = dict.fromkeys(_DATES, "9999-12-31") | {"of": "x", "path": "x", "q": "x"}
_NUL = dict.fromkeys((*_NAMES, *_DATES, "of", "path", "export"), "a\0b")
_HUGE = dict.fromkeys((*_NAMES, *_DATES, "of", "path"), "9" * 25)
_MARKS = dict.fromkeys((*_NAMES, "of", "path"), "'\"\\%_{x:String}`;--(") | {"export": "csv"}


@pytest.fixture
def world(scenario: Scenario, event_store: Store) -> Iterator[World]:
    with time_machine.travel(TODAY, tick=True):
        made = make_world(scenario)
        state_purpose(by=scenario.by("secretariat"), kind="audit", text="確かめる")
        yield made


def test_no_query_is_a_defect(world: World, scenario: Scenario, client_for: Callable[[Any], Client]) -> None:
    client = client_for(scenario.people["secretariat"])
    client.raise_request_exception = False
    wrong = []
    for name, (place, _) in TABLE.items():
        if not name.startswith("telemetry-"):
            continue
        address = reverse(name, args=world.places[place]["inside"] if place else ())
        for query in (_LAST_DAY, _NUL, _HUGE, _MARKS):
            answer = client.get(address, query)
            if answer.status_code >= 500:
                wrong.append((name, query["q"], answer.status_code))
    assert not wrong
