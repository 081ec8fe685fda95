"""The invented organisation as ``data/city.yaml`` lays it down: units and posts with their codes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from tenken.demo.data_files import read

HEAD, DEPUTY = "head", "deputy"
_SECRETARIAT = "jimu01"
_SECONDS = {
    "課": "長補佐",
    "室": "長補佐",
    "館": "副館長",
    "署": "副署長",
    "校": "副校長",
    "場": "副場長",
    "科": "副科長",
}
_KINDS = {"": "section", "1": "office_1", "2": "office_2", "3": "office_3"}


@dataclass(frozen=True)
class UnitPlan:
    """A unit on the first day. ``bureau`` and ``parent`` are codes ('' for a bureau's parent: the city)."""

    code: str
    name: str
    kind: str
    bureau: str
    bureau_name: str
    parent: str
    body: str

    @property
    def answers(self) -> bool:
        return self.kind in ("section", "office_1", "office_2")


@dataclass(frozen=True)
class PostPlan:
    """A post on the first day. ``role`` counts over the city ("city") or the post's unit ("unit"); of the head of a
    三種公所 it counts for the section above."""

    code: str
    unit: str
    title: str
    role: str
    scope: str = "unit"
    single_seat: bool = True


@dataclass(frozen=True)
class ChangePlan:
    """A rename, merger or abolition on a date; ``units`` are codes."""

    on: date
    what: str
    units: tuple[str, ...]
    into: str


def city_data() -> dict[str, Any]:
    """Return ``data/city.yaml`` as read."""
    data: dict[str, Any] = read("city")
    return data


@cache
def units() -> tuple[UnitPlan, ...]:
    """Return every unit of the first day, each after its parent."""
    return tuple(unit for bureau in city_data()["bureaus"] for unit in _bureau(bureau))


def _bureau(row: dict[str, Any]) -> Iterator[UnitPlan]:
    code, name, body = row["code"], row["name"], row["body"]

    def unit(unit_code: str, unit_name: str, kind: str, parent: str) -> UnitPlan:
        return UnitPlan(unit_code, unit_name, kind, code, name, parent, body)

    yield unit(code, name, row.get("kind", "bureau"), "")
    for place, (department, sections) in enumerate(row["departments"].items(), start=1):
        above = f"{code}{place:02d}" if department else code
        if department:
            yield unit(above, department, "department", code)
        number, section = 0, ""
        below = 0
        for written in sections:
            section_name, _, office = written.partition("/")
            if office == "3":
                below += 1
                yield unit(f"{section}{below:02d}", section_name, "office_3", section)
                continue
            number, below = number + 1, 0
            section = f"{code}{place:02d}{number:02d}"
            yield unit(section, section_name, _KINDS[office], above)


@cache
def _codes() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for unit in units():
        if unit.kind != "department":
            found[unit.bureau_name, unit.name] = unit.code
    return found


def code_of(bureau: str, unit: str) -> str:
    """Return the code of a unit by its bureau's name and its own name on the first day ('' for the bureau)."""
    return _codes()[bureau, unit or bureau] if bureau else ""


@cache
def posts() -> tuple[PostPlan, ...]:
    """Return every post of the first day. A head's code ends in -1, a deputy's in -2, others in -3 and up."""
    found: list[PostPlan] = []
    for unit in units():
        if unit.kind in ("bureau", "ward"):
            title = f"{unit.name.removesuffix('役所')}長" if unit.kind == "ward" else f"{unit.name}長"
            found.append(PostPlan(f"{unit.code}-1", unit.code, title, "bureau_manager"))
        elif unit.kind == "office_3":
            found.append(PostPlan(f"{unit.code}-1", unit.code, f"{unit.name}長", "deputy"))
        elif unit.answers:
            second = f"{unit.name}{_SECONDS.get(unit.name[-1], '副所長')}"
            found.append(PostPlan(f"{unit.code}-1", unit.code, f"{unit.name}長", "section_manager"))
            found.append(PostPlan(f"{unit.code}-2", unit.code, second, "deputy"))
    counts: dict[str, int] = {}
    for row in city_data()["posts"]:
        unit_code = code_of(row["bureau"], row["unit"])
        counts[unit_code] = counts.get(unit_code, 2) + 1
        found.append(
            PostPlan(
                f"{unit_code or 'city'}-{counts[unit_code]}",
                unit_code,
                f"{row['unit']}{row['title']}",
                row["role"],
                scope=row["scope"],
                single_seat=row.get("seats") != "many",
            )
        )
    return tuple(found)


def changes() -> tuple[ChangePlan, ...]:
    """Return what happened to the organisation, in order."""
    return tuple(
        ChangePlan(
            row["date"],
            row["what"],
            tuple(code_of(row["bureau"], name) for name in row["units"]),
            row.get("into", ""),
        )
        for row in city_data()["changes"]
    )


def ended_codes() -> frozenset[str]:
    """Return the codes that no unit carries after the changes: merged into another, or abolished."""
    merged = {code for change in changes() if change.what == "merge" for code in change.units[1:]}
    return frozenset(
        merged | {code for change in changes() if change.what == "abolish" for code in change.units}
    )


def answering_on(day: date) -> list[str]:
    """Return the codes of the sections that answer sheets on *day*."""
    gone = {
        code
        for change in changes()
        if change.on <= day
        for code in (change.units[1:] if change.what == "merge" else change.units)
        if change.what != "rename"
    }
    return [unit.code for unit in units() if unit.answers and unit.code not in gone]


def account_posts() -> dict[str, str]:
    """Return the user name that signs in for whoever holds a post, by the post's code."""
    found = {
        f"{code_of(row['bureau'], row['unit'])}-{1 if row['post'] == HEAD else 2}": row["account"]
        for row in city_data()["accounts"]
    }
    special = [post for post in posts() if not post.code.endswith(("-1", "-2"))]
    for row, post in zip(city_data()["posts"], special, strict=True):
        if "account" in row:
            found[post.code] = row["account"]
    return found


def post_of(account: str) -> str:
    """Return the code of the post whose holder signs in as *account*."""
    return next(post for post, name in account_posts().items() if name == account)


def secretariat_post() -> str:
    """Return the code of the post whose holder signs for the secretariat."""
    return post_of(_SECRETARIAT)


def concurrent_posts() -> dict[str, tuple[str, str]]:
    """Return the posts without a holder of their own this year: (the post whose holder acts, kind of assignment)."""
    found = {}
    for row in city_data()["concurrent"]:
        suffix = "-1" if row["post"] == HEAD else "-2"
        other = code_of(row["bureau"], row["also"]) + suffix
        found[other] = (code_of(row["bureau"], row["unit"]) + suffix, row["kind"])
    return found
