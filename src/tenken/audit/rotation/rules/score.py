"""How many points a system has for a fiscal year, fact by fact, each with its sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenken.audit.rotation.rules.parts import Factor, Facts, Rule, Tier
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear

# The criteria of document 003 (3)2 go by the same codes.
_CRITERIA = {
    Factor.SEVERAL_SECTIONS: "複数の課公所で利用している",
    Factor.CLASS_S: "重要性分類Ｓの行政情報を扱う",
    Factor.OUTAGE: "一週間の停止が重大な支障となる",
    Factor.NAMED: "情報管理者が重要と認めている",
}


@dataclass(frozen=True)
class Part:
    """Points for one factor; ``because``: the fact in words, without the points."""

    factor: Factor
    points: int
    because: str

    @property
    def sentence(self) -> str:
        """「前回の訪問調査・技術監査から4年（20点）」"""
        return f"{self.because}（{self.points}点）"


@dataclass(frozen=True)
class Score:
    """``parts`` make up ``total``; ``technical`` is what the order of the technical audits adds."""

    parts: tuple[Part, ...]
    technical: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def technical_total(self) -> int:
        return self.total + sum(part.points for part in self.technical)


def score(facts: Facts, rule: Rule, year: int) -> Score:
    """Return the points of a system for the audits of fiscal *year*; a factor that gives none is left out."""
    parts = tuple(part for part in _parts(facts, rule, year) if part.points)
    return Score(
        parts=tuple(part for part in parts if part.factor != Factor.TECHNICAL_GAP),
        technical=tuple(part for part in parts if part.factor == Factor.TECHNICAL_GAP),
    )


def _parts(facts: Facts, rule: Rule, year: int) -> Iterator[Part]:
    yield _gap(facts, rule, year, Factor.GAP, Tier.VISIT, "訪問調査・技術監査")
    yield _gap(facts, rule, year, Factor.SELF_GAP, Tier.SELF, "自己点検")
    for factor, words in _CRITERIA.items():
        yield _once(rule, factor, factor.value in facts.criteria, words)
    yield _once(rule, Factor.PUBLIC, facts.public, "インターネットに公開している")
    yield _once(rule, Factor.PERSONAL_DATA, facts.personal_data, "個人情報を扱う")
    yield _failures(facts, rule, year)
    yield _counted(
        rule, Factor.FINDINGS, facts.open_findings, f"改善が終わっていない課題が{facts.open_findings}件"
    )
    age = max(year - FiscalYear.of(facts.oldest_finding).year, 0) if facts.oldest_finding else 0
    yield _counted(rule, Factor.FINDING_AGE, age, f"最も古い課題が{age}年前から残る")
    yield _changes(facts, rule)
    yield _support(facts, rule, year)
    yield _gap(facts, rule, year, Factor.TECHNICAL_GAP, Tier.TECHNICAL, "技術監査")


def _gap(facts: Facts, rule: Rule, year: int, factor: Factor, tier: Tier, what: str) -> Part:
    last = facts.last(tier)
    if last is None:
        return Part(factor, rule.weights[factor].limit, f"{what}の記録がない")
    years = max(year - FiscalYear.of(last).year, 0)
    which = f"これから行う{what}" if last == facts.expected_on else f"前回の{what}"
    return _counted(rule, factor, years, f"{which}から{years}年")


def _once(rule: Rule, factor: Factor, holds: bool, words: str) -> Part:
    return _counted(rule, factor, int(holds), words)


def _counted(rule: Rule, factor: Factor, count: int, words: str) -> Part:
    weight = rule.weights[factor]
    return Part(factor, min(weight.points * count, weight.limit), words)


def _failures(facts: Facts, rule: Rule, year: int) -> Part:
    since = FiscalYear(year - rule.failure_years).starts_on
    count = sum(day >= since for day in facts.failures)
    words = f"{since.year}年4月からのセキュリティ障害が{count}件"
    return _counted(rule, Factor.FAILURES, count, words)


def _changes(facts: Facts, rule: Rule) -> Part:
    last = facts.last(Tier.VISIT)
    count = sum(last is None or day > last for day in facts.changes)
    words = f"前回の監査の後の変更が{count}件" if last else f"監査を受けずに変更が{count}件"
    return _counted(rule, Factor.CHANGES, count, words)


def _support(facts: Facts, rule: Rule, year: int) -> Part:
    weight, ends = rule.weights[Factor.SUPPORT], facts.support_ends_on
    if ends is None or ends > FiscalYear(year).ends_on:
        return Part(Factor.SUPPORT, 0, "")
    if ends < FiscalYear(year).starts_on:
        return Part(Factor.SUPPORT, weight.limit, f"{era_date(ends)}にサポートが終了")
    return Part(Factor.SUPPORT, min(weight.points, weight.limit), f"{era_date(ends)}にサポートが終わる")
