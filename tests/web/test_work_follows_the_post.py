"""On 1 April the work of a section is its new manager's: nothing is handed over row by row."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories import principal
from tests.findings.makers import opened
from tests.inspection.makers import make_bank, running, sheet_of
from tests.organization.list_files import workbook_of

from tenken.common.refusals import Missing
from tenken.findings.queries import findings_for
from tenken.inspection.queries.sheets import find_sheet
from tenken.organization.imports import apply_transfer_file, read_transfer_file, transfer_difference
from tenken.organization.imports.transfer_list import TRANSFER_FORM
from tenken.organization.models import Post

pytestmark = pytest.mark.django_db
APRIL, EVE = date(2027, 4, 1), date(2027, 3, 31)


@pytest.fixture
def swapped(scenario):
    """The managers of 企画課 and 保険課 change places by the transfer list."""
    people = [scenario.people["section_manager"], scenario.people["other_manager"]]
    posts = [Post.objects.get(assignments__person=person) for person in people]
    rows = [
        {
            "発令日": APRIL,
            "区分": "異動",
            "職員番号": person.number,
            "氏名": person.name,
            "新所属コード": post.unit.code,
            "新職": post.code,
        }
        for person, post in zip(people, reversed(posts), strict=True)
    ]
    by = scenario.by("secretariat")
    file = read_transfer_file("異動.xlsx", workbook_of(TRANSFER_FORM, rows))
    apply_transfer_file(by=by, file=file, shown=transfer_difference(by=by, file=file).digest)
    return people


def test_sheet_and_finding_follow_the_post(scenario, swapped):
    make_bank(scenario.city)
    sheet = sheet_of(running(scenario.city), scenario.section_a1)
    finding = opened(scenario.section_a1)[0]
    old, new = swapped
    for holder, other, day in ((old, new, EVE), (new, old, APRIL)):
        assert find_sheet(principal(holder, day), sheet.pk).pk == sheet.pk
        assert [one.pk for one in findings_for(principal(holder, day))] == [finding.pk]
        with pytest.raises(Missing):
            find_sheet(principal(other, day), sheet.pk)
        assert not findings_for(principal(other, day)).exists()
