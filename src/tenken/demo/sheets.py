"""Past sheets and the findings that came of them, as rows for the bulk operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import jpholiday

from tenken.demo.data_files import case_of, digest, not_improved_reason, pick, read
from tenken.demo.issues import YearOfIssues
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import Event, NotImproved, Plan, Report, StageClosed, Verify
from tenken.inspection.finding_words import finding_words
from tenken.inspection.operations import HistoricAnswer, HistoricSheet

_STAND_ALONE = frozenset({"R-VM-01"})


@dataclass(frozen=True)
class Writer:
    """Who takes a step: 職員番号 and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Asked:
    """A question of the year: its item, wording and 調査項目."""

    item: str
    title: str
    category: str


def opening_day(day: date) -> date:
    """Return *day*, or the next one on which the city office is open (weekends and national holidays are not)."""
    while day.weekday() >= 5 or jpholiday.is_holiday(day):
        day += timedelta(days=1)
    return day


def between(first: date, last: date, *parts: object) -> date:
    """Return an opening day from *first* to *last*, the same for the same *parts*; *first* when all are closed."""
    days = max((last - first).days, 0)
    day = opening_day(first + timedelta(days=digest("day", *parts) % (days + 1)))
    while day > max(first, last) or (opening_day(day) != day and day > first):
        day -= timedelta(days=1)
    return day


def answers_of(
    unit_code: str, year: int, items: Sequence[str], issues: Mapping[str, str], *, conforming: frozenset[str]
) -> tuple[HistoricAnswer, ...]:
    """Return a section's answers to *items*. *issues*: item → what is written; *conforming*: surely 適合.

    What a section does not have, it has in no item and in no year: items that give the same reason share the dice, and
    an issue in one of them shows that it has it.
    """
    absent = {item: row["reasons"][0] for item, row in _texts()["not_applicable"].items()}
    there = {absent[item] for item in (*issues, *conforming) if item in absent}
    return tuple(
        _answer(unit_code, year, item, issues.get(item), absent.get(item) in there) for item in items
    )


def _answer(unit_code: str, year: int, item: str, issue: str | None, has_it: bool) -> HistoricAnswer:
    if issue is not None:
        return HistoricAnswer(item, "issue", reason=issue)
    texts = _texts()
    absent = texts["not_applicable"].get(item)
    if absent and not has_it:
        reasons = absent["reasons"]
        if digest("absent", unit_code, reasons[0]) % 100 < absent["percent"]:
            return HistoricAnswer(item, "not_applicable", reason=pick(reasons, "reason", unit_code))
    if digest("remark", unit_code, item, year) % 100 < 3:
        return HistoricAnswer(item, "conforms", comment=pick(texts["remarks"], "remark", unit_code, item))
    return HistoricAnswer(item, "conforms")


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = read("texts_risk")
    return texts


def past_sheets(
    year: int,
    units: Mapping[str, int],
    items: Sequence[str],
    issues: YearOfIssues,
    stage: tuple[date, date],
    conforming: Mapping[str, frozenset[str]],
) -> list[HistoricSheet]:
    """Return the sheet of every section of a past year, handed in and accepted within the stage.

    *units*: key by code; *conforming*: by code, the items that a visit will later hold against the answer.
    """
    first, last = stage
    told: dict[str, dict[str, str]] = {code: {} for code in units}
    for code, item in issues.items:
        told[code][item] = case_of(code, item, year)["issue"]
    rows = []
    for code, key in units.items():
        submitted = between(first + timedelta(days=7), last - timedelta(days=8), "submit", year, code)
        accepted = between(submitted + timedelta(days=1), submitted + timedelta(days=5), "accept", year, code)
        answers = answers_of(code, year, items, told[code], conforming=conforming.get(code, frozenset()))
        rows.append(HistoricSheet(key, submitted, min(accepted, last), answers))
    return rows


