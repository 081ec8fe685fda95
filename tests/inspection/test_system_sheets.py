"""Who has charge of a system or network inspects it; the sections' own sheets stay closed (document 004, article 109)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tenken.common.refusals import Denied, Missing
from tenken.findings.models import Finding
from tenken.inspection.models import Sheet
from tenken.inspection.operations import accept, approve, launch
from tenken.inspection.operations.answers import open_sheet
from tenken.inspection.permissions import APPROVE_SHEETS, FILL_SHEETS, VIEW_SHEETS
from tenken.inspection.queries.sheets import find_sheet, sheet_page
from tests.assets.makers import make_system
from tests.factories import Scenario
from tests.inspection.makers import running, sheet_of, submitted, system, with_questions

pytestmark = pytest.mark.django_db

EVERYONE = (
    "ciso",
    "bureau_manager",
    "section_manager",
    "deputy",
    "system_manager",
    "network_manager",
    "staff",
    "secretariat",
    "auditor",
    "other_manager",
)


@pytest.fixture
def sheets(bank: Scenario) -> dict[str, Sheet]:
    """Sheets of a system and a network of 企画課, of a system and a network of 保険課, and 企画課's own."""
    for code, owner, kind in (
        ("own-system", bank.section_a1, "system"),
        ("own-network", bank.section_a1, "network"),
        ("other-system", bank.section_b1, "system"),
        ("other-network", bank.section_b1, "network"),
    ):
        make_system(owner, code, code, kind=kind)
    audit = with_questions(bank.city, kind="system_audit", code="systems")
    launch(by=system(bank.city), programme=audit, version=audit.version)
    found = {sheet.system.code: sheet for sheet in Sheet.objects.select_related("system") if sheet.system}
    return found | {"section": sheet_of(running(bank.city), bank.section_a1)}


FILLS = {
    "own-system": {"section_manager", "deputy", "system_manager"},
    "own-network": {"section_manager", "deputy", "network_manager"},
    "other-system": {"other_manager"},
    "other-network": {"other_manager", "network_manager"},
    "section": {"section_manager", "deputy"},
}


@pytest.mark.parametrize("role", EVERYONE)
def test_nobody_fills_in_but_who_has_charge(bank: Scenario, sheets: dict[str, Sheet], role: str) -> None:
    by = bank.by(role)
    allowed = {code for code, roles in FILLS.items() if role in roles}
    listed = Sheet.objects.restrict(by, FILL_SHEETS)
    assert {code for code, sheet in sheets.items() if sheet in listed} == allowed
    for code, sheet in sheets.items():
        if code in allowed:
            assert open_sheet(by, sheet).pk == sheet.pk
            assert sheet_page(by, sheet.pk).may_fill
        else:
            with pytest.raises(Denied):
                open_sheet(by, sheet)


@pytest.mark.parametrize(
    ("role", "seen"), [("system_manager", "own-system"), ("network_manager", "own-network")]
)
def test_they_see_no_other_sheet(bank: Scenario, sheets: dict[str, Sheet], role: str, seen: str) -> None:
    by = bank.by(role)
    assert find_sheet(by, sheets[seen].pk) == sheets[seen]
    for code in sheets.keys() - {code for code, roles in FILLS.items() if role in roles}:
        with pytest.raises(Missing):
            find_sheet(by, sheets[code].pk)
    assert not Sheet.objects.restrict(by, APPROVE_SHEETS).exists()
    assert Sheet.objects.restrict(by, VIEW_SHEETS).count() == sum(role in one for one in FILLS.values())


def test_the_section_manager_approves_and_the_findings_know_their_system(
    bank: Scenario, sheets: dict[str, Sheet]
) -> None:
    sheet = sheets["own-network"]
    issues = {"backup.test": "試したことがない。"}
    handed = submitted(bank.by("network_manager"), sheet, issues)
    with pytest.raises(Denied):
        approve(by=bank.by("network_manager"), sheet=handed, version=handed.version)
    sheet = approve(by=bank.by("section_manager"), sheet=handed, version=handed.version)
    accept(by=bank.by("secretariat"), sheet=sheet, version=sheet.version)
    finding = Finding.objects.get()
    assert (finding.system_id, finding.aspect) == (sheet.system_id, "operational")


def test_the_sheet_stands_on_their_pages(
    bank: Scenario, sheets: dict[str, Sheet], client_for: Callable[[Any], Client]
) -> None:
    client = client_for(bank.people["system_manager"])
    address = reverse("inspection-sheet", args=[sheets["own-system"].pk])
    assert client.get(address).status_code == 200
    assert client.get(reverse("home")).status_code == 200
    programme = sheets["own-system"].programme_id
    assert address in client.get(reverse("inspection-programme", args=[programme])).content.decode()
    for code in ("section", "own-network", "other-system"):
        assert client.get(reverse("inspection-sheet", args=[sheets[code].pk])).status_code == 404
