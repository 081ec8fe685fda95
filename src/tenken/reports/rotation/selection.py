"""監査対象の選定とその理由: one selection whole, so that anybody can see why a system is on it and draw it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenken.audit.models import SystemSelection
from tenken.audit.permissions import VIEW_ROTATION
from tenken.audit.rotation.queries.papers import (
    Justification,
    JustifiedSystem,
    against_last_year,
    changed_only,
    justification,
)
from tenken.audit.rotation.rules.parts import Tier
from tenken.audit.rotation.rules.prove import Proof
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table

CODE = "audit-selection"
TIERS = (Tier.TECHNICAL, Tier.VISIT, Tier.SELF, Tier.NONE)


def of(by: Principal, key: int, on: date) -> Paper:
    """Return a selection as a paper dated *on*. ``Missing`` when there is none *by* may see."""
    row = (
        SystemSelection.objects.restrict(by, VIEW_ROTATION).select_related("city", "rule_row").filter(pk=key)
    )
    found = row.first()
    if found is None:
        raise Missing("監査対象の選定がないか、見ることのできる範囲にありません。")
    told = justification(found)
    year = FiscalYear(told.fiscal_year)
    return Paper(
        code=CODE,
        title=f"{year}情報システム監査の対象の選定について",
        number="",
        city_name=found.city.name,
        issued_on=on,
        fiscal_year=told.fiscal_year,
        header=f"{year}　監査対象の選定（第{told.number}回・{told.status}）",
        blocks=tuple(_blocks(found, told)),
    )


def records(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return the selections that were decided by a day, the latest of each year."""
    rows = SystemSelection.objects.restrict(by, VIEW_ROTATION).filter(
        status=SystemSelection.Status.ADOPTED, adopted_on__lte=on
    )
    return [(str(year), key) for year, key in rows.values_list("fiscal_year", "pk")]


def _blocks(selection: SystemSelection, told: Justification) -> Iterator[Block]:
    yield Heading(1, "選定の結果")
    yield Paragraph(
        f"情報システム台帳の{len(told.systems)}件から、自己点検{told.count(Tier.SELF)}件、"
        f"うち訪問調査{told.count(Tier.VISIT)}件、うち技術監査{told.count(Tier.TECHNICAL)}件を選んだ。"
        f"選定日は{era_date(told.drawn_on)}、選定者は{told.drawn_by}である。",
        refs=("chosen",),
    )
    yield systems_table(
        "chosen", "訪問調査・技術監査の対象", (*told.of(Tier.TECHNICAL), *told.of(Tier.VISIT))
    )
    yield from _overrides(told)
    yield from _changes(selection)
    yield Heading(1, "選び方")
    yield Paragraph(told.in_words)
    yield rule_table(told)
    yield weights_table(told)
    yield Heading(1, "周期の確認")
    yield from proof_blocks(told.proof)
    yield Heading(1, "すべての情報システムの順位と点数")
    yield systems_table("all", "情報システムごとの順位、点数とその内訳", told.systems)
    yield Closing()


def systems_table(key: str, caption: str, systems: Iterable[JustifiedSystem]) -> Table:
    """Return systems with their tier and every part of their points; a tie carries the lot that broke it."""
    return Table(
        key=key,
        caption=caption,
        columns=(
            Column("順位", "right", 0.6),
            Column("情報システム", "left", 2.2),
            Column("区分", "left", 1.0),
            Column("点数", "right", 0.7),
            Column("点数の内訳と選んだ理由", "left", 4.2),
        ),
        rows=tuple(
            (
                one.rank,
                f"{one.name}{'（重要）' if one.important else ''}\n{one.code}　{one.section}",
                one.tier.label,
                one.points,
                "\n".join(_why(one)),
            )
            for one in systems
        ),
    )


