"""引継書: what waits at a post, for whoever takes it over. Printed from what stands, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.assets.models import Classification, InformationAsset
from tenken.assets.permissions import VIEW_ASSETS
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import FindingFilter, findings_for
from tenken.findings.queries.lists import urgent_first
from tenken.findings.queries.traces import my_trace_lines
from tenken.findings.states import NOT_DONE, reason_text
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.due import deadlines_of
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, EmergencyProcedure, Post, PostRole
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau
from tenken.reports.blocks import Block, Cell, Closing, Column, Heading, Paper, Paragraph, Table

CODE = "handover"
ROWS = 200  # a bureau's head takes over a summary, not a ledger
AROUND = timedelta(days=60)  # a change of hands is shown this long before and after


@dataclass(frozen=True)
class PostChange:
    """A post that changes hands near a date: who goes, who comes, and when."""

    post: Post
    unit_name: str
    leaves: str
    comes: str
    on: date


def find_post(by: Principal, post_id: int) -> Post:
    """Return a post whose work *by* may see: their own, or of a unit in their sight. ``Missing`` otherwise."""
    post = Post.objects.select_related("unit__city").filter(pk=post_id, city=by.city_id).first()
    units = set(PostRole.objects.filter(post__pk=post_id).values_list("unit_id", flat=True))
    sees = by.everywhere(VIEW_FINDINGS) or (units and units <= by.units_with(VIEW_FINDINGS))
    if post is None or not (post.pk in by.post_ids or sees):
        raise Missing("職がないか、見ることのできる範囲にありません。")
    return post


def posts_to_hand_over(by: Principal) -> list[PostChange]:
    """Return the posts in *by*'s sight with a role that change hands within 60 days, the earliest first. Few queries."""
    first, last = by.on - AROUND, by.on + AROUND
    units = None if by.everywhere(VIEW_FINDINGS) else by.units_with(VIEW_FINDINGS)
    roles = PostRole.objects.filter(post__city=by.city_id)
    if units is not None:
        roles = roles.filter(unit__in=units)
    posts = set(roles.values_list("post_id", flat=True))
    going = {
        row.post_id: row
        for row in _assignments(posts).filter(valid_to__range=(first, last)).order_by("valid_to")
    }
    coming = {
        row.post_id: row
        for row in _assignments(posts).filter(valid_from__range=(first, last)).order_by("valid_from")
    }
    keys = going.keys() | coming.keys()
    found = {post.pk: post for post in Post.objects.filter(pk__in=keys).select_related("unit")}
    names = names_with_bureau(by.city, {post.unit_id for post in found.values()}, by.on)
    changes = []
    for key, post in found.items():
        leaves, comes = going.get(key), coming.get(key)
        day = comes.valid_from if comes else (leaves.valid_to if leaves else None)
        if day is not None:
            changes.append(
                PostChange(
                    post,
                    names.get(post.unit_id, post.unit.name),
                    leaves.person.name if leaves else "",
                    comes.person.name if comes else "",
                    day,
                )
            )
    return sorted(changes, key=lambda change: (change.on, change.post.code))


def _assignments(posts: set[int]):  # type: ignore[no-untyped-def]
    return Assignment.objects.filter(post__in=posts).select_related("person")


def handover_paper(by: Principal, post_id: int) -> Paper:
    """Return the hand-over sheet of a post as of *by*'s date, as *by* may see it. ``Missing`` out of sight."""
    post = find_post(by, post_id)
    roles = list(
        PostRole.objects.filter(valid_on(by.on), post=post)
        .select_related("role", "unit")
        .order_by("role__order")
    )
    units = by.tree.below({role.unit_id for role in roles})
    lineage = by.tree.lineage_back(units)
    name = names_with_bureau(by.city, [post.unit_id], by.on)[post.unit_id]
    blocks = [
        *_who(post, roles, by.on),
        *_sheets(by, lineage),
        *_findings(by, lineage),
        *_traces(by, lineage),
        *_assets(by, units),
        *_away(units, by.on),
        Closing(),
    ]
    return Paper(
        code=CODE,
        title=f"引継書（{post.title}）",
        number="",
        city_name=by.city.name,
        issued_on=by.on,
        fiscal_year=FiscalYear.of(by.on).year,
        header=f"{name}　{era_date(by.on)}現在",
        blocks=tuple(blocks),
    )


def _table(
    key: str, caption: str, columns: Iterable[tuple[str, float]], rows: list[tuple[Cell, ...]]
) -> Table:
    notes = (f"はじめの{ROWS}件です。残りは画面の一覧で見てください。",) if len(rows) > ROWS else ()
    return Table(
        key,
        caption,
        tuple(Column(header, width=width) for header, width in columns),
        tuple(rows[:ROWS]),
        notes=notes,
    )


