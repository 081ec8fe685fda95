"""A new city takes over the default policy and question bank."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tenken.approvals.models import Route
from tenken.common.refusals import Denied, Stale
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.journal.verification import verify
from tenken.policy.default_policy import read_default_policy
from tenken.policy.models import CheckItem, CheckItemRevision, Clause, PolicyDocument, UnaskedClause
from tenken.policy.operations import adopt_default_policy
from tenken.policy.queries import items_on, standing_items, version_in_force
from tests.factories import Scenario, make_other_city
from tests.policy.conftest import ADOPTED

pytestmark = pytest.mark.django_db


def test_everything_in_the_files_is_taken_over(adopted: Scenario) -> None:
    default = read_default_policy()
    assert PolicyDocument.objects.count() == len(default.documents) == 3
    clauses = [c for document in default.documents for chapter in document.chapters for c in chapter.clauses]
    assert {c.code for c in Clause.objects.all()} == {c.code for c in clauses}
    assert CheckItem.objects.count() == CheckItemRevision.objects.count() == len(default.items)
    assert {u.clause_code for u in UnaskedClause.objects.all()} == set(default.not_asked)
    item = CheckItemRevision.objects.get(item__code="M-MD-01")
    first = next(one for one in default.items if one.code == "M-MD-01")
    assert (item.question, item.clause_codes, item.facts) == (
        first.question,
        list(first.clauses),
        list(first.facts),
    )
    assert Route.objects.get(code="policy.procedure").steps.get().role_code == "bureau_manager"


def test_it_is_in_force_from_the_day_it_was_adopted(adopted: Scenario) -> None:
    standard = PolicyDocument.objects.get(kind="standard")
    in_force = version_in_force(standard, ADOPTED)
    assert in_force is not None
    assert in_force.effective_from == ADOPTED
    assert in_force.published_by == adopted.people["secretariat"].number
    before = ADOPTED - timedelta(days=1)
    assert version_in_force(standard, before) is None
    assert items_on(adopted.city.pk, before) == []
    assert {one.item.standing for one in standing_items(adopted.city.pk, ADOPTED)} == {True}


def test_it_is_journaled_once_and_verifies(adopted: Scenario) -> None:
    entry = Entry.objects.get(operation="policy.adopt_default")
    payload = read_payload(entry)
    assert payload is not None
    assert payload["items"] == CheckItem.objects.count()
    assert set(payload["versions"]) == {document.code for document in PolicyDocument.objects.all()}
    assert entry.business_date == ADOPTED
    outcome = verify(adopted.city.code)
    assert outcome.faults == []
    assert outcome.sealed_rows >= 3 + CheckItemRevision.objects.count()


def test_a_second_time_is_refused_and_changes_nothing(adopted: Scenario) -> None:
    before = Entry.objects.count()
    with pytest.raises(Stale, match="すでに"):
        adopt_default_policy(by=adopted.by("secretariat"), city=adopted.city, on=date(2014, 4, 1))
    assert PolicyDocument.objects.count() == 3
    assert Entry.objects.count() == before


@pytest.mark.parametrize("role", ["ciso", "section_manager", "system_manager", "staff", "auditor"])
def test_only_the_secretariat_adopts(scenario: Scenario, role: str) -> None:
    with pytest.raises(Denied):
        adopt_default_policy(by=scenario.by(role), city=scenario.city, on=ADOPTED)
    assert not PolicyDocument.objects.exists()


def test_another_citys_policy_is_out_of_reach(adopted: Scenario) -> None:
    other = make_other_city()
    with pytest.raises(Denied):
        adopt_default_policy(by=adopted.by("secretariat"), city=other.city, on=ADOPTED)
    adopt_default_policy(by=other.by("secretariat"), city=other.city, on=ADOPTED)
    assert PolicyDocument.objects.filter(city=other.city).count() == 3


def test_adopting_costs_the_same_whatever_the_size(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    by = scenario.by("secretariat")
    with django_assert_max_num_queries(61):
        adopt_default_policy(by=by, city=scenario.city, on=ADOPTED)
