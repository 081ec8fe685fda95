"""Looking into operation logs: each look is read, recorded with its purpose, and only then shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.journal.operations import note_access, record
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.directory import directory_of
from tenken.organization.models import Person
from tenken.telemetry.models import SearchPurpose, SearchRecord
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search import lives, numbers, reading
from tenken.telemetry.search.criteria import Criteria, of_days
from tenken.telemetry.search.purposes import require_purpose
from tenken.telemetry.search.reading import Key, Page, Row
from tenken.telemetry.search.scope import Section, family, searchable, sections_of
from tenken.telemetry.search.stories import Session, sessions

LONGEST: Final = timedelta(days=366 * 20)
MOST_OF_A_DAY: Final = 3_000
SUBJECT: Final = "telemetry.search"


@dataclass(frozen=True)
class Found:
    """A page of events and the record of the search it belongs to."""

    record: SearchRecord
    page: Page


@dataclass(frozen=True)
class Day:
    """One day of a terminal or a person. ``cut``: there is more than the first ``MOST_OF_A_DAY`` events."""

    record: SearchRecord
    sessions: list[Session]
    events: int
    cut: bool


def search(*, by: Principal, criteria: Criteria) -> Found:
    """Return the newest events of *criteria* in the sight of *by*, and record the search.

    ``PurposeNeeded`` without a stated purpose; ``Invalid`` for words or a period that cannot be read.
    """
    purpose = require_purpose(by)
    check_period(criteria)
    page = reading.newest(by.city_code, criteria, within=within(by, criteria))
    return Found(record_search(by, purpose, SearchRecord.Kind.SEARCH, criteria, len(page.rows)), page)


def go_on(*, by: Principal, search_id: int, after: Key) -> Found:
    """Return the next page of a search of one's own, and add it to what was shown."""
    own = own_search(by, search_id)
    require_purpose(by)
    criteria = Criteria.from_json(own.criteria)
    page = reading.newest(by.city_code, criteria, within=within(by, criteria), after=after)
    SearchRecord.objects.filter(pk=own.pk).update(shown=F("shown") + len(page.rows))
    _note(by, own, own.purpose, len(page.rows))
    return Found(own, page)


def numbers_of_search(*, by: Principal, search_id: int) -> tuple[SearchRecord, numbers.Numbers]:
    """Return the numbers beside a search of one's own."""
    own = own_search(by, search_id)
    require_purpose(by)
    criteria = Criteria.from_json(own.criteria)
    return own, numbers.numbers_of(by.city_code, criteria, within=within(by, criteria))


def own_search(by: Principal, search_id: int) -> SearchRecord:
    """Return a search that *by* made. ``Denied`` when they may not search any more, ``Missing`` when it is none of
    theirs."""
    require_somewhere(by, SEARCH_EVENTS)
    rows = SearchRecord.objects.filter(city=by.city_id, person=by.person_id, pk=search_id)
    own = rows.select_related("purpose").first() if by.person_id else None
    if own is None:
        raise Missing("検索が見つかりません。")
    return own


def look_at(*, by: Principal, key: Key) -> tuple[SearchRecord, Row, bytes | None]:
    """Return one event with every column, and its payload as it came where that is kept; the look is recorded. A payload
    holds the events of many sections: only who searches them all is given it."""
    purpose = require_purpose(by)
    sight = searchable(by)
    row = reading.event(by.city_code, key, within=sight)
    raw = reading.raw_payload(by.city_code, row) if sight is None else None
    criteria = Criteria(since=key.ts, until=key.ts + timedelta(milliseconds=1))
    summary = f"操作の詳細（{row['device'] or row['computer'] or '端末なし'}、{key}）"
    return record_search(by, purpose, SearchRecord.Kind.EVENT, criteria, 1, summary), row, raw


