"""Clauses, versions and comparisons in the words of their readers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tenken.approvals.models import ApprovalRequest, StepDecision
from tenken.common.era import era_date
from tenken.policy.comparison import ClauseChange, ClauseText, VersionComparison
from tenken.policy.models import Chapter, Clause, PolicyVersion
from tenken.policy.queries import ChapterView, ItemOnDate

VERSION_STATUSES: dict[str, tuple[str, str]] = {
    PolicyVersion.Status.DRAFT: ("案", "yellow"),
    PolicyVersion.Status.IN_APPROVAL: ("決裁中", "blue"),
    PolicyVersion.Status.PUBLISHED: ("施行", "green"),
}
NATURES: dict[str, tuple[str, str]] = {
    Clause.Nature.MUST: ("義務", "blue"),
    Clause.Nature.MUST_NOT: ("禁止", "red"),
    Clause.Nature.SHOULD: ("努力", "yellow"),
    Clause.Nature.DEFINITION: ("定義", "neutral"),
}
_FIELD_NAMES = {
    "chapter": "章",
    "number": "番号",
    "heading": "見出し",
    "text": "本文",
    "binds": "対象者",
    "nature": "性質",
    "refines": "具体化する条",
}
_TRACE_TONES = {"approved": "green", "returned": "red", "withdrawn": "yellow"}


@dataclass(frozen=True)
class ClauseRow:
    """A clause as a page shows it."""

    clause: Clause
    roles: tuple[str, ...]
    nature: tuple[str, str]
    source: str
    items: tuple[ItemOnDate, ...]


@dataclass(frozen=True)
class ChapterRows:
    chapter: Chapter
    rows: tuple[ClauseRow, ...]


def nature_of(code: str) -> tuple[str, str]:
    """Return label and tone of a clause's nature."""
    return NATURES.get(code, (code, "neutral"))


def source_place(source: dict[str, Any]) -> str:
    """Return where a clause comes from: 「公表文書003　(3)3(2)　4番目」; '' for a clause of the city's own."""
    if not source:
        return ""
    place = f"{source.get('section', '')}{source.get('item', '')}"
    return f"公表文書{source.get('document', '')}　{place}　{source.get('sentence', '')}番目"


def chapter_rows(
    chapters: Iterable[ChapterView],
    names: dict[str, str],
    items: Iterable[ItemOnDate] = (),
    *,
    roles: frozenset[str] = frozenset(),
    nature: str = "",
) -> list[ChapterRows]:
    """Return chapters with the clauses that bind any of *roles* and are of *nature* (empty for all), items beside each."""
    asking: dict[str, list[ItemOnDate]] = defaultdict(list)
    for item in items:
        for code in item.revision.clause_codes:
            asking[code].append(item)
    found = []
    for view in chapters:
        rows = tuple(
            ClauseRow(
                clause=clause,
                roles=tuple(names.get(code, code) for code in clause.binds),
                nature=nature_of(clause.nature),
                source=source_place(clause.source),
                items=tuple(asking.get(clause.code, ())),
            )
            for clause in view.clauses
            if (not roles or roles & set(clause.binds)) and (not nature or nature == clause.nature)
        )
        if rows or not (roles or nature):
            found.append(ChapterRows(view.chapter, rows))
    return found


@dataclass(frozen=True)
class ChangeRows:
    """A changed clause: the text word by word, and every other field that differs as (label, before, after)."""

    change: ClauseChange
    fields: tuple[str, ...]
    others: tuple[tuple[str, str, str], ...]
    text_changed: bool


def change_rows(comparison: VersionComparison, names: dict[str, str]) -> list[ChangeRows]:
    """Return the changed clauses of *comparison* as a page shows them."""
    return [
        ChangeRows(
            change=change,
            fields=tuple(_FIELD_NAMES[name] for name in change.fields),
            others=tuple(
                (_FIELD_NAMES[name], _shown(change.before, name, names), _shown(change.after, name, names))
                for name in change.fields
                if name != "text"
            ),
            text_changed="text" in change.fields,
        )
        for change in comparison.changed
    ]


COMPARISON_HEADER = ("区分", "コード", "番号", "見出し", "変わったところ", "変更前", "変更後")


def comparison_lines(comparison: VersionComparison, names: dict[str, str]) -> list[tuple[str, ...]]:
    """Return a comparison as rows under ``COMPARISON_HEADER``: a row for each clause and each thing that changed."""
    lines: list[tuple[str, ...]] = [
        (
            "変わった条",
            one.code,
            one.after.number,
            one.after.heading,
            _FIELD_NAMES[name],
            _shown(one.before, name, names),
            _shown(one.after, name, names),
        )
        for one in comparison.changed
        for name in one.fields
    ]
    lines += [("加わった条", one.code, one.number, one.heading, "", "", one.text) for one in comparison.added]
    lines += [
        ("なくなった条", one.code, one.number, one.heading, "", one.text, "") for one in comparison.removed
    ]
    return lines


def _shown(clause: ClauseText, name: str, names: dict[str, str]) -> str:
    value = getattr(clause, name)
    if name == "binds":
        return "、".join(names.get(code, code) for code in value)
    if name == "nature":
        return nature_of(value)[0]
    return "、".join(value) if name == "refines" else str(value)


def approval_events(rounds: Iterable[ApprovalRequest]) -> list[dict[str, str]]:
    """Return the trail of a version's approvals for the timeline."""
    events = []
    for request in rounds:
        events.append(
            {
                "when": era_date(request.requested_on),
                "who": request.requested_by_name,
                "what": f"決裁に提出（第{request.round}回）",
                "comment": "",
                "tone": "blue",
            }
        )
        events += [_decision_event(decision) for decision in request.decisions.all()]
    return events


def _decision_event(decision: StepDecision) -> dict[str, str]:
    acting = "（代決）" if decision.acting else ""
    return {
        "when": era_date(decision.decided_on),
        "who": f"{decision.decided_by_name}{acting}",
        "what": f"{decision.step_name}：{decision.get_outcome_display()}",
        "comment": decision.comment,
        "tone": _TRACE_TONES.get(decision.outcome, "neutral"),
    }
