"""The fiscal year of today: its self-inspection runs, so that everyone finds something to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.assets.models import InformationAsset
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.assets import fill_risk_part, load_ledger, main_assets, stated
from tenken.demo.city import DemoCity
from tenken.demo.data_files import (
    case_of,
    categories,
    digest,
    not_improved_reason,
    pick,
    quick_action,
    read,
    stage_days,
)
from tenken.demo.days import opening_day
from tenken.demo.issues import YearOfIssues
from tenken.demo.sheets import Asked, answers_of, between, cannot_fix, plan_event
from tenken.demo.years import YearLoaded, asked_in, issues_of, plan_and_launch
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import Confirm, Event, NotImproved, Report, Return, Verify
from tenken.inspection import operations as inspection
from tenken.inspection.finding_words import finding_words
from tenken.inspection.models import Programme, Question, Series, Sheet
from tenken.inspection.operations import HistoricAnswer, HistoricSheet, StepPlan
from tenken.inspection.rules.reminders_due import DEFAULT_STEPS
from tenken.organization.models import Unit

_BEFORE, _AFTER = timedelta(days=14), timedelta(days=14)
_ACCEPTED_PERCENT = 40
_AGAIN_PERCENT = 45  # of the sections that had issues last year
# How many sheets the real operations carry so far, besides those of city.yaml's "this_year".
_CARRIED = {
    "accepted": 4,
    "approved": 8,
    "submitted": 8,
    "returned_by_manager": 3,
    "returned_by_secretariat": 3,
    "drafting": 12,
}
# Where the findings of accepted sheets stand, of a hundred.
_LIVES = (
    (58, "open"),
    (76, "planned"),
    (86, "reported"),
    (91, "returned"),
    (97, "verified"),
    (100, "not_improved"),
)
# What a life is called here, where its status is another.
_STATUS = {"returned": "planned", "environment": "not_improved"}
# The section whose findings show every state: the acting head of 地域政策課 answers for it too.
_SHOWCASE = {
    "M-CD-01": "environment",
    "M-PW-01": "planned",
    "M-MD-01": "reported",
    "M-TM-01": "returned",
    "M-ID-02": "verified",
    "R-AC-01": "not_improved",
    "R-PT-02": "cannot_fix",
    "R-PT-01": "treated",
    "M-CD-02": "open",
}


@dataclass(frozen=True)
class _Today:
    """The year as it is being loaded."""

    made: DemoCity
    programme: Programme
    asked: dict[str, Asked]
    units: dict[str, Unit]
    bureaus: dict[str, Unit]
    ledger: dict[str, list[InformationAsset]]
    before: YearOfIssues
    today: date
    starts_on: date
    improvement_ends_on: date

    @property
    def year(self) -> int:
        return self.programme.fiscal_year


def load_this_year(made: DemoCity, today: date, items: Sequence[str], series: Series) -> YearLoaded:
    """Plan and launch the year of *today* and bring its sheets and findings to where a city is after two weeks."""
    days = stage_days_on(today)
    starts_on = days["self_inspection"][0]
    year = FiscalYear.of(today)
    programme = plan_and_launch(made, year.year, days, items, series)
    standing = made.units_on(starts_on)
    units = {code: unit for code, unit in standing.items() if unit.kind.answers_sheets}
    now = _Today(
        made,
        programme,
        asked_in(programme),
        units,
        bureaus={code: unit for code, unit in standing.items() if unit.kind.rank == 1},
        ledger=load_ledger(made, max(year.starts_on, min(starts_on, today))),
        before=issues_of(year.previous.year),
        today=today,
        starts_on=starts_on,
        improvement_ends_on=days["improvement"][1],
    )
    statuses = _statuses(units)
    accepted = [code for code, status in statuses.items() if status == "history"]
    opened = _load_accepted(now, accepted)
    for code, status in statuses.items():
        if status not in ("history", "not_started"):
            _carry(now, code, status)
    _improve_one(now)
    _set_apart(now)
    total = Finding.objects.filter(city=made.city, fiscal_year=programme.fiscal_year).count()
    if total < opened:
        raise RuntimeError("findings of accepted sheets are missing")
    return YearLoaded(programme, len(units), total)


def stage_days_on(today: date) -> dict[str, tuple[date, date]]:
    """Return the stages of the year of *today*: FY2015's own calendar while its self-inspection runs, else around today."""
    published = stage_days(2015)
    first, last = published["self_inspection"]
    return published if first + _BEFORE <= today <= last else stage_days_around(today)


