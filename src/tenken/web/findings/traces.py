"""追跡調査: the list, a new one, its board, and one section's line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Problem, Refusal, Stale
from tenken.findings.models import Finding, Trace, TraceLine
from tenken.findings.operations import (
    NewProof,
    add_proof,
    answer_line,
    close_trace,
    confirm_line,
    confirm_lines,
    extend_trace,
    open_trace,
    return_line,
)
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_TRACES, VIEW_FINDINGS
from tenken.findings.queries import (
    LineRecord,
    finding_record,
    line_record,
    lines_of,
    my_trace_lines,
    trace_board,
    trace_for,
    traces_for,
)
from tenken.findings.queries.places import groups_of, present_units
from tenken.findings.trace_states import ANSWERED, CONFIRMED, EVENT_LABELS, RUNNING, may_close
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.directory import directory_of
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import name_with_bureau, names_with_bureau
from tenken.policy.queries import items_on
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import bureaus_in_sight, export_addresses
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.secretariat import chosen
from tenken.web.findings.trace_forms import (
    AnswerForm,
    ExtendForm,
    LineCheckForm,
    LineFilterForm,
    ProofForm,
    TraceForm,
)
from tenken.web.findings.trace_tables import (
    LINE_STATUSES,
    TRACE_STATUSES,
    BoardTable,
    LineTable,
    TraceTable,
    lines_address,
)
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 100
_EVENT_TONES = {"answered": "blue", "proof": "blue", "confirmed": "green", "returned": "red"}


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the traces in sight, and what waits for the reader's section."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    table = TraceTable(traces_for(by))
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "追跡調査", kind)
    mine = list(my_trace_lines(by)) if by.holds(IMPROVE_FINDINGS) else []
    names = names_with_bureau(by.city, {line.unit_id for line in mine}, by.on)
    context = {
        "tabs": findings_tabs(by, "findings-traces"),
        "table": table,
        "mine": [
            {"line": line, "section": names[line.unit_id], "late": line.trace.due_on < by.on} for line in mine
        ],
        "may_manage": by.holds(MANAGE_TRACES),
        "export": export_addresses(request),
    }
    return render(request, "web/findings/traces.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a trace; from a finding, look whether the same stands elsewhere (横展開)."""
    by = request.principal
    require(by, MANAGE_TRACES)
    source = _source(by, request.GET.get("finding", ""))
    form = TraceForm(
        request.POST if request.method == "POST" else None,
        items=_item_choices(by),
        sections=_sections(by),
        initial={
            "item_code": source.item_code if source else "",
            "target": Trace.Target.ALL,
            "name": source.title[:100] if source else "",
            "why": f"{source.unit.name}の課題と同じことが、ほかの課にないかを確かめます。" if source else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            trace = open_trace(
                by=by,
                city=by.city,
                fiscal_year=source.fiscal_year if source else FiscalYear.of(by.on).year,
                started_from=source,
                **form.cleaned_data,
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"追跡調査を始めました。対象は{trace.lines.count()}課です。")
            return redirect("findings-trace", trace_id=trace.pk)
    context = {"form": form, "source": source}
    return render(request, "web/findings/trace_new.html", context, status=422 if form.errors else 200)


def _source(by: Principal, key: str) -> Finding | None:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return finding_record(by, int(key)).finding


def _item_choices(by: Principal) -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in items_on(by.city_id, by.on):
        label = f"{row.item.code}　{row.revision.question[:60]}"
        groups.setdefault(row.category.name, []).append((row.item.code, label))
    return list(groups.items())


def _sections(by: Principal) -> list[tuple[int, str]]:
    keys = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__answers_sheets=True).order_by("code")
    names = names_with_bureau(by.city, list(keys.values_list("pk", flat=True)), by.on)
    return list(names.items())


@signed_in
@require_safe
def board(request: SignedInRequest, trace_id: int) -> HttpResponse:
    """Show a trace: counts by 局・区, and each section's line."""
    return _board(request, trace_for(request.principal, trace_id))


def _board(
    request: SignedInRequest,
    trace: Trace,
    *,
    problems: list[Problem] | None = None,
    extend: ExtendForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    rows = lines_of(by, trace)
    every = list(rows)
    manages = by.holds(MANAGE_TRACES) and trace.status == RUNNING
    form = LineFilterForm(request.GET or None, units=bureaus_in_sight(by, request.GET.get("unit", "")))
    shown = _narrowed(by, every, form)
    table = LineTable(rows.filter(pk__in=[line.pk for line in shown]), by=by, may_confirm=manages)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"追跡調査_{trace.name}", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    bureaus = BoardTable(
        [
            {
                "trace": trace.pk,
                "bureau_id": row.bureau_id,
                "name": row.name,
                "states": row.states,
                "total": row.total,
                "confirmed": row.confirmed,
            }
            for row in trace_board(every, by.city, by.on)
        ],
        prefix="bureaus-",
    )
    RequestConfig(request, paginate=False).configure(bureaus)
    label, tone = TRACE_STATUSES[trace.status]
    context = {
        "trace": trace,
        "status_label": label,
        "status_tone": tone,
        "facts": _facts(by, trace),
        "figures": _figures(trace, every),
        "bureaus": bureaus,
        "form": form,
        "table": table,
        "manages": manages,
        "may_close": manages and may_close(line.status for line in every),
        "left": sum(line.status != CONFIRMED for line in every),
        "confirmed": sum(line.status == CONFIRMED for line in every),
        "lines": len(every),
        "extend": extend or ExtendForm(initial={"due_on": trace.due_on}, auto_id="id_extend_%s"),
        "extend_open": extend is not None,
        "problems": problems or [],
        "export": export_addresses(request),
        "chase_url": lines_address(trace.pk, status="unanswered"),
    }
    return render(request, "web/findings/trace.html", context, status=status)


def _narrowed(by: Principal, lines: list[TraceLine], form: LineFilterForm) -> list[TraceLine]:
    if not form.is_bound:
        return lines
    if not form.is_valid():
        return []
    only = form.cleaned_data
    directory = directory_of(by.city)
    groups = groups_of(by.city, (line.unit_id for line in lines), by.on) if only["unit"] else {}
    return [
        line
        for line in lines
        if (not only["unit"] or int(only["unit"]) in groups[line.unit_id])
        and (not only["answer"] or (line.answer or "unanswered") == only["answer"])
        and (not only["status"] or line.status == only["status"])
        and search_key(only["q"]) in search_key(directory.name(line.unit_id, by.on))
    ]


def _facts(by: Principal, trace: Trace) -> list[tuple[str, Any]]:
    started = trace.started_from
    item = next((row for row in items_on(by.city_id, by.on) if row.item.code == trace.item_code), None)
    return [
        ("年度", str(FiscalYear(trace.fiscal_year))),
        ("点検項目", f"{trace.item_code}　{item.revision.question}" if item else trace.item_code),
        ("追跡する理由", trace.why),
        ("対象", trace.get_target_display()),
        ("きっかけの課題", f"課題{started}（{started.unit.name}）" if started else ""),
        ("開始日", era_date(trace.opened_on)),
        ("回答の期限", era_date(trace.due_on)),
        ("終了日", era_date(trace.closed_on) if trace.closed_on else ""),
    ]


def _figures(trace: Trace, lines: list[TraceLine]) -> list[dict[str, Any]]:
    return [
        {
            "number": sum(line.status == status for line in lines),
            "label": label,
            "tone": tone,
            "url": lines_address(trace.pk, status=status),
        }
        for status, (label, tone) in LINE_STATUSES.items()
    ]


@signed_in
@require_POST
def confirm_many(request: SignedInRequest, trace_id: int) -> HttpResponse:
    """Confirm the marked lines; those that cannot be are named with the reason."""
    by = request.principal
    trace = trace_for(by, trace_id)
    require(by, MANAGE_TRACES)
    versions = dict(chosen(value) for value in request.POST.getlist("line"))
    if not versions:
        return _board(request, trace, problems=[Problem("確認する課公所に印を付けてください。")], status=422)
    done, passed = confirm_lines(by=by, trace=trace, versions=versions)
    if done:
        messages.success(request, f"{len(done)}課の回答を確認しました。")
    if not passed:
        return redirect("findings-trace", trace_id=trace.pk)
    problems = [Problem(reason, line.unit.name) for line, reason in passed]
    return _board(request, trace, problems=problems, status=409)


@signed_in
@require_POST
def extend(request: SignedInRequest, trace_id: int) -> HttpResponse:
    """Move the day to answer by."""
    by = request.principal
    trace = trace_for(by, trace_id)
    require(by, MANAGE_TRACES)
    form = ExtendForm(request.POST, auto_id="id_extend_%s")
    if form.is_valid():
        try:
            extend_trace(by=by, trace=trace, due_on=form.cleaned_data["due_on"])
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "回答の期限を変更しました。")
            return redirect("findings-trace", trace_id=trace.pk)
    return _board(request, trace, extend=form, status=422)


@signed_in
@require_POST
def close(request: SignedInRequest, trace_id: int) -> HttpResponse:
    """End the trace, all being confirmed."""
    by = request.principal
    trace = trace_for(by, trace_id)
    require(by, MANAGE_TRACES)
    close_trace(by=by, trace=trace)
    messages.success(request, "追跡調査を終了しました。全ての課公所の回答を確認しています。")
    return redirect("findings-trace", trace_id=trace.pk)


# --- one section's line -----------------------------------------------------------------------------------


@signed_in
@require_safe
def line(request: SignedInRequest, line_id: int) -> HttpResponse:
    """Show one section's line: its answer, its proofs, what comes next."""
    return _line_page(request, line_record(request.principal, line_id))


@signed_in
@require_POST
def answer(request: SignedInRequest, line_id: int) -> HttpResponse:
    """The section answers."""

    def act(by: Principal, row: TraceLine, version: int, values: dict[str, Any]) -> None:
        proofs = _proofs(values)
        answer_line(
            by=by, line=row, answer=values["answer"], note=values["note"], proofs=proofs, version=version
        )

    return _perform(request, line_id, "answer", AnswerForm, act, "回答しました。事務局の確認を待っています。")


@signed_in
@require_POST
def proof(request: SignedInRequest, line_id: int) -> HttpResponse:
    """The section lays one more proof beside its answer."""

    def act(by: Principal, row: TraceLine, version: int, values: dict[str, Any]) -> None:
        for number, one in enumerate(_proofs(values)):
            add_proof(by=by, line=row, proof=one, version=version + number)

    return _perform(request, line_id, "proof", ProofForm, act, "証拠を追加しました。")


@signed_in
@require_POST
def check(request: SignedInRequest, line_id: int) -> HttpResponse:
    """The secretariat confirms or returns."""

    def act(by: Principal, row: TraceLine, version: int, values: dict[str, Any]) -> None:
        move = confirm_line if values["outcome"] == "confirmed" else return_line
        move(by=by, line=row, comment=values["comment"], version=version)

    return _perform(request, line_id, "check", LineCheckForm, act, "確認の結果を記録しました。")


_FORMS: dict[str, tuple[str, str, str]] = {
    "answer": ("回答する", "回答を提出する", "findings-trace-answer"),
    "proof": ("証拠を追加する", "証拠を追加する", "findings-trace-proof"),
    "check": ("回答を確認する", "確認の結果を記録する", "findings-trace-check"),
}


def _proofs(values: dict[str, Any]) -> list[NewProof]:
    return [
        NewProof(values["kind"], values["period_from"], values["period_to"], file.name or "", file.file)
        for file in values["evidence"]
    ]


def _perform(
    request: SignedInRequest,
    line_id: int,
    code: str,
    form_class: type[Any],
    act: Callable[[Principal, TraceLine, int, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    by = request.principal
    record = line_record(by, line_id)
    require(by, MANAGE_TRACES if code == "check" else IMPROVE_FINDINGS, unit=record.line.unit)
    form = form_class(request.POST, request.FILES, auto_id=f"id_{code}_%s")
    if not form.is_valid():
        return _line_page(request, record, typed={code: form}, status=422)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit()) or len(version) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    try:
        act(by, record.line, int(version), form.cleaned_data)
    except Invalid as refusal:
        form.take(refusal)
        return _line_page(request, line_record(by, line_id), typed={code: form}, status=422)
    except Stale as refusal:
        return _line_page(request, line_record(by, line_id), typed={code: form}, stale=refusal, status=409)
    messages.success(request, done)
    return redirect("findings-trace-line", line_id=line_id)


def _line_page(
    request: SignedInRequest,
    record: LineRecord,
    *,
    typed: dict[str, Any] | None = None,
    stale: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    by, row = request.principal, record.line
    typed = typed or {}
    label, tone = LINE_STATUSES[row.status]
    present = [key for key in present_units(by.city, row.unit_id, by.on) if key != row.unit_id]
    codes = _offered(by, row)
    context = {
        "line": row,
        "trace": row.trace,
        "section": name_with_bureau(by.city, row.unit_id, by.on),
        "present": "、".join(names_with_bureau(by.city, present, by.on).values()),
        "status_label": label,
        "status_tone": tone,
        "facts": [
            ("追跡する理由", row.trace.why),
            ("回答の期限", era_date(row.trace.due_on)),
            ("回答", row.get_answer_display() if row.answer else ""),
            ("内容", row.note),
            ("回答した者", f"{row.answered_by_name}　{era_date(row.answered_on)}" if row.answered_on else ""),
            (
                "確認した者",
                f"{row.confirmed_by_name}　{era_date(row.confirmed_on)}" if row.confirmed_on else "",
            ),
        ],
        "proofs": record.proofs,
        "procedures": [
            {
                "code": code,
                "title": "回答を直す" if code == "answer" and row.answer else _FORMS[code][0],
                "submit": _FORMS[code][1],
                "url": reverse(_FORMS[code][2], args=[row.pk]),
                "form": typed.get(code) or _form(code, row),
                "has_files": code != "check",
                "folded": row.status == CONFIRMED or (code != "check" and row.status == ANSWERED),
                "open": code in typed,
            }
            for code in codes
        ],
        "late": row.trace.due_on < by.on and row.status in ("unanswered", "returned"),
        "forms": list(typed.values()) if stale is None else [],
        "stale": stale,
        "events": [
            {
                "when": era_date(event.happened_on),
                "who": event.by_name,
                "what": EVENT_LABELS[event.event],
                "comment": event.comment,
                "tone": _EVENT_TONES[event.event],
            }
            for event in record.events
        ],
    }
    return render(request, "web/findings/trace_line.html", context, status=status)


def _offered(by: Principal, row: TraceLine) -> list[str]:
    """Return which forms the reader may use on the line now, the next first."""
    if row.trace.status != RUNNING:
        return []
    codes: list[str] = []
    if decide(by, MANAGE_TRACES, unit=row.unit) and row.status in (ANSWERED, CONFIRMED):
        codes.append("check")
    if decide(by, IMPROVE_FINDINGS, unit=row.unit) and row.status != CONFIRMED:
        codes.append("answer")
        if row.status == ANSWERED:
            codes.append("proof")
    return codes


def _form(code: str, row: TraceLine) -> Any:
    ids = f"id_{code}_%s"
    if code == "answer":
        return AnswerForm(initial={"answer": row.answer, "note": row.note}, auto_id=ids)
    return ProofForm(auto_id=ids) if code == "proof" else LineCheckForm(auto_id=ids)
