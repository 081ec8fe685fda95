"""The walk's people: signed in once, each page they open looked at, what they see kept for the guide."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Person, Served, faults_of
from tests.browser.year.clock import set_moment

PICTURE = {"width": 1280, "height": 800}
PHONE_USER = {"width": PHONE, "has_touch": True}
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
MOST_BYTES = 200_000


class Year:
    """One year of one city: ``at`` moves its clock, ``as_`` gives its people, ``found`` keeps addresses for later."""

    def __init__(self, chromium: Any, served: Served, pictures: Path | None) -> None:
        self.chromium, self.served, self.pictures = chromium, served, pictures
        self.found: dict[str, str] = {}
        self.looked: set[str] = set()
        self.faults: dict[str, list[str]] = {}
        self._people: dict[str, Walker] = {}

    def at(self, moment: str) -> None:
        """Go on to *moment*: 2026-04-01 (9 o'clock in Japan) or 2026-04-01T08:00."""
        hour = "" if "T" in moment else "T09:00"
        set_moment(self.served.home, datetime.fromisoformat(f"{moment}{hour}+09:00"))

    def as_(self, role: str, **browser: Any) -> Walker:
        """Return the person with *role*, at a browser of their own."""
        key = f"{role} {sorted(browser)}"
        if key not in self._people:
            self._people[key] = Walker(self, role, **browser)
        return self._people[key]

    def newcomer(self, role: str, walker: Walker) -> None:
        """From now on *walker* is who has *role*."""
        self._people[f"{role} []"] = walker

    def leave(self) -> None:
        """Close all browsers; nothing may have gone wrong in any, and no page may have a fault."""
        for walker in {id(one): one for one in self._people.values()}.values():
            walker.leave()
        assert self.faults == {}


class Walker(Person):
    """A person whose every new kind of page is looked at: axe at the desk, its width on a telephone."""

    def __init__(self, year: Year, role: str, **browser: Any) -> None:
        self.year = year
        super().__init__(year.chromium, year.served, role, **browser)
        self.context.set_default_timeout(30_000)

    def go(self, path: str) -> None:
        super().go(path)
        self.look()

    def press(self, name: str) -> None:
        super().press(name)
        self.look()

    def look(self) -> None:
        """Look for faults, once for each kind of page."""
        page = self.page
        kind = re.sub(r"/[^/]*\d[^/]*(?=/|$)", "/#", urlsplit(page.url).path)
        if kind in self.year.looked:
            return
        self.year.looked.add(kind)
        size = page.viewport_size
        if wrong := faults_of(page, size["width"]):
            self.year.faults[f"{kind} at {size['width']}"] = wrong
        page.set_viewport_size({"width": PHONE, "height": size["height"]})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE:
            self.year.faults[f"{kind} at {PHONE}"] = [f"{wide} px wide"]
        page.set_viewport_size(size)

    def fill(self, *, form: str = "", **values: str) -> None:
        """Fill the fields of these names: a choice is chosen, a box of that value checked, the rest typed.

        *form*: the end of the form's address, where a page has several.
        """
        within = f"main form[action$='{form}']" if form else "main"
        for name, value in values.items():
            field = self.page.locator(f"{within} [name='{name}']")
            kind = field.first.evaluate("field => field.type || field.tagName")
            if kind.startswith("select"):
                if value not in field.first.evaluate("field => [...field.options].map(one => one.value)"):
                    field.first.select_option(label=value)
                else:
                    field.first.select_option(value)
            elif kind in ("radio", "checkbox"):
                self.page.locator(f"{within} [name='{name}'][value='{value}']").first.check()
            else:
                field.first.fill(value)

    def attach(self, name: str, file: str, content: bytes, kind: str = "text/plain") -> None:
        """Choose a file for the field *name*."""
        field = self.page.locator(f"main [name='{name}']").first
        field.set_input_files({"name": file, "mimeType": kind, "buffer": content})

    def fetch(self, name: str) -> bytes:
        """Follow the link of that name; return the file it gives."""
        with self.page.expect_download() as download:
            self.page.get_by_role("main").get_by_role("link", name=name).first.click()
        return Path(download.value.path()).read_bytes()

    def job_done(self) -> None:
        """Wait on the page of a job until it is done."""
        expect(self.page.locator("#job .tag")).to_have_text("完了", timeout=60_000)
        self.look()

    def link(self, part: str) -> str:
        """Return the address of the first link in the page whose address has *part*."""
        return self.link_in("main", part)

    def link_in(self, place: str, part: str) -> str:
        """Return the same within *place* (a selector)."""
        found = self.page.locator(f"{place} a[href*='{part}']").first.get_attribute("href")
        assert found
        return found

    def picture(self, name: str, *, scroll: str = "") -> None:
        """Keep what this person sees for the guide, when pictures are asked for; *scroll*: what stands at the top."""
        if self.year.pictures is None:
            return
        page, size = self.page, self.page.viewport_size
        if size["width"] == DESK:
            page.set_viewport_size(PICTURE)
        if scroll:
            page.locator(scroll).first.evaluate("one => one.scrollIntoView({block: 'start'})")
            page.evaluate("window.scrollBy(0, -80)")
        else:
            page.evaluate("window.scrollTo(0, 0)")
        page.evaluate("document.activeElement.blur()")
        path = self.year.pictures / f"{name}.png"
        page.screenshot(path=path, caret="initial")  # hiding the caret would need an inline style
        page.set_viewport_size(size)
        assert path.stat().st_size < MOST_BYTES, path


def filled(form: bytes, sheet: str, rows: list[dict[str, Any]]) -> bytes:
    """Return the blank *form* with *rows* (by column) below the header of *sheet*, as a person fills it in."""
    book = load_workbook(io.BytesIO(form))
    page = book[sheet]
    header = {str(cell.value): cell.column for cell in page[1] if cell.value}
    for number, row in enumerate(rows, start=2):
        for column, value in row.items():
            page.cell(number, header[column], value)
    return saved(book)


def saved(book: Any) -> bytes:
    """Return the workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
