"""The checklist under a thumb, and every page of a visit at four widths: nothing axe knows of, nothing too wide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from tests.audit.makers import line, notified_visit, reported

from tenken.audit.models import Visit, VisitItem
from tenken.audit.operations import draw_units, save_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PICTURES = os.environ.get("TENKEN_TEST_PICTURES", "")  # a folder to look at what was drawn


class Looked:
    """A browser signed in as somebody; ``wrong`` is what it found wrong so far."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address, self.wrong = page, address, []
        page.on(
            "console",
            lambda said: self.wrong.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def look(self, path: str, name: str, width: int) -> None:
        """Open *path* at *width* and look for what is wrong with it."""
        from axe_playwright_python.sync_playwright import Axe

        self.page.set_viewport_size({"width": width, "height": 1024})
        self.page.goto(self.address + path)
        found = Axe().run(self.page).response["violations"]
        self.wrong += [f"{name} at {width}: {one['id']}" for one in found]
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.wrong.append(f"{name} at {width}: wider than the screen")
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


@contextmanager
def _browser(live_server: Any, client: Any, *, touch: bool = False) -> Iterator[Looked]:
    from playwright.sync_api import sync_playwright

    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(
            viewport={"width": 768, "height": 1024}, locale="ja-JP", has_touch=touch
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        try:
            yield Looked(context.new_page(), live_server.url)
        finally:
            chromium.close()


def test_a_visit_is_recorded_with_a_thumb(
    city: Any, visit: Visit, client_for: Any, live_server: Any, tmp_path: Path
) -> None:
    notified_visit(city, visit)
    photo = tmp_path / "書庫.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 2_000)
    ledger, desk = line(visit, "media.ledger"), line(visit, "clear-desk.leave")
    path = reverse("audit-checklist", args=[visit.pk])
    with _browser(live_server, client_for(city.people["auditor"]), touch=True) as seen:
        from playwright.sync_api import expect

        seen.look(path, "checklist-empty", 768)
        page = seen.page
        saved = page.locator("[data-autosave-status][data-state=saved]")
        page.locator(f"#id_seen-{desk.pk}").get_by_text("一致").tap()
        expect(saved).to_be_visible()
        expect(page.locator("#sheet-progress")).to_contain_text("1")
        page.locator(f"#id_seen-{ledger.pk}").get_by_text("相違").tap()
        page.locator(f"#id_note-{ledger.pk}").fill("台帳にないUSBメモリが3本ある。𠮷")
        page.locator(f"#id_note-{ledger.pk}").blur()
        page.locator(f"#id_photo-{ledger.pk}").set_input_files(photo)
        expect(page.locator(f"#photos-{ledger.pk}").get_by_role("link", name="書庫.jpg")).to_be_visible()
        expect(saved).to_be_visible()
        target = page.locator(f"#id_seen-{desk.pk} .answer__choice").first.bounding_box()
        assert target["height"] >= 48
        assert seen.wrong == []
    rows = {item.pk: (item.seen, item.note) for item in VisitItem.objects.exclude(seen="")}
    assert rows == {desk.pk: ("agree", ""), ledger.pk: ("disagree", "台帳にないUSBメモリが3本ある。𠮷")}
    assert ledger.evidence.count() == 1


def test_every_page_at_every_width(city: Any, visit: Visit, client_for: Any, live_server: Any) -> None:
    by = city.by("secretariat")
    visit = reported(city, visit)
    save_practice(by=city.by("auditor"), visit=visit, text="当番が机の上を見て回る。")
    drawn = draw_units(
        by=by, stage=visit.stage, method="stratified", wanted=2, reasons="全庁から偏りなく選ぶ。", seed=7
    )
    pages = {
        "index": reverse("audit-visits"),
        "against": reverse("audit-against", args=[visit.stage.programme_id]),
        "select": reverse("audit-select", args=[visit.stage_id]),
        "selection": reverse("audit-selection", args=[drawn.pk]),
        "visit": reverse("audit-visit", args=[visit.pk]),
        "letter": reverse("audit-letter", args=[visit.pk]),
        "checklist": reverse("audit-checklist", args=[visit.pk]),
        "paper": reverse("audit-checklist-paper", args=[visit.pk]) + "?blank=1",
        "report": reverse("audit-report-paper", args=[visit.pk]),
        "meeting": reverse("audit-meeting", args=[visit.stage.programme_id]),
        "past": reverse("audit-past", args=[visit.stage.programme_id]),
        "practice": reverse("audit-practice-new", args=[visit.pk]),
    }
    with _browser(live_server, client_for(city.people["secretariat"])) as seen:
        for name, path in pages.items():
            for width in (1366, 1024, 390) if name in ("checklist", "visit") else (1366, 390):
                seen.look(path, name, width)
        assert seen.wrong == []
