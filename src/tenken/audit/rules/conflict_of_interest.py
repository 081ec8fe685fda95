"""Independence (document 002, 指摘(7)①ア): nobody audits what they belong to or manage, or did in the last years, nobody what
their own organization looks after, nobody where they declared an interest. One rule for visits and audits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.common.era import era_date

_COMPANY_FORMS = re.compile(r"株式会社|有限会社|合同会社|\(株\)|\(有\)|\s")


@dataclass(frozen=True)
class Tie:
    """What bound a person to units for a time: a post in them (``managed`` False), or the management of them.

    ``place``: what the unit is called; ``title``: the post; ``ends``: the first day without it, None: still.
    """

    units: frozenset[int]
    title: str
    managed: bool
    starts: date
    ends: date | None
    place: str = ""


@dataclass(frozen=True)
class Declared:
    """An interest somebody declared, in units or in a company, from–to (both days included, None: still)."""

    units: frozenset[int]
    vendor: str
    reason: str
    starts: date
    ends: date | None


@dataclass(frozen=True)
class Standing:
    """All that could stand between a person and an audit; ``organization`` '' for an employee."""

    ties: tuple[Tie, ...] = ()
    declared: tuple[Declared, ...] = ()
    organization: str = ""


@dataclass(frozen=True)
class Audited:
    """What is audited: a section with what it came from and became and all below, and who looks after its system."""

    units: frozenset[int]
    vendor: str = ""


def conflict(standing: Standing, audited: Audited, on: date, *, years: int, until: date | None = None) -> str:
    """Return why a person may not audit *audited* from *on* to *until* (*on* alone unless given), with its dates; ''
    when they may. *years*: how long after leaving nobody audits a section."""
    return next(_conflicts(standing, audited, on, max(until or on, on), years), "")


def same_company(one: str, other: str) -> bool:
    """Tell whether two names are one company's, however 株式会社 and blanks are written."""
    return bool(_folded(one)) and _folded(one) == _folded(other)


def years_before(day: date, years: int) -> date:
    """Return the same day *years* earlier; of 29 February, the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _conflicts(standing: Standing, audited: Audited, on: date, until: date, years: int) -> Iterator[str]:
    near = [tie for tie in standing.ties if tie.units & audited.units and tie.starts <= until]
    for tie in near:
        if tie.ends is None or tie.ends > on:
            yield _now(tie)
    since = years_before(on, years)
    for tie in sorted(near, key=lambda tie: (tie.managed, tie.ends or date.max), reverse=True):
        if tie.ends is not None and tie.ends > since:
            yield _lately(tie, years)
    if same_company(standing.organization, audited.vendor):
        yield f"所属する「{standing.organization}」が、監査対象の情報システムの事業者です。"
    for one in standing.declared:
        concerns = one.units & audited.units or same_company(one.vendor, audited.vendor)
        if concerns and one.starts <= until and (one.ends is None or one.ends >= on):
            ends = f"{era_date(one.ends)}まで" if one.ends else ""
            yield f"利害関係の申告があります（{era_date(one.starts)}から{ends}、{one.reason}）。"


def _now(tie: Tie) -> str:
    ends = f"{era_date(tie.ends - timedelta(days=1))}まで" if tie.ends else ""
    if tie.managed:
        return f"{era_date(tie.starts)}から{ends}{tie.title}として{tie.place}を管理しています。"
    return f"{era_date(tie.starts)}から{ends}{tie.place}に所属しています。"


def _lately(tie: Tie, years: int) -> str:
    assert tie.ends is not None
    span = f"{era_date(tie.starts)}から{era_date(tie.ends - timedelta(days=1))}まで"
    if tie.managed:
        return f"{span}{tie.title}として{tie.place}を管理していました（{years}年以内）。"
    return f"{span}{tie.place}に所属していました（{years}年以内）。"


def _folded(name: str) -> str:
    return _COMPANY_FORMS.sub("", unicodedata.normalize("NFKC", name)).casefold()
