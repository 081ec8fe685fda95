"""A plan as data (YAML or JSON), read strictly: an unknown key or a value of another kind is refused with its place.

fiscal_year: 2015
overview: …
activities:
  - kind: training            # PlannedActivity.Kind
    title: …
    text: …
    programme_code: yearly    # inspection: its stages come from that programme
    visits: 5                 # 訪問調査, about
    stages: [{name, starts_on, ends_on, target, purpose, outline}, …]
    sessions: [{name, form, dates: [2015-05-18], months: [4, 6], contents: [ … ]}, …]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from typing import Any

from tenken.common.refusals import Invalid, Problem
from tenken.plans.inputs import ActivityInput, SessionInput, StageInput


@dataclass(frozen=True)
class PlanData:
    fiscal_year: int
    overview: str
    activities: tuple[ActivityInput, ...]


def read_plan(data: Any) -> PlanData:
    """Return the plan *data* holds; ``Invalid`` with the place of the first thing that is not as described above."""
    row = _mapping(data, "計画", {"fiscal_year", "overview", "activities"})
    year = row.get("fiscal_year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise _wrong("計画のfiscal_year", "年度を西暦の数で書いてください。")
    activities = tuple(
        _activity(one, f"取組{number}") for number, one in enumerate(_list(row, "activities", "計画"), 1)
    )
    return PlanData(year, _text(row, "overview", "計画"), activities)


def _activity(data: Any, place: str) -> ActivityInput:
    row = _known(data, place, ActivityInput)
    visits = row.get("visits")
    if visits is not None and (not isinstance(visits, int) or isinstance(visits, bool)):
        raise _wrong(f"{place}のvisits", "数で書いてください。")
    return ActivityInput(
        **{name: _text(row, name, place) for name in ("kind", "title", "text", "programme_code")},
        visits=visits,
        stages=tuple(
            _stage(one, f"{place}の段階{n}") for n, one in enumerate(_list(row, "stages", place), 1)
        ),
        sessions=tuple(
            _session(one, f"{place}の研修・会議{n}") for n, one in enumerate(_list(row, "sessions", place), 1)
        ),
    )


def _stage(data: Any, place: str) -> StageInput:
    row = _known(data, place, StageInput)
    return StageInput(
        **{name: _text(row, name, place) for name in ("name", "target", "purpose", "outline")},
        starts_on=_day(row["starts_on"], f"{place}のstarts_on"),
        ends_on=_day(row["ends_on"], f"{place}のends_on"),
    )


def _session(data: Any, place: str) -> SessionInput:
    row = _known(data, place, SessionInput)
    months = _list(row, "months", place)
    if not all(isinstance(month, int) and not isinstance(month, bool) for month in months):
        raise _wrong(f"{place}のmonths", "月を数で書いてください。")
    contents = _list(row, "contents", place)
    if not all(isinstance(line, str) for line in contents):
        raise _wrong(f"{place}のcontents", "文で書いてください。")
    return SessionInput(
        name=_text(row, "name", place),
        form=_text(row, "form", place),
        dates=[_day(day, f"{place}のdates") for day in _list(row, "dates", place)],
        months=months,
        contents=contents,
    )


def _known(
    data: Any, place: str, kind: type[ActivityInput] | type[StageInput] | type[SessionInput]
) -> Mapping[str, Any]:
    row = _mapping(data, place, {field.name for field in fields(kind)})
    for field in fields(kind):
        if field.default is MISSING and field.name not in row:
            raise _wrong(place, f"{field.name}がありません。")
    return row


def _mapping(data: Any, place: str, keys: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _wrong(place, "項目と値の組で書いてください。")
    if unknown := sorted(str(key) for key in set(data) - keys):
        raise _wrong(place, f"知らない項目があります：{'、'.join(unknown[:5])}")
    return data


def _list(row: Mapping[str, Any], name: str, place: str) -> list[Any]:
    found = row.get(name) or []
    if not isinstance(found, list):
        raise _wrong(f"{place}の{name}", "並びで書いてください。")
    return found


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    found = row.get(name, "")
    if not isinstance(found, str):
        raise _wrong(f"{place}の{name}", "文で書いてください。")
    return found


def _day(value: Any, place: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(place, "日付を2015-07-01のように書いてください。") from None


def _wrong(place: str, message: str) -> Invalid:
    return Invalid("年間計画のデータを読み取れません。", [Problem(message, place)])
