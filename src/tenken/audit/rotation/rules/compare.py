"""This year's choice against last year's: who is new, who is left out, whose audit is deeper or lighter, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenken.audit.rotation.rules.parts import Tier
from tenken.audit.rotation.rules.select import Because
from tenken.common.fiscal_year import FiscalYear


class Change(StrEnum):
    NEW = "new"
    OUT = "out"
    DEEPER = "deeper"
    LIGHTER = "lighter"
    SAME = "same"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Change.NEW: "新たに対象",
    Change.OUT: "対象から外れた",
    Change.DEEPER: "深くなった",
    Change.LIGHTER: "浅くなった",
    Change.SAME: "同じ",
    Change.UNKNOWN: "台帳にない",
}


@dataclass(frozen=True)
class Decision:
    """What was decided of one system for a year, and by what. ``override``: the reason when people decided it."""

    code: str
    tier: Tier
    drawn: Tier
    because: str
    rank: int
    points: int
    due: int | None
    override: str = ""


@dataclass(frozen=True)
class Difference:
    code: str
    before: Tier
    after: Tier
    change: Change
    why: str


def differences(before: Mapping[str, Tier], after: Sequence[Decision]) -> tuple[Difference, ...]:
    """Return one line for each system of either year, in the order of the codes. *before*: last year's tiers."""
    found = []
    known = {one.code for one in after}
    for one in sorted(after, key=lambda one: one.code):
        was = before.get(one.code, Tier.NONE)
        found.append(Difference(one.code, was, one.tier, _change(was, one.tier), _why(was, one)))
    for code in sorted(before.keys() - known):
        if before[code] != Tier.NONE:
            gone = "いまは台帳にない（廃止など）。"
            found.append(Difference(code, before[code], Tier.NONE, Change.UNKNOWN, gone))
    return tuple(sorted(found, key=lambda one: one.code))


def _change(before: Tier, after: Tier) -> Change:
    if before == after:
        return Change.SAME
    if before == Tier.NONE:
        return Change.NEW
    if after == Tier.NONE:
        return Change.OUT
    return Change.DEEPER if after.level > before.level else Change.LIGHTER


def _why(before: Tier, one: Decision) -> str:
    if one.override:
        return f"人が変更：{one.override}"
    if one.tier.level > before.level or (one.tier == before and one.tier != Tier.NONE):
        return {
            Because.DUE.value: "周期の期限に当たる。",
            Because.LEVEL.value: "後の年度に期限が集中するため、早めに行う。",
            Because.POINTS.value: f"点数{one.points}点、{one.rank}位による。",
            Because.DEEPER.value: "訪問調査の対象となる。",
        }.get(one.because, "")
    if one.tier == before:
        return f"今回も件数に入らない（{one.points}点、{one.rank}位）。"
    if before.level >= Tier.VISIT.level and one.due is not None:
        return f"前年度に{before.label}を行い、次の期限は{FiscalYear(one.due)}。"
    if before.level >= Tier.VISIT.level:
        return f"前年度に{before.label}を行い、今回は{one.rank}位（{one.points}点）。"
    return f"前年度に自己点検を行い、今回は{one.rank}位（{one.points}点）で件数に入らない。"