def stage_days_around(today: date) -> dict[str, tuple[date, date]]:
    """Return the stages of the year of *today*: self-inspection from two weeks before to two weeks after, then the others."""
    first, last = opening_day(today - _BEFORE), opening_day(today + _AFTER)

    def after(day: date, days: int) -> tuple[date, date]:
        return opening_day(day + timedelta(days=1)), opening_day(day + timedelta(days=days))

    improvement = after(last, 56)
    visit = after(improvement[1], 28)
    follow_up = after(visit[1], 84)
    return {
        "self_inspection": (first, last),
        "improvement": improvement,
        "visit": visit,
        "follow_up": follow_up,
    }


def _statuses(units: dict[str, Unit]) -> dict[str, str]:
    """Return where each section's sheet is: a sheet's status, "history" for one brought in as accepted."""
    found = {plan.code_of(row["bureau"], row["unit"]): row["sheet"] for row in plan.city_data()["this_year"]}
    found = {code: "history" if status == "accepted" else status for code, status in found.items()}
    rest = sorted(set(units) - set(found), key=lambda code: digest("this year", code))
    for status, count in _CARRIED.items():
        found |= dict.fromkeys(rest[:count], status)
        rest = rest[count:]
    accepted = sum(status in ("history", "accepted") for status in found.values())
    wanted = len(units) * _ACCEPTED_PERCENT // 100 - accepted
    found |= dict.fromkeys(rest[:wanted], "history")
    found |= dict.fromkeys(rest[wanted:], "not_started")
    return found


def _issues(now: _Today, code: str) -> dict[str, str]:
    """Return the issues of a section this year, item → what it writes: about three sections in ten have some."""
    if code == _showcase():
        items = list(_SHOWCASE)
    elif (had := _had(now, code)) and digest("again", code) % 100 < _AGAIN_PERCENT:
        items = had[:2]
    elif digest("issue now", code) % 100 < 25:
        weighted = [item for row in categories(2014) for item, n in row.items.items() for _ in range(n)]
        items = [pick(weighted, "item now", code, n) for n in range(1 + digest("issues now", code) % 3)]
    else:
        return {}
    return {item: case_of(code, item, now.year)["issue"] for item in items if item in now.asked}


def _had(now: _Today, code: str) -> list[str]:
    """Return the items in which a section had an issue last year."""
    return [item for section, item in now.before.items if section == code]


def _showcase() -> str:
    return next(post for post in plan.concurrent_posts() if post.endswith("-1")).removesuffix("-1")


def _load_accepted(now: _Today, codes: Sequence[str]) -> int:
    """Bring in accepted sheets with their findings; return how many findings."""
    rows = []
    for code in codes:
        submitted = between(now.starts_on + timedelta(days=2), now.today - timedelta(days=7), "submit", code)
        accepted = between(submitted, now.today - timedelta(days=5), "accept", code)
        answers = answers_of(code, now.year, list(now.asked), _issues(now, code), conforming=frozenset())
        assets = stated(main_assets(code, now.units[code].name), answers, now.ledger.get(code, ()))
        rows.append(HistoricSheet(now.units[code].pk, submitted, max(submitted, accepted), answers, assets))
    by = now.made.system(now.today)
    keys = inspection.record_history(by=by, programme=now.programme, rows=rows, on=now.today)
    lives = [
        _life(now, code, answer, row.accepted_on, keys[row.unit_id, answer.item_code])
        for code, row in zip(codes, rows, strict=True)
        for answer in row.answers
        if answer.verdict == "issue"
    ]
    lives.sort(key=lambda life: (life.opened_on, life.unit_id, life.item_code))
    return len(findings.record_history(by=by, city=now.made.city, rows=lives, on=now.today))


