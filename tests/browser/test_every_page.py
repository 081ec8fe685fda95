"""Every page a person can reach from their menu: no violation axe knows of, nothing wider than the screen, no error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import DESK, PHONE, Person, Served, faults_of

pytestmark = pytest.mark.browser
MOST = 80
# Files, and the way out.
_NO_PAGE = re.compile(r"/logout/|/download|/static/|/api/|[./](svg|xlsx|csv|pdf|docx)\b|export=|/files/")


def _shape(path: str) -> str:
    """Pages of one kind have one shape: the numbers and codes in their address differ."""
    return re.sub(r"/[^/]*\d[^/]*(?=/|$)", "/#", path)


def _reachable(person: Person, start: str = "/", within: tuple[str, ...] = ("/",)) -> Iterator[str]:
    """Walk from *start* and no further than *within*; yield one address of each kind of page while it is open."""
    from playwright.sync_api import Error

    found = 0
    waiting, known = [start], {start}
    while waiting and found < MOST:
        path = waiting.pop(0)
        try:
            person.go(path)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            continue
        found += 1
        links = person.page.eval_on_selector_all(
            "a[href]",
            "links => links.map(link => link.href).filter(href => href.startsWith(location.origin))",
        )
        for link in links:
            split = urlsplit(link)
            if _NO_PAGE.search(link) or split.query or not split.path.startswith(within):
                continue
            if _shape(split.path) not in known:
                known.add(_shape(split.path))
                waiting.append(split.path)
        yield path


@pytest.mark.parametrize("role", ["secretariat", "deputy", "committee"])
def test_every_page_at_both_widths(demo_city: Served, enter: Callable[..., Person], role: str) -> None:
    person = enter(demo_city, role)
    pages, faults = _looked_at(person, _reachable(person))
    assert len(pages) > {"secretariat": 20, "deputy": 8, "committee": 5}[role], pages
    assert faults == {}


_AUDITS = (
    "/audits/",
    "/findings/reports/",
    "/findings/extents/",
    "/findings/contents/",
    "/assets/systems/",
    "/papers/of/",
)


def test_the_pages_of_audits_at_both_widths(demo_city: Served, enter: Callable[..., Person]) -> None:
    """They are many, and further from the menu than the walk from home goes."""
    person = enter(demo_city, "secretariat")
    pages, faults = _looked_at(person, _reachable(person, "/audits/", _AUDITS))
    assert len(pages) > 40, pages
    assert faults == {}


def _looked_at(person: Person, pages: Iterator[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Look at each page as it is opened; return all that were, and what was wrong."""
    seen, faults = [], {}
    for path in pages:
        seen.append(path)
        for width in (DESK, PHONE):
            person.page.set_viewport_size({"width": width, "height": 900})
            if wrong := faults_of(person.page, width):
                faults[f"{path} at {width}"] = wrong
    return seen, faults


def test_pictures(
    demo_city: Served, enter: Callable[..., Person], picture: Callable[[Person, str], None]
) -> None:
    """What the README shows: the home of the secretariat, a sheet, a paper; a sheet on a telephone."""
    secretariat = enter(demo_city, "secretariat")
    picture(secretariat, "home")
    secretariat.go("/inspection/")
    yearly = secretariat.page.locator("main table").get_by_role(
        "link", name=re.compile("年度情報セキュリティ点検$")
    )
    yearly.first.click()
    secretariat.sees("提出の状況")
    picture(secretariat, "programme")
    secretariat.go("/papers/committee/2014/")
    secretariat.page.locator(".paper figure").first.scroll_into_view_if_needed()
    secretariat.page.wait_for_function("Array.from(document.images).every(image => image.complete)")
    picture(secretariat, "paper")
    for width, name in ((DESK, "sheet"), (PHONE, "sheet-phone")):
        deputy = enter(demo_city, "deputy", width)
        deputy.page.locator("main a[href*='/inspection/sheets/']").last.click()
        deputy.page.locator("fieldset.answer").nth(1).scroll_into_view_if_needed()
        picture(deputy, name)
