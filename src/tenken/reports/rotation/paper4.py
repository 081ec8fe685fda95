"""Paper 4 (資料４): how the systems to audit are chosen, and reference 4 (参考資料４), the present state of the rotation.

Document 001 complains that every year chose by another method and with much work. This paper shows how the years before
chose, the rule now, what it chose, and that everything comes up in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tenken.audit.models import SystemSelection
from tenken.audit.rotation.queries.papers import Justification, JustifiedSystem, justification
from tenken.audit.rotation.rules.parts import Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.inspection.models import Kind, Programme, Sheet
from tenken.organization.models import City
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table
from tenken.reports.committee import is_specimen
from tenken.reports.definition import Draft, texts_with
from tenken.reports.parts import SPECIMEN_NOTE, paragraphs
from tenken.reports.rotation.selection import loads_table

CODE, NUMBER = "committee-rotation", "資料４"
TITLES = {
    "rotation.before": "これまでの選び方",
    "rotation.now": "ローテーションによる選び方",
    "rotation.proof": "周期の確認",
}
_EARLIER = 5


@dataclass(frozen=True)
class EarlierYear:
    """How a year chose: the programme's target rule in words, and how many systems it reached (None: not known)."""

    fiscal_year: int
    method: str
    systems: int | None


@dataclass(frozen=True)
class ChosenSystem:
    """One system looked at in place, with its points in words."""

    name: str
    section: str
    tier: str
    rank: int
    points: int
    why: str


@dataclass(frozen=True)
class LoadFigures:
    """One year of the cycle; each count holds the deeper ones."""

    fiscal_year: int
    inspected: int
    visited: int
    technical: int


@dataclass(frozen=True)
class PairFigures:
    """One line of the rule in words."""

    name: str
    text: str


@dataclass(frozen=True)
class WeightFigures:
    """One factor: how it counts, its points and its limit."""

    name: str
    weighs: str
    points: int
    limit: int


@dataclass(frozen=True)
class RotationFigures:
    """What paper 4 says of a selection. ``overridden``: how many people decided otherwise than the rule."""

    city_name: str
    fiscal_year: int
    selected_year: int
    universe: int
    important: int
    inspected: int
    visited: int
    technical: int
    overridden: int
    seed: int
    in_words: str
    holds: bool
    proof: tuple[str, ...]
    rule: tuple[PairFigures, ...]
    weights: tuple[WeightFigures, ...]
    loads: tuple[LoadFigures, ...]
    earlier: tuple[EarlierYear, ...]
    chosen: tuple[ChosenSystem, ...]
    invented: bool


def gather(city: City, fiscal_year: int) -> RotationFigures:
    """Return the facts of paper 4 of a year: its own selection, else that of the year after. ``Missing`` without one."""
    rows = SystemSelection.objects.of_city(city.pk).exclude(status=SystemSelection.Status.DISCARDED)
    rows = rows.select_related("city", "rule_row").order_by("-status", "-number")
    selection = (
        rows.filter(fiscal_year=fiscal_year).first() or rows.filter(fiscal_year=fiscal_year + 1).first()
    )
    if selection is None:
        raise Missing(
            f"{FiscalYear(fiscal_year)}の監査対象の選定がまだないため、資料４は作れません。先に監査対象を選定してください。"
        )
    told = justification(selection)
    return RotationFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        selected_year=told.fiscal_year,
        universe=len(told.systems),
        important=sum(one.important for one in told.systems),
        inspected=told.count(Tier.SELF),
        visited=told.count(Tier.VISIT),
        technical=told.count(Tier.TECHNICAL),
        overridden=len(told.overrides),
        seed=told.seed,
        in_words=told.in_words,
        holds=told.proof.holds,
        proof=told.proof.sentences,
        rule=tuple(PairFigures(name, text) for name, text in told.rule),
        weights=tuple(WeightFigures(*line) for line in told.weights),
        loads=tuple(LoadFigures(*load) for load in told.proof.loads),
        earlier=tuple(_earlier(city, told.fiscal_year)),
        chosen=tuple(_chosen(told)),
        invented=is_specimen(city),
    )


def _earlier(city: City, before: int) -> Iterator[EarlierYear]:
    programmes = Programme.objects.filter(
        city=city, kind=Kind.SYSTEM_AUDIT, fiscal_year__lt=before, fiscal_year__gte=before - _EARLIER
    ).exclude(status=Programme.Status.PLANNED)
    for programme in programmes.order_by("fiscal_year"):
        sheets = Sheet.objects.filter(programme=programme, system__isnull=False).count()
        yield EarlierYear(programme.fiscal_year, programme.get_target_rule_display(), sheets or None)


def _chosen(told: Justification) -> Iterator[ChosenSystem]:
    for one in (*told.of(Tier.TECHNICAL), *told.of(Tier.VISIT)):
        yield ChosenSystem(one.name, one.section, one.tier.label, one.rank, one.points, _why(one))


