"""Reading and downloading papers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenken.audit.models import SystemSelection
from tenken.audit.permissions import VIEW_ROTATION
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.inspection.models import Programme
from tenken.organization.access import Principal, require_somewhere
from tenken.plans.models import AnnualPlan
from tenken.plans.permissions import VIEW_PLANS
from tenken.reports import catalogue
from tenken.reports.blocks import ChartFigure, Paper, numbered
from tenken.reports.definition import Figures
from tenken.reports.models import PaperEdition
from tenken.reports.paper2 import CODE as PLAN_PAPER
from tenken.reports.permissions import EDIT_PAPERS, ISSUE_PAPERS, VIEW_PAPERS
from tenken.reports.queries import draft_paper, editions, issued_paper, paragraph_states
from tenken.reports.render import MEDIA_TYPES, file_name
from tenken.reports.render import render as render_form
from tenken.reports.rotation.paper4 import CODE as ROTATION_PAPER
from tenken.web.charts import chart_response
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.reports.showing import shown_blocks

LAUNCH_LETTER = "letter-launch"
_SHOWN_LETTERS = 3


@dataclass(frozen=True)
class Reading:
    """A paper as one person may read it, and the edition it comes from (None: never opened for editing).

    ``figures``: what a draft was made of; None for an issued edition.
    """

    paper: Paper
    edition: PaperEdition | None
    figures: Figures | None = None


def reading(by: Principal, code: str, fiscal_year: int) -> Reading:
    """Return the paper for *by*: editors see the present draft, others what was issued last; ``Missing`` when neither."""
    definition = catalogue.entry(code)
    require_somewhere(by, VIEW_PAPERS)
    own = editions(by).filter(paper_code=code, fiscal_year=fiscal_year).select_related("city")
    issued = own.filter(status=PaperEdition.Status.ISSUED).order_by("-number").first()
    if by.holds(EDIT_PAPERS):
        draft = own.filter(status=PaperEdition.Status.DRAFT).first()
        if draft or not issued:
            figures = definition.gather(by.city, fiscal_year)
            today = clock.today()
            built = (
                draft_paper(draft, figures, issued_on=today)
                if draft
                else definition.build(figures, {}, issued_on=today)
            )
            return Reading(built, draft, figures)
    if issued is None:
        raise Missing("この年度の資料は、まだ発行されていません。")
    return Reading(issued_paper(issued), issued)


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the papers and letters that the reader may see, a table for each year."""
    by = request.principal
    require_somewhere(by, VIEW_PAPERS)
    known: dict[tuple[int, str], list[PaperEdition]] = {}
    for edition in editions(by).order_by("-number"):
        known.setdefault((edition.fiscal_year, edition.paper_code), []).append(edition)
    can_be_made = _can_be_made(by) if by.holds(EDIT_PAPERS) else set()
    wanted = set(known) | can_be_made
    years = [
        {
            "year": FiscalYear(year),
            "rows": [
                {"entry": entry, "editions": known.get((year, entry.code), [])}
                for entry in catalogue.PAPERS
                if (year, entry.code) in wanted
            ],
        }
        for year in sorted({year for year, _ in wanted}, reverse=True)
    ]
    return render(request, "web/reports/index.html", {"years": years})


def _can_be_made(by: Principal) -> set[tuple[int, str]]:
    """Return what editors may begin: papers of inspected years, those before a launch, plans, selections. Three
    queries."""
    programmes = Programme.objects.filter(city=by.city_id, code="yearly").values_list("fiscal_year", "status")
    planned = AnnualPlan.objects.restrict(by, VIEW_PLANS).values_list("fiscal_year", flat=True)
    found = {(year, PLAN_PAPER) for year in planned}
    for year, status in programmes:
        if status == Programme.Status.PLANNED:
            found.add((year, LAUNCH_LETTER))
        else:
            found |= {
                (year, entry.code)
                for entry in catalogue.PAPERS
                if entry.code not in (PLAN_PAPER, ROTATION_PAPER)
            }
    selected = SystemSelection.objects.restrict(by, VIEW_ROTATION).exclude(status="discarded")
    return found | {(year, ROTATION_PAPER) for year in selected.values_list("fiscal_year", flat=True)}


@signed_in
@require_safe
def paper(request: SignedInRequest, code: str, fiscal_year: int) -> HttpResponse:
    """Show a paper as it would print, each paragraph with its way to the editor."""
    by = request.principal
    entry = catalogue.entry(code)
    try:
        read = reading(by, code, fiscal_year)
    except Missing as refusal:
        if not by.holds(EDIT_PAPERS):
            raise
        missing = {"entry": entry, "year": FiscalYear(fiscal_year), "reason": refusal.message}
        return render(request, "web/reports/not_yet.html", missing, status=404)
    edition = read.edition
    editable = edition is not None and not edition.is_issued and by.everywhere(EDIT_PAPERS)
    states = (
        {state.key: state for state in paragraph_states(edition, read.figures)}
        if edition and editable and read.figures
        else {}
    )
    context = {
        "entry": entry,
        "paper": read.paper,
        "edition": edition,
        "year": FiscalYear(fiscal_year),
        "blocks": list(
            shown_blocks(
                read.paper, lambda key: reverse("reports-figure", args=[code, fiscal_year, key]), states
            )
        ),
        "letters": read.paper.letters[:_SHOWN_LETTERS],
        "letter_count": len(read.paper.letters),
        "states": list(states.values()),
        "editable": editable,
        "may_open": by.everywhere(EDIT_PAPERS) and not editable,
        "may_issue": editable and by.everywhere(ISSUE_PAPERS),
        "downloads": {
            form: reverse("reports-download", args=[code, fiscal_year, form]) for form in entry.forms
        },
    }
    return render(request, "web/reports/paper.html", context)


@signed_in
@require_safe
def download(request: SignedInRequest, code: str, fiscal_year: int, form: str) -> HttpResponse:
    """Send a paper as Word, PDF or Excel."""
    if form not in catalogue.entry(code).forms:
        raise Missing("その形式の資料はありません。")
    built = reading(request.principal, code, fiscal_year).paper
    response = HttpResponse(render_form(built, form), content_type=MEDIA_TYPES[form])
    name = quote("_".join(part for part in (built.number, f"{built.title}.{form}") if part))
    response["Content-Disposition"] = (
        f"attachment; filename=\"{file_name(built, form)}\"; filename*=UTF-8''{name}"
    )
    return response


@signed_in
@require_safe
def figure(request: SignedInRequest, code: str, fiscal_year: int, key: str) -> HttpResponse:
    """Draw one figure of a paper."""
    built = reading(request.principal, code, fiscal_year).paper
    chart = next((b for b in numbered(built).blocks if isinstance(b, ChartFigure) and b.key == key), None)
    if chart is None:
        raise Missing("その図はありません。")
    return chart_response(chart)