def _why(one: JustifiedSystem) -> Iterator[str]:
    yield "、".join(one.parts) or "点数の付く事実はない。"
    if one.tier == Tier.TECHNICAL and one.technical_parts:
        yield f"技術監査：{'、'.join(one.technical_parts)}（計{one.technical_points}点）"
    if one.overridden:
        yield f"{one.drawn_tier.label}から変更：{one.override_reason}（{one.overridden_by}）"
    elif one.step:
        yield f"選んだ段：{one.step}"
    if one.tied:
        yield f"同点のため、くじの値{one.lot:.6f}による。"


def _overrides(told: Justification) -> Iterator[Block]:
    if not told.overrides:
        yield Paragraph("規則による選定を人が変更したものはない。")
        return
    yield Table(
        key="overrides",
        caption="規則による選定を人が変更したもの",
        columns=(
            Column("情報システム", "left", 2.0),
            Column("規則", "left", 0.9),
            Column("決定", "left", 0.9),
            Column("変更の理由", "left", 3.0),
            Column("変更した者", "left", 1.2),
        ),
        rows=tuple(
            (one.name, one.drawn_tier.label, one.tier.label, one.override_reason, one.overridden_by)
            for one in told.overrides
        ),
    )


def _changes(selection: SystemSelection) -> Iterator[Block]:
    rows = changed_only(against_last_year(selection))
    if not rows:
        return
    names = dict(selection.choices.values_list("system__code", "system__name"))
    yield Table(
        key="changes",
        caption="前年度から区分が変わるもの",
        columns=(
            Column("情報システム", "left", 2.2),
            Column("前年度", "left", 0.9),
            Column("今回", "left", 0.9),
            Column("理由", "left", 3.4),
        ),
        rows=tuple(
            (names.get(one.code, one.code), one.before.label, one.after.label, one.why) for one in rows
        ),
    )


def rule_table(told: Justification) -> Table:
    """Return the rule in words."""
    return Table(
        key="rule",
        caption=f"選定の規則（{told.rule_name}）",
        columns=(Column("項目", "left", 1.2), Column("内容", "left", 3.0)),
        rows=told.rule,
        notes=(f"（注）　定めた理由：{told.rule_reason}",) if told.rule_reason else (),
    )


def weights_table(told: Justification) -> Table:
    """Return how much each fact weighs."""
    return Table(
        key="weights",
        caption="点数の重み",
        columns=(
            Column("事実", "left", 2.0),
            Column("数え方", "left", 2.0),
            Column("点数", "right", 0.8),
            Column("上限", "right", 0.8),
        ),
        rows=told.weights,
    )


def proof_blocks(proof: Proof) -> Iterator[Block]:
    """Yield that everything comes up in time, or what does not; with the load of each year."""
    for sentence in proof.sentences:
        yield Paragraph(sentence)
    yield loads_table("loads", proof.loads)
    if proof.late:
        yield Table(
            key="late",
            caption="周期に間に合わない情報システム",
            columns=(
                Column("情報システム", "left", 2.2),
                Column("区分", "left", 1.0),
                Column("期限", "left", 1.0),
                Column("次に当たる年度", "left", 1.2),
            ),
            rows=tuple(
                (
                    f"{one.name}（{one.code}）",
                    one.tier.label,
                    str(FiscalYear(one.due)),
                    str(FiscalYear(one.comes_in)) if one.comes_in else None,
                )
                for one in proof.late
            ),
        )


def loads_table(key: str, loads: Iterable[tuple[int, int, int, int]]) -> Table:
    """Return the load of each year."""
    return Table(
        key=key,
        caption="年度ごとの件数",
        columns=(
            Column("年度", "left", 1.2),
            Column("自己点検", "right", 1.0),
            Column("うち訪問調査", "right", 1.0),
            Column("うち技術監査", "right", 1.0),
        ),
        rows=tuple(
            (str(FiscalYear(year)), self_, visit, technical) for year, self_, visit, technical in loads
        ),
    )
