"""The pages of terminals in a real browser, at a desk and on a phone: no fault, nothing a screen reader trips over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.factories import Scenario
from tests.telemetry.inventory.makers import UUIDS, inventory, machine, record

from tenken.common import clock
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import (
    LicenceData,
    RowData,
    add_licence,
    add_terminal,
    explain_difference,
    open_reconciliation,
)
from tenken.telemetry.models import CountReconciliation, DoubtfulMatch, SoftwareTitle, Terminal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def fill(scenario: Scenario) -> None:
    by, now = scenario.by("secretariat"), clock.now()
    since = date(2026, 4, 1)
    for number in range(1, 31):
        unit = (scenario.section_a1, scenario.section_a2, scenario.section_b1)[number % 3]
        person = scenario.people["staff"] if number == 1 else None
        data = TerminalData(f"N{number:04d}", serial=f"SER{number:05d}")
        add_terminal(by=by, data=data, unit=unit, person=person, on=since)
    for number in range(1, 21):
        _report(scenario, number, now)
    record(scenario.city, inventory(agent_id="a", uuid=UUIDS[3]), now)
    record(scenario.city, inventory(agent_id="b", uuid=UUIDS[4]), now)
    add_licence(by=by, data=LicenceData("Office", "Microsoft Office*", 10, since, contract="R8-123"))
    rows = [
        RowData("クライアント［デスクトップ］（情報政策課）", 30, ("desktop",)),
        RowData("仮想サーバ（情報政策課）", 4, ("virtual_server",)),
    ]
    counts = open_reconciliation(
        by=by,
        title="ウイルス対策ソフトの数量",
        statement="令和2年度包括外部監査 A33",
        as_of=since,
        printed_total=42,
        rows=rows,
    )
    explain_difference(
        by=by, reconciliation=counts, row=None, count=3, text="予備機の二重計上", version=counts.version
    )


def _report(scenario: Scenario, number: int, now: datetime) -> None:
    system = {"os_name": "Microsoft Windows 10 Pro", "os_version": "10.0.19045"} if number % 5 == 0 else {}
    record(scenario.city, machine(number, **system), now - timedelta(days=number * 2))
    if number == 1:
        record(scenario.city, machine(1, software=machine(1).software[1:], reported_at=now), now)


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_holds(scenario: Any, client_for: Any, live_server: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    fill(scenario)
    one = Terminal.objects.get(number="N0001").pk
    addresses = (
        "list/",
        "list/?condition=unplaced",
        "list/new/",
        "list/import/",
        "list/settings/",
        f"{one}/",
        f"{one}/software/",
        f"{one}/history/",
        f"{one}/change/",
        f"{one}/assign/",
        f"{one}/state/",
        "doubts/",
        f"doubts/{DoubtfulMatch.objects.get().pk}/",
        "software/",
        f"software/{SoftwareTitle.objects.get(name='7-Zip').pk}/",
        "support/",
        "support/save/",
        "support/import/",
        "licences/",
        "licences/new/",
        "reconciliations/",
        "reconciliations/new/",
        f"reconciliations/{CountReconciliation.objects.get().pk}/",
        f"reconciliations/{CountReconciliation.objects.get().pk}/explain/",
    )
    cookie = client_for(scenario.people["secretariat"]).cookies[settings.SESSION_COOKIE_NAME].value
    wrong: list[str] = []
    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for address in addresses:
            page.goto(f"{live_server.url}/terminals/{address}")
            wrong += [f"{address}: {one['id']}" for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append(f"{address}: the page is wider than the screen")
        chromium.close()
    assert not wrong
