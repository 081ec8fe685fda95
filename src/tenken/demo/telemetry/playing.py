"""A month of operations of the demo city, through the same pipeline that receives real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.demo.telemetry.operations import day_of
from tenken.demo.telemetry.population import LAST_HEARD, is_new, population_of, stopped_lately
from tenken.demo.telemetry.settling import AGENTS, DOMAIN, LOGS
from tenken.demo.telemetry.stories import stories
from tenken.demo.telemetry.terminals import inventories
from tenken.organization.models import City
from tenken.organization.opening_days import opening_days_of
from tenken.telemetry.ingest import payload_number
from tenken.telemetry.ingest.parcels import Parcel, Parsed
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.models import Terminal

T = TypeVar("T")
DAYS: Final = 30
# Of an open day: a real city of this size sends some twenty million.
THINNED: Final = 24_000
_SEED: Final = 20_201_201
_ROWS: Final = 25_000
_SECONDS: Final = 120.0
_FIRST_MORNING: Final = time(9, 0)


def play_month(
    city: City, today: date, told: Callable[[int, int], None], *, days: int = DAYS, per_day: int = THINNED
) -> int:
    """Let *days* up to now be lived through: about *per_day* operations of each open day, and the stories; return how
    many events that was. What rules hit becomes alerts, as ever."""
    pipeline = Pipeline()
    pipeline.start()
    events = 0
    try:
        waiting = []
        for done, (name, table) in enumerate(_days(city, today, days, per_day)):
            told(done, days)
            for start in range(0, table.num_rows, _ROWS):
                waiting.append(pipeline.submit(_parcel(city, f"{name}/{start}", table.slice(start, _ROWS))))
            while len(waiting) > 4:
                events += waiting.pop(0).result(_SECONDS).events
        events += sum(future.result(_SECONDS).events for future in waiting)
    finally:
        pipeline.stop()
    _date_the_hearing(city, today)
    told(days, days)
    return events


def _date_the_hearing(city: City, today: date) -> None:
    """Let the terminals have been heard since they were entered in the ledger, and those that stopped up to when they did:
    the month was received within a minute. The new wait for their own report."""
    terminals = Terminal.objects.filter(city=city, state=Terminal.State.IN_USE)
    known = [one for one in terminals if not is_new(one.number)]
    for one in known:
        one.first_seen = datetime.combine(one.registered_on, _FIRST_MORNING, JAPAN)
        if stopped_lately(one.number):
            one.last_seen = datetime.combine(today - timedelta(days=LAST_HEARD), time(17, 30), JAPAN)
    Terminal.objects.bulk_update(known, ["first_seen", "last_seen"], batch_size=500)


def report_all(city: City, today: date, pipeline: Pipeline, stopped: threading.Event) -> int:
    """Let the agents of all terminals report through a started *pipeline*, a minute's work, until *stopped*; return how
    many did."""
    reported = 0
    for some in batched(inventories(city, today), 20):
        waiting = [
            pipeline.submit(_inventory_parcel(city, inventory, received)) for inventory, received in some
        ]
        for future in waiting:
            future.result(_SECONDS)
            reported += 1
        if stopped.is_set():
            break
    return reported


def _inventory_parcel(city: City, inventory: Inventory, received: datetime) -> Parcel:
    return Parcel(
        city=city.code,
        source=AGENTS,
        retention="inventory",
        payload=payload_number(f"{city.code}/{AGENTS}", f"{inventory.agent_id}/{received}".encode()),
        received=received,
        parsed=Parsed(inventories=(inventory,)),
    )


def batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Yield *items* in lists of *size*; the last may be shorter."""
    while some := list(islice(items, size)):
        yield some


def _days(city: City, today: date, days: int, per_day: int) -> Iterator[tuple[str, pa.Table]]:
    population = population_of(city, DOMAIN)
    stopped = _stopped(city)
    opening = opening_days_of(city)
    for ago in range(days, -1, -1):
        day = today - timedelta(days=ago)
        table = day_of(population, day, per_day, _SEED, open_day=opening.is_open(day))
        if ago < LAST_HEARD:
            gone = pc.is_in(table.column("computer"), value_set=pa.array(sorted(stopped), pa.string()))
            table = table.filter(pc.invert(gone))
        yield day.isoformat(), _until_now(table) if ago == 0 else table
    players = replace(population, seats=tuple(one for one in population.seats if one.computer not in stopped))
    for story in stories(players, today, lambda day: not opening.is_open(day)):
        yield story.title, story.table()


def _stopped(city: City) -> frozenset[str]:
    """Return the computers that are not heard this week; no story is played at them."""
    rows = Terminal.objects.filter(city=city).values_list("number", "computer_name")
    return frozenset(computer for number, computer in rows if stopped_lately(number))


def _until_now(table: pa.Table) -> pa.Table:
    now = pa.scalar(clock.now(), table.schema.field("ts").type)
    return table.filter(pc.less(table.column("ts"), now))


def _parcel(city: City, name: str, table: pa.Table) -> Parcel:
    return Parcel(
        city=city.code,
        source=LOGS,
        retention="operation",
        payload=payload_number(f"{city.code}/{LOGS}", name.encode()),
        received=clock.now(),
        parsed=Parsed(events=table),
    )
