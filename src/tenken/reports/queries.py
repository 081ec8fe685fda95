"""Reading editions: scoped lists, the paragraphs of a draft beside their drafts, an issued paper as it was printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.reports import catalogue
from tenken.reports.blocks import Paper
from tenken.reports.definition import Figures
from tenken.reports.models import PaperEdition, PaperEditionQuerySet
from tenken.reports.permissions import EDIT_PAPERS, VIEW_PAPERS


@dataclass(frozen=True)
class ParagraphState:
    """A paragraph as the editing page shows it. ``numbers_changed``: its draft is no longer the one it was edited over."""

    key: str
    title: str
    drafted: str
    text: str
    edited: bool
    edited_by: str = ""
    edited_at: datetime | None = None
    numbers_changed: bool = False


def editions(by: Principal) -> PaperEditionQuerySet:
    """Return the editions *by* may see: drafts too for those who edit, else only what has been issued."""
    rows = PaperEdition.objects.restrict(by, VIEW_PAPERS)
    return rows if by.holds(EDIT_PAPERS) else rows.filter(status=PaperEdition.Status.ISSUED)


def edition_of(by: Principal, key: int) -> PaperEdition:
    """Return one edition; ``Missing`` when there is none that *by* may see."""
    edition = editions(by).select_related("city").filter(pk=key).first()
    if edition is None:
        raise Missing("その資料はありません。")
    return edition


def edited_prose(edition: PaperEdition, figures: Figures) -> dict[str, str]:
    """Return the edited paragraphs by key, as the paper's ``build`` takes them: those *figures* still have."""
    known = catalogue.entry(edition.paper_code).drafted_texts(figures)
    return {key: text for key, text in edition.edited_paragraphs.values_list("key", "text") if key in known}


def paragraph_states(edition: PaperEdition, figures: Figures) -> tuple[ParagraphState, ...]:
    """Return every paragraph in the order printed, edited or drafted from *figures*. One query."""
    edited = {paragraph.key: paragraph for paragraph in edition.edited_paragraphs.all()}
    states = []
    for draft in catalogue.entry(edition.paper_code).drafts(figures):
        paragraph = edited.get(draft.key)
        if paragraph is None:
            states.append(ParagraphState(draft.key, draft.title, draft.text, draft.text, edited=False))
            continue
        states.append(
            ParagraphState(
                key=draft.key,
                title=draft.title,
                drafted=draft.text,
                text=paragraph.text,
                edited=True,
                edited_by=paragraph.edited_by,
                edited_at=paragraph.edited_at,
                numbers_changed=paragraph.drafted_text_at_edit != draft.text,
            )
        )
    return tuple(states)


def draft_paper(edition: PaperEdition, figures: Figures, *, issued_on: date) -> Paper:
    """Return a draft edition as it would print with *figures* today."""
    definition = catalogue.entry(edition.paper_code)
    return definition.build(figures, edited_prose(edition, figures), issued_on=issued_on)


def issued_paper(edition: PaperEdition) -> Paper:
    """Return an issued edition as it was issued, from what it keeps. ``Missing`` when it is not issued."""
    if edition.figures is None or edition.prose is None or edition.issued_on is None:
        raise Missing("この資料はまだ発行されていません。")
    definition = catalogue.entry(edition.paper_code)
    return definition.build(definition.restore(edition.figures), edition.prose, issued_on=edition.issued_on)
