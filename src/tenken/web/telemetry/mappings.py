"""CSVの対応づけ: from a sample to a proposal, a preview, a saved mapping; and taking files in by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization.access import require
from tenken.organization.imports import waiting_files
from tenken.telemetry.mappings import operations, queries
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.wire.csv_files import CsvSample, look, propose
from tenken.telemetry.wire.csv_mappings import (
    TARGET_LABELS,
    VALUE_LABELS,
    ColumnRule,
    CsvMapping,
    heading_key,
)
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.mapping_forms import ImportForm, LayoutForm, SampleForm, sample_values
from tenken.web.telemetry.mapping_tables import LayoutFilter, LayoutTable, event_table

_BOTH = ["GET", "HEAD", "POST"]
_FOLDER = "web/telemetry/mappings"


@signed_in
@require_safe
def mapping_list(request: SignedInRequest) -> HttpResponse:
    """List the city's mappings."""
    form = LayoutFilter(request.GET)
    form.is_valid()
    said = form.cleaned_data
    rows = queries.layouts(
        request.principal,
        text=said.get("q", ""),
        in_use={"1": True, "0": False}.get(said.get("in_use", "")),
    )
    table = LayoutTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "CSVの対応づけ", kind)
    return render(request, f"{_FOLDER}/list.html", {"table": table, "form": form})


