"""The guideline's editions as data, and where the policy stands against each."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.policy.default_policy import read_default_policy
from tenken.policy.guideline_data import MAX_BYTES, default_guideline, read_guideline
from tenken.policy.models import GuidelineEdition, GuidelineRequirement, RequirementMapping
from tenken.policy.operations import adopt_default_policy, import_guideline, map_requirement
from tenken.policy.queries.guidelines import guideline_gap
from tenken.policy.rules.guideline_gap import (
    COVERED,
    EXCUSED,
    MISSING,
    RECOMMENDED,
    REVIEW,
    Answered,
    Asked,
    gap,
)
from tests.factories import Scenario, make_other_city

ADOPTED = date(2014, 4, 1)
ON = date(2022, 6, 1)
IN_FORCE = {"S1": date(2014, 4, 1), "S2": date(2023, 4, 1)}


@pytest.mark.parametrize(
    ("asked", "answered", "state"),
    [
        (Asked(True, date(2015, 3, 27)), None, MISSING),
        (Asked(False, date(2015, 3, 27)), None, RECOMMENDED),
        (Asked(True, date(2015, 3, 27)), Answered(["S1"], "", date(2015, 3, 27)), COVERED),
        (Asked(True, date(2022, 3, 25)), Answered(["S1"], "", date(2015, 3, 27)), REVIEW),
        (Asked(False, date(2022, 3, 25)), Answered(["S1"], "", date(2015, 3, 27)), COVERED),
        (Asked(True, date(2022, 3, 25)), Answered(["S1"], "", date(2022, 4, 1)), COVERED),
        (Asked(True, date(2022, 3, 25)), Answered(["S1", "S2"], "", date(2015, 3, 27)), COVERED),
        (Asked(True, date(2015, 3, 27)), Answered(["GONE"], "", date(2022, 4, 1)), MISSING),
        (Asked(True, date(2015, 3, 27)), Answered([], "使っていない", date(2022, 4, 1)), EXCUSED),
    ],
)
def test_where_a_requirement_stands(asked: Asked, answered: Answered | None, state: str) -> None:
    assert gap(asked, answered, IN_FORCE) == state


def test_the_default_guideline_names_only_clauses_that_there_are() -> None:
    known = {
        clause.code
        for document in read_default_policy().documents
        for chapter in document.chapters
        for clause in chapter.clauses
    }
    data = default_guideline()
    assert {code for row in data.requirements for code in row.clauses} <= known
    assert {"2015.3", "2020.12", "2022.3"} <= {edition.code for edition in data.editions}
    asked = {
        edition.code: {row.code: change for row, change, _ in data.of(edition)} for edition in data.editions
    }
    assert asked["2022.3"]["OUT-3"] == "new"
    assert "OUT-3" not in asked["2020.12"]
    assert "OUT-2" in asked["2020.12"]
    assert "OUT-2" not in asked["2022.3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 1", "editions"),
        ("editions: [{code: a}]\nrequirements: []", "published_on"),
        ("editions: []\nrequirements: [{code: X}]", "requirementsの1番目"),
        ("a: &x [1]\nb: *x", "読み取れません"),
        ("a: !!python/object/apply:os.system [ls]", "読み取れません"),
        ("editions: [", "1行目"),
        ("[" * 5000, "読み取れません"),
        ("a: 0x" + "f" * 20_000, "読み取れません"),
        ("a: 1" + ":1" * 1_000, "読み取れません"),
        ("a: !!timestamp x", "読み取れません"),
        ('a: "\\uD800"', "読み取れません"),
        ("editions: [{code: a, published_on: 2015-03-01T00:00:00}]\nrequirements: []", "published_on"),
    ],
)
def test_a_file_that_is_no_guideline_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_guideline(text.encode(), "版.yaml")
    assert words in refused.value.message + "".join(map(str, refused.value.problems))


def test_a_guideline_too_large_is_not_read() -> None:
    with pytest.raises(Invalid, match="大きすぎます"):
        read_guideline(b" " * (MAX_BYTES + 1), "版.yaml")


@pytest.fixture
def adopted(scenario: Scenario) -> Scenario:
    by = scenario.by("secretariat", ADOPTED)
    adopt_default_policy(by=by, city=scenario.city, on=ADOPTED)
    import_guideline(by=by, data=default_guideline(), on=ADOPTED)
    return scenario


@pytest.mark.django_db
def test_the_mandatory_differences_of_an_edition_are_listed(
    adopted: Scenario, django_assert_max_num_queries
) -> None:
    by = adopted.by("auditor", ON)
    with django_assert_max_num_queries(6):
        found = guideline_gap(by, "2022.3", ON)
    states = {row.requirement.code: row.state for row in found.rows}
    assert states["ORG-1"] == COVERED  # asked since 2015, mapped, never changed
    assert states["OUT-3"] == MISSING  # new in 2022.3, no clause
    assert states["OUT-1"] == REVIEW  # changed in 2022.3, the clause is of 2014
    assert states["ORG-6"] == COVERED  # changed, but not mandatory
    old = {row.requirement.code: row.state for row in guideline_gap(by, "2015.3", ON).rows}
    assert old["OUT-1"] == COVERED
    assert "OUT-3" not in old


@pytest.mark.django_db
def test_a_review_closes_a_difference(adopted: Scenario) -> None:
    by = adopted.by("secretariat", ON)
    map_requirement(by=by, code="OUT-1", clause_codes=["Ｓ４-２-１"], on=ON)
    map_requirement(by=by, code="OUT-3", clause_codes=[], not_needed_because="クラウドを使っていない", on=ON)
    states = {row.requirement.code: row.state for row in guideline_gap(by, "2022.3", ON).rows}
    assert (states["OUT-1"], states["OUT-3"]) == (COVERED, EXCUSED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("clauses", "why", "words"),
    [(["S99"], "", "次のコード"), ([], "", "どちらか一方"), (["S1-1-1"], "理由", "どちらか一方")],
)
def test_a_mapping_that_says_nothing_true_is_refused(
    adopted: Scenario, clauses: list[str], why: str, words: str
) -> None:
    before = RequirementMapping.objects.count()
    with pytest.raises(Invalid) as refused:
        map_requirement(
            by=adopted.by("secretariat", ON),
            code="OUT-3",
            clause_codes=clauses,
            not_needed_because=why,
            on=ON,
        )
    assert words in refused.value.message + "".join(map(str, refused.value.problems))
    assert RequirementMapping.objects.count() == before


@pytest.mark.django_db
def test_editions_come_once_and_what_they_asked_stays(adopted: Scenario) -> None:
    by = adopted.by("secretariat", ON)
    with pytest.raises(Stale):
        import_guideline(by=by, data=default_guideline(), on=ON)
    later = read_guideline(
        """
