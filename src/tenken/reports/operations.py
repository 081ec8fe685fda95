"""Every write of the room: editions opened, paragraphs edited, editions issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.reports import catalogue
from tenken.reports.definition import Definition, Figures
from tenken.reports.models import EditedParagraph, PaperEdition
from tenken.reports.permissions import EDIT_PAPERS, ISSUE_PAPERS
from tenken.reports.sealing import edition_hash

PARAGRAPH_LIMIT = 4000  # characters


@transaction.atomic
def open_edition(*, by: Principal, paper_code: str, fiscal_year: int) -> PaperEdition:
    """Return the draft of a paper of a year, a new one when there is none: the first, or the next after what was issued.

    ``Missing`` for a paper that is not in the catalogue.
    """
    require(by, EDIT_PAPERS)
    catalogue.entry(paper_code)
    City.objects.select_for_update().get(pk=by.city_id)
    editions = PaperEdition.objects.filter(city=by.city_id, paper_code=paper_code, fiscal_year=fiscal_year)
    draft = editions.filter(status=PaperEdition.Status.DRAFT).first()
    if draft is not None:
        return draft
    last = editions.order_by("-number").first()
    edition = PaperEdition.objects.create(
        city=by.city,
        paper_code=paper_code,
        fiscal_year=fiscal_year,
        number=1 if last is None else last.number + 1,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="reports.edition.open",
        subject=("reports.edition", edition.pk),
        changes={"paper": paper_code, "fiscal_year": fiscal_year, "number": edition.number},
        business_date=by.on,
    )
    return edition


@transaction.atomic
def edit_paragraph(
    *, by: Principal, edition: PaperEdition, key: str, text: str, drafted: str, version: int
) -> PaperEdition:
    """Put *text* in place of the draft of paragraph *key*; '' leaves the paragraph out of the paper.

    *drafted* is the draft as it was shown beside it. ``Stale`` when the edition is no longer at *version* or is issued,
    ``Missing`` for a key no paragraph has, ``Invalid`` for text too long. Returns the edition at its new version.
    """
    require(by, EDIT_PAPERS)
    locked = _open(by, edition, version)
    title = _title(locked, key)
    written = plain_text(text)
    if len(written) > PARAGRAPH_LIMIT:
        message = f"本文は{PARAGRAPH_LIMIT:,}文字までです（今は{len(written):,}文字）。"
        raise Invalid("本文を保存できません。", [Problem(message, title, "text")])
    paragraph = EditedParagraph.objects.filter(edition=locked, key=key).first()
    earlier = drafted if paragraph is None else paragraph.text
    EditedParagraph.objects.update_or_create(
        edition=locked,
        key=key,
        defaults={
            "text": written,
            "drafted_text_at_edit": drafted,
            "edited_by": by.actor.code,
            "edited_at": clock.now(),
        },
    )
    return _changed(by, locked, "reports.paragraph.edit", {"key": key, "from": earlier, "to": written})


@transaction.atomic
def use_draft(*, by: Principal, edition: PaperEdition, key: str, version: int) -> PaperEdition:
    """Let paragraph *key* follow the numbers again. The journal keeps the words it had. ``Stale`` as in editing."""
    require(by, EDIT_PAPERS)
    locked = _open(by, edition, version)
    _title(locked, key)
    paragraph = EditedParagraph.objects.filter(edition=locked, key=key).first()
    if paragraph is None:
        return locked
    words = paragraph.text
    paragraph.delete()
    return _changed(by, locked, "reports.paragraph.use_draft", {"key": key, "from": words})


@transaction.atomic
def issue_edition(
    *, by: Principal, edition: PaperEdition, figures: Figures, issued_on: date, version: int
) -> PaperEdition:
    """Issue *edition* with *figures* and the prose as it stands; from then on nothing in it changes.

    ``Invalid`` when the figures are another city's or year's or contradict themselves, or when a paragraph was edited
    over numbers that have changed since: each is named. ``Stale`` as in editing.
    """
    require(by, ISSUE_PAPERS)
    locked = _open(by, edition, version)
    definition = catalogue.entry(locked.paper_code)
    drafted = definition.drafted_texts(figures)
    edited = {paragraph.key: paragraph for paragraph in locked.edited_paragraphs.all()}
    problems = [
        *_figure_problems(definition, locked, figures, issued_on),
        *_outdated_problems(definition, drafted, edited),
    ]
    if problems:
        raise Invalid("資料を発行できません。", problems)
    locked.figures = definition.snapshot(figures)
    locked.prose = drafted | {key: paragraph.text for key, paragraph in edited.items() if key in drafted}
    locked.issued_on, locked.issued_by = issued_on, by.actor.code
    locked.sha256 = edition_hash(
        paper_code=locked.paper_code,
        fiscal_year=locked.fiscal_year,
        number=locked.number,
        issued_on=issued_on,
        figures=locked.figures,
        prose=locked.prose,
    )
    # One update, not save(): an issued edition refuses to be saved.
    PaperEdition.objects.filter(pk=locked.pk).update(
        status=PaperEdition.Status.ISSUED,
        figures=locked.figures,
        prose=locked.prose,
        issued_on=issued_on,
        issued_by=locked.issued_by,
        sha256=locked.sha256,
        version=locked.version + 1,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="reports.edition.issue",
        subject=("reports.edition", locked.pk),
        changes={"sha256": locked.sha256, "issued_on": issued_on, "number": locked.number},
        business_date=issued_on,
    )
    locked.refresh_from_db()
    return locked


def _open(by: Principal, edition: PaperEdition, version: int) -> PaperEdition:
    """Return the edition locked, or raise: another city's, issued, or changed since it was shown."""
    if edition.city_id != by.city_id:
        raise Denied("ほかの市の資料は扱えません。")
    locked = PaperEdition.objects.select_for_update().filter(pk=edition.pk).first()
    if locked is None:
        raise Missing("その資料はありません。")
    if locked.is_issued:
        raise Stale("この資料はすでに発行されています。直すときは新しい版を作ってください。")
    if locked.version != version:
        raise Stale("ほかの人が先にこの資料を更新しました。最新の内容を確かめてください。")
    return locked


