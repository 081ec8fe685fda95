"""The factories stand: everyone signs in, everyone holds their role, and only there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenken.organization.access import decide
from tenken.organization.capabilities import all_capabilities
from tenken.organization.models import Role, UnitKind
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS
from tests.factories import PASSWORD, make_other_city

pytestmark = pytest.mark.django_db


def test_everyone_holds_their_role(scenario):
    for role in Role.objects.filter(city=scenario.city):
        assert scenario.by(role.code).role_codes == {role.code}


def test_default_roles_name_only_capabilities_that_exist(scenario):
    named = {code for role in Role.objects.filter(city=scenario.city) for code in role.capabilities}
    assert named <= set(all_capabilities())


def test_only_sections_and_offices_of_the_first_two_classes_answer(scenario):
    answering = UnitKind.objects.filter(city=scenario.city, answers_sheets=True)
    assert {kind.code for kind in answering} == {"section", "office_1", "office_2"}


def test_manager_sees_own_section_only(scenario):
    manager = scenario.by("section_manager")
    assert decide(manager, VIEW_PEOPLE, unit=scenario.section_a1)
    assert not decide(manager, VIEW_PEOPLE, unit=scenario.section_a2)
    assert decide(scenario.by("bureau_manager"), VIEW_PEOPLE, unit=scenario.section_a2)
    assert not decide(scenario.by("bureau_manager"), VIEW_PEOPLE, unit=scenario.section_b1)
    assert not decide(scenario.by("staff"), VIEW_PEOPLE, unit=scenario.section_a1)


def test_other_city_is_never_in_reach(scenario):
    other = make_other_city()
    assert not decide(scenario.by("secretariat"), VIEW_UNITS, unit=other.section)
    assert decide(other.by("secretariat"), VIEW_UNITS, unit=other.section)


def test_people_sign_in(scenario, client, client_for):
    person = scenario.people["secretariat"]
    assert client.login(username=person.number, password=PASSWORD)
    assert client_for(person).session["_auth_user_id"] == str(person.account.pk)
    assert reverse("home") == "/"
