"""Past sheets and the findings that came of them, as rows for the bulk operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from tenken.demo.assets import main_assets, stated
from tenken.demo.data_files import case_of, digest, not_improved_reason, pick, read
from tenken.demo.days import opening_day
from tenken.demo.issues import YearOfIssues
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import (
    CannotFix,
    Confirm,
    Event,
    NotImproved,
    Plan,
    Report,
    StageClosed,
    Verify,
)
from tenken.findings.states.words import DAILY, ENVIRONMENT
from tenken.inspection.finding_words import finding_words
from tenken.inspection.operations import HistoricAnswer, HistoricSheet

_STAND_ALONE = frozenset({"R-VM-01"})
# Reasons that need the bureau's environment; technical ones, kept in check by another measure since FY2015.
_ENVIRONMENT, _TECHNICAL, _TREATED_SINCE = (
    frozenset({"storage_space", "budget"}),
    frozenset({"system_constraint", "contract"}),
    2015,
)


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
    names: Mapping[str, str],
) -> list[HistoricSheet]:
    """Return the sheet of every section of a past year, handed in and accepted within the stage.

    *units*: key by code; *conforming*: by code, the items that a visit will later hold against the answer; *names*: of
    the sections whose sheet has the risk part.
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
        assets = stated(main_assets(code, names[code]), answers) if code in names else ()
        rows.append(HistoricSheet(key, submitted, min(accepted, last), answers, assets))
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
    bureaus: Mapping[str, int]

    def bureau_of(self, code: str) -> int:
        """Return the key of the 局・区 of a section."""
        return self.bureaus[code[:2]]


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
        treated = any(isinstance(step.event, Confirm) for step in steps)
        status = "treated" if treated else "not_improved" if left else "verified"
        rows.append(_finding(past, code, item, steps, status))
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


def _planned(past: PastYear, code: str, item: str, reason: str = "") -> HistoricStep:
    first, last = past.improvement
    on = between(first + timedelta(days=2), first + timedelta(days=18), "plan", past.year, code, item)
    due = between(on + timedelta(days=14), last, "due", past.year, code, item)
    text = case_of(code, item, past.year)["plan"]
    return _step(
        past.sections[code],
        plan_event(text, past.sections[code].name, due, reason, past.bureau_of(code), past.year, code),
        on,
    )


def plan_event(text: str, owner: str, due: date, reason: str, bureau: int, year: int, code: str) -> Plan:
    """Return a plan. What waits for storage or for a budget is the bureau's environment, with its cost; all else is
    the section's daily work."""
    if reason not in _ENVIRONMENT:
        return Plan(text, owner, due, level=DAILY)
    yen = 60_000 * (1 + digest("yen", code, year) % 9)
    return Plan(
        text, owner, due, True, level=ENVIRONMENT, bureau_id=bureau, budget_yen=yen, budget_year=year + 1
    )


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
    reason, note = not_improved_reason(category, code, past.year, item)
    last = past.improvement[1]
    told = between(last - timedelta(days=12), last - timedelta(days=2), "left", past.year, code, item)
    planned = _planned(past, code, item, reason)
    if past.year >= _TREATED_SINCE and reason in _TECHNICAL:
        return planned, *_treated(past, code, item, reason, note, told)
    steps = (
        planned,
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


def _treated(
    past: PastYear, code: str, item: str, reason: str, note: str, told: date
) -> tuple[HistoricStep, ...]:
    """What cannot be fixed: said so with what lowers the risk instead, and held against what the maker wrote."""
    first, last = past.follow_up
    secretariat = past.secretariat
    confirmed = between(first, first + timedelta(days=20), "confirmed", past.year, code, item)
    return (
        _step(past.sections[code], cannot_fix(code, item, reason, note, date(past.year + 2, 9, 30)), told),
        _step(secretariat, StageClosed(), past.improvement[1]),
        _step(
            secretariat,
            Confirm(_texts()["confirmed"], secretariat.code, secretariat.name),
            min(confirmed, last),
        ),
    )


def cannot_fix(code: str, item: str, reason: str, note: str, review_on: date) -> CannotFix:
    """Return that something cannot be fixed, with the measure that lowers the risk instead."""
    texts = _texts()
    return CannotFix(
        reason,
        note,
        pick(texts["compensating"], "compensating", code, item),
        review_on,
        pick(("low", "low", "medium"), "residual risk", code, item),
        pick(texts["residual_risk"], "residual risk note", code, item),
    )


def _step(writer: Writer, event: Event, on: date) -> HistoricStep:
    return HistoricStep(event, on, writer.code, writer.name)