def _changed(by: Principal, locked: PaperEdition, operation: str, changes: dict[str, str]) -> PaperEdition:
    locked.version += 1
    locked.save(update_fields=["version"])
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("reports.edition", locked.pk),
        changes=dict(changes),
        business_date=by.on,
    )
    return locked


def _title(edition: PaperEdition, key: str) -> str:
    title = catalogue.entry(edition.paper_code).title_of(key)
    if title is None:
        raise Missing("その段落はありません。")
    return title


def _figure_problems(
    definition: Definition, edition: PaperEdition, figures: Figures, issued_on: date
) -> list[Problem]:
    problems = [Problem(sentence, "数値") for sentence in definition.inconsistencies(figures)]
    if figures.fiscal_year != edition.fiscal_year:
        year, of = FiscalYear(figures.fiscal_year), FiscalYear(edition.fiscal_year)
        problems.append(Problem(f"{year}の数値であり、{of}の資料には使えません。", "数値"))
    if figures.city_name != edition.city.name:
        problems.append(
            Problem(
                f"「{figures.city_name}」の数値であり、「{edition.city.name}」の資料には使えません。", "数値"
            )
        )
    earliest = FiscalYear(edition.fiscal_year).starts_on - definition.earlier
    if issued_on < earliest:
        problems.append(Problem("発行日が、資料の年度より前です。", "発行日", "issued_on"))
    return problems


def _outdated_problems(
    definition: Definition, drafted: Mapping[str, str], edited: Mapping[str, EditedParagraph]
) -> list[Problem]:
    message = "編集した後に数値が変わっています。本文を確かめ、保存し直してください。"
    return [
        Problem(message, definition.title_of(key) or key)
        for key, paragraph in edited.items()
        if key in drafted and paragraph.drafted_text_at_edit != drafted[key]
    ]
