"""The casebook: who proposes, who reads what, when a section is named."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Case
from tenken.findings.operations import (
    answer_permission,
    ask_permission,
    edit_case,
    propose_case,
    publish_case,
    withdraw_case,
)
from tenken.findings.queries import CaseFilter, case_for, casebook, cases_for, permissions_asked
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tenken.policy.models import CheckCategory
from tests.factories import make_other_city

pytestmark = pytest.mark.django_db

WORDS = {"title": "書庫の増設", "situation": "机に書類が残る。", "measure": "書庫を増やした。"}


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


def proposed(scenario: Any, role: str = "secretariat", **values: Any) -> Case:
    said: dict[str, Any] = {"fiscal_year": 2026, "kind": "measure", "unit": scenario.section_a1} | WORDS
    return propose_case(by=scenario.by(role), city=scenario.city, **(said | values))


@pytest.mark.parametrize("role", ["secretariat", "auditor"])
def test_a_case_is_proposed_numbered_and_journaled(scenario: Any, role: str) -> None:
    numbers = [proposed(scenario, role).number for _ in range(2)]
    assert numbers == [1, 2]
    assert Entry.objects.filter(operation="findings.case.propose").count() == 2


def test_from_one_row_there_is_one_case_of_a_kind(scenario: Any) -> None:
    source = ("findings.finding", 12)
    one = proposed(scenario, source=source)
    assert proposed(scenario, source=source, title="別").pk == one.pk
    assert proposed(scenario, source=source, kind="good_practice").pk != one.pk
    withdraw_case(by=scenario.by("secretariat"), case=one, version=1, reason="重複")
    assert proposed(scenario, source=source).pk != one.pk


@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "ciso", "staff", "committee"])
def test_others_do_not_make_the_casebook(scenario: Any, role: str) -> None:
    case, by = proposed(scenario), scenario.by(role)
    with pytest.raises(Denied):
        proposed(scenario, role)
    for act in (
        lambda: edit_case(by=by, case=case, version=1, kind="measure", category_code="", **WORDS),
        lambda: ask_permission(by=by, case=case, version=1),
        lambda: publish_case(by=by, case=case, version=1),
        lambda: withdraw_case(by=by, case=case, version=1, reason="理由"),
    ):
        with pytest.raises(Denied):
            act()


def test_an_auditor_proposes_and_does_not_publish(scenario: Any) -> None:
    with pytest.raises(Denied):
        publish_case(by=scenario.by("auditor"), case=proposed(scenario, "auditor"), version=1)


def test_wrong_words_are_named(scenario: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        proposed(
            scenario,
            kind="nonsense",
            category_code="nonsense",
            title="長" * 101,
            situation=" ",
            measure="\x00",
        )
    fields = [problem.field for problem in refusal.value.problems]
    assert fields == ["kind", "category_code", "title", "situation", "measure"]
    assert not Case.objects.exists()


def test_the_section_is_named_only_when_it_said_so(scenario: Any) -> None:
    office = scenario.by("secretariat")
    manager = scenario.people["section_manager"]
    Person.objects.filter(pk=manager.pk).update(email="manager@example.jp")
    case = publish_case(by=office, case=proposed(scenario), version=1)
    assert casebook(scenario.city, 2026)[0].section == ""
    with pytest.raises(Stale, match="照会されていません"):
        answer_permission(by=scenario.by("section_manager"), case=case, version=2, granted=True)
    ask_permission(by=office, case=case, version=2)
    assert Notice.objects.get().link == f"/cases/{case.pk}/"
    assert [row.pk for row in permissions_asked(scenario.by("section_manager"))] == [case.pk]
    assert list(permissions_asked(scenario.by("other_manager"))) == []
    with pytest.raises(Denied):
        answer_permission(by=scenario.by("other_manager"), case=case, version=3, granted=True)
    answer_permission(by=scenario.by("section_manager"), case=case, version=3, granted=True)
    assert casebook(scenario.city, 2026)[0].section == "まちづくり局 企画課"
    answer_permission(by=scenario.by("section_manager"), case=case, version=4, granted=False)
    assert casebook(scenario.city, 2026)[0].section == ""


def test_drafts_are_not_read_by_others_and_published_ones_by_all(scenario: Any) -> None:
    case = proposed(scenario)
    for role in ("staff", "ciso", "section_manager", "other_manager", "committee"):
        with pytest.raises(Missing):
            case_for(scenario.by(role), case.pk)
    ask_permission(by=scenario.by("secretariat"), case=case, version=1)
    assert case_for(scenario.by("section_manager"), case.pk).pk == case.pk
    with pytest.raises(Missing):
        case_for(scenario.by("other_manager"), case.pk)
    publish_case(by=scenario.by("secretariat"), case=case, version=2)
    for role in ("staff", "ciso", "other_manager", "committee"):
        assert case_for(scenario.by(role), case.pk).status == "published"
    with pytest.raises(Missing):
        case_for(make_other_city().by("secretariat"), case.pk)


def test_searching_does_not_tell_whose_it_is(scenario: Any) -> None:
    office = scenario.by("secretariat")
    publish_case(by=office, case=proposed(scenario), version=1)
    staff = scenario.by("staff")
    assert cases_for(staff, CaseFilter(text="書庫")).count() == 1
    assert cases_for(staff, CaseFilter(text="企画課")).count() == 0
    assert cases_for(staff, CaseFilter(kind="good_practice")).count() == 0


def test_the_book_is_in_the_bank_s_order_and_holds_what_is_published(
    scenario: Any, django_assert_max_num_queries: Any
) -> None:
    for order, code in enumerate(("usb", "desk"), start=1):
        CheckCategory.objects.create(
            city=scenario.city, code=code, name=code, part="management", order=3 - order
        )
    office = scenario.by("secretariat")
    for number, code in enumerate(("usb", "desk", "usb", "")):
        case = proposed(scenario, category_code=code, title=f"{number}")
        if number != 2:
            publish_case(by=office, case=case, version=1)
    proposed(scenario, fiscal_year=2025)
    with django_assert_max_num_queries(4):
        book = casebook(scenario.city, 2026)
    assert [entry.title for entry in book] == ["1", "0", "3"]
    assert casebook(scenario.city, 2025) == ()


def test_changed_meanwhile_or_withdrawn_is_refused(scenario: Any) -> None:
    office, case = scenario.by("secretariat"), proposed(scenario)
    edit_case(by=office, case=case, version=1, kind="measure", category_code="", **(WORDS | {"title": "新"}))
    with pytest.raises(Stale, match="変更されました"):
        publish_case(by=office, case=case, version=1)
    gone = withdraw_case(by=office, case=case, version=2, reason="誤り")
    assert (gone.status, gone.title, gone.withdrawn_reason) == ("withdrawn", "新", "誤り")
    for act in (publish_case, ask_permission):
        with pytest.raises(Stale):
            act(by=office, case=case, version=3)
    with pytest.raises(TypeError):
        case.delete()
