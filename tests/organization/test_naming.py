"""Units are named with their bureau, on any date, without a query per unit."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.organization.models import Unit
from tenken.organization.operations import merge_units, move_unit, rename_unit
from tenken.organization.queries import bureaus_of, name_with_bureau, names_with_bureau

pytestmark = pytest.mark.django_db
BEFORE, APRIL = date(2014, 3, 31), date(2014, 4, 1)


def test_a_section_stands_after_its_bureau(scenario):
    units = [scenario.section_a1.pk, scenario.bureau_b.pk, scenario.root.pk, 99_999]
    assert names_with_bureau(scenario.city, units, APRIL) == {
        scenario.section_a1.pk: "まちづくり局 企画課",
        scenario.bureau_b.pk: "健康福祉局",
        scenario.root.pk: "みどり市",
    }
    assert name_with_bureau(scenario.city, 99_999, APRIL) == ""
    assert bureaus_of(scenario.city, units, APRIL) == {
        scenario.section_a1.pk: scenario.bureau_a.pk,
        scenario.bureau_b.pk: scenario.bureau_b.pk,
        scenario.root.pk: None,
        99_999: None,
    }


def test_the_bureau_is_that_of_the_date(scenario):
    by = scenario.by("secretariat", APRIL)
    move_unit(by=by, unit=scenario.section_a1, parent=scenario.bureau_b, on=APRIL)
    assert name_with_bureau(by.city, scenario.section_a1.pk, BEFORE) == "まちづくり局 企画課"
    assert name_with_bureau(by.city, scenario.section_a1.pk, APRIL) == "健康福祉局 企画課"


def test_units_of_another_time_are_named_as_they_stood(scenario):
    by = scenario.by("secretariat", APRIL)
    rename_unit(by=by, unit=scenario.bureau_a, name="都市局", on=date(2013, 4, 1))
    merged = merge_units(
        by=by,
        units=[scenario.section_a1, scenario.section_a2],
        on=APRIL,
        into=scenario.section_b1,
    )
    assert merged == scenario.section_b1
    assert name_with_bureau(by.city, scenario.section_a1.pk, date(2020, 1, 1)) == "都市局 企画課"
    assert name_with_bureau(by.city, scenario.section_a1.pk, date(2011, 1, 1)) == "まちづくり局 企画課"
    heir = Unit.objects.get(name="都市局")
    assert name_with_bureau(by.city, heir.pk, date(2000, 1, 1)) == "都市局"


def test_no_query_per_unit(scenario, django_assert_num_queries):
    units = list(Unit.objects.values_list("pk", flat=True))
    scenario.city.refresh_from_db()
    names_with_bureau(scenario.city, units, APRIL)
    with django_assert_num_queries(0):
        names_with_bureau(scenario.city, units, date(2012, 1, 1))
