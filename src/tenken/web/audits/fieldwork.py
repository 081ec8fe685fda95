"""The fieldwork of one audit at a glance, and how long its papers are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import settle_retention
from tenken.audit.fieldwork.queries.overview import Overview, fieldwork_overview
from tenken.audit.fieldwork.queries.papers import DEFAULT_YEARS, retentions
from tenken.audit.fieldwork.queries.reconciliations import held, reconciliations_of
from tenken.audit.models import Engagement, FieldworkSettings
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.common.refusals import Invalid
from tenken.organization.access import require
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.fieldwork_forms import RetentionForm
from tenken.web.audits.fieldwork_lists import RECONCILIATION_STATUSES, difference_text
from tenken.web.audits.fieldwork_pages import addressed_engagement, crumbs_to, tabs_of
from tenken.web.changing import show
from tenken.web.exports import export_rows, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def overview(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show what stands and what waits; the counts that do not add up first."""
    by = request.principal
    engagement, sight = addressed_engagement(by, engagement_id)
    seen = fieldwork_overview(engagement, sight)
    rows = [
        {
            "row": row,
            "difference": difference_text(held(row)),
            "status": RECONCILIATION_STATUSES[row.status],
        }
        for row in reconciliations_of(engagement, sight)
        if row.status in ("open", "explained")
    ]
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "tabs": tabs_of(engagement, sight, "audits-fieldwork"),
        "works": sight.works,
        "figures": _figures(engagement, seen, sight.works),
        "open_rows": rows,
        "seen": seen,
        "crumbs": [*crumbs_to(by, engagement)[:-1], {"label": "監査の実施", "url": ""}],
    }
    return render(request, "web/audits/fieldwork/overview.html", context)


def _figures(engagement: Engagement, seen: Overview, works: bool) -> list[dict[str, Any]]:
    def card(
        number: int, label: str, page: str, unit: str = "件", note: str = "", tone: str = ""
    ) -> dict[str, Any]:
        url = reverse(page, args=[engagement.pk])
        return {
            "number": number,
            "label": label,
            "url": url,
            "unit": unit,
            "note": note,
            "tone": tone or "neutral",
        }

    late = f"うち期限超過 {seen.overdue}件" if seen.overdue else f"全{seen.questions}件"
    cards = [
        card(seen.waiting, "回答待ちの質問", "audits-questions", "件", late, "red" if seen.overdue else ""),
        card(seen.requests_waiting, "依頼中の資料", "audits-requests", "件", f"全{seen.requests}件"),
        card(
            seen.reconciliations_open,
            "判断前の数の照合",
            "audits-reconciliations",
            "件",
            f"全{seen.reconciliations}件",
            "yellow" if seen.reconciliations_open else "",
        ),
    ]
    if not works:
        return cards
    done = f"確かめた項目 {seen.lines_done}／{seen.lines}"
    return [
        card(
            seen.issues, "不備のある確認項目", "audits-checklist", "項目", done, "red" if seen.issues else ""
        ),
        card(seen.papers, "監査調書", "audits-papers"),
        *cards,
        card(
            seen.flags,
            "合わない数字",
            "audits-tables",
            "か所",
            f"表{seen.tables}件",
            "red" if seen.flags else "",
        ),
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: SignedInRequest) -> HttpResponse:
    """List until when the papers of each audit are kept, and settle for how long."""
    by = request.principal
    require(by, MANAGE_AUDITS)
    standing = FieldworkSettings.objects.filter(city=by.city_id).first()
    years = standing.papers_kept_years if standing else DEFAULT_YEARS
    form = RetentionForm(request.POST or None, initial={"years": years})
    if form.is_bound and form.is_valid():
        try:
            settle_retention(
                by=by, years=form.cleaned_data["years"], version=whole_number(request.POST.get("version", ""))
            )
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, "監査調書の保存年数を決めました。")
            return redirect("audits-retention")
    found = retentions(by)
    names = names_with_bureau(by.city, {one.engagement.unit_id for one in found}, by.on)
    rows = [
        (
            str(one.engagement),
            one.engagement.theme,
            names[one.engagement.unit_id],
            one.papers,
            one.engagement.issued_on,
            one.until,
            "保存期間を過ぎた" if one.ended else "保存中" if one.until else "報告前",
        )
        for one in found
    ]
    header = ["番号", "監査のテーマ", "監査対象", "調書の数", "報告日", "保存する日", "状態"]
    if kind := wants_export(request):
        return export_rows(header, rows, "監査調書の保存期間", kind)
    context = {
        "form": form,
        "version": standing.version if standing else 0,
        "header": header,
        "rows": rows,
        "ended": sum(one.ended for one in found),
        "export": export_addresses(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "web/audits/fieldwork/retention.html", context, status=status)
