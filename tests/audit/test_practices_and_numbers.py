"""Good practices with their permission; the numbers and reports of a year."""

from __future__ import annotations

from typing import Any

import pytest

from tenken.audit.models import Visit
from tenken.audit.operations import (
    answer_practice_permission,
    ask_permission,
    propose_practice,
    save_practice,
)
from tenken.audit.queries import sheet_against_visit, visit_figures, visit_report_of_programme
from tenken.common.refusals import Denied, Stale
from tenken.inspection.models import Programme, Stage
from tests.audit.makers import planned_visit, reported, visited
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


# --- good practices -------------------------------------------------------------------------------------------------


def test_a_section_is_named_only_when_it_allowed_it(
    city: Scenario, programme: Programme, visit: Visit
) -> None:
    visit = visited(city, visit)
    practice = save_practice(
        by=city.by("auditor"), visit=visit, text="当番が見て回る。", category_code="media"
    )
    by = city.by("secretariat")

    def named() -> list[tuple[str, str]]:
        return [(one.text, one.section) for one in visit_figures(city.city, 2026, programme).good_practices]

    assert named() == [("当番が見て回る。", "")]
    with pytest.raises(Stale, match="まだ照会"):
        answer_practice_permission(
            by=city.by("section_manager"), practice=practice, granted=True, version=practice.version
        )
    practice = ask_permission(by=by, practice=practice, version=practice.version)
    with pytest.raises(Denied):
        answer_practice_permission(
            by=city.by("other_manager"), practice=practice, granted=True, version=practice.version
        )
    practice = answer_practice_permission(
        by=city.by("section_manager"), practice=practice, granted=True, version=practice.version
    )
    assert named() == [("当番が見て回る。", "まちづくり局 企画課")]
    practice = propose_practice(
        by=by,
        practice=practice,
        title="当番の見回り",
        situation="机の上",
        measure="見て回る",
        version=practice.version,
    )
    assert practice.case is not None
    assert (practice.case.kind, practice.case.permission) == ("good_practice", "given")
    practice = answer_practice_permission(by=by, practice=practice, granted=False, version=practice.version)
    practice.case.refresh_from_db()
    assert (practice.case.permission, named()) == ("refused", [("当番が見て回る。", "")])


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_the_numbers_of_the_papers(
    city: Scenario, programme: Programme, visit: Visit, django_assert_max_num_queries: Any
) -> None:
    assert visit_figures(city.city, 2026, programme).contradicting is None
    reported(city, visit)
    with django_assert_max_num_queries(3):
        found = visit_figures(city.city, 2026, programme)
    assert (found.visited, found.contradicting) == (1, 1)
    assert found.findings == ("USBメモリが台帳にない。", "来客用の名札が管理されていない。")
    rows = sheet_against_visit(city.by("secretariat"), programme)
    assert [(row.item_code, row.said, row.seen, row.contradicts) for row in rows] == [
        ("clear-desk.leave", "conforms", "agree", False),
        ("media.ledger", "conforms", "disagree", True),
        ("media.lock", "issue", "agree", False),
    ]


def test_the_report_of_a_year_holds_every_visit_in_a_fixed_number_of_queries(
    city: Scenario, stage: Stage, visit: Visit, django_assert_max_num_queries: Any
) -> None:
    reported(city, visit)
    for unit in (city.section_a2, city.section_b1):
        visited(city, planned_visit(city, stage, unit))
    by = city.by("secretariat")
    visit_report_of_programme(by, stage.programme_id)
    with django_assert_max_num_queries(17):
        told = visit_report_of_programme(by, stage.programme_id)
    assert [one.letter.section for one in told.visits] == [
        "まちづくり局 企画課",
        "まちづくり局 都市計画課",
        "健康福祉局 保険課",
    ]
    assert len(told.selections) == 3
    assert told.figures.visited == 3
    theirs = visit_report_of_programme(city.by("section_manager"), stage.programme_id)
    assert ([one.letter.section for one in theirs.visits], theirs.selections) == (
        ["まちづくり局 企画課"],
        (),
    )
