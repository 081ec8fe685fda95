"""What the rotation works with: what is known of a system, how much each fact weighs, how often and how many. Pure.

All of it is frozen with a selection (``as_json``), so that anybody can run the selection again from what was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from tenken.common.fiscal_year import FiscalYear


class Tier(StrEnum):
    """How deeply a system is looked at in a year; each holds those before it (document 001, 資料2 2(2): from the 86 that
    inspect themselves about 10 are visited, 2 of them examined)."""

    NONE = "none"
    SELF = "self"
    VISIT = "visit"
    TECHNICAL = "technical"

    @property
    def label(self) -> str:
        return _TIER_LABELS[self]

    @property
    def level(self) -> int:
        return _LEVELS[self]


_TIER_LABELS = {
    Tier.NONE: "対象外",
    Tier.SELF: "自己点検",
    Tier.VISIT: "訪問調査",
    Tier.TECHNICAL: "技術監査",
}
_LEVELS = {tier: level for level, tier in enumerate(Tier)}


class Factor(StrEnum):
    """What gives points. ``weighs`` says in one phrase how."""

    GAP = "gap"
    SELF_GAP = "self_gap"
    SEVERAL_SECTIONS = "several_sections"
    CLASS_S = "class_s"
    OUTAGE = "outage"
    NAMED = "named"
    PUBLIC = "public"
    PERSONAL_DATA = "personal_data"
    FAILURES = "failures"
    FINDINGS = "findings"
    FINDING_AGE = "finding_age"
    CHANGES = "changes"
    SUPPORT = "support"
    TECHNICAL_GAP = "technical_gap"

    @property
    def label(self) -> str:
        return _FACTORS[self][0]

    @property
    def weighs(self) -> str:
        return _FACTORS[self][1]


@dataclass(frozen=True)
class Weight:
    """``points``: for each (year, failure …) or once; ``limit``: never more than this."""

    points: int
    limit: int


_ONCE = "該当するとき"
_FACTORS: Mapping[Factor, tuple[str, str, Weight]] = {
    Factor.GAP: ("前回の訪問調査・技術監査からの年数", "1年につき", Weight(5, 30)),
    Factor.SELF_GAP: ("前回の自己点検からの年数", "1年につき", Weight(2, 10)),
    Factor.SEVERAL_SECTIONS: ("複数の課公所で利用", _ONCE, Weight(5, 5)),
    Factor.CLASS_S: ("重要性分類Ｓの行政情報", _ONCE, Weight(10, 10)),
    Factor.OUTAGE: ("一週間の停止が重大な支障", _ONCE, Weight(10, 10)),
    Factor.NAMED: ("情報管理者が重要と認める", _ONCE, Weight(5, 5)),
    Factor.PUBLIC: ("インターネットに公開", _ONCE, Weight(8, 8)),
    Factor.PERSONAL_DATA: ("個人情報を扱う", _ONCE, Weight(5, 5)),
    Factor.FAILURES: ("最近のセキュリティ障害", "1件につき", Weight(10, 20)),
    Factor.FINDINGS: ("改善が終わっていない課題", "1件につき", Weight(2, 10)),
    Factor.FINDING_AGE: ("最も古い課題の年数", "1年につき", Weight(2, 10)),
    Factor.CHANGES: ("前回の監査の後の変更", "1件につき", Weight(5, 15)),
    Factor.SUPPORT: ("サポートの終了", "その年度に終わるとき（終わっていれば上限）", Weight(8, 15)),
    Factor.TECHNICAL_GAP: ("前回の技術監査からの年数（技術監査の順だけに使う）", "1年につき", Weight(5, 25)),
}
DEFAULT_WEIGHTS: Mapping[Factor, Weight] = {factor: row[2] for factor, row in _FACTORS.items()}


@dataclass(frozen=True)
class Rule:
    """How the rotation goes. Years are fiscal years.

    ``cycle_from``: the year from which the promise counts; ``visit_within``: each system of the promise (all, or the
    important ones: ``visit_all``) is visited or technically audited within so many years; ``self_within``: every system
    inspects itself within so many; ``capacity``: how many a year, each tier with those of the next (86, 10, 2);
    ``rest_years``: what was visited so lately is not visited again for its points alone; ``failure_years``: how far back
    failures count.
    """

    cycle_from: int
    visit_within: int = 5
    self_within: int = 3
    visit_all: bool = False
    self_capacity: int = 86
    visit_capacity: int = 10
    technical_capacity: int = 2
    rest_years: int = 1
    failure_years: int = 3
    weights: Mapping[Factor, Weight] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))

    def capacity(self, tier: Tier) -> int:
        return {
            Tier.NONE: 0,
            Tier.SELF: self.self_capacity,
            Tier.VISIT: self.visit_capacity,
            Tier.TECHNICAL: self.technical_capacity,
        }[tier]

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in _RULE_NUMBERS}
        return plain | {"weights": {key: [one.points, one.limit] for key, one in self.weights.items()}}

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> Rule:
        weights = {Factor(key): Weight(*said) for key, said in kept["weights"].items()}
        return Rule(**{name: kept[name] for name in _RULE_NUMBERS}, weights=weights)


_RULE_NUMBERS = (
    "cycle_from",
    "visit_within",
    "self_within",
    "visit_all",
    "self_capacity",
    "visit_capacity",
    "technical_capacity",
    "rest_years",
    "failure_years",
)


@dataclass(frozen=True)
class Facts:
    """What is known of one system on the day of the selection.

    ``last_self``, ``last_visit``, ``last_technical``: the day it was last looked at so, or more deeply; ``criteria``:
    codes of the criteria of importance that hold; ``failures`` and ``changes``: their days, newest first. ``expected_on``:
    the day of one of the last looks that is planned, but was not held yet.
    """

    id: int
    code: str
    name: str
    owner_id: int
    criteria: tuple[str, ...] = ()
    public: bool = False
    personal_data: bool = False
    in_use_since: date | None = None
    support_ends_on: date | None = None
    last_self: date | None = None
    last_visit: date | None = None
    last_technical: date | None = None
    failures: tuple[date, ...] = ()
    changes: tuple[date, ...] = ()
    open_findings: int = 0
    oldest_finding: date | None = None
    expected_on: date | None = None

    @property
    def important(self) -> bool:
        return bool(self.criteria)

    def last(self, tier: Tier) -> date | None:
        """Return the day of the last look of *tier* or deeper."""
        days = {
            Tier.SELF: (self.last_self, self.last_visit, self.last_technical),
            Tier.VISIT: (self.last_visit, self.last_technical),
            Tier.TECHNICAL: (self.last_technical,),
        }[tier]
        return max((day for day in days if day is not None), default=None)

    def after(self, tier: Tier, year: int) -> Facts:
        """Return what will be known after an audit of *tier* in *year*: what it found is taken as settled by then."""
        day = FiscalYear(year).ends_on
        if tier == Tier.NONE:
            return self
        if tier == Tier.SELF:
            return replace(self, last_self=day)
        technical = day if tier == Tier.TECHNICAL else self.last_technical
        return replace(
            self,
            last_self=day,
            last_visit=day,
            last_technical=technical,
            open_findings=0,
            oldest_finding=None,
        )

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> Facts:
        days = {name: kept[name] and date.fromisoformat(kept[name]) for name in _DAYS}
        lists = {name: tuple(map(date.fromisoformat, kept[name])) for name in ("failures", "changes")}
        return Facts(**{**kept, **days, **lists, "criteria": tuple(kept["criteria"])})


_DAYS = (
    "in_use_since",
    "support_ends_on",
    "last_self",
    "last_visit",
    "last_technical",
    "oldest_finding",
    "expected_on",
)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