def _why(one: JustifiedSystem) -> str:
    if one.overridden:
        return f"{'、'.join(one.parts)}。変更の理由：{one.override_reason}"
    return "、".join(one.parts)


def drafts(figures: RotationFigures) -> tuple[Draft, ...]:
    """Return a draft of every paragraph."""
    methods = {one.method for one in figures.earlier}
    before = ""
    if len(figures.earlier) > 1 and len(methods) > 1:
        before = (
            f"監査の対象とする情報システムは、年度ごとに選んできた。直近の{len(figures.earlier)}回では"
            f"{len(methods)}通りの選び方があり、年度の間の比較が難しく、選定の作業も少なくなかった。"
        )
    elif figures.earlier:
        before = "監査の対象とする情報システムは、年度ごとに選んできた。"
    year = FiscalYear(figures.selected_year)
    now = (
        f"そこで、情報システム台帳の{figures.universe}件（うち重要な情報システム{figures.important}件）を、"
        f"決まった規則で順に監査するローテーションとする。{year}は、自己点検{figures.inspected}件、うち訪問調査"
        f"{figures.visited}件、うち技術監査{figures.technical}件を選んだ。"
        + (
            f"規則による選定のうち{figures.overridden}件は、理由を付けて変更した。"
            if figures.overridden
            else ""
        )
    )
    basis: dict[str, int | str] = {
        "selected_year": str(year),
        "earlier": len(figures.earlier),
        "methods": len(methods),
        "universe": figures.universe,
        "important": figures.important,
        "inspected": figures.inspected,
        "visited": figures.visited,
        "technical": figures.technical,
        "overridden": figures.overridden,
    }
    return (
        Draft("rotation.before", TITLES["rotation.before"], before, basis),
        Draft("rotation.now", TITLES["rotation.now"], now, basis),
        Draft(
            "rotation.proof",
            TITLES["rotation.proof"],
            "\n".join(figures.proof),
            {"holds": int(figures.holds)},
        ),
    )


def build(figures: RotationFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return paper 4 with reference 4 behind it; *prose* as for every paper (``definition.Build``)."""
    texts = texts_with(drafts(figures), prose)
    return Paper(
        code=CODE,
        title="情報システム監査の実施方法について",
        number=NUMBER,
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=f"{FiscalYear(figures.selected_year)}情報システム監査の対象の選定",
        blocks=tuple(_blocks(figures, texts)),
    )


def _blocks(figures: RotationFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    if figures.invented:
        yield Paragraph(SPECIMEN_NOTE)
    yield Heading(1, "これまでの選び方")
    refs = ("earlier",) if figures.earlier else ()
    yield from paragraphs(texts, "rotation.before", *refs)
    if figures.earlier:
        yield Table(
            key="earlier",
            caption="これまでの情報システム監査の対象",
            columns=(
                Column("年度", "left", 1.2),
                Column("対象の決め方", "left", 2.4),
                Column("システム数", "right", 1.0),
            ),
            rows=tuple(
                (str(FiscalYear(one.fiscal_year)), one.method, one.systems) for one in figures.earlier
            ),
        )
    yield Heading(1, "ローテーションによる選び方")
    yield from paragraphs(texts, "rotation.now", "rule")
    yield Table(
        key="rule",
        caption="選定の規則",
        columns=(Column("項目", "left", 1.2), Column("内容", "left", 3.0)),
        rows=tuple((one.name, one.text) for one in figures.rule),
    )
    yield Heading(1, "周期の確認")
    yield from paragraphs(texts, "rotation.proof", "loads")
    yield loads_table(
        "loads", ((one.fiscal_year, one.inspected, one.visited, one.technical) for one in figures.loads)
    )
    yield Heading(1, "参考資料４　情報システム監査の新たな実施方法の検討状況", plain=True)
    yield Paragraph(figures.in_words, refs=("weights", "chosen"))
    yield Table(
        key="weights",
        caption="点数の重み",
        columns=(
            Column("事実", "left", 2.0),
            Column("数え方", "left", 2.0),
            Column("点数", "right", 0.8),
            Column("上限", "right", 0.8),
        ),
        rows=tuple((one.name, one.weighs, one.points, one.limit) for one in figures.weights),
    )
    yield Table(
        key="chosen",
        caption=f"{FiscalYear(figures.selected_year)}の訪問調査・技術監査の対象",
        columns=(
            Column("順位", "right", 0.6),
            Column("情報システム", "left", 2.2),
            Column("区分", "left", 1.0),
            Column("点数", "right", 0.7),
            Column("点数の内訳", "left", 4.0),
        ),
        rows=tuple(
            (one.rank, f"{one.name}\n{one.section}", one.tier, one.points, one.why or None)
            for one in figures.chosen
        ),
    )
    yield Closing()