def _life(now: _Today, code: str, answer: HistoricAnswer, opened_on: date, key: int) -> HistoricFinding:
    item = answer.item_code
    stands = _SHOWCASE.get(item, "open") if code == _showcase() else _dice(code, item)
    steps = tuple(_steps(now, code, item, stands, opened_on))
    secretariat = now.made.holder(plan.secretariat_post(), opened_on)
    title, detail = finding_words(now.asked[item].title, answer.reason)
    return HistoricFinding(
        unit_id=now.units[code].pk,
        fiscal_year=now.year,
        origin="self_inspection",
        origin_key=f"inspection.answer:{key}",
        title=title,
        opened_on=opened_on,
        status=_STATUS.get(stands, stands),
        steps=steps,
        item_code=item,
        category_code=now.asked[item].category,
        detail=detail,
        due_on=now.improvement_ends_on,
        opened_by_code=secretariat.number,
        opened_by_name=secretariat.name,
    )


def _dice(code: str, item: str) -> str:
    """Return where a finding stands. Only what is technical can turn out not to be fixable."""
    if item.startswith("R-PT"):
        return pick(("cannot_fix", "treated", "planned"), "life", code, item)
    thrown = digest("life", code, item) % 100
    return next(stands for limit, stands in _LIVES if thrown < limit)


def _steps(now: _Today, code: str, item: str, stands: str, opened_on: date) -> Iterator[HistoricStep]:
    case = case_of(code, item, now.year)
    head = now.made.holder(f"{code}-1", now.today)
    secretariat = now.made.holder(plan.secretariat_post(), now.today)

    def step(days: int, event: Event, *, checks: bool = False) -> HistoricStep:
        person = secretariat if checks else head
        on = min(opening_day(opened_on + timedelta(days=days)), now.today)
        return HistoricStep(event, on, person.number, person.name)

    if stands == "open":
        return
    reason, note = not_improved_reason(now.asked[item].category, code, now.year, item)
    if stands == "environment":
        reason, note = read("texts_risk")["not_improved"]["clear_desk"][0]
    stays = stands in ("not_improved", "environment")
    due = now.today + timedelta(days=20 + digest(code, item) % 30)
    bureau = now.bureaus[code[:2]].pk
    yield step(1, plan_event(case["plan"], head.name, due, reason if stays else "", bureau, now.year, code))
    if stays:
        yield step(3, NotImproved(reason, note))
    if stands in ("cannot_fix", "treated"):
        reason, note = read("texts_risk")["not_improved"]["patching"][digest("patch", code) % 2]
        yield step(3, cannot_fix(code, item, reason, note, now.today + timedelta(days=240)))
    if stands == "treated":
        how = read("texts_risk")["confirmed"]
        yield step(5, Confirm(how, secretariat.number, secretariat.name), checks=True)
    if stands in ("reported", "returned", "verified"):
        yield step(3, Report(quick_action(code, item, now.year), opened_on))
    if stands == "returned":
        yield step(5, Return(pick(read("texts_risk")["returned"], code, item)), checks=True)
    if stands == "verified":
        yield step(5, Verify(), checks=True)


