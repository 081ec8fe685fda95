"""Bringing in past years: findings with the steps they went through, through the same machine as today's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem, Refusal
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.operations.applying import MOVED
from tenken.findings.operations.opening import (
    NewFinding,
    check_city,
    check_rows,
    live_by_origin,
    locked_counter,
)
from tenken.findings.permissions import CHECK_FINDINGS
from tenken.findings.states import OPEN, STATUS_LABELS, Event, Outcome, Snapshot, after
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy.models import CheckItem


@dataclass(frozen=True)
class HistoricStep:
    """One step of a past life: what happened (``tenken.findings.states``: Plan, Report, Verify …), when, by whom.

    ``by_code``/``by_name`` '' stand for whoever brings it in.
    """

    event: Event
    on: date
    by_code: str = ""
    by_name: str = ""


@dataclass(frozen=True)
class HistoricFinding:
    """A finding of a past year. ``status`` is what its source says it came to; the steps must lead there.

    ``aspect`` '' follows the bank's item; ``system_id``: the information system it is about.
    """

    unit_id: int
    fiscal_year: int
    origin: str
    origin_key: str
    title: str
    opened_on: date
    status: str
    steps: tuple[HistoricStep, ...] = ()
    item_code: str = ""
    category_code: str = ""
    detail: str = ""
    due_on: date | None = None
    aspect: str = ""
    system_id: int | None = None
    opened_by_code: str = ""
    opened_by_name: str = ""


@transaction.atomic
def record_history(
    *, by: Principal, city: City, rows: Sequence[HistoricFinding], on: date | None = None
) -> list[Finding]:
    """Write past findings with their events and return them in the order given. For whoever checks the whole city.

    Every step goes through ``states.after``: ``Invalid`` names the rows whose steps are impossible, out of order or
    do not lead to their ``status``; then nothing is written. ``recorded_at`` is now, dates are the past's own; one
    journal row holds the digest of all that came in.
    """
    require(by, CHECK_FINDINGS)
    check_city(by, city)
    _check(city, rows)
    lives = _lived(rows)
    made = _numbered(city, rows, lives)
    Finding.objects.bulk_create(made, batch_size=500)
    moment = clock.now()
    FindingEvent.objects.bulk_create(
        [
            event
            for finding, row, life in zip(made, rows, lives, strict=True)
            for event in _events(by, finding, row, life, moment)
        ],
        batch_size=1_000,
    )
    record(
        by=by,
        city_code=city.code,
        operation="findings.batch.history",
        subject=("findings.batch", len(made)),
        changes={
            "findings": len(made),
            "years": sorted({row.fiscal_year for row in rows}),
            "sha256": _digest(made, lives),
        },
        business_date=on,
    )
    return made


def _check(city: City, rows: Sequence[HistoricFinding]) -> None:
    for origin in {row.origin for row in rows}:
        check_rows(
            city,
            origin,
            [
                NewFinding(row.unit_id, row.origin_key, row.title, detail=row.detail)
                for row in rows
                if row.origin == origin
            ],
        )
    known = live_by_origin(city, [row.origin_key for row in rows])
    if known:
        raise Invalid(
            "すでに登録されている課題があります。",
            [Problem(f"「{key}」は{finding}として登録されています。") for key, finding in known.items()][
                :200
            ],
        )


def _lived(rows: Sequence[HistoricFinding]) -> list[list[Outcome]]:
    problems: list[Problem] = []
    lives: list[list[Outcome]] = []
    for number, row in enumerate(rows, start=1):
        standing = Snapshot(status=OPEN, since=row.opened_on)
        life: list[Outcome] = []
        place = f"{number}件目（{row.origin_key}）"
        for step in row.steps:
            try:
                outcome = after(standing, step.event, step.on)
            except Refusal as refusal:
                reasons = "".join(str(problem) for problem in refusal.problems) or refusal.message
                problems.append(Problem(f"{era_date(step.on)}の手続：{reasons}", place))
                break
            life.append(outcome)
            standing = outcome.snapshot
        else:
            if standing.status != row.status:
                came, said = STATUS_LABELS[standing.status], STATUS_LABELS.get(row.status, row.status)
                problems.append(Problem(f"経過の結果（{came}）が、状態（{said}）と違います。", place))
        lives.append(life)
    if problems:
        raise Invalid("過去の課題を取り込めません。", problems[:200])
    return lives


def _numbered(
    city: City, rows: Sequence[HistoricFinding], lives: Sequence[Sequence[Outcome]]
) -> list[Finding]:
    counters = {year: locked_counter(city, year) for year in sorted({row.fiscal_year for row in rows})}
    items = CheckItem.objects.filter(city=city, code__in={row.item_code for row in rows})
    aspects = dict(items.values_list("code", "aspect"))
    made: list[Finding] = []
    for row, life in zip(rows, lives, strict=True):
        counters[row.fiscal_year].last += 1
        finding = Finding(
            city=city,
            unit_id=row.unit_id,
            fiscal_year=row.fiscal_year,
            number=counters[row.fiscal_year].last,
            origin=row.origin,
            origin_key=row.origin_key,
            item_code=row.item_code,
            category_code=row.category_code,
            aspect=row.aspect or aspects.get(row.item_code, ""),
            system_id=row.system_id,
            title=row.title.strip(),
            detail=row.detail.strip(),
            opened_on=row.opened_on,
            due_on=row.due_on,
            version=1 + len(life),
        )
        if life:
            for name in MOVED:
                setattr(finding, name, getattr(life[-1].snapshot, name))
        made.append(finding)
    for counter in counters.values():
        counter.save(update_fields=["last"])
    return made


def _events(
    by: Principal, finding: Finding, row: HistoricFinding, life: Sequence[Outcome], moment: datetime
) -> list[FindingEvent]:
    def told(event: str, status: str, comment: str, day: date, code: str, name: str) -> FindingEvent:
        return FindingEvent(
            finding=finding,
            event=event,
            status=status,
            by_code=code or by.actor.code,
            by_name=name or by.actor.name,
            comment=comment,
            happened_on=day,
            recorded_at=moment,
        )

    return [
        told("opened", OPEN, "", row.opened_on, row.opened_by_code, row.opened_by_name),
        *(
            told(
                outcome.event,
                outcome.snapshot.status,
                outcome.comment,
                step.on,
                step.by_code,
                step.by_name,
            )
            for outcome, step in zip(life, row.steps, strict=True)
        ),
    ]


def _digest(made: Sequence[Finding], lives: Sequence[Sequence[Outcome]]) -> str:
    return sha256(
        canonical_json(
            [
                [str(finding), finding.unit_id, finding.origin_key, finding.title, finding.opened_on]
                + [[outcome.event, outcome.snapshot.status, outcome.snapshot.since] for outcome in life]
                for finding, life in zip(made, lives, strict=True)
            ]
        )
    )