@dataclass(frozen=True)
class PastYear:
    """What the lives of a past year's findings need besides the issues."""

    year: int
    improvement: tuple[date, date]
    follow_up: tuple[date, date]
    units: Mapping[str, int]
    answers: Mapping[tuple[int, str], int]
    accepted: Mapping[int, date]
    asked: Mapping[str, Asked]
    sections: Mapping[str, Writer]
    secretariat: Writer
    improved_late: frozenset[str]


def past_findings(past: PastYear, issues: YearOfIssues) -> list[HistoricFinding]:
    """Return every finding of a past year with the steps it went through, in the order in which sheets were accepted.

    What is left 未改善 is so by the close of the improvement stage; in the sections ``improved_late`` the follow-up then
    confirms the improvement of the stand-alone PCs.
    """
    open_left = set(issues.left)
    rows = []
    for code, item in sorted(issues.items, key=lambda key: (past.accepted[past.units[key[0]]], *key)):
        category = issues.items[code, item]
        left = (code, category) in open_left
        open_left.discard(
            (code, category)
        )  # one finding of the 調査項目 is enough to leave the section 未改善
        late = item in _STAND_ALONE and code in past.improved_late
        steps = _left_steps(past, code, item, category, late) if left or late else _improved(past, code, item)
        rows.append(_finding(past, code, item, steps, "not_improved" if left else "verified"))
    return rows


def _finding(
    past: PastYear, code: str, item: str, steps: tuple[HistoricStep, ...], status: str
) -> HistoricFinding:
    unit = past.units[code]
    title, detail = finding_words(past.asked[item].title, case_of(code, item, past.year)["issue"])
    return HistoricFinding(
        unit_id=unit,
        fiscal_year=past.year,
        origin="self_inspection",
        origin_key=f"inspection.answer:{past.answers[unit, item]}",
        title=title,
        opened_on=past.accepted[unit],
        status=status,
        steps=steps,
        item_code=item,
        category_code=past.asked[item].category,
        detail=detail,
        due_on=past.improvement[1],
        opened_by_code=past.secretariat.code,
        opened_by_name=past.secretariat.name,
    )


def _planned(past: PastYear, code: str, item: str) -> HistoricStep:
    first, last = past.improvement
    on = between(first + timedelta(days=2), first + timedelta(days=18), "plan", past.year, code, item)
    due = between(on + timedelta(days=14), last, "due", past.year, code, item)
    text = case_of(code, item, past.year)["plan"]
    return _step(past.sections[code], Plan(text, past.sections[code].name, due), on)


def _improved(past: PastYear, code: str, item: str) -> tuple[HistoricStep, ...]:
    _, last = past.improvement
    on = between(last - timedelta(days=30), last - timedelta(days=8), "report", past.year, code, item)
    checked = between(last - timedelta(days=4), last, "check", past.year, code, item)
    done = Report(case_of(code, item, past.year)["action"], on)
    return (
        _planned(past, code, item),
        _step(past.sections[code], done, on),
        _step(past.secretariat, Verify(), checked),
    )


def _left_steps(past: PastYear, code: str, item: str, category: str, late: bool) -> tuple[HistoricStep, ...]:
    reason, note = not_improved_reason(category, code, past.year)
    last = past.improvement[1]
    told = between(last - timedelta(days=12), last - timedelta(days=2), "left", past.year, code, item)
    steps = (
        _planned(past, code, item),
        _step(past.sections[code], NotImproved(reason, note), told),
        _step(past.secretariat, StageClosed(), last),
    )
    if not late:
        return steps
    first, last = past.follow_up
    on = between(first, first + timedelta(days=40), "late", past.year, code)
    checked = between(on + timedelta(days=7), last, "confirm", past.year, code)
    return (
        *steps,
        _step(past.sections[code], Report(case_of(code, item, past.year)["action"], on), on),
        _step(past.secretariat, Verify("追跡調査で、改善していることを確認した。"), checked),
    )


def _step(writer: Writer, event: Event, on: date) -> HistoricStep:
    return HistoricStep(event, on, writer.code, writer.name)
