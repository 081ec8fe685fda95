"""訪問調査: those of the past years with their follow-up, and this year's, drawn by lot and being prepared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

from tenken.audit import operations as audit
from tenken.audit.models import GoodPractice, Visit, VisitSelection
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest, read
from tenken.demo.days import in_year, opening_day
from tenken.demo.sheets import between
from tenken.findings import operations as findings
from tenken.findings.models import Finding
from tenken.inspection.models import Programme, Stage

_AUDITORS = ("kansa01", "kansa02")
_WANTED = 5
_ITEMS = ("M-CD-01", "M-CD-02", "M-PW-01", "M-MD-01", "M-MD-02", "M-TO-01", "M-EN-01", "R-AS-01", "R-VM-01")


@dataclass(frozen=True)
class VisitPlan:
    """A past visit: the section's code, the day, items found otherwise than the sheet said, what was worth copying."""

    code: str
    on: date
    findings: tuple[str, ...]
    good_practice: str


@cache
def visits_of(year: int) -> tuple[VisitPlan, ...]:
    """Return the visits of a past year. FY2013 has none on record."""
    if year == 2014:
        rows = plan.city_data()["visits"]
    elif year > 2014:
        rows = read("visits")[_key(year)]["visits"]
    else:
        rows = []
    return tuple(
        VisitPlan(
            plan.code_of(row["bureau"], row["unit"]),
            row["date"] if "date" in row else in_year(year, row["day"]),
            tuple(row["findings"]),
            row.get("good_practice", ""),
        )
        for row in rows
    )


def contradicted(year: int) -> dict[str, frozenset[str]]:
    """Return the items, by section, that its sheet says are in order and its visit looks at."""
    items = frozenset(read("visits")["findings"])
    return {visit.code: items for visit in visits_of(year)}


def load_visits(made: DemoCity, programme: Programme, follow_up: tuple[date, date]) -> int:
    """Record the visits of a past year, the meeting where they were told, what the sections did, and that it was checked;
    return how many findings there were."""
    year = programme.fiscal_year
    stage = Stage.objects.get(programme=programme, kind=Stage.Kind.VISIT)
    visits = [_record(made, stage, one) for one in visits_of(year)]
    if open_ones := [visit for visit in visits if visit.status == Visit.Status.FOLLOW_UP]:
        _meet(made, stage, open_ones)
    found = Finding.objects.filter(
        city=made.city, fiscal_year=year, origin=Finding.Origin.VISIT
    ).select_related("unit")
    for finding in found:
        _follow_up(made, finding, follow_up)
    by = made.acting(plan.secretariat_post(), follow_up[1])
    for visit in open_ones:
        visit.refresh_from_db()
        audit.close_visit(by=by, visit=visit, version=visit.version, on=follow_up[1])
    return len(found)


def _record(made: DemoCity, stage: Stage, one: VisitPlan) -> Visit:
    texts = read("visits")
    about = texts[_key(stage.programme.fiscal_year)]
    visit = audit.record_past_visit(
        by=made.acting(plan.secretariat_post(), one.on),
        stage=stage,
        unit=made.units_on(one.on)[one.code],
        visited_on=one.on,
        findings=[(item, texts["findings"][item]) for item in one.findings],
        agreed=[item for item in about["agreed"] if item not in one.findings],
        good_practices=[one.good_practice] if one.good_practice else [],
        auditors=[made.holder(plan.post_of(account), one.on) for account in _AUDITORS],
        chosen_because=about["because"],
        summary=about["summary"],
        on=one.on,
    )
    for practice in GoodPractice.objects.filter(visit=visit):
        asked_on = opening_day(one.on + timedelta(days=20))
        by = made.acting(plan.secretariat_post(), asked_on)
        audit.ask_permission(by=by, practice=practice, version=practice.version, on=asked_on)
        practice.refresh_from_db()
        head = made.acting(f"{one.code}-1", asked_on)
        granted = "スタンドアロン" in practice.text or stage.programme.fiscal_year != 2014
        audit.answer_practice_permission(
            by=head, practice=practice, granted=granted, version=practice.version, on=asked_on
        )
    return visit


