"""引継書: posts that change hands, and what waits at one."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Missing
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.journal.operations import note_access
from tenken.organization.access import require_somewhere
from tenken.organization.models import Post
from tenken.reports.blocks import Column, cell_text, heading_text, numbered
from tenken.reports.blocks import Table as TableBlock
from tenken.reports.handover import handover_paper, posts_to_hand_over
from tenken.reports.render import FORMS, MEDIA_TYPES
from tenken.reports.render import render as render_form
from tenken.web.components.tables import DateColumn, Table
from tenken.web.exports import attachment, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in


class PostChangeTable(Table):
    caption = "表1　交代のある職"
    row_header = "title"

    title = tables.Column(
        verbose_name="職",
        accessor="post__title",
        order_by="post__code",
        linkify=("boards-handover", [tables.A("post__pk")]),
    )
    unit = tables.Column(verbose_name="所属", accessor="unit_name")
    leaves = tables.Column(verbose_name="前任")
    comes = tables.Column(verbose_name="後任")
    on = DateColumn(verbose_name="交代の日")


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the reader's own posts, and the posts in sight that change hands."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    table = PostChangeTable(posts_to_hand_over(by))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    if kind := wants_export(request):
        return export_table(table, "交代のある職", kind)
    own = Post.objects.filter(pk__in=by.post_ids, city=by.city_id).select_related("unit").order_by("code")
    return render(request, "web/boards/handovers.html", {"table": table, "own": own})


@signed_in
@require_safe
def page(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Show what waits at a post, to read and to print."""
    paper = numbered(handover_paper(request.principal, post_id))
    _note(request, post_id)
    context = {
        "paper": paper,
        "blocks": [_shown(block) for block in paper.blocks],
        "downloads": {form: reverse("boards-handover-file", args=[post_id, form]) for form in FORMS},
    }
    return render(request, "web/boards/handover.html", context)


def _note(request: SignedInRequest, post_id: int) -> None:
    """Note that the names of a post's holders, and how to reach who acts, were read."""
    by = request.principal
    note_access(
        by=by, city_code=by.city_code, subject=("organization.post", post_id), purpose="引継書の閲覧・出力"
    )


def _shown(block: Any) -> dict[str, Any]:
    """Return a block as its template draws it; a table's cells as printed."""
    shown: dict[str, Any] = {"kind": type(block).__name__, "block": block}
    if isinstance(block, TableBlock):
        shown["rows"] = [[cell_text(cell) for cell in row] for row in block.rows]
        shown["header"] = [column.header for column in block.columns if isinstance(column, Column)]
        shown["caption"] = f"{block.label}　{block.caption}"
    elif shown["kind"] == "Heading":
        shown["text"] = heading_text(block)
    return shown


@signed_in
@require_safe
def download(request: SignedInRequest, post_id: int, form: str) -> HttpResponse:
    """Return the hand-over sheet as Word, PDF or Excel."""
    if form not in FORMS:
        raise Missing("その形式の資料はありません。")
    paper = handover_paper(request.principal, post_id)
    _note(request, post_id)
    name = f"{paper.title}_{paper.issued_on:%Y%m%d}.{form}"
    return attachment(render_form(paper, form), name, MEDIA_TYPES[form])
