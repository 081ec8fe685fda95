"""Procedures of important systems: written by the system manager, approved by the bureau manager."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.verification import verify
from tenken.policy import sealing
from tenken.policy.models import Clause, PolicyVersion
from tenken.policy.operations import (
    ClauseInput,
    change_clause,
    create_procedure,
    decide_procedure,
    publish_version,
    submit_procedure,
    withdraw_procedure,
)
from tenken.policy.queries import version_for, version_in_force, visible_documents
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

TODAY = date(2014, 3, 1)
NEXT = date(2014, 4, 1)


def create(city: Scenario, role: str = "system_manager", **changes: Any) -> PolicyVersion:
    values = {
        "owner": city.section_a1,
        "code": "Ｊｕｋｉ",
        "title": "住民記録システム実施手順",
        "effective_from": NEXT,
        "reason": "制定",
        "on": TODAY,
    }
    return create_procedure(by=city.by(role), **(values | changes))


def fill(version: PolicyVersion) -> PolicyVersion:
    for one in version.clauses.filter(text__contains="〔"):
        one.text = one.text.replace("〔", "").replace("〕", "")
        one.save()
    return version


def submit(city: Scenario, version: PolicyVersion, role: str = "system_manager") -> None:
    seen = sealing.version_mark(version)
    submit_procedure(by=city.by(role), version=version, seen=seen, on=TODAY)
    version.refresh_from_db()


def decide(
    city: Scenario,
    version: PolicyVersion,
    outcome: str = "approved",
    role: str = "bureau_manager",
    **more: Any,
) -> PolicyVersion:
    return decide_procedure(by=city.by(role), version=version, outcome=outcome, **({"on": TODAY} | more))


def test_a_procedure_begins_as_a_copy_of_the_template(adopted: Scenario) -> None:
    made = create(adopted)
    template = PolicyVersion.objects.get(document__kind="procedure_system", document__owner=None)
    assert made.document.code == "juki"
    assert [c.text for c in made.clauses.all()] == [c.text for c in template.clauses.all()]
    assert made.clauses.filter(text__contains="〔").exists()


@pytest.mark.parametrize("role", ["staff", "section_manager", "other_manager", "bureau_manager", "auditor"])
def test_others_do_not_write_procedures(adopted: Scenario, role: str) -> None:
    with pytest.raises(Denied):
        create(adopted, role)


def test_a_system_manager_writes_for_their_own_section_only(adopted: Scenario) -> None:
    with pytest.raises(Denied):
        create(adopted, owner=adopted.section_b1)
    create(adopted, "secretariat", owner=adopted.section_b1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "住基"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "ｓｔａｎｄａｒｄ"}, "code"),
        ({"title": " "}, "title"),
        ({"title": "長" * 121}, "title"),
        ({"reason": ""}, "reason"),
        ({"effective_from": date(2013, 12, 31)}, "effective_from"),
    ],
)
def test_bad_input_is_refused_with_its_place(adopted: Scenario, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create(adopted, **changes)
    assert {problem.field for problem in refused.value.problems} == {field}


def test_blanks_of_the_template_must_be_filled_first(adopted: Scenario) -> None:
    made = create(adopted)
    with pytest.raises(Invalid, match="ひな形") as refused:
        submit(adopted, made)
    assert len(refused.value.problems) == made.clauses.filter(text__contains="〔").count() > 3


def test_approved_it_is_in_force_from_its_date(adopted: Scenario) -> None:
    made = fill(create(adopted))
    submit(adopted, made)
    assert made.status == "in_approval"
    decided = decide(adopted, made)
    assert decided.status == "published"
    assert decided.published_by == adopted.people["bureau_manager"].number
    assert version_in_force(made.document, NEXT) == decided
    assert verify(adopted.city.code).faults == []


def test_returned_it_is_a_draft_again_and_goes_round_once_more(adopted: Scenario) -> None:
    made = fill(create(adopted))
    submit(adopted, made)
    with pytest.raises(Invalid, match="差し戻す理由"):
        decide(adopted, made, "returned")
    assert decide(adopted, made, "returned", comment="連絡先を直してください。").status == "draft"
    submit(adopted, made)
    assert decide(adopted, made).status == "published"


@pytest.mark.parametrize("role", ["system_manager", "section_manager", "ciso", "secretariat", "staff"])
def test_only_the_bureau_manager_approves(adopted: Scenario, role: str) -> None:
    made = fill(create(adopted))
    submit(adopted, made)
    with pytest.raises(Denied):
        decide(adopted, made, role=role)
    made.refresh_from_db()
    assert made.status == "in_approval"


def test_what_is_being_decided_is_not_edited_nor_published_past_the_approval(adopted: Scenario) -> None:
    made = fill(create(adopted))
    by = adopted.by("system_manager")
    with pytest.raises(Invalid, match="承認を受けてから"):
        publish_version(by=by, version=made, seen=sealing.version_mark(made), on=TODAY)
    submit(adopted, made)
    one = made.clauses.first()
    assert one is not None
    typed = ClauseInput(one.number, one.heading, "別", one.binds, one.nature, one.refines)
    with pytest.raises(Invalid, match="決裁中"):
        change_clause(by=by, clause=one, seen=sealing.clause_mark(one), typed=typed, on=TODAY)
    withdraw_procedure(by=by, version=made, on=TODAY)
    change_clause(by=by, clause=one, seen=sealing.clause_mark(one), typed=typed, on=TODAY)
    with pytest.raises(Invalid, match="案です"):
        withdraw_procedure(by=by, version=made, on=TODAY)


def test_what_is_approved_is_what_was_put_up(adopted: Scenario) -> None:
    made = fill(create(adopted))
    submit(adopted, made)
    Clause.objects.filter(version=made, code="T-4-2").update(text="訓練はしない。")
    with pytest.raises(Invalid, match="決裁に出した内容"):
        decide(adopted, made)


def test_an_approval_after_the_planned_date_is_refused(adopted: Scenario) -> None:
    made = fill(create(adopted))
    submit(adopted, made)
    with pytest.raises(Invalid, match="施行日"):
        decide(adopted, made, on=date(2014, 4, 2))


def test_two_people_confirm_the_same_content(adopted: Scenario) -> None:
    made = fill(create(adopted))
    seen = sealing.version_mark(made)
    Clause.objects.filter(version=made, code="T-4-2").update(text="訓練は年2回する。")
    with pytest.raises(Stale):
        submit_procedure(by=adopted.by("system_manager"), version=made, seen=seen, on=TODAY)


def test_a_procedure_is_read_where_it_belongs(adopted: Scenario) -> None:
    made = fill(create(adopted))
    assert version_for(adopted.by("system_manager"), made.pk) == made
    assert version_for(adopted.by("bureau_manager"), made.pk) == made
    for role in ("staff", "section_manager", "other_manager"):
        with pytest.raises(Missing):
            version_for(adopted.by(role), made.pk)
    submit(adopted, made)
    decide(adopted, made)
    for role in ("staff", "section_manager", "auditor", "secretariat", "ciso"):
        assert version_for(adopted.by(role), made.pk) == made
        assert made.document in visible_documents(adopted.by(role))
    with pytest.raises(Missing):
        version_for(adopted.by("other_manager"), made.pk)
