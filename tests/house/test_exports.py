"""Every table on every page exports. What is no list is named here with its reason."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import NoReverseMatch, reverse

from tests.web.access_table import TABLE
from tests.web.policy_city import NOW
from tests.web.walking import INSIDE, World, make_world

TEMPLATES = Path(__file__).resolve().parents[2] / "src/tenken/web/templates/web"
_TABLE = re.compile(r"{% data_table|{% plain_table|<table")
_EXPORT = re.compile(r"{% export_links|export=|-download' ")

# Tables that are no lists: a question before something is done, a form to fill in, one thing's own page, print.
NO_LISTS = {
    "accounts/me.html": "one's own roles and tokens",
    "assets/import_difference.html": "a question before it is done",
    "assets/system.html": "one thing's own page; the ledger goes out with its products",
    "audits/engagement.html": "one thing's own page; the list of audits goes out",
    "audits/fieldwork/visit_checklist.html": "one visit's own lines; its report goes out",
    "audits/fieldwork/workbook_difference.html": "a question before it is done",
    "audits/rotation/choice.html": "one thing's own page",
    "audits/rotation/paper.html": "print; the selection itself goes out",
    "audits/rotation/proof.html": "a part of the selection and of the mid-term plan, which go out",
    "audits/rotation/rule_form.html": "a form to fill in",
    "audits/technical/mapping.html": "a form to fill in, with the first rows of the file it is about",
    "audit/checklist_paper.html": "print",
    "audit/report.html": "a paper, which goes out as Word and PDF",
    "audit/selection.html": "a question before it is done",
    "findings/check.html": "a question before it is done",
    "findings/close.html": "a question before it is done",
    "findings/extent_choose.html": "a question before it is done",
    "findings/form_for_print.html": "print",
    "findings/measure_import.html": "a question before it is done",
    "findings/report_import.html": "a question before it is done",
    "findings/workbook_difference.html": "a question before it is done",
    "inspection/series.html": "one thing's own page; the list of inspections goes out",
    "policy/changes.html": "a part of the comparison, which goes out",
    "home/tasks.html": "what waits, each a link into its list",
    "inspection/accept.html": "a question before it is done",
    "inspection/carry_over.html": "a question before it is done",
    "inspection/reminders_send.html": "a question before it is done",
    "inspection/risk.html": "one sheet's form; its workbook is the export",
    "meetings/duty.html": "one thing's own page",
    "organization/import_difference.html": "a question before it is done",
    "organization/person.html": "one thing's own page",
    "organization/unit.html": "one thing's own page",
    "policy/bank_difference.html": "a question before it is done",
    "policy/draft.html": "one thing's own page",
    "policy/item.html": "one thing's own page",
    "telemetry/devices/edit.html": "a form to fill in",
    "telemetry/alerts/events.html": "what is behind one alert, each look recorded; the search takes operations out",
    "telemetry/lists/difference.html": "a question before it is done",
    "telemetry/rules/rule.html": "one thing's own page; the list of rules goes out",
    "telemetry/rules/tried.html": "a trial before a rule is on",
    "telemetry/search/file.html": "one file's names; its operations are taken out by the search",
    "telemetry/search/results.html": "part of the search's page, which takes them out as a job with its purpose",
    "telemetry/alerts/live.html": "part of the list of alerts, which goes out",
    "telemetry/inventory/doubt.html": "a question before it is decided; the list of doubts goes out",
    "telemetry/inventory/terminal.html": "one thing's own page; the ledger, its software and its changes go out",
    "telemetry/devices/publish.html": "a question before it is done",
    "telemetry/mappings/editor.html": "a form to fill in, with the first rows of the file it is about",
    "telemetry/mappings/page.html": "one thing's own page; the list of mappings goes out",
    "reports/_blocks.html": "a paper, which goes out in its forms",
    "reports/index.html": "papers, each with its files",
}


def _templates() -> dict[str, str]:
    found = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    return {name: text for name, text in found.items() if not name.startswith("components/")}


def test_a_page_with_a_table_offers_it_as_a_file() -> None:
    without = {
        name for name, text in _templates().items() if _TABLE.search(text) and not _EXPORT.search(text)
    }
    assert without - set(NO_LISTS) == set()


def test_what_is_named_here_is_there() -> None:
    texts = _templates()
    assert {name for name in NO_LISTS if name not in texts} == set()


@pytest.mark.django_db
def test_every_export_that_a_page_offers_is_a_file(scenario: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        faults, seen = _faults(make_world(scenario))
    assert seen > 20
    assert faults == []


def _faults(world: World) -> tuple[list[str], int]:
    """Follow every export of every page the secretariat may open; return what is no file, and how many there are."""
    client = world.clients["secretariat"]
    seen: set[str] = set()
    faults = []
    for name, (place, _) in TABLE.items():
        if name.startswith(("GET ", "PUT ", "POST ", "account_", "mfa_")):
            continue
        try:
            url = reverse(name, args=world.places[place][INSIDE])
        except NoReverseMatch:
            continue
        page = client.get(url)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        for link in re.findall(r'href="([^"]*export=[^"]*)"', page.content.decode()):
            address = html.unescape(link)
            address = url + address if address.startswith("?") else address
            if address in seen:
                continue
            seen.add(address)
            answer = client.get(address)
            if "CSVにできない文字" in answer.content.decode("utf-8", "replace"):
                continue  # 𠮷田 is in the city: CP932 has no such character, and the page says so
            if answer.status_code != 200 or "attachment" not in answer.headers.get("Content-Disposition", ""):
                faults.append(f"{address}: {answer.status_code}")
    return faults, len(seen)
