"""条と点検項目の対応."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenken.common.refusals import Missing
from tenken.organization.access import decide, require, require_somewhere
from tenken.policy import operations
from tenken.policy.models import UnaskedClause
from tenken.policy.permissions import CHANGE_BANK, VIEW_POLICY
from tenken.policy.queries import TraceRow, clauses_by_code, role_names, traceability
from tenken.web.exports import wants_export
from tenken.web.policy.display import nature_of
from tenken.web.policy.forms import ReasonForm, TraceFilter
from tenken.web.policy.pages import attempt, page, posted, status_of
from tenken.web.policy.workbooks import workbook_response
from tenken.web.principal import SignedInRequest, signed_in

HERE = "policy-traceability"
_STATES = {
    "asked": "点検項目がある",
    "excused": "理由があって点検しない",
    "elsewhere": "課の役割の義務ではない",
    "open": "点検項目も理由もない",
    "none_needed": "定義のため点検しない",
}


@signed_in
@require_safe
def table(request: SignedInRequest) -> HttpResponse:
    """Show each clause in force with the items that ask about it, or why none does."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    rows = traceability(by.city_id, by.on)
    documents = {row.version.document.code: row.version.document.title for row in rows}
    form = TraceFilter(request.GET or None, documents.items())
    wanted = form.cleaned_data if form.is_valid() else {"state": "", "document": ""}
    counts = Counter(row.state for row in rows)
    shown = [
        row
        for row in rows
        if (not wanted["state"] or row.state == wanted["state"])
        and (not wanted["document"] or row.version.document.code == wanted["document"])
    ]
    names = role_names(by.city_id)
    if wants_export(request):
        return _workbook(shown, names)
    context = {
        "groups": [
            (
                title,
                [_shown(row, names) for row in shown if row.version.document.code == code],
            )
            for code, title in documents.items()
            if not wanted["document"] or wanted["document"] == code
        ],
        "form": form,
        "counts": counts,
        "may_change": bool(decide(by, CHANGE_BANK)),
    }
    return page(request, "traceability", context, here=HERE)


def _shown(row: TraceRow, names: dict[str, str]) -> tuple[TraceRow, tuple[str, str], str]:
    roles = "、".join(names.get(code, code) for code in row.clause.binds)
    return row, nature_of(row.clause.nature), roles


def _workbook(rows: list[TraceRow], names: dict[str, str]) -> HttpResponse:
    header = ("規程", "コード", "番号", "見出し", "対象者", "性質", "点検項目", "状況", "点検しない理由")
    cells = [
        (
            row.version.document.title,
            row.clause.code,
            row.clause.number,
            row.clause.heading,
            "、".join(names.get(code, code) for code in row.clause.binds),
            nature_of(row.clause.nature)[0],
            "、".join(one.item.code for one in row.items),
            _STATES[row.state],
            row.reason,
        )
        for row in rows
    ]
    widths = (26, 12, 11, 34, 30, 8, 30, 22, 50)
    return workbook_response("条と点検項目の対応", "条と点検項目の対応", header, cells, widths)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: SignedInRequest, code: str) -> HttpResponse:
    """Say why no item asks about a duty."""
    by = request.principal
    require(by, CHANGE_BANK)
    clause = clauses_by_code(by.city_id, [code], by.on).get(code)
    if clause is None:
        raise Missing("この条は、いま施行されている規程にありません。")
    known = UnaskedClause.objects.filter(city=by.city_id, clause_code=code).first()
    form = ReasonForm(posted(request), initial={"reason": known.reason if known else ""})
    if form.is_valid():
        attempt(
            form,
            lambda: operations.explain_unasked(
                by=by, clause_code=code, reason=form.cleaned_data["reason"], on=by.on
            ),
        )
        if not form.errors:
            messages.success(request, "点検しない理由を保存しました。")
            return redirect(f"{reverse('policy-traceability')}#{code}")
    return page(request, "reason", {"form": form, "clause": clause}, here=HERE, status=status_of(form))
