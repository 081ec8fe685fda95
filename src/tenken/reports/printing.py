"""Papers printed for a city: the last issued edition as issued, else the draft as it stands today."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.organization.models import City
from tenken.reports import catalogue
from tenken.reports.blocks import Paper
from tenken.reports.models import PaperEdition
from tenken.reports.paper1 import CODE as RESULTS
from tenken.reports.paper2 import CODE as PLAN
from tenken.reports.queries import draft_paper, issued_paper
from tenken.reports.render import FORMS, write_paper
from tenken.reports.rotation.paper4 import CODE as ROTATION


def paper_of(city: City, code: str, fiscal_year: int, *, issued_on: date | None = None) -> Paper:
    """Return a paper of a year: the last issued edition as issued, else today's draft with its edited prose."""
    definition = catalogue.entry(code)
    editions = PaperEdition.objects.filter(city=city, paper_code=code, fiscal_year=fiscal_year)
    issued = editions.filter(status=PaperEdition.Status.ISSUED).order_by("-number").first()
    if issued:
        return issued_paper(issued)
    figures = definition.gather(city, fiscal_year)
    day = issued_on or clock.today()
    draft = editions.filter(status=PaperEdition.Status.DRAFT).first()
    if draft:
        return draft_paper(draft, figures, issued_on=day)
    return definition.build(figures, {}, issued_on=day)


def print_paper(
    city: City, code: str, fiscal_year: int, directory: Path, forms: Sequence[str] = FORMS
) -> list[Path]:
    """Write one paper of a year into *directory* and return the files. ``Missing`` when there is nothing to print it from."""
    return write_paper(paper_of(city, code, fiscal_year), directory, forms)


@dataclass(frozen=True)
class Printed:
    """Files written, and in Japanese what could not be ('' when all was)."""

    paths: tuple[Path, ...]
    left_out: str = ""


def print_committee(city: City, fiscal_year: int, directory: Path, forms: Sequence[str] = FORMS) -> Printed:
    """Write what one meeting of the committee reads: paper 1 on the year's results, paper 2 on the plan of the year after,
    and paper 4 on how that year's systems are chosen, where they are chosen by rotation.

    Paper 2 is left out, and said to be, while that year has no plan. ``Missing`` when there are no results.
    """
    paths = print_paper(city, RESULTS, fiscal_year, directory, forms)
    with suppress(Missing):
        paths += print_paper(city, ROTATION, fiscal_year + 1, directory, forms)
    try:
        paths += print_paper(city, PLAN, fiscal_year + 1, directory, forms)
    except Missing as refusal:
        return Printed(tuple(paths), refusal.message)
    return Printed(tuple(paths))