def _carry(now: _Today, code: str, status: str) -> None:
    """Fill in one sheet and hand it on as far as *status* through the operations, as its people would."""
    filled = between(now.starts_on + timedelta(days=2), now.today - timedelta(days=6), "fill", code)
    submitted, approved, settled = (
        min(opening_day(filled + timedelta(days=days)), now.today) for days in (1, 2, 4)
    )
    sheet = Sheet.objects.get(programme=now.programme, unit=now.units[code])
    deputy = now.made.acting(f"{code}-2", filled)
    answers = answers_of(code, now.year, list(now.asked), _issues(now, code), conforming=frozenset())
    if status == "drafting":
        answers = answers[: 8 + digest("drafted", code) % 24]
    questions = dict(Question.objects.filter(form=sheet.form_id).values_list("revision__item__code", "pk"))
    given = [
        inspection.GivenAnswer(
            questions[answer.item_code], answer.verdict, answer.reason, answer.comment, version=0
        )
        for answer in answers
    ]
    if refused := inspection.save_answers(by=deputy, sheet=sheet, answers=given, on=filled):
        raise RuntimeError(f"{code}: {refused}")
    if status == "drafting":
        return
    sheet.refresh_from_db()
    sheet = fill_risk_part(by=deputy, sheet=sheet, code=code, name=now.units[code].name, on=filled)
    sheet = inspection.submit(by=deputy, sheet=sheet, version=sheet.version, on=submitted)
    words = pick(read("texts_risk")["sheet_returned"], "returned", code)
    head = now.made.acting(f"{code}-1", approved)
    if status == "returned_by_manager":
        inspection.return_sheet(by=head, sheet=sheet, version=sheet.version, comment=words, on=approved)
    if status in ("submitted", "returned_by_manager"):
        return
    sheet = inspection.approve(by=head, sheet=sheet, version=sheet.version, on=approved)
    secretariat = now.made.acting(plan.secretariat_post(), settled)
    if status == "returned_by_secretariat":
        inspection.return_sheet(by=secretariat, sheet=sheet, version=sheet.version, comment=words, on=settled)
    elif status == "accepted":
        inspection.accept(by=secretariat, sheet=sheet, version=sheet.version, on=settled)


def _improve_one(now: _Today) -> None:
    """Let one section that was accepted step by step plan and report, through the operations too."""
    finding = (
        Finding.objects.filter(
            city=now.made.city, fiscal_year=now.year, events__by_code__gt="", status="open"
        )
        .exclude(events__by_code__startswith="system")
        .select_related("unit")
        .order_by("-pk")
        .first()
    )
    if finding is None:
        return
    day = now.today
    case = case_of(finding.unit.code, finding.item_code, now.year)
    head = now.made.acting(f"{finding.unit.code}-1", day)
    finding = findings.plan(
        by=head,
        finding=finding,
        text=case["plan"],
        owner=head.actor.name,
        due_on=now.today + timedelta(days=30),
        version=finding.version,
        on=day,
    )
    findings.report(
        by=head,
        finding=finding,
        action=quick_action(finding.unit.code, finding.item_code, now.year),
        action_on=day,
        version=finding.version,
        on=day,
    )


def _set_apart(now: _Today) -> None:
    """Take one section out that is closed for rebuilding, give another more time, and chase the rest a little longer."""
    by = now.made.acting(plan.secretariat_post(), now.today)
    waiting = Sheet.objects.filter(programme=now.programme, status=Sheet.Status.NOT_STARTED).order_by("pk")
    closed, late = waiting[:2]
    inspection.exempt(
        by=by,
        programme=now.programme,
        sheets=[(closed.pk, closed.version)],
        reason="庁舎の建替えで業務を休止しているため。",
        on=now.today,
    )
    inspection.change_due_date(
        by=by,
        programme=now.programme,
        sheets=[(late.pk, late.version)],
        due_on=opening_day(now.today + _AFTER + timedelta(days=14)),
        reason="事務室の移転と重なったため。",
        on=now.today,
    )
    steps = [StepPlan(days, audience, weekly) for days, audience, weekly in DEFAULT_STEPS]
    inspection.change_reminder_steps(
        by=by,
        programme=now.programme,
        steps=[*steps, StepPlan(21, "bureau_manager")],
        on=now.today,
    )
