"""How much the pages of the inspection ask of the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.factories import Scenario, make_person, make_unit
from tests.inspection.makers import (
    give,
    make_large_bank,
    question,
    running,
    sheet_of,
    system,
)
from tests.web.inspection.addresses import url_of
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.models import Sheet
from tenken.inspection.operations import save_answer

pytestmark = pytest.mark.django_db


# --- how much is asked of the database ------------------------------------------------------------------------


def test_saving_an_answer_takes_few_queries(
    sheet: Sheet, deputy: Client, django_assert_max_num_queries: Any
) -> None:
    deputy.get(url_of(sheet))
    key = question(sheet, "media.lock").pk
    for version, verdict in enumerate(("conforms", "issue")):
        with django_assert_max_num_queries(15):  # of these two the test's savepoint
            response = deputy.post(
                url_of(sheet, f"answers/{key}/"),
                {f"question-{key}": verdict, f"reason-{key}": "鍵", "version": str(version)},
            )
        assert response.status_code == 200


def test_a_sheet_of_140_questions_takes_few_queries(
    scenario: Scenario, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    make_large_bank(scenario.city, 140)
    root = system(scenario.city)
    items = [f"i{order}-{number}" for order in range(1, 21) for number in range(7)]
    for year in (2024, 2025, 2026):
        sheet = sheet_of(running(scenario.city, year, items=items), scenario.section_a1)
        for place, one in enumerate(sheet.form.questions.all()):
            if place % 2 or year < 2026:
                save_answer(by=root, sheet=sheet, question_id=one.pk, verdict="conforms", version=0)
    client = client_for(scenario.people["deputy"])
    client.get(url_of(sheet))
    with django_assert_max_num_queries(14):
        response = client.get(url_of(sheet))
    assert response.content.decode().count("<fieldset") == 140
    assert response.content.decode().count("前回の回答") == 140


def test_board_and_list_take_the_same_queries_whatever_the_number(
    city: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make_unit(city.city, f"第{number}課", parent=city.bureau_b)
    programme = running(city.city)
    secretariat.get(f"/inspection/{programme.pk}/")
    with django_assert_max_num_queries(8):
        secretariat.get(f"/inspection/{programme.pk}/")
    with django_assert_max_num_queries(9):
        secretariat.get(f"/inspection/{programme.pk}/sheets/")
    with django_assert_max_num_queries(9):
        secretariat.get(f"/inspection/{programme.pk}/sheets/?state=not_handed_in&export=csv")


def test_names_of_people_and_units_are_escaped(city: Scenario, client_for: ClientFor) -> None:
    unit = make_unit(city.city, "<b>太字</b>課", parent=city.bureau_a)
    person = make_person(city.city, role="deputy", unit=unit, name="<i>山田</i>")
    programme = running(city.city)
    sheet = sheet_of(programme, unit)
    give(system(city.city), sheet, "media.lock", "issue", "<script>alert(1)</script>")
    page = client_for(person).get(url_of(sheet)).content.decode()
    assert "<script>alert" not in page
    assert "<b>太字" not in page
    assert "&lt;script&gt;" in page
