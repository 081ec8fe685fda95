"""What the pages of operation logs share: the purpose before the search, the tabs, an event as a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from tenken.common.clock import JAPAN
from tenken.organization.access import Principal
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_ALERTS, VIEW_SEARCHES, VIEW_TERMINALS
from tenken.telemetry.search.purposes import PurposeNeeded
from tenken.telemetry.search.reading import Key, Row
from tenken.telemetry.search.scope import SectionNames
from tenken.telemetry.search.searching import people_named
from tenken.telemetry.search.stories import sentence
from tenken.web.principal import SignedInRequest

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def for_a_purpose(view: View[P]) -> View[P]:
    """Send whoever has stated no purpose to state one, and back to what they asked for."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PurposeNeeded:
            if getattr(request, "htmx", False):
                raise
            back = (
                request.get_full_path() if request.method in ("GET", "HEAD") else reverse("telemetry-search")
            )
            return redirect(f"{reverse('telemetry-search-purpose')}?{urlencode({'next': back})}")

    return cast(View[P], guarded)


def tabs(by: Principal, current: str) -> list[dict[str, Any]]:
    """Return the pages of operation logs that *by* may open."""
    pages = (
        ("telemetry-search", "検索", by.holds(SEARCH_EVENTS)),
        ("telemetry-search-file", "ファイルの経過", by.holds(SEARCH_EVENTS)),
        ("telemetry-search-saved", "保存した検索", by.holds(SEARCH_EVENTS)),
        ("telemetry-search-exports", "出力したファイル", by.holds(SEARCH_EVENTS)),
        ("telemetry-samples", "閲覧の抜取り", by.holds(VIEW_ALERTS)),
        ("telemetry-overrides", "フィルタリングの解除", by.holds(VIEW_TERMINALS)),
        ("telemetry-search-records", "検索の記録", by.holds(VIEW_SEARCHES)),
    )
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for name, label, shown in pages
        if shown
    ]


class Lines:
    """Events as lines of a table, with the names a reader knows. One query for the names of people."""

    def __init__(self, by: Principal, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self._sections = SectionNames(by.city)
        self.people = people_named(by, (row["person"] for row in self._rows))

    def __iter__(self) -> Any:
        return (self.line(row) for row in self._rows)

    def line(self, row: Row) -> dict[str, Any]:
        moment = row["ts"].astimezone(JAPAN)
        operation = BY_CODE.get(row["op"])
        return {
            "moment": moment,
            "url": reverse("telemetry-event", args=[str(Key.of(row))]),
            "text": sentence(row),
            "operation": operation.label if operation else row["op"],
            "section": self.section(row),
            "person": self.person(row),
            "person_url": day_address("telemetry-person-day", row["person"], moment.date()),
            "device": row["device"] or row["computer"],
            "device_url": day_address("telemetry-terminal-day", row["device"], moment.date()),
            "file_url": file_address(row),
            "off_hours": bool(row["off_hours"]),
            "blocked": row["disposition"] == "blocked",
            "overridden": row["disposition"] == "overridden",
        }

    def section(self, row: Row) -> str:
        return (
            self._sections.name(row["section"], row["ts"].astimezone(JAPAN).date()) if row["section"] else ""
        )

    def person(self, row: Row) -> str:
        name = self.people.get(row["person"], "")
        return f"{name}（{row['person']}）" if name else row["person"] or row["user"]


def day_address(name: str, value: str, day: date) -> str:
    """Return the address of one day of a terminal or person; '' without one."""
    return f"{reverse(name)}?{urlencode({'of': value, 'day': day.isoformat()})}" if value else ""


def file_address(row: Row) -> str:
    """Return the address of the life of the file an event is about; '' when it is about none."""
    if not row["path"]:
        return ""
    query = {"path": row["path"], "at": str(Key.of(row).ms)}
    return f"{reverse('telemetry-search-file')}?{urlencode(query)}"


def clock_time(moment: datetime) -> str:
    """Return 「10:30」 in Japan."""
    return f"{moment.astimezone(JAPAN):%H:%M}"
