"""Taking found events out as a file, and the files taken out."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.jobs.models import Job
from tenken.organization.access import require_somewhere
from tenken.telemetry.models import SearchExport
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search.exports import FILE_SUBJECT, ask_for_export, may_read_export
from tenken.telemetry.search.purposes import require_purpose
from tenken.telemetry.search.searching import own_search
from tenken.web.exports import export_table, wants_export
from tenken.web.files.access import register_file_access
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.search_forms import ExportForm
from tenken.web.telemetry.search_pages import for_a_purpose, tabs
from tenken.web.telemetry.search_tables import ExportTable

register_file_access(FILE_SUBJECT, may_read_export)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@for_a_purpose
def export(request: SignedInRequest, search_id: int) -> HttpResponse:
    """Choose a format; a job writes the file, and its page shows how far it is."""
    by = request.principal
    own = own_search(by, search_id)
    purpose = require_purpose(by)
    form = ExportForm(request.POST or None)
    if form.is_bound and form.is_valid():
        made = ask_for_export(by=by, search_id=search_id, format_=form.cleaned_data["format"])
        return redirect("job", made.job_id)
    context = {
        "form": form,
        "title": "検索結果の出力",
        "lead": own.summary,
        "text": f"目的：{purpose}\n出力したことは、目的とともに記録され、監査人が見ることができます。",
        "submit": "出力する",
        "back": reverse("telemetry-search"),
        "crumbs": [
            {"label": "操作ログの検索", "url": reverse("telemetry-search")},
            {"label": "検索結果の出力", "url": ""},
        ],
    }
    return render(request, "web/changing.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def export_list(request: SignedInRequest) -> HttpResponse:
    """List one's own exports with their hashes."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    rows = SearchExport.objects.filter(search__city=by.city_id, search__person=by.person_id)
    in_vain = Job.objects.filter(pk=OuterRef("job_id"), status=Job.Status.FAILED)
    rows = rows.annotate(failed=Exists(in_vain)).select_related("search__purpose", "file")
    table = ExportTable(rows.order_by("-pk"))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "操作ログの出力", kind)
    context = {"table": table, "tabs": tabs(by, "telemetry-search-exports")}
    return render(request, "web/telemetry/search/exports.html", context)
