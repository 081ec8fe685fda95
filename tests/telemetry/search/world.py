"""佐世保市's three samples (document 004, chapter 9) among a day's noise, in みどり市 of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tenken.common.clock import JAPAN
from tenken.organization.models import Person, Unit
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store
from tests.factories import Scenario, make_person, make_unit

RECEIVED = datetime(2021, 3, 1, tzinfo=UTC)


@dataclass
class Town:
    """The three sections and who works there."""

    scenario: Scenario
    residents: Unit
    roads: Unit
    tourism: Unit
    clerk_a: Person
    clerk_b: Person
    clerk_c: Person


def make_town(scenario: Scenario) -> Town:
    """Add 戸籍住民窓口課, 道路整備課 and 観光課 with a person each to the scenario's city."""
    bureaus = [
        make_unit(scenario.city, name, kind="bureau") for name in ("市民生活部", "土木部", "観光商工部")
    ]
    units = [
        make_unit(scenario.city, name, parent=bureau)
        for name, bureau in zip(("戸籍住民窓口課", "道路整備課", "観光課"), bureaus, strict=True)
    ]
    people = [make_person(scenario.city, role=None, unit=unit) for unit in units]
    scenario.city.refresh_from_db()
    return Town(scenario, units[0], units[1], units[2], people[0], people[1], people[2])


def japan(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=JAPAN)


def event(town: Town, ts: datetime, seq: int = 0, **more: Any) -> dict[str, Any]:
    """Return a row of the town's city."""
    return {"ts": ts, "received": RECEIVED, "city": town.scenario.city.code, "seq": seq, **more}


def samples(town: Town) -> list[dict[str, Any]]:
    """Return the three samples."""
    return [
        event(
            town,
            japan(2020, 12, 1, 10, 30),
            payload=1,
            op="record_view",
            section=town.residents.code,
            person=town.clerk_a.number,
            user="a.kanri",
            device="PC-0101",
            drive="network",
            path="\\\\KOSEKI\\住民戸籍\\戸籍データX",
            source="EDR",
        ),
        event(
            town,
            japan(2021, 1, 20, 13, 35),
            payload=2,
            op="mail_send",
            section=town.roads.code,
            person=town.clerk_b.number,
            device="PC-0202",
            mail_from="b@midori.example",
            mail_to=["k@y-doboku.example"],
            subject="工事図面の送付（Y土木建築会社 K様）",
            attachments=["工事図面.pdf"],
            source="MAIL",
        ),
        event(
            town,
            japan(2021, 2, 10, 17, 13),
            payload=3,
            op="file_rename",
            section=town.tourism.code,
            person=town.clerk_c.number,
            device="PC-0303",
            drive="network",
            path="\\\\KANKO\\資料画像\\桟橋.jpg",
            destination="\\\\KANKO\\資料画像\\Ｘ桟橋Ｘ.jpg",
            source="EDR",
        ),
    ]


def noise(town: Town, days: tuple[datetime, ...], each: int = 200) -> list[dict[str, Any]]:
    """Return *each* everyday events on each of *days*, from all three sections."""
    units = (town.residents, town.roads, town.tourism)
    people = (town.clerk_a, town.clerk_b, town.clerk_c)
    shapes: tuple[dict[str, Any], ...] = (
        {"op": "file_open", "path": "\\\\FS01\\共有\\会議資料{n}.xlsx", "drive": "network"},
        {"op": "web", "host": "www.example.lg.jp", "url": "https://www.example.lg.jp/{n}"},
        {"op": "process_start", "app": "表計算", "process": "EXCEL.EXE"},
        {"op": "record_view", "path": "\\\\KOSEKI\\住民票\\住民{n}", "drive": "network"},
        {"op": "web_override", "host": "video.example.com", "disposition": "overridden"},
        {
            "op": "mail_send",
            "subject": "連絡{n}",
            "mail_to": ["x@example.jp"],
            "mail_from": "y@midori.example",
        },
    )
    rows = []
    for payload, day in enumerate(days, start=100):
        for n in range(each):
            shape = {
                key: value.format(n=n) if isinstance(value, str) else value
                for key, value in shapes[n % len(shapes)].items()
            }
            which = n % 3
            rows.append(
                event(
                    town,
                    day + timedelta(hours=8, minutes=n * 3, milliseconds=n),
                    seq=n,
                    payload=payload,
                    section=units[which].code,
                    person=people[which].number,
                    device=f"PC-0{which + 1}0{which + 1}",
                    source="EDR",
                    off_hours=int(n * 3 > 570),
                    **shape,
                )
            )
    return rows


NOISY_DAYS = (japan(2020, 12, 1), japan(2021, 1, 20), japan(2021, 2, 10))


def fill(store: Store, town: Town) -> None:
    """Put the samples among the noise into the store."""
    store.insert("events", table_of([*noise(town, NOISY_DAYS), *samples(town)]))