@signed_in
@require_http_methods(_BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """Take a sample and go to what its headings suggest."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    form = SampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read(queries.SAMPLE_BYTES)
        try:
            look(content)
        except Invalid as refusal:
            form.add_error("file", refusal.message)
        else:
            token = waiting_files.keep(by=by, name=sent.name, content=content)
            return redirect("telemetry-mapping-draft", token)
    return render(request, f"{_FOLDER}/new.html", {"form": form}, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(_BOTH)
def draft(request: SignedInRequest, token: str) -> HttpResponse:
    """Show what a sample suggests, with its first rows as events; save it under a name."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    file_name, content = waiting_files.take(by=by, token=token)
    sample = look(content)
    form = LayoutForm(
        request.POST or None,
        mapping=propose(sample.header, sample.rows),
        samples=sample_values(sample.header, sample.rows),
        name=file_name.rpartition(".")[0][:60],
    )

    def save(mapping: CsvMapping) -> CsvLayout:
        layout = operations.save_layout(
            by=by, name=form.cleaned_data["name"], note=form.cleaned_data["note"], mapping=mapping
        )
        waiting_files.drop(by=by, token=token)
        return layout

    return _editor(
        request,
        form,
        content,
        save,
        title="対応づけの案",
        back=reverse("telemetry-mappings"),
        file_name=file_name,
    )


@signed_in
@require_http_methods(_BOTH)
def change(request: SignedInRequest, layout_id: int) -> HttpResponse:
    """Change a mapping; with a sample (``?sample=``), its headings are added and its rows shown as events."""
    by = request.principal
    layout = queries.find_layout(by, layout_id)
    token = request.GET.get("sample", "")
    if request.method == "POST" and (sent := request.FILES.get("file")):
        kept = sent.read(queries.SAMPLE_BYTES)
        look(kept)
        token = waiting_files.keep(by=by, name=str(sent.name), content=kept)
        return redirect(f"{reverse('telemetry-mapping-change', args=[layout.pk])}?sample={token}")
    file_name, content = waiting_files.take(by=by, token=token) if token else ("", b"")
    mapping = CsvMapping.from_data(layout.data)
    sample = look(content, encoding=mapping.encoding, delimiter=mapping.delimiter) if content else None
    form = LayoutForm(
        request.POST or None,
        mapping=_with_new_headings(mapping, sample),
        samples=sample_values(sample.header, sample.rows) if sample else {},
        name=layout.name,
        note=layout.note,
    )

    def save(changed: CsvMapping) -> CsvLayout:
        return operations.change_layout(
            by=by,
            layout_id=layout.pk,
            version=_number(request.POST.get("version", "")),
            name=form.cleaned_data["name"],
            note=form.cleaned_data["note"],
            mapping=changed,
        )

    return _editor(
        request,
        form,
        content,
        save,
        title=f"「{layout.name}」の変更",
        back=reverse("telemetry-mapping", args=[layout.pk]),
        file_name=file_name,
        layout=layout,
        sample_form=SampleForm(),
    )


@signed_in
@require_safe
def mapping_page(request: SignedInRequest, layout_id: int) -> HttpResponse:
    """Show a mapping and its versions."""
    layout = queries.find_layout(request.principal, layout_id)
    mapping = CsvMapping.from_data(layout.data)
    rules = [
        [
            rule.heading,
            TARGET_LABELS.get(rule.column, "取り込まない"),
            _values_told(rule) or "—",
        ]
        for rule in mapping.columns
    ]
    constants = [
        [TARGET_LABELS[name], VALUE_LABELS.get(name, {}).get(value, value)]
        for name, value in mapping.constants.items()
    ]
    context = {
        "layout": layout,
        "rule_header": ["見出し", "取込み先", "値の置換え"],
        "rules": rules,
        "constant_header": ["項目", "値"],
        "constants": constants,
        "versions": [_event(version) for version in queries.versions(request.principal, layout)],
    }
    return render(request, f"{_FOLDER}/page.html", context)


@signed_in
@require_POST
def switch(request: SignedInRequest, layout_id: int) -> HttpResponse:
    """Offer a mapping no more, or again."""
    in_use = request.POST.get("in_use") == "1"
    operations.switch_layout(
        by=request.principal,
        layout_id=layout_id,
        version=_number(request.POST.get("version", "")),
        in_use=in_use,
    )
    messages.success(request, "使用を再開しました。" if in_use else "使用を終了しました。")
    return redirect("telemetry-mapping", layout_id)


@signed_in
@require_http_methods(_BOTH)
def import_page(request: SignedInRequest) -> HttpResponse:
    """Take a file in by a saved mapping, as a job."""
    by = request.principal
    layouts = queries.layouts(by, in_use=True)
    sources = Source.objects.restrict(by, MANAGE_SOURCES).filter(protocol=Source.Protocol.CSV, enabled=True)
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        layouts=layouts,
        sources=sources,
        initial={"layout": _number(request.GET.get("layout", ""))},
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            job = operations.import_file(
                by=by,
                layout_id=form.cleaned_data["layout"].pk,
                source_id=form.cleaned_data["source"].pk,
                name=sent.name,
                stream=sent,
            )
        except Invalid as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("job", job.pk)
    context = {"form": form, "has_layouts": layouts.exists(), "has_sources": sources.exists()}
    return render(request, f"{_FOLDER}/import.html", context, status=422 if form.is_bound else 200)


def _event(version: queries.LayoutVersion) -> dict[str, str]:
    when = f"{era_date(version.changed_at.astimezone(JAPAN).date())} {version.changed_at.astimezone(JAPAN):%H:%M}"
    what = operations.LABELS.get(version.operation, version.operation)
    return {
        "when": when,
        "who": version.by,
        "what": f"{what}（第{version.version}版）" if version.version else what,
    }


def _editor(
    request: SignedInRequest,
    form: LayoutForm,
    content: bytes,
    save: Any,
    *,
    title: str,
    back: str,
    file_name: str,
    layout: CsvLayout | None = None,
    sample_form: SampleForm | None = None,
) -> HttpResponse:
    """Preview or save what *form* says; both show what is wrong beside its fields."""
    saving = request.POST.get("do") == "save"
    if form.is_bound and form.is_valid():
        try:
            mapping = form.mapping()
            if saving:
                saved = save(mapping)
                messages.success(request, f"対応づけ「{saved.name}」を保存しました。")
                return redirect("telemetry-mapping", saved.pk)
        except Invalid as refusal:
            form.take(refusal)
    context = {
        "form": form,
        "rows": form.rows(),
        "title": title,
        "back": back,
        "file_name": file_name,
        "layout": layout,
        "sample_form": sample_form,
        **(_shown(form, content) if content else {}),
    }
    wrong = form.is_bound and bool(form.errors)
    return render(request, f"{_FOLDER}/editor.html", context, status=422 if wrong else 200)


def _shown(form: LayoutForm, content: bytes) -> dict[str, Any]:
    """Return the preview of *content* by what *form* says now; nothing while it cannot be used."""
    if form.is_bound and form.errors:
        return {}
    try:
        mapping = form.mapping() if form.is_bound else form.proposed()
        seen = queries.preview(content, mapping)
    except Invalid as refusal:
        return {"unusable": [*refusal.problems] or [refusal.message]}
    header, body = event_table(seen.events)
    rejects = [[reject.place, reject.reason] for reject in seen.rejects]
    return {
        "preview": seen,
        "event_header": header,
        "event_rows": body,
        "reject_header": ["場所", "理由"],
        "reject_rows": rejects,
    }


def _values_told(rule: ColumnRule) -> str:
    labels = VALUE_LABELS.get(rule.column, {})
    return "、".join(f"{word}→{labels.get(code, code)}" for word, code in rule.values.items())


def _with_new_headings(mapping: CsvMapping, sample: CsvSample | None) -> CsvMapping:
    """Return *mapping* with a rule for each heading of *sample* that it does not know."""
    if sample is None:
        return mapping
    known = {heading_key(rule.heading) for rule in mapping.columns}
    new = [
        rule for rule in propose(sample.header, sample.rows).columns if heading_key(rule.heading) not in known
    ]
    return replace(mapping, columns=(*mapping.columns, *new))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