guideline: 新しいガイドライン
editions: [{code: "2022.3", published_on: 2022-03-25}, {code: "2030.4", published_on: 2030-04-01}]
requirements:
  - {code: AI-1, section: 運用, title: 生成AI, text: 使う手順を定める。, mandatory: true, since: "2030.4"}
""".encode(),
        "later.yaml",
    )
    before = GuidelineRequirement.objects.filter(edition__code="2022.3").count()
    assert import_guideline(by=by, data=later, on=ON) == ("2030.4",)
    assert GuidelineRequirement.objects.filter(edition__code="2022.3").count() == before
    assert [row.state for row in guideline_gap(by, "2030.4", ON).rows] == [MISSING]


@pytest.mark.django_db
def test_only_who_writes_the_policy_maps_and_only_in_their_city(adopted: Scenario) -> None:
    with pytest.raises(Denied):
        map_requirement(by=adopted.by("ciso"), code="ORG-1", clause_codes=["S1-1-1"], on=ON)
    with pytest.raises(Denied):
        import_guideline(by=adopted.by("auditor"), data=default_guideline(), on=ON)
    foreign = make_other_city().by("secretariat")
    with pytest.raises(Missing):
        map_requirement(by=foreign, code="ORG-1", clause_codes=[], not_needed_because="x", on=ON)
    with pytest.raises(Missing):
        guideline_gap(foreign, "2022.3", ON)
    assert GuidelineEdition.objects.filter(city=foreign.city_id).count() == 0
