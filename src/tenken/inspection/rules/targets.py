"""Who gets a sheet: the target rule, and the exceptions that are named one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenken.inspection.models.series import Kind, TargetRule

RULES_OF: Mapping[str, tuple[TargetRule, ...]] = {
    Kind.INSPECTION: (TargetRule.ALL_SECTIONS, TargetRule.WITH_ISSUES, TargetRule.LISTED),
    Kind.SYSTEM_AUDIT: (TargetRule.SYSTEMS, TargetRule.KEY_SYSTEMS, TargetRule.LISTED_SYSTEMS),
    Kind.SELF_CHECK: (TargetRule.ALL_STAFF,),
}
NO_OWNER = "所管課が、いまの組織にありません。"
_NOT_OF_THE_RULE: Mapping[str, str] = {
    TargetRule.WITH_ISSUES: "もとにする点検で課題がありませんでした。",
    TargetRule.LISTED: "名指しされていません。",
    TargetRule.LISTED_SYSTEMS: "名指しされていません。",
    TargetRule.KEY_SYSTEMS: "重要な情報システムではありません。",
}


@dataclass(frozen=True)
class Candidate:
    """A section, or a system with the section that owns it (``unit_id`` None: no section of today's does).

    ``had_issues``: in the programme that is looked back at, through the lineage.
    """

    unit_id: int | None
    bureau_id: int | None
    system_id: int | None = None
    important: bool = False
    had_issues: bool = False


@dataclass(frozen=True)
class Excepted:
    """A unit or a system taken in or left out against the rule, and why."""

    include: bool
    reason: str
    unit_id: int | None = None
    system_id: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """A candidate that gets no sheet. ``excepted``: somebody said so; else the rule does not reach it."""

    candidate: Candidate
    reason: str
    excepted: bool


@dataclass(frozen=True)
class Selection:
    """What the rule comes to: targets in the order of the candidates, and who is left out and why."""

    targets: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def excepted(self) -> tuple[LeftOut, ...]:
        return tuple(one for one in self.left_out if one.excepted)


def select(rule: str, candidates: Sequence[Candidate], exceptions: Sequence[Excepted]) -> Selection:
    """Choose the targets among *candidates*. What is left out by name stays out whatever the rule says.

    An exception for a system wins over one for the section that owns it.
    """
    by_unit: dict[int | None, Excepted] = {one.unit_id: one for one in exceptions if one.unit_id is not None}
    by_system: dict[int | None, Excepted] = {
        one.system_id: one for one in exceptions if one.system_id is not None
    }
    targets: list[Candidate] = []
    left_out: list[LeftOut] = []
    for candidate in candidates:
        said = by_system.get(candidate.system_id) or by_unit.get(candidate.unit_id)
        if said and not said.include:
            left_out.append(LeftOut(candidate, said.reason, True))
        elif candidate.unit_id is None:
            left_out.append(LeftOut(candidate, NO_OWNER, False))
        elif said or _reached(rule, candidate):
            targets.append(candidate)
        else:
            left_out.append(LeftOut(candidate, _NOT_OF_THE_RULE[rule], False))
    return Selection(tuple(targets), tuple(left_out))


def _reached(rule: str, candidate: Candidate) -> bool:
    if rule == TargetRule.WITH_ISSUES:
        return candidate.had_issues
    if rule == TargetRule.KEY_SYSTEMS:
        return candidate.important
    return rule in (TargetRule.ALL_SECTIONS, TargetRule.SYSTEMS)
