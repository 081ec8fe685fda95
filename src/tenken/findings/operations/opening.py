"""Findings come in from where they were found, and go back when that is gone.

Whether the origin may open or withdraw is decided by its own operation (a sheet accepted, a visit recorded), which calls
these inside its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Problem
from tenken.findings.models import Finding, FindingCounter, FindingEvent
from tenken.findings.operations.applying import apply_many
from tenken.findings.states import WITHDRAWN, Withdraw
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.models import City, Unit


@dataclass(frozen=True)
class NewFinding:
    """One thing found in a unit. ``origin_key`` names the row it came from ("inspection.answer:12").

    ``aspect``: 運用面 or 技術面 ('' when not said); ``system_id``: the information system it is about;
    ``follows_id``: the closed finding of which this is the return.
    """

    unit_id: int
    origin_key: str
    title: str
    item_code: str = ""
    category_code: str = ""
    detail: str = ""
    due_on: date | None = None
    aspect: str = ""
    system_id: int | None = None
    follows_id: int | None = None


@transaction.atomic
def open_findings(
    *, by: Principal, city: City, fiscal_year: int, origin: str, rows: Sequence[NewFinding], on: date
) -> list[Finding]:
    """Open a finding for each of *rows* and return them in that order; a live one of the same origin key is kept.

    *on* is the business date. Numbers go up without a gap within the batch. ``Invalid`` with the row's number for a
    title that is missing or too long, a unit of another city, or an origin key given twice.
    """
    check_city(by, city)
    check_rows(city, origin, rows)
    counter = locked_counter(city, fiscal_year)
    standing = live_by_origin(city, [row.origin_key for row in rows])
    made = [
        Finding(
            city=city,
            unit_id=row.unit_id,
            fiscal_year=fiscal_year,
            number=counter.last + place,
            origin=origin,
            origin_key=row.origin_key,
            item_code=row.item_code,
            category_code=row.category_code,
            title=row.title.strip(),
            detail=row.detail.strip(),
            opened_on=on,
            due_on=row.due_on,
            aspect=row.aspect,
            system_id=row.system_id,
            follows_id=row.follows_id,
        )
        for place, row in enumerate((row for row in rows if row.origin_key not in standing), start=1)
    ]
    if made:
        insert_findings(by, counter, made, on)
        record(
            by=by,
            city_code=city.code,
            operation="findings.batch.open",
            subject=("findings.batch", fiscal_year),
            changes={
                "origin": origin,
                "findings": [[row.pk, str(row), row.unit_id, row.origin_key, row.title] for row in made],
            },
            business_date=on,
        )
    found = standing | {row.origin_key: row for row in made}
    return [found[row.origin_key] for row in rows]


@transaction.atomic
def withdraw_by_origin(
    *, by: Principal, city: City, origin_keys: Sequence[str], on: date, reason: str
) -> list[Finding]:
    """Withdraw the live findings of *origin_keys* because what they came from is gone; keys without one are passed over.

    Returns those withdrawn. Their numbers stay theirs. ``Invalid`` without a reason.
    """
    check_city(by, city)
    standing = live_by_origin(city, origin_keys, lock=True)
    apply_many(
        by=by,
        city_code=city.code,
        pairs=[(finding, Withdraw(reason)) for finding in standing.values()],
        operation="findings.batch.withdraw",
        on=on,
    )
    return list(standing.values())


def check_city(by: Principal, city: City) -> None:
    """Raise ``Denied`` unless *city* is that of *by*."""
    if by.city_id != city.pk:
        raise Denied("ほかの市の情報は扱えません。")


def live_by_origin(city: City, keys: Sequence[str], *, lock: bool = False) -> dict[str, Finding]:
    """Return the city's findings of *keys* that are not withdrawn, by key."""
    rows = Finding.objects.filter(city=city, origin_key__in=keys).exclude(status=WITHDRAWN)
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {finding.origin_key: finding for finding in rows}


def locked_counter(city: City, fiscal_year: int) -> FindingCounter:
    """Return the year's counter with its row locked: whoever opens next waits until this transaction ends."""
    rows = FindingCounter.objects.select_for_update().filter(city=city, fiscal_year=fiscal_year)
    counter = rows.first()
    if counter is None:
        FindingCounter.objects.bulk_create(
            [FindingCounter(city=city, fiscal_year=fiscal_year)], ignore_conflicts=True
        )
        counter = rows.get()
    return counter


def check_rows(city: City, origin: str, rows: Sequence[NewFinding]) -> None:
    """Raise ``Invalid`` with each row that cannot become a finding."""
    problems = [] if origin in Finding.Origin.values else [Problem(f"「{origin}」という出所はありません。")]
    units = {row.unit_id for row in rows}
    known = set(Unit.objects.filter(city=city, pk__in=units).values_list("pk", flat=True))
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        problems += [Problem(message, f"{number}件目") for message in _wrong(row, known, seen)]
        seen.add(row.origin_key)
    if problems:
        raise Invalid("課題を登録できません。", problems[:200])


def _wrong(row: NewFinding, known: set[int], seen: set[str]) -> Iterable[str]:
    if row.unit_id not in known:
        yield "この市の組織ではありません。"
    if not row.title.strip() or len(row.title.strip()) > 500:
        yield "課題を500字までで入力してください。"
    if len(row.detail) > 5_000:
        yield "内容は5,000字までです。"
    if not row.origin_key or len(row.origin_key) > 80:
        yield "出所の記録がないか、長すぎます。"
    if row.origin_key in seen:
        yield f"出所の記録「{row.origin_key}」が重なっています。"


def insert_findings(by: Principal, counter: FindingCounter, made: Sequence[Finding], on: date) -> None:
    """Write new findings numbered from the locked *counter* on, each with its first event, and move the counter."""
    Finding.objects.bulk_create(made, batch_size=500)
    counter.last += len(made)
    counter.save(update_fields=["last"])
    moment = clock.now()
    FindingEvent.objects.bulk_create(
        [
            FindingEvent(
                finding=finding,
                event="opened",
                status=finding.status,
                by_code=by.actor.code,
                by_name=by.actor.name,
                comment="",
                happened_on=on,
                recorded_at=moment,
            )
            for finding in made
        ],
        batch_size=500,
    )
