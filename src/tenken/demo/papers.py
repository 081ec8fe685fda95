"""The papers that the committee has read: issued on the day of its meeting."""

from __future__ import annotations

from datetime import date

from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.reports import catalogue, paper1, paper2
from tenken.reports.operations import issue_edition, open_edition

RESULTS, PLAN = paper1.CODE, paper2.PAPER2.code


def issue(made: DemoCity, paper_code: str, fiscal_year: int, day: date) -> None:
    """Issue a paper of a year on *day* with the figures there are."""
    by = made.acting(plan.secretariat_post(), day)
    edition = open_edition(by=by, paper_code=paper_code, fiscal_year=fiscal_year)
    figures = catalogue.entry(paper_code).gather(made.city, fiscal_year)
    issue_edition(by=by, edition=edition, figures=figures, issued_on=day, version=edition.version)