def day_of(*, by: Principal, day: date, device: str = "", person: str = "") -> Day:
    """Return one day in Japan of a terminal or of a person as sessions of work."""
    purpose = require_purpose(by)
    criteria = of_days(day, day, device=device, person=person)
    rows = reading.oldest(by.city_code, criteria, within=within(by, criteria), most=MOST_OF_A_DAY + 1)
    kind = SearchRecord.Kind.TERMINAL_DAY if device else SearchRecord.Kind.PERSON_DAY
    shown = rows[:MOST_OF_A_DAY]
    told = record_search(by, purpose, kind, criteria, len(shown))
    return Day(
        told, sessions(shown, of="device" if device else "person"), len(shown), len(rows) > MOST_OF_A_DAY
    )


def life_of(
    *, by: Principal, path: str, at: datetime, since: datetime, until: datetime
) -> tuple[SearchRecord, lives.Life]:
    """Return the life of the file that was called *path* at *at*, as far as the events of a period tell."""
    purpose = require_purpose(by)
    if not path.strip() or len(path) > 2_000:
        raise Invalid(
            "ファイルを入力してください。", [Problem("ファイルを入力してください。", "ファイル", "path")]
        )
    criteria = Criteria(since=since, until=until, words="")
    check_period(criteria)
    sight = (searchable(by),)

    def find(names: Iterable[str]) -> list[Row]:
        return reading.named(by.city_code, list(names), since, until, within=sight, most=lives.MOST_EVENTS)

    life = lives.follow(path, at, find)
    shown = len(life.steps) + len(life.namesakes)
    summary = f"ファイルの経過「{path[:300]}」、{criteria.summary()}"
    return record_search(by, purpose, SearchRecord.Kind.FILE_LIFE, criteria, shown, summary), life


def within(by: Principal, criteria: Criteria) -> tuple[tuple[Section, ...] | None, ...]:
    """Return the sections a search is bound to: those of *by*, and those asked for."""
    if criteria.unit is None:
        return (searchable(by),)
    # Below a bureau stand today other sections than in the period that is asked for.
    last = (criteria.until - timedelta(milliseconds=1)).astimezone(clock.JAPAN).date()
    units = family(by.city, criteria.unit, by.on, min(last, by.on))
    return searchable(by), sections_of(by.city, units)


def check_period(criteria: Criteria) -> None:
    """``Invalid`` unless the period begins before it ends, and is no longer than twenty years."""
    if criteria.since >= criteria.until:
        message = "終わりは、始まりより後にしてください。"
    elif criteria.until - criteria.since > LONGEST:
        message = "期間は20年までにしてください。"
    else:
        return
    raise Invalid(message, [Problem(message, "期間", "until")])


def summary_of(by: Principal, criteria: Criteria) -> str:
    """Return *criteria* in words."""
    name = directory_of(by.city).name(criteria.unit, by.on) if criteria.unit else ""
    return criteria.summary(name)


@transaction.atomic
def record_search(
    by: Principal, purpose: SearchPurpose, kind: str, criteria: Criteria, shown: int, summary: str = ""
) -> SearchRecord:
    """Write down a look: in its table, in the journal, and among the reads of personal data."""
    kept: dict[str, Any] = criteria.as_json()
    row = SearchRecord.objects.create(
        city=by.city,
        person_id=purpose.person_id,
        purpose=purpose,
        kind=kind,
        searched_at=clock.now(),
        criteria=kept,
        # An event's own words may hold NUL, which no database takes.
        summary=(summary or summary_of(by, criteria)).replace("\0", "")[:500],
        shown=shown,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.search.made",
        subject=(SUBJECT, row.pk),
        changes={"kind": kind, "purpose": str(purpose), "criteria": kept, "summary": row.summary},
    )
    _note(by, row, purpose, shown)
    return row


def _note(by: Principal, row: SearchRecord, purpose: SearchPurpose, shown: int) -> None:
    if shown:
        told = f"操作ログの検索（{purpose}）"
        note_access(by=by, city_code=by.city_code, subject=(SUBJECT, row.pk), purpose=told[:200], rows=shown)


def people_named(by: Principal, numbers_: Iterable[str]) -> dict[str, str]:
    """Return the names of people by their 職員番号. One query."""
    wanted = {number for number in numbers_ if number}
    rows = Person.objects.filter(city=by.city_id, number__in=wanted)
    return dict(rows.values_list("number", "name"))
