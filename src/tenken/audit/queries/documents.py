"""What the papers of a visit say: the letter, the report of one visit, the report of a year. Frozen, without the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from tenken.audit.models import VisitItem
from tenken.audit.queries.figures import VisitFigures


@dataclass(frozen=True)
class AuditorLine:
    """One 監査人 of a visit as appointed."""

    name: str
    title: str
    lead: bool


@dataclass(frozen=True)
class VisitLetter:
    """訪問調査実施通知: to the section's manager (情報管理者; '' where nobody holds the post on that day).

    ``topics``: the 調査項目 to be looked at, each with how many items. ``system`` '': the section itself is visited.
    ``sender``: the post of whoever wrote the letter last, '' before it is out. Times None where not settled.
    """

    visit_id: int
    city_name: str
    number: str
    dated: date | None
    section: str
    manager_name: str
    sender: str
    programme_name: str
    fiscal_year: int
    stage_name: str
    purpose: str
    outline: str
    system: str
    planned_on: date | None
    begins_at: time | None
    ends_at: time | None
    place: str
    auditors: tuple[AuditorLine, ...]
    chosen_because: str
    topics: tuple[tuple[str, int], ...]
    request: str


@dataclass(frozen=True)
class ReportItem:
    """One line of the checklist. ``contradicts``: said to be in order, and seen otherwise."""

    category: str
    item_code: str
    question: str
    said: str
    said_label: str
    said_reason: str
    seen: str
    seen_label: str
    note: str
    contradicts: bool


@dataclass(frozen=True)
class ReportObservation:
    """One 指摘事項 and what became of it; ``finding`` '' before the report ("2014-133" after it)."""

    number: int
    category: str
    title: str
    detail: str
    unreported: bool
    due_on: date | None
    finding: str
    status: str
    status_label: str
    settled: bool
    closed_on: date | None


@dataclass(frozen=True)
class ReportPractice:
    """One 優良事例; the section may be named beside it in print only when ``may_name``."""

    text: str
    permission_label: str
    may_name: bool


@dataclass(frozen=True)
class MeetingLine:
    """訪問調査報告会."""

    held_on: date
    place: str
    attendees: str
    minutes: str


@dataclass(frozen=True)
class VisitReport:
    """訪問調査報告書 of one visit, from the letter to the follow-up."""

    letter: VisitLetter
    status: str
    status_label: str
    visited_on: date | None
    attended_by: str
    summary: str
    items: tuple[ReportItem, ...]
    observations: tuple[ReportObservation, ...]
    good_practices: tuple[ReportPractice, ...]
    facts_label: str
    facts_comment: str
    facts_by_name: str
    facts_on: date | None
    facts_reply: str
    meetings: tuple[MeetingLine, ...]
    reported_on: date | None
    closed_on: date | None

    @property
    def agree(self) -> int:
        return sum(item.seen == VisitItem.Seen.AGREE for item in self.items)

    @property
    def disagree(self) -> int:
        return sum(item.seen == VisitItem.Seen.DISAGREE for item in self.items)

    @property
    def not_seen(self) -> int:
        return len(self.items) - self.agree - self.disagree

    @property
    def settled(self) -> int:
        """How many of the 指摘事項 need nothing more."""
        return sum(one.settled for one in self.observations)


@dataclass(frozen=True)
class SelectionLine:
    """One 選定 of the year, taken or not; ``in_words`` says how to run it again."""

    number: int
    method_label: str
    seed: int | None
    wanted: int | None
    universe: int
    drawn_on: date
    drawn_by_name: str
    reasons: str
    status_label: str
    discarded_because: str
    in_words: str
    units: tuple[tuple[str, str], ...]  # name, why


@dataclass(frozen=True)
class VisitProgrammeReport:
    """訪問調査報告書 of a programme's visits."""

    city_name: str
    programme_name: str
    fiscal_year: int
    stage_name: str
    starts_on: date | None
    ends_on: date | None
    purpose: str
    outline: str
    selections: tuple[SelectionLine, ...]
    visits: tuple[VisitReport, ...]
    figures: VisitFigures