def _section(title: str, table: Table, nothing: str) -> Iterator[Block]:
    yield Heading(1, title)
    yield table if table.rows else Paragraph(nothing)


def _who(post: Post, roles: list[PostRole], on: date) -> Iterator[Block]:
    yield Heading(1, "職と役割")
    held = (
        Assignment.objects.filter(post=post, valid_from__lte=on + AROUND)
        .select_related("person")
        .order_by("-valid_from")[:5]
    )
    yield Table(
        "roles",
        "この職が担う役割",
        (Column("役割"), Column("範囲")),
        tuple((role.role.name, role.unit.name) for role in roles),
    )
    yield Table(
        "holders",
        "この職に就いた者（新しい順）",
        (Column("氏名"), Column("区分"), Column("発令日"), Column("解令日")),
        tuple((row.person.name, row.get_kind_display(), row.valid_from, row.valid_to) for row in held),
    )


def _sheets(by: Principal, units: frozenset[int]) -> Iterator[Block]:
    found = list(
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(unit__in=units, programme__status=Programme.Status.LAUNCHED)
        .select_related("unit", "programme")
        .order_by("programme__fiscal_year", "programme__code", "unit__code")
    )
    due = deadlines_of(by.city, {sheet.programme_id for sheet in found})
    rows: list[tuple[Cell, ...]] = [
        (sheet.programme.name, sheet.unit.name, sheet.get_status_display(), due.of(sheet), sheet.issues)
        for sheet in found
    ]
    columns = (("点検", 2.0), ("課公所", 1.2), ("状態", 1.0), ("期限", 1.2), ("課題数", 0.6))
    yield from _section("実施中の点検", _table("sheets", "点検シートの状態", columns, rows), "ありません。")


def _findings(by: Principal, units: frozenset[int]) -> Iterator[Block]:
    found = urgent_first(findings_for(by, FindingFilter()).filter(unit__in=units, status__in=NOT_DONE), by.on)
    rows: list[tuple[Cell, ...]] = [
        (
            str(finding),
            finding.unit.name,
            finding.title,
            finding.get_status_display(),
            _until(finding),
            _next(finding),
        )
        for finding in found
    ]
    columns = (
        ("番号", 0.8),
        ("課公所", 1.1),
        ("課題", 2.2),
        ("状態", 1.1),
        ("期限", 1.2),
        ("予定・事情", 2.2),
    )
    yield from _section(
        "改善が済んでいない課題", _table("findings", "課題（急ぐ順）", columns, rows), "ありません。"
    )


def _until(finding: Finding) -> date | None:
    return finding.review_on or finding.plan_due_on or finding.due_on


def _next(finding: Finding) -> str:
    if finding.compensating_measure:
        return f"リスク低減策：{finding.compensating_measure}"
    if finding.not_improved_reason:
        return reason_text(finding.not_improved_reason, finding.not_improved_note)
    return finding.plan


def _traces(by: Principal, units: frozenset[int]) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = [
        (line.trace.name, line.unit.name, line.get_status_display(), line.trace.due_on)
        for line in my_trace_lines(by).filter(unit__in=units)
    ]
    if rows:
        columns = (("追跡調査", 2.0), ("課公所", 1.2), ("状態", 1.0), ("期限", 1.2))
        yield from _section("回答が要る追跡調査", _table("traces", "追跡調査", columns, rows), "")


def _assets(by: Principal, units: frozenset[int]) -> Iterator[Block]:
    found = (
        InformationAsset.objects.restrict(by, VIEW_ASSETS)
        .filter(valid_on(by.on), unit__in=units, main=True)
        .select_related("unit")
        .order_by("classification", "unit__code", "number")
    )
    labels = dict(Classification.choices)
    rows: list[tuple[Cell, ...]] = [
        (asset.name, asset.unit.name, labels[asset.classification], asset.amount, asset.location)
        for asset in found
    ]
    columns = (("情報資産", 2.0), ("課公所", 1.2), ("重要性分類", 0.8), ("件数", 0.8), ("保管場所", 1.4))
    yield from _section(
        "主要な情報資産", _table("assets", "主要な情報資産", columns, rows), "登録がありません。"
    )


def _away(units: frozenset[int], on: date) -> Iterator[Block]:
    found = (
        EmergencyProcedure.objects.filter(valid_on(on), unit__in=units)
        .select_related("unit")
        .order_by("unit__code")[:20]
    )
    yield Heading(1, "不在時の対応")
    for procedure in found:
        yield Heading(2, procedure.unit.name)
        yield Paragraph(procedure.text)
        if procedure.contact:
            yield Paragraph(f"連絡先：{procedure.contact}")
    if not found:
        yield Paragraph("定められていません。情報管理者が定めてください。")
