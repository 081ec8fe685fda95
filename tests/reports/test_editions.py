"""Editions of papers: editing, what became old, issuing, and that an issued one stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.journal.sealed import SealedRowError, sealed_tables
from tenken.organization.access import Principal
from tenken.reports import operations as do
from tenken.reports import queries
from tenken.reports.blocks import Paragraph
from tenken.reports.figures import InspectionFigures
from tenken.reports.models import EditedParagraph, PaperEdition
from tenken.reports.prose import drafted_texts
from tests.factories import Scenario, make_other_city, make_scenario
from tests.reports.specimen import FY2014

pytestmark = pytest.mark.django_db
KEY = "inspection.management"
ISSUED = date(2015, 7, 29)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


@pytest.fixture
def secretariat(scenario: Scenario) -> Principal:
    return scenario.by("secretariat")


@pytest.fixture
def figures(scenario: Scenario) -> InspectionFigures:
    return replace(FY2014, city_name=scenario.city.name)


@pytest.fixture
def edition(secretariat: Principal) -> PaperEdition:
    return do.open_edition(by=secretariat, paper_code="committee", fiscal_year=2014)


def edit(by: Principal, edition: PaperEdition, text: str, figures: InspectionFigures) -> PaperEdition:
    return do.edit_paragraph(
        by=by,
        edition=edition,
        key=KEY,
        text=text,
        drafted=drafted_texts(figures)[KEY],
        version=edition.version,
    )


def test_a_paper_of_a_year_has_one_draft(secretariat: Principal, edition: PaperEdition) -> None:
    assert do.open_edition(by=secretariat, paper_code="committee", fiscal_year=2014) == edition
    assert edition.number == 1
    with pytest.raises(Missing):
        do.open_edition(by=secretariat, paper_code="nothing", fiscal_year=2014)


def test_an_edited_paragraph_is_printed_and_journaled(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    changed = edit(secretariat, edition, "  我々の言葉。\r\n次の段落。 ", figures)
    assert changed.version == edition.version + 1
    paper = queries.draft_paper(changed, figures, issued_on=ISSUED)
    assert "我々の言葉。" in [block.text for block in paper.blocks if isinstance(block, Paragraph)]
    entry = Entry.objects.latest("sequence")
    assert entry.operation == "reports.paragraph.edit"
    assert entry.actor_code == secretariat.actor.code


def test_two_people_at_one_page(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    edit(secretariat, edition, "先。", figures)
    with pytest.raises(Stale, match="ほかの人が先に"):
        edit(secretariat, edition, "後。", figures)
    assert EditedParagraph.objects.get().text == "先。"


def test_it_shows_when_the_numbers_changed_after_editing(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    edition = edit(secretariat, edition, "我々の言葉。", figures)
    states = {state.key: state for state in queries.paragraph_states(edition, figures)}
    assert states[KEY].edited
    assert not states[KEY].numbers_changed
    later = replace(
        figures, management=(replace(figures.management[0], issues=62, improved=45), *figures.management[1:])
    )
    states = {state.key: state for state in queries.paragraph_states(edition, later)}
    assert states[KEY].numbers_changed
    assert states[KEY].text == "我々の言葉。"
    assert not any(state.numbers_changed for key, state in states.items() if key != KEY)
    with pytest.raises(Invalid) as refused:
        do.issue_edition(
            by=secretariat, edition=edition, figures=later, issued_on=ISSUED, version=edition.version
        )
    assert "数値が変わっています" in refused.value.problems[0].message


def test_a_paragraph_may_follow_the_numbers_again(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    edition = edit(secretariat, edition, "我々の言葉。", figures)
    edition = do.use_draft(by=secretariat, edition=edition, key=KEY, version=edition.version)
    assert queries.edited_prose(edition, figures) == {}
    again = do.use_draft(by=secretariat, edition=edition, key=KEY, version=edition.version)
    assert again.version == edition.version


def test_what_cannot_be_edited_is_refused(
    scenario: Scenario, secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    with pytest.raises(Invalid) as refused:
        edit(secretariat, edition, "あ" * 4001, figures)
    assert refused.value.problems[0].field == "text"
    with pytest.raises(Missing):
        do.edit_paragraph(
            by=secretariat, edition=edition, key="x", text="", drafted="", version=edition.version
        )
    for role in ("section_manager", "auditor", "committee"):
        with pytest.raises(Denied):
            edit(scenario.by(role), edition, "文。", figures)
    with pytest.raises(Denied, match="ほかの市"):
        edit(make_other_city().by("secretariat"), edition, "文。", figures)
    assert not EditedParagraph.objects.exists()


def test_an_issued_edition_keeps_what_it_was_printed_from(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    edition = edit(secretariat, edition, "我々の言葉。", figures)
    before = queries.draft_paper(edition, figures, issued_on=ISSUED)
    issued = do.issue_edition(
        by=secretariat, edition=edition, figures=figures, issued_on=ISSUED, version=edition.version
    )
    assert issued.is_issued
    assert queries.issued_paper(issued) == before
    assert issued.sha256 is not None
    assert len(issued.sha256) == 64
    with pytest.raises(Stale, match="発行されています"):
        edit(secretariat, issued, "後から。", figures)
    with pytest.raises(SealedRowError):
        issued.save()
    with pytest.raises(SealedRowError):
        issued.delete()
    with pytest.raises(SealedRowError):
        issued.edited_paragraphs.get().delete()
    following = do.open_edition(by=secretariat, paper_code="committee", fiscal_year=2014)
    assert following.number == 2


def test_tampering_with_an_issued_edition_shows(
    scenario: Scenario, secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    do.issue_edition(
        by=secretariat, edition=edition, figures=figures, issued_on=ISSUED, version=edition.version
    )
    table = next(table for table in sealed_tables() if table.code == "reports.edition")
    assert [table.expected(row) == table.stored(row) for row in table.rows(scenario.city.code)] == [True]
    row = PaperEdition.objects.get()
    assert row.figures is not None
    PaperEdition.objects.update(figures={**row.figures, "sections_with_issues": 13})
    assert [table.expected(row) == table.stored(row) for row in table.rows(scenario.city.code)] == [False]


def test_figures_of_another_year_or_city_or_at_odds_are_not_issued(
    secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    wrong = replace(figures, fiscal_year=2013, city_name="よその市", sections=1)
    with pytest.raises(Invalid) as refused:
        do.issue_edition(
            by=secretariat,
            edition=edition,
            figures=wrong,
            issued_on=date(2013, 4, 1),
            version=edition.version,
        )
    said = "".join(str(problem) for problem in refused.value.problems)
    assert "平成25年度の数値であり、平成26年度の資料には使えません" in said
    assert "よその市" in said
    assert "超えています" in said
    assert "発行日が、資料の年度より前です" in said
    assert not PaperEdition.objects.get().is_issued


def test_only_those_who_may_issue_do(
    scenario: Scenario, edition: PaperEdition, figures: InspectionFigures
) -> None:
    for role in ("section_manager", "auditor", "committee"):
        with pytest.raises(Denied):
            do.issue_edition(
                by=scenario.by(role),
                edition=edition,
                figures=figures,
                issued_on=ISSUED,
                version=edition.version,
            )


def test_the_committee_sees_what_was_issued_and_no_draft(
    scenario: Scenario, secretariat: Principal, edition: PaperEdition, figures: InspectionFigures
) -> None:
    committee = scenario.by("committee")
    assert list(queries.editions(secretariat)) == [edition]
    assert list(queries.editions(committee)) == []
    with pytest.raises(Missing):
        queries.edition_of(committee, edition.pk)
    with pytest.raises(Missing):
        queries.issued_paper(edition)
    do.issue_edition(
        by=secretariat, edition=edition, figures=figures, issued_on=ISSUED, version=edition.version
    )
    assert queries.edition_of(committee, edition.pk).is_issued
    assert list(queries.editions(make_other_city().by("secretariat"))) == []
    assert list(queries.editions(scenario.by("staff"))) == []


def test_the_database_holds_issued_date_and_hash_together(edition: PaperEdition) -> None:
    for wrong in ({"status": "issued"}, {"sha256": "0" * 64}, {"issued_on": ISSUED}, {"status": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperEdition.objects.filter(pk=edition.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperEdition.objects.create(city=edition.city, paper_code="committee", fiscal_year=2014, number=2)
