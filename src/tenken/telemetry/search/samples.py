"""業務データ閲覧の抜取り (document 002, 指摘(5)): views drawn by lot, answered for by the head of each section."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import Person
from tenken.organization.names import Checks
from tenken.organization.queries import DEPUTY, MANAGER, holders_on, names_with_bureau
from tenken.telemetry.models import SampledView, SearchRecord, ViewSample
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_ALERTS
from tenken.telemetry.search import reading
from tenken.telemetry.search.conditions import compile_criteria
from tenken.telemetry.search.criteria import Criteria, of_days
from tenken.telemetry.search.lots import LOT
from tenken.telemetry.search.purposes import require_purpose
from tenken.telemetry.search.reading import SHOWN, Row
from tenken.telemetry.search.scope import SectionNames
from tenken.telemetry.search.searching import check_period, people_named, record_search, within
from tenken.telemetry.search.stories import sentence
from tenken.telemetry.store import store

VIEW_OPERATIONS: Final = ("record_view",)
MOST: Final = 1_000
_SEEDS: Final = 100_000_000
_LONGEST: Final = timedelta(days=366)
_SUBJECT: Final = "telemetry.sample"
ASKED: Final = "telemetry.sample"


@dataclass(frozen=True)
class SampleData:
    """What a draw is asked for. ``unit``: with all below it, None for the whole city; ``seed`` None: by the system."""

    title: str
    first: date
    last: date
    wanted: int
    unit_id: int | None = None
    seed: int | None = None
    due_on: date | None = None


@transaction.atomic
def draw_sample(*, by: Principal, data: SampleData) -> ViewSample:
    """Draw views of a period by lot for the purpose that *by* has stated. ``Invalid`` names the fields of *data*."""
    purpose = require_purpose(by)
    title = _checked(data, by)
    criteria = of_days(data.first, data.last, unit=data.unit_id, operations=VIEW_OPERATIONS)
    check_period(criteria)
    population = reading.count(by.city_code, criteria, within=within(by, criteria))
    if not population:
        message = "この期間に、業務データの閲覧の記録がありません。"
        raise Invalid(message, [Problem(message, "期間", "first")])
    seed = secrets.randbelow(_SEEDS) if data.seed is None else data.seed
    rows = _lowest(by, criteria, seed, data.wanted)
    sample = ViewSample.objects.create(
        city=by.city,
        title=title,
        purpose=purpose,
        unit_id=data.unit_id,
        starts_on=data.first,
        ends_on=data.last,
        seed=seed,
        wanted=data.wanted,
        population=population,
        due_on=data.due_on,
        drawn_by_id=purpose.person_id,
        drawn_at=clock.now(),
    )
    views = SampledView.objects.bulk_create(_views(by, sample, rows), batch_size=500)
    _ask_heads(by, sample, views)
    record_search(
        by, purpose, SearchRecord.Kind.SAMPLE, criteria, len(rows), f"抜取り「{title}」、{criteria.summary()}"
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.sample.drawn",
        subject=(_SUBJECT, sample.pk),
        changes={
            "title": title,
            "period": [data.first, data.last],
            "unit": data.unit_id,
            "seed": seed,
            "wanted": data.wanted,
            "population": population,
            "purpose": str(purpose),
        },
    )
    return sample


def _checked(data: SampleData, by: Principal) -> str:
    checks = Checks()
    title = checks.name(data.title, label="名称", limit=100, field="title")
    if data.first > data.last:
        checks.problem("期間の末日は、初日以後にしてください。", label="期間の末日", field="last")
    elif data.last - data.first > _LONGEST:
        checks.problem("期間は1年までにしてください。", label="期間の末日", field="last")
    if not 1 <= data.wanted <= MOST:
        checks.problem(f"1件から{MOST:,}件までにしてください。", label="抜取り数", field="wanted")
    if data.due_on is not None and data.due_on < by.on:
        checks.problem("回答期限は、今日以後にしてください。", label="回答期限", field="due_on")
    checks.done()
    return title


def _lowest(by: Principal, criteria: Criteria, seed: int, wanted: int) -> list[Row]:
    condition = compile_criteria(criteria, within=within(by, criteria))
    sql = (
        f"SELECT ts, payload, seq, {SHOWN} FROM events WHERE {condition.sql} "
        f"ORDER BY {LOT}, ts, payload, seq LIMIT {{wanted:UInt32}}"
    )
    table = store().query(
        sql,
        city=by.city_code,
        since=criteria.since,
        until=criteria.until,
        parameters={**condition.parameters, "seed": str(seed), "wanted": wanted},
    )
    rows: list[Row] = table.to_pylist()
    return sorted(rows, key=lambda row: (row["ts"], row["payload"], row["seq"]))


def _views(by: Principal, sample: ViewSample, rows: list[Row]) -> Iterable[SampledView]:
    sections = SectionNames(by.city)
    people = people_named(by, (row["person"] for row in rows))
    for number, row in enumerate(rows, start=1):
        day = row["ts"].astimezone(clock.JAPAN).date()
        yield SampledView(
            sample=sample,
            number=number,
            unit_id=sections.unit(row["section"], day) if row["section"] else None,
            ts=row["ts"],
            payload=row["payload"],
            seq=row["seq"],
            device=row["device"][:100],
            person_number=row["person"][:100],
            person_name=people.get(row["person"], ""),
            what=sentence(row)[:500],
            off_hours=bool(row["off_hours"]),
        )


def _ask_heads(by: Principal, sample: ViewSample, views: list[SampledView]) -> None:
    """Ask the head of each section for its answers, by mail."""
    numbers = Counter(view.unit_id for view in views if view.unit_id)
    heads = holders_on(numbers, MANAGER, by.on)
    people = [head.person_id for held in heads.values() for head in held]
    addresses = dict(Person.objects.filter(pk__in=people).values_list("pk", "email"))
    names = names_with_bureau(by.city, numbers, by.on)
    until = f"{era_date(sample.due_on)}までに" if sample.due_on else ""
    for unit, number in numbers.items():
        queue(
            by=by,
            city_code=by.city_code,
            kind=ASKED,
            recipients=[
                Recipient(head.person_number, addresses[head.person_id]) for head in heads.get(unit, ())
            ],
            subject=f"【閲覧の確認】{names[unit]}の業務データの閲覧を確認してください（{number:,}件）",
            body=(
                f"「{sample.title}」として、{era_date(sample.starts_on)}から{era_date(sample.ends_on)}までの業務データの"
                f"閲覧から無作為に抜き取りました。\n{names[unit]}の{number:,}件が業務上必要だったかを、"
                f"{until}確認して回答してください。"
            ),
            link=f"/terminals/search/samples/{sample.pk}/",
        )


@transaction.atomic
def review_view(
    *, by: Principal, view_id: int, verdict: str, note: str, version: int | None = None
) -> SampledView:
    """Say whether a drawn view was needed for the section's work. The head of the section answers (or the deputy), or
    whoever searches logs for the whole city. ``Denied`` for others, and for one's own view; ``Stale`` when somebody
    else answered meanwhile."""
    require_somewhere(by, VIEW_ALERTS)
    rows = SampledView.objects.restrict(by, VIEW_ALERTS).select_related("sample", "unit")
    view = rows.filter(pk=view_id).select_for_update(of=("self",)).first()
    if view is None:
        raise Missing("抜き取った閲覧が見つかりません。")
    require_review(by, view)
    if version is not None and version != view.version:
        raise Stale("ほかの人が先に回答しました。ページを開き直して、内容を確かめてください。")
    checks = Checks()
    if verdict not in SampledView.Verdict.values or not verdict:
        checks.problem("業務上の必要を選んでください。", label="業務上の必要", field="verdict")
    needs_words = verdict in (SampledView.Verdict.NOT_NEEDED, SampledView.Verdict.UNKNOWN)
    note = checks.name(note, label="確認の内容", limit=500, field="note", required=needs_words, lines=True)
    checks.done()
    before = view.verdict
    view.verdict, view.note = verdict, note
    view.reviewed_by_id, view.reviewed_at = by.person_id, clock.now()
    view.version += 1
    view.save(update_fields=["verdict", "note", "reviewed_by", "reviewed_at", "version"])
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.sample.reviewed",
        subject=(_SUBJECT, view.sample_id),
        changes={"number": view.number, "before": before, "verdict": verdict, "note": note},
    )
    return view


def require_review(by: Principal, view: SampledView) -> None:
    """``Denied`` with the reason unless *by* may answer for a drawn view."""
    if view.person_number and view.person_number == by.actor.code:
        raise Denied("自分の閲覧は、自分では確認できません。上司か事務局が確認します。")
    if not may_review(by, view):
        raise Denied("この閲覧を確認できるのは、所属の情報管理者・副情報管理者と事務局です。")


def may_review(by: Principal, view: SampledView) -> bool:
    """Tell whether *by* answers for a drawn view. Nobody does for their own."""
    if by.person_id is None or (view.person_number and view.person_number == by.actor.code):
        return False
    if by.everywhere(SEARCH_EVENTS):
        return True
    return bool(view.unit_id and by.roles_at(view.unit_id) & {MANAGER, DEPUTY})


@dataclass(frozen=True)
class SampleLine:
    """A sample with its numbers in the sight of its reader."""

    sample: ViewSample
    drawn: int
    waiting: int
    not_needed: int


def samples_for(by: Principal) -> list[SampleLine]:
    """Return the samples with views in the sight of *by* (all of them for the secretariat), newest first. Two queries."""
    seen = SampledView.objects.restrict(by, VIEW_ALERTS).order_by().values("sample")
    numbers = {
        row["sample"]: row
        for row in seen.annotate(
            drawn=Count("pk"),
            waiting=Count("pk", filter=Q(verdict="")),
            not_needed=Count("pk", filter=Q(verdict=SampledView.Verdict.NOT_NEEDED)),
        )
    }
    rows = ViewSample.objects.restrict(by, VIEW_ALERTS).filter(pk__in=numbers).select_related("purpose")
    return [
        SampleLine(row, told["drawn"], told["waiting"], told["not_needed"])
        for row in rows.order_by("-drawn_at", "-pk")
        for told in [numbers[row.pk]]
    ]


def visible_sample(by: Principal, sample_id: int) -> ViewSample:
    """Return a sample with at least one view in the sight of *by*; else ``Missing``."""
    rows = ViewSample.objects.restrict(by, VIEW_ALERTS).select_related("purpose__person", "unit", "drawn_by")
    sample = rows.filter(pk=sample_id).first()
    if sample is None or not views_of(by, sample).exists():
        raise Missing("抜取りが見つかりません。")
    return sample


def views_of(by: Principal, sample: ViewSample) -> QuerySet[SampledView]:
    """Return the drawn views of *sample* in the sight of *by*."""
    rows = SampledView.objects.restrict(by, VIEW_ALERTS).filter(sample=sample)
    return rows.select_related("unit", "reviewed_by").order_by("number")


@dataclass(frozen=True)
class Result:
    """What came of the views of one section (None: of no section)."""

    unit_id: int | None
    drawn: int
    needed: int
    not_needed: int
    unknown: int

    @property
    def waiting(self) -> int:
        return self.drawn - self.needed - self.not_needed - self.unknown


def results_of(views: Iterable[SampledView]) -> list[Result]:
    """Return what came of *views* by section, in the order of the sections' codes."""
    by_unit: dict[int | None, list[SampledView]] = defaultdict(list)
    codes: dict[int | None, str] = {None: "~"}  # after every code
    for view in views:
        by_unit[view.unit_id].append(view)
        if view.unit is not None:
            codes[view.unit_id] = view.unit.code
    kinds = SampledView.Verdict
    return [
        Result(
            unit,
            len(rows),
            *(
                sum(row.verdict == one for row in rows)
                for one in (kinds.NEEDED, kinds.NOT_NEEDED, kinds.UNKNOWN)
            ),
        )
        for unit, rows in sorted(by_unit.items(), key=lambda item: codes[item[0]])
    ]