def _meet(made: DemoCity, stage: Stage, visits: list[Visit]) -> None:
    meeting = read("visits")[_key(stage.programme.fiscal_year)]["meeting"]
    day = in_year(stage.programme.fiscal_year, meeting["day"])
    audit.hold_report_meeting(
        by=made.acting(plan.secretariat_post(), day),
        stage=stage,
        visits=visits,
        held_on=day,
        attendees=meeting["attendees"],
        minutes=meeting["minutes"],
        place=meeting["place"],
        on=day,
    )


def _key(year: int) -> str:
    return str(year) if year <= 2015 else "recent"


def _follow_up(made: DemoCity, finding: Finding, stage: tuple[date, date]) -> None:
    first, last = stage
    first = max(first, finding.opened_on + timedelta(days=1))
    planned = between(first, first + timedelta(days=14), "visit plan", finding.unit.code)
    head = f"{finding.unit.code}-1"
    by = made.acting(head, planned)
    intended, done = read("visits")["measures"][finding.item_code]
    finding = findings.plan(
        by=by,
        finding=finding,
        text=intended,
        owner=by.actor.name,
        due_on=last,
        version=finding.version,
        on=planned,
    )
    reported = last - timedelta(days=17)
    by = made.acting(head, reported)
    finding = findings.report(
        by=by, finding=finding, action=done, action_on=reported, version=finding.version, on=reported
    )
    checked = last - timedelta(days=3)
    findings.check(
        by=made.acting(plan.secretariat_post(), checked),
        finding=finding,
        outcome="verified",
        comment="再訪して、記録と現物を確かめた。",
        version=finding.version,
        on=checked,
    )


def draw_this_years(made: DemoCity, programme: Programme, today: date) -> list[Visit]:
    """Draw this year's visits: a first draw is set aside, the second is taken; two sections have their letter already."""
    stage = Stage.objects.get(programme=programme, kind=Stage.Kind.VISIT)
    by = made.acting(plan.secretariat_post(), today)

    def drawn(method: str, seed: int, reasons: str) -> VisitSelection:
        return audit.draw_units(
            by=by,
            stage=stage,
            method=method,
            wanted=_WANTED,
            reasons=reasons,
            seed=seed,
            rested_years=2,
            on=today,
        )

    first = drawn("random", 20_150_729, "前年度と前々年度に訪れた課公所を除いて、無作為に抽出した。")
    audit.discard_selection(
        by=by,
        selection=first,
        reason="同じ局に偏ったため、局・区ごとの抽出をやり直す。",
        version=first.version,
        on=today,
    )
    taken = drawn(
        "stratified",
        12_345_678,
        "局・区が偏らないように、局・区ごとに無作為に抽出した。前年度と前々年度に訪れた課公所を除いた。",
    )
    visits = audit.adopt_selection(by=by, selection=taken, version=taken.version, on=today)
    lead, second = (made.holder(plan.post_of(account), today).pk for account in _AUDITORS)
    for place, visit in enumerate(visits):
        day = opening_day(stage.starts_on + timedelta(days=3 * place))
        visit = audit.plan_visit(
            by=by,
            visit=visit,
            planned_on=day,
            begins_at=time(13, 30),
            ends_at=time(16, 0),
            place="課の執務室",
            request="媒体台帳、パスワードの管理表、研修の記録を見られるようにしてください。",
            lead=lead if place % 2 == 0 else second,
            team=[second if place % 2 == 0 else lead],
            version=visit.version,
            on=today,
        )
        visit = audit.choose_items(by=by, visit=visit, item_codes=_ITEMS, version=visit.version, on=today)
        if place < 2:
            number = f"総情政第{100 + digest('letter', visit.unit_id) % 400}号"
            audit.notify_visit(by=by, visit=visit, letter_number=number, version=visit.version, on=today)
    return visits
