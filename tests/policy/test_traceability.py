"""Which clause is asked by which item, in few queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Invalid
from tenken.policy.models import CheckItem, PolicyDocument, UnaskedClause
from tenken.policy.operations import explain_unasked
from tenken.policy.queries import (
    clauses_by_chapter,
    clauses_by_code,
    clauses_not_asked,
    document_views,
    items_asking,
    traceability,
    version_in_force,
)
from tenken.policy.rules.sheet_roles import is_asked_of_sections
from tests.factories import Scenario
from tests.policy.conftest import ADOPTED

pytestmark = pytest.mark.django_db


def test_each_clause_knows_its_items_and_each_item_its_clauses(adopted: Scenario) -> None:
    rows = {row.clause.code: row for row in traceability(adopted.city.pk, ADOPTED)}
    asked = rows["S3-3-2-4"]
    assert asked.state == "asked"
    assert "M-CD-01" in {one.item.code for one in asked.items}
    assert {one.item.code for one in items_asking(adopted.city.pk, ["S3-3-2-4"], ADOPTED)} == {
        one.item.code for one in asked.items
    }
    assert set(clauses_by_code(adopted.city.pk, ["S3-3-2-4", "S0-0"], ADOPTED)) == {"S3-3-2-4"}
    linked = sum(len(row.items) for row in rows.values())
    assert linked == sum(len(item.revisions.get().clause_codes) for item in CheckItem.objects.all())


def test_an_unasked_duty_has_its_reason_or_is_open(adopted: Scenario) -> None:
    unasked = {row.clause.code: row for row in clauses_not_asked(adopted.city.pk, ADOPTED)}
    excused = set(UnaskedClause.objects.values_list("clause_code", flat=True))
    assert {code for code, row in unasked.items() if row.state == "excused"} == excused
    code = next(code for code, row in unasked.items() if row.state == "open")
    by = adopted.by("secretariat")
    explain_unasked(by=by, clause_code=code, reason="局の監理の点検で尋ねるため。", on=ADOPTED)
    again = {row.clause.code: row for row in clauses_not_asked(adopted.city.pk, ADOPTED)}
    assert (again[code].state, again[code].reason) == ("excused", "局の監理の点検で尋ねるため。")
    explain_unasked(by=by, clause_code=code, reason=" ", on=ADOPTED)
    assert not UnaskedClause.objects.filter(clause_code=code).exists()


def test_duties_of_others_are_not_a_sections(adopted: Scenario) -> None:
    rows = {row.clause.code: row.state for row in traceability(adopted.city.pk, ADOPTED)}
    assert rows["S1-1-1"] == "none_needed"
    assert rows["S2-1-1"] == "elsewhere"
    natures = {
        row.clause.nature for row in clauses_not_asked(adopted.city.pk, ADOPTED) if row.state == "open"
    }
    assert natures <= {"should"}
    assert is_asked_of_sections(["ciso", "staff"])
    assert is_asked_of_sections(["ict_promoter"])


@pytest.mark.parametrize(
    ("code", "reason", "field"),
    [("S99-9", "理由", "clause_code"), ("第1条", "理由", "clause_code"), ("S3-4-1", "長" * 501, "reason")],
)
def test_bad_input_is_refused_with_its_place(adopted: Scenario, code: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        explain_unasked(by=adopted.by("secretariat"), clause_code=code, reason=reason, on=ADOPTED)
    assert {problem.field for problem in refused.value.problems} == {field}


def test_nothing_is_in_force_before_the_first_version(adopted: Scenario) -> None:
    assert traceability(adopted.city.pk, date(2013, 3, 31)) == []


def test_the_queries_stay_few(adopted: Scenario, django_assert_max_num_queries: Any) -> None:
    version = version_in_force(PolicyDocument.objects.get(kind="standard"), ADOPTED)
    assert version is not None
    with django_assert_max_num_queries(2):
        chapters = clauses_by_chapter(version)
    assert sum(len(chapter.clauses) for chapter in chapters) == 198
    with django_assert_max_num_queries(4):
        traceability(adopted.city.pk, ADOPTED)
    by = adopted.by("secretariat")
    with django_assert_max_num_queries(2):
        assert next(view.clause_count for view in document_views(by, ADOPTED)) == 198
