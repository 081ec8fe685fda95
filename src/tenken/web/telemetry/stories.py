"""One terminal's or person's day, one file's life, one event: operation logs told as what happened."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.organization.access import require_somewhere
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search import searching
from tenken.telemetry.search.criteria import midnight
from tenken.telemetry.search.reading import Key, Row
from tenken.telemetry.search.stories import Session
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.search_forms import DayForm, FileForm
from tenken.web.telemetry.search_pages import (
    Lines,
    clock_time,
    file_address,
    for_a_purpose,
    tabs,
)

_FOLDER = "web/telemetry/search"
_AROUND = timedelta(days=365)
_GROUPS = {
    "when": "いつ",
    "class": "操作",
    "who": "誰が・どこで",
    "process": "アプリケーション",
    "file": "ファイル",
    "device": "外部機器",
    "print": "印刷",
    "mail": "メール",
    "web": "Web・通信",
    "enriched": "受信時の判定",
    "provenance": "受信の記録",
    "rest": "ほかの項目",
}


@require_safe
@signed_in
@for_a_purpose
def terminal_day(request: SignedInRequest) -> HttpResponse:
    """One terminal's day as sessions of work."""
    return _day(request, "device")


@require_safe
@signed_in
@for_a_purpose
def person_day(request: SignedInRequest) -> HttpResponse:
    """One person's day as sessions of work."""
    return _day(request, "person")


_SUBJECTS = {"device": ("端末の1日", "端末機番号"), "person": ("職員の1日", "職員番号")}


def _day(request: SignedInRequest, subject: str) -> HttpResponse:
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    title, label = _SUBJECTS[subject]
    form = DayForm(request.GET or None, label=label, initial={"day": clock.today()})
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "tabs": tabs(by, "telemetry-search"),
    }
    if form.is_bound and form.is_valid():
        of, day = form.cleaned_data["of"].strip(), form.cleaned_data["day"]
        told = searching.day_of(by=by, day=day, **{subject: of})
        rows = [line.row for session in told.sessions for line in session.lines]
        lines = Lines(by, rows)
        named = lines.people.get(of, "") if subject == "person" else ""
        context |= {
            "of": f"{named}（{of}）" if named else of,
            "day": day,
            "told": told,
            "sessions": [_session(session, lines, subject) for session in told.sessions],
            "most": searching.MOST_OF_A_DAY,
            "search_url": _search(subject, of, day),
            "export_url": reverse("telemetry-search-export", args=[told.record.pk]),
            "around": [
                (words, f"?{urlencode({'of': of, 'day': (day + timedelta(days=step)).isoformat()})}")
                for words, step in (("前の日", -1), ("次の日", 1))
            ],
        }
    return render(request, f"{_FOLDER}/day.html", context, status=422 if form.errors else 200)


def _search(subject: str, of: str, day: date) -> str:
    query = {"since": day.isoformat(), "until": day.isoformat(), subject: of}
    return f"{reverse('telemetry-search')}?{urlencode(query)}"


def _session(session: Session, lines: Lines, subject: str) -> dict[str, Any]:
    first = session.row
    other = lines.person(first) if subject == "device" else first["device"] or first["computer"]
    return {
        "starts": clock_time(session.starts),
        "ends": clock_time(session.ends),
        "who": " ".join(part for part in (lines.section(first), other) if part),
        "events": session.events,
        "off_hours": session.off_hours,
        "lines": [
            {
                "time": clock_time(line.starts),
                "ends": clock_time(line.ends) if line.times > 1 else "",
                "text": line.text,
                "times": line.times,
                "url": reverse("telemetry-event", args=[str(Key.of(line.row))]),
                "file_url": file_address(line.row),
                "off_hours": bool(line.row["off_hours"]),
            }
            for line in session.lines
        ],
    }


@require_safe
@signed_in
@for_a_purpose
def file_life(request: SignedInRequest) -> HttpResponse:
    """One file's life across terminals, from one of its names."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    form = FileForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "tabs": tabs(by, "telemetry-search-file")}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        at = Key(asked["at"], 0, 0).ts if asked["at"] is not None else None
        middle = at or clock.now()
        since = midnight(asked["since"]) if asked["since"] else middle - _AROUND
        until = midnight(asked["until"] + timedelta(days=1)) if asked["until"] else middle + _AROUND
        moment = min(max(at, since), until) if at else until
        _, life = searching.life_of(by=by, path=asked["path"], at=moment, since=since, until=until)
        steps = Lines(by, [step.row for step in life.steps])
        context |= {
            "life": life,
            "names_header": ("ファイル", "この名前になったわけ", "から", "まで"),
            "names": [[name.path, name.how, _moment(name.born), _moment(name.died)] for name in life.names],
            "steps": [line | {"sure": step.sure} for line, step in zip(steps, life.steps, strict=True)],
            "namesakes": list(Lines(by, life.namesakes)),
        }
    return render(request, f"{_FOLDER}/file.html", context, status=422 if form.errors else 200)


def _moment(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}" if moment else None


@require_safe
@signed_in
@for_a_purpose
def event(request: SignedInRequest, key: str) -> HttpResponse:
    """One event: its sentence, every field that says something, and its payload as it came where that is kept."""
    by = request.principal
    _, row, raw = searching.look_at(by=by, key=Key.read(key))
    line = Lines(by, [row]).line(row)
    context = {
        "line": line,
        "groups": _fields(row),
        "raw": _as_text(raw),
        "whole": by.everywhere(SEARCH_EVENTS),
        "raw_cut": raw is not None and len(raw) >= 64 * 1024,
        "tabs": tabs(by, "telemetry-search"),
    }
    return render(request, f"{_FOLDER}/event.html", context)


def _fields(row: Row) -> list[dict[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, column in BY_NAME.items():
        value = row[name]
        if value in ("", [], 0, None) or (isinstance(value, dict) and not value):
            continue
        groups.setdefault(column.group, []).append((column.comment.partition("（")[0], _value(value)))
    return [{"label": _GROUPS.get(group, group), "rows": rows} for group, rows in groups.items()]


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(JAPAN):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    if isinstance(value, list):
        pairs = [f"{one[0]}：{one[1]}" if isinstance(one, tuple) else str(one) for one in value]
        return "\n".join(pairs)
    return f"{value:,}" if isinstance(value, int) and value < 2**40 else str(value)


def _as_text(raw: bytes | None) -> str:
    """Return a payload for reading: UTF-8, else CP932, JSON laid out."""
    if raw is None:
        return ""
    for encoding in ("utf-8", "cp932"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return raw.hex(" ")
    try:
        laid_out = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
    return laid_out.encode(errors="backslashreplace").decode()  # JSON can escape half a character
