"""Which systems were audited and how: by their own inspection, by a visit, by a technical audit besides."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import count

SYSTEMS = "システム"


def systems_method(figures: InspectionFigures) -> Sentence | None:
    """None in a year without an audit of systems. How many inspected themselves is left out when it is not known."""
    audit = figures.systems
    if audit is None:
        return None
    basis: dict[str, int | str] = {"visited": audit.visited, "scanned": audit.scanned}
    whom = "選定した情報システム"
    if audit.inspected is not None:
        basis["inspected"] = audit.inspected
        whom = f"選定した{count(audit.inspected, SYSTEMS)}"
    text = f"{whom}の所管課が、運用にかかる自己点検を行った。"
    if audit.visited:
        text += f"その中の{count(audit.visited, SYSTEMS)}は、訪問によりシステム運用面からも調査した。"
    if audit.scanned:
        besides = "訪問調査に加え、" if audit.visited else ""
        text += f"また、{count(audit.scanned, SYSTEMS)}を選び、{besides}技術監査を実施した。"
    return Sentence(text, basis)
