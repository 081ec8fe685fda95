"""What a city settles for itself: roles, kinds, bodies, closing days; and founding one."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid, Missing
from tenken.organization.access import Principal
from tenken.organization.models import City, ClosingDay, ImplementingBody, Role, Unit, UnitKind
from tenken.organization.opening_days import OpeningDays, is_open_day, next_open_day, opening_days_of
from tenken.organization.operations import (
    found_city,
    remove_closing_day,
    save_body,
    save_role,
    save_unit_kind,
    set_closing_day,
)
from tenken.organization.permissions import MANAGE_SETTINGS, VIEW_UNITS
from tests.factories import FOUNDED, SetUp, make_other_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(scenario) -> Principal:
    return scenario.by("secretariat")


class TestFounding:
    def test_full_width_code_is_read(self):
        city = found_city(by=SetUp(), code="０４１００９", name="杜の市", on=FOUNDED)
        assert city.code == "041009"
        assert Unit.objects.get(city=city).name == "杜の市"
        assert Role.objects.filter(city=city).count() == 11
        assert ImplementingBody.objects.filter(city=city, name="教育委員会").exists()

    @pytest.mark.parametrize("code", ["041008", "04100", "abcdef", "", "０４１００８", "0410099"])
    def test_wrong_check_digit_is_refused(self, code):
        with pytest.raises(Invalid, match="全国地方公共団体コード"):
            found_city(by=SetUp(), code=code, name="市", on=FOUNDED)

    def test_twice_is_refused(self, scenario):
        with pytest.raises(Invalid, match="すでに登録"):
            found_city(by=SetUp(), code=scenario.city.code, name="みどり市", on=FOUNDED)
        assert City.objects.count() == 1


class TestRoles:
    def test_change_takes_effect_at_once(self, scenario, by):
        role = Role.objects.get(city=scenario.city, code="committee")
        assert not scenario.by("committee").holds(VIEW_UNITS)
        save_role(by=by, role=role, name="委員会", capabilities=[*role.capabilities, VIEW_UNITS.code])
        assert scenario.by("committee").holds(VIEW_UNITS)

    def test_the_secretariat_cannot_lock_itself_out(self, scenario, by):
        role = Role.objects.get(city=scenario.city, code="secretariat")
        kept = [code for code in role.capabilities if code != MANAGE_SETTINGS.code]
        with pytest.raises(Invalid, match="だれも設定を直せなくなります"):
            save_role(by=by, role=role, name=role.name, capabilities=kept)

    def test_new_role_and_its_refusals(self, scenario, by):
        made = save_role(
            by=by, role=None, code="ict", name="ICT推進員", capabilities=[VIEW_UNITS.code], order=20
        )
        assert made.capabilities == [VIEW_UNITS.code]
        with pytest.raises(Invalid, match="使われています"):
            save_role(by=by, role=None, code="ict", name="x", capabilities=[])
        with pytest.raises(Invalid, match="権限はありません"):
            save_role(by=by, role=made, name="x", capabilities=["all.of.it"])
        with pytest.raises(Invalid, match="60文字"):
            save_role(by=by, role=made, name="役" * 300, capabilities=[])

    def test_another_citys_role_is_out_of_reach(self, scenario, by):
        theirs = Role.objects.get(city=make_other_city().city, code="committee")
        with pytest.raises(Missing):
            save_role(by=by, role=theirs, name="x", capabilities=[])

    @pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "ciso", "auditor"])
    def test_only_the_secretariat(self, scenario, role):
        with pytest.raises(Denied):
            save_role(by=scenario.by(role), role=None, code="x", name="x", capabilities=[])
        with pytest.raises(Denied):
            set_closing_day(by=scenario.by(role), day=date(2014, 8, 13), name="x")
        with pytest.raises(Denied):
            save_body(by=scenario.by(role), body=None, code="x", name="x")


class TestKindsAndBodies:
    def test_rank_zero_is_the_citys_own(self, scenario, by):
        with pytest.raises(Invalid):
            save_unit_kind(by=by, kind=None, code="x", name="県", rank=0, answers_sheets=False)
        root = UnitKind.objects.get(city=scenario.city, rank=0)
        with pytest.raises(Invalid):
            save_unit_kind(by=by, kind=root, name="市", rank=1, answers_sheets=False)
        made = save_unit_kind(by=by, kind=None, code="room", name="室", rank=3, answers_sheets=True)
        assert made.answers_sheets

    def test_bodies(self, scenario, by):
        made = save_body(by=by, body=None, code="water", name="水道局")
        assert save_body(by=by, body=made, name="上下水道局").name == "上下水道局"
        with pytest.raises(Invalid):
            save_body(by=by, body=None, code="water", name="x")


class TestOpeningDays:
    def test_holidays_weekends_and_the_citys_own(self):
        days = OpeningDays({date(2014, 8, 13): True, date(2014, 8, 16): False})
        assert days.is_open(date(2014, 8, 12))
        assert not days.is_open(date(2014, 8, 13)), "the city closes"
        assert days.is_open(date(2014, 8, 16)), "a Saturday the city opens"
        assert not days.is_open(date(2014, 8, 17)), "Sunday"
        assert not days.is_open(date(2014, 9, 15)), "敬老の日"
        assert not days.is_open(date(2014, 5, 6)), "振替休日"
        assert days.next_open(date(2014, 5, 3)) == date(2014, 5, 7)
        assert days.next_open(date(2014, 5, 7)) == date(2014, 5, 7)
        assert days.previous_open(date(2014, 5, 6)) == date(2014, 5, 2)

    def test_a_year_without_an_open_day_is_an_error_not_a_hang(self):
        closed = {date.fromordinal(date(2014, 1, 1).toordinal() + n): True for n in range(400)}
        with pytest.raises(ValueError, match="no open day"):
            OpeningDays(closed).next_open(date(2014, 1, 1))

    def test_settled_and_taken_back(self, scenario, by):
        day = date(2014, 12, 29)
        assert is_open_day(scenario.city, day)
        set_closing_day(by=by, day=day, name="年末")
        set_closing_day(by=by, day=day, name="年末年始の休み")
        assert ClosingDay.objects.get(city=scenario.city).name == "年末年始の休み"
        assert next_open_day(scenario.city, day) == date(2014, 12, 30)
        assert opening_days_of(make_other_city().city).is_open(day), "another city's days are its own"
        remove_closing_day(by=by, day=day)
        assert is_open_day(scenario.city, day)
        with pytest.raises(Missing):
            remove_closing_day(by=by, day=day)
