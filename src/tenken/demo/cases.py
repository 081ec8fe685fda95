"""課題・対策事例集 of FY2014: what others can copy, from verified findings and from the visits' good practices."""

from __future__ import annotations

from datetime import date

from tenken.audit import operations as audit
from tenken.audit.models import GoodPractice
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.findings import operations as findings
from tenken.findings.models import Finding


def load_casebook(made: DemoCity, fiscal_year: int, on: date) -> int:
    """Propose and publish the cases of ``data/cases.yaml`` from a year's findings and good practices; return how many."""
    by = made.acting(plan.secretariat_post(), on)
    cases = []
    for row in read("cases")["measures"]:
        finding = (
            Finding.objects.filter(
                city=made.city, fiscal_year=fiscal_year, item_code=row["item"], status="verified"
            )
            .select_related("unit")
            .order_by("number")[0]
        )
        cases.append(
            findings.propose_case(
                by=by,
                city=made.city,
                fiscal_year=fiscal_year,
                kind="measure",
                category_code=finding.category_code,
                title=row["title"],
                situation=row["situation"],
                measure=row["measure"],
                unit=finding.unit,
                source=("findings.finding", finding.pk),
                on=on,
            )
        )
    for row in read("cases")["practices"]:
        practice = GoodPractice.objects.get(
            visit__stage__programme__city=made.city,
            visit__stage__programme__fiscal_year=fiscal_year,
            text__contains=row["contains"],
        )
        proposed = audit.propose_practice(
            by=by,
            practice=practice,
            title=row["title"],
            situation=row["situation"],
            measure=practice.text,
            version=practice.version,
            on=on,
        )
        assert proposed.case is not None
        cases.append(proposed.case)
    for case in cases:
        findings.publish_case(by=by, case=case, version=case.version, on=on)
    return len(cases)
