"""横展開の確認: the list, a new one, choosing whom it asks, its board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.common.era import era_date
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Missing, Problem, Refusal
from tenken.findings.extent_states import CONFIRMED, DRAFT, SENT
from tenken.findings.models import ExtentCheck, ExtentTarget, Finding
from tenken.findings.operations import (
    add_targets,
    choose_targets,
    close_extent,
    confirm_targets,
    edit_extent,
    make_extent,
    remove_targets,
    send_extent,
    withdraw_extent,
)
from tenken.findings.permissions import MANAGE_EXTENT, VIEW_FINDINGS
from tenken.findings.queries import (
    candidates,
    coverage_of,
    extent_for,
    extents_for,
    finding_record,
    free_choices,
    my_extent_targets,
    targets_of,
)
from tenken.findings.queries.extents import COVERAGE_LABELS, Coverage, counts_as
from tenken.findings.rules.alike import FACTS
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.directory import directory_of
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.extent_forms import FactsForm, FreeChoiceForm, QuestionForm, TargetFilterForm
from tenken.web.findings.extent_tables import (
    CHECK_STATUSES,
    CandidateTable,
    ExtentTable,
    TargetTable,
    targets_address,
)
from tenken.web.findings.lists import export_addresses
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.secretariat import chosen
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 100
_TONES = {"found": "red", "overdue": "red", "to_confirm": "blue", "waiting": "yellow"}
_NAMES = FACTS | {"word": "製品の名前", "free": "自由に選択"}


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the checks in sight, and what waits for the reader's answer."""
    by = request.principal
    if not by.holds(MANAGE_SYSTEMS):
        require_somewhere(by, VIEW_FINDINGS)
    table = ExtentTable(extents_for(by))
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "横展開の確認", kind)
    directory = directory_of(by.city)
    context = {
        "tabs": findings_tabs(by, "findings-extents"),
        "table": table,
        "mine": [
            {
                "target": target,
                "place": directory.name(target.unit_id, by.on),
                "late": target.check_of.due_on < by.on,
            }
            for target in my_extent_targets(by)
        ],
        "may_manage": by.holds(MANAGE_EXTENT),
        "export": export_addresses(request),
    }
    return render(request, "web/findings/extents.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Begin to prepare a check from a finding."""
    by = request.principal
    require(by, MANAGE_EXTENT)
    finding = _source(by, request.GET.get("finding", ""))
    form = QuestionForm(
        request.POST if request.method == "POST" else None, initial={"question": finding.title}
    )
    if request.method == "POST" and form.is_valid():
        try:
            check = make_extent(by=by, finding=finding, data=form.asked())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"横展開{check}を作りました。次に、確認する相手を選んでください。")
            return redirect("findings-extent-choose", extent_id=check.pk)
    context = {"form": form, "finding": finding}
    return render(request, "web/findings/extent_new.html", context, status=422 if form.errors else 200)


def _source(by: Principal, key: str) -> Finding:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Missing("元になる課題を、課題の画面から選んでください。")
    return finding_record(by, int(key)).finding


# --- whom it asks -----------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Propose sections and systems by the facts that were ticked, with reasons; take those that stay marked."""
    by = request.principal
    require(by, MANAGE_EXTENT)
    check = extent_for(by, extent_id)
    if request.method == "POST":
        return _take(request, check)
    return _choose_page(request, check)


def _facts_form(request: SignedInRequest, check: ExtentCheck) -> FactsForm:
    data = request.POST if request.method == "POST" else request.GET
    return FactsForm(data or None, has_system=check.finding.system_id is not None)


def _take(request: SignedInRequest, check: ExtentCheck) -> HttpResponse:
    by = request.principal
    form = _facts_form(request, check)
    try:
        if not form.is_valid():
            raise Invalid("候補の条件を読み取れませんでした。もう一度、候補を表示してください。")
        rows = choose_targets(
            by=by,
            check=check,
            facts=form.facts,
            word=form.cleaned_data["word"],
            keys=request.POST.getlist("key"),
            version=_version(request),
        )
    except Invalid as refusal:
        problems = list(refusal.problems) or [Problem(refusal.message)]
        return _choose_page(request, check, problems=problems, status=422)
    messages.success(request, f"{len(rows)}か所を対象に加えました。")
    return redirect("findings-extent", extent_id=check.pk)


@signed_in
@require_POST
def add(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Add sections and systems chosen by hand."""
    by = request.principal
    require(by, MANAGE_EXTENT)
    check = extent_for(by, extent_id)
    form = _free_form(check, by, request.POST)
    if form.is_valid():
        try:
            rows = add_targets(by=by, check=check, version=_version(request), **form.cleaned_data)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"{len(rows)}か所を対象に加えました。")
            return redirect("findings-extent", extent_id=check.pk)
    return _choose_page(request, check, free=form, status=422)


def _free_form(check: ExtentCheck, by: Principal, data: Any = None) -> FreeChoiceForm:
    units, systems = free_choices(check.finding, by.on)
    return FreeChoiceForm(data, units=units, systems=systems, auto_id="id_free_%s")


def _choose_page(
    request: SignedInRequest,
    check: ExtentCheck,
    *,
    problems: list[Problem] | None = None,
    free: FreeChoiceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    form = (
        _facts_form(request, check)
        if free is None
        else FactsForm(has_system=check.finding.system_id is not None)
    )
    asked = form.is_bound and form.is_valid()
    word = form.cleaned_data["word"] if asked else ""
    found = candidates(check, form.facts, by.on, word=word) if asked else ()
    table = CandidateTable(found)
    RequestConfig(request, paginate=False).configure(table)
    context = {
        "check": check,
        "finding": check.finding,
        "form": form,
        "asked": asked,
        "found": found,
        "table": table,
        "free": free or _free_form(check, by),
        "free_open": free is not None,
        "problems": problems or [],
        "chosen": check.targets.count(),
        "is_draft": check.status == DRAFT,
        "kept": [
            (name, value)
            for name in ("section", "system", "word")
            for value in (_list(form.cleaned_data.get(name)) if asked else [])
        ],
    }
    return render(request, "web/findings/extent_choose.html", context, status=status)


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


# --- its board --------------------------------------------------------------------------------------------


@signed_in
@require_safe
def board(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Show a check: of a draft, whom it will ask and why; then who answered what. Each number opens its rows."""
    return _board(request, extent_for(request.principal, extent_id))


def _board(
    request: SignedInRequest,
    check: ExtentCheck,
    *,
    problems: list[Problem] | None = None,
    edit: QuestionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    rows = targets_of(by, check)
    every = list(rows)
    manages = bool(decide(by, MANAGE_EXTENT))
    form = TargetFilterForm(request.GET or None)
    shown = _narrowed(by, check, every, form)
    marks = {DRAFT: "remove", SENT: "confirm"}.get(check.status, "") if manages else ""
    table = TargetTable(rows.filter(pk__in=[target.pk for target in shown]), by=by, marks=marks)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"横展開{check}_対象と回答", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    count = coverage_of(((target.status, target.answer) for target in every), check.due_on, by.on)
    label, tone = CHECK_STATUSES[check.status]
    context = {
        "check": check,
        "status_label": label,
        "status_tone": tone,
        "facts": _facts(by, check),
        "source": _seen_source(by, check),
        "count": count,
        "figures": _figures(check, count) if check.status not in (DRAFT, "withdrawn") else [],
        "form": form,
        "table": table,
        "manages": manages,
        "is_draft": check.status == DRAFT,
        "is_sent": check.status == SENT,
        "may_close": manages and check.status == SENT and all(target.status == CONFIRMED for target in every),
        "edit": edit
        or QuestionForm(
            initial={"question": check.question, "why": check.why, "due_on": check.due_on},
            auto_id="id_edit_%s",
        ),
        "edit_open": edit is not None,
        "problems": problems or [],
        "export": export_addresses(request),
    }
    return render(request, "web/findings/extent.html", context, status=status)


def _narrowed(
    by: Principal, check: ExtentCheck, targets: list[ExtentTarget], form: TargetFilterForm
) -> list[ExtentTarget]:
    if not form.is_bound:
        return targets
    if not form.is_valid():
        return []
    state, word = form.cleaned_data["state"], search_key(form.cleaned_data["q"])
    directory = directory_of(by.city)
    return [
        target
        for target in targets
        if (not state or state in counts_as(target.status, target.answer, check.due_on, by.on))
        and word
        in search_key(
            f"{directory.name(target.unit_id, by.on)} {target.system.name if target.system else ''}"
        )
    ]


def _facts(by: Principal, check: ExtentCheck) -> list[tuple[str, Any]]:
    return [
        ("確認すること", check.question),
        ("ほかにもある可能性が高い理由", check.why),
        (
            "対象を選んだ条件",
            "、".join(_NAMES[code] for code in check.chosen_by if code in _NAMES)
            if by.holds(MANAGE_EXTENT)
            else "",
        ),
        ("依頼日", era_date(check.asked_on) if check.asked_on else ""),
        ("回答の期限", era_date(check.due_on)),
        ("終了日", era_date(check.closed_on) if check.closed_on else ""),
    ]


def _seen_source(by: Principal, check: ExtentCheck) -> Finding | None:
    """Return the finding it all started from, for those who may see it: the others are not told whose it was."""
    return check.finding if decide(by, VIEW_FINDINGS, unit=check.finding.unit) else None


def _figures(check: ExtentCheck, count: Coverage) -> list[dict[str, Any]]:
    return [
        {
            "number": getattr(count, code),
            "label": label,
            "note": "" if code == "asked" else count.percent(code),
            "tone": _TONES.get(code, "neutral") if getattr(count, code) else "neutral",
            "url": targets_address(check.pk, state=code if code != "asked" else ""),
        }
        for code, label in COVERAGE_LABELS.items()
        if code != "confirmed"
    ]


@signed_in
@require_POST
def edit(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Change the words of a draft, or the day of a running check."""
    by = request.principal
    check = extent_for(by, extent_id)
    require(by, MANAGE_EXTENT)
    form = QuestionForm(request.POST, auto_id="id_edit_%s")
    if form.is_valid():
        try:
            edit_extent(by=by, check=check, data=form.asked(), version=_version(request))
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "変更しました。")
            return redirect("findings-extent", extent_id=check.pk)
    return _board(request, check, edit=form, status=422)


@signed_in
@require_POST
def remove(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Take the marked targets out of a draft."""

    def act(by: Principal, check: ExtentCheck, version: int) -> str:
        keys = [key for key, _ in map(chosen, request.POST.getlist("target"))]
        return (
            f"{remove_targets(by=by, check=check, targets=keys, version=version)}か所を対象から外しました。"
        )

    return _move(request, extent_id, act)


@signed_in
@require_POST
def send(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Ask everyone chosen."""

    def act(by: Principal, check: ExtentCheck, version: int) -> str:
        send_extent(by=by, check=check, version=version)
        return "確認を依頼しました。回答する人にメールで知らせます。"

    return _move(request, extent_id, act)


@signed_in
@require_POST
def withdraw(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Give up a draft."""

    def act(by: Principal, check: ExtentCheck, version: int) -> str:
        withdraw_extent(by=by, check=check, version=version)
        return "取りやめました。"

    return _move(request, extent_id, act)


@signed_in
@require_POST
def close(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """End a check, all being confirmed."""

    def act(by: Principal, check: ExtentCheck, version: int) -> str:
        close_extent(by=by, check=check, version=version)
        return "横展開の確認を終了しました。"

    return _move(request, extent_id, act)


@signed_in
@require_POST
def confirm_many(request: SignedInRequest, extent_id: int) -> HttpResponse:
    """Accept the marked answers; those that cannot be are named with the reason."""
    by = request.principal
    check = extent_for(by, extent_id)
    require(by, MANAGE_EXTENT)
    versions = dict(chosen(value) for value in request.POST.getlist("target"))
    if not versions:
        return _board(request, check, problems=[Problem("確認する回答に印を付けてください。")], status=422)
    done, passed = confirm_targets(by=by, check=check, versions=versions)
    if done:
        messages.success(request, f"{len(done)}か所の回答を確認しました。")
    if not passed:
        return redirect("findings-extent", extent_id=check.pk)
    problems = [Problem(reason, target.unit.name) for target, reason in passed]
    return _board(request, check, problems=problems, status=409)


def _move(
    request: SignedInRequest, extent_id: int, act: Callable[[Principal, ExtentCheck, int], str]
) -> HttpResponse:
    by = request.principal
    check = extent_for(by, extent_id)
    require(by, MANAGE_EXTENT)
    try:
        said = act(by, check, _version(request))
    except Refusal as refusal:
        problems = list(getattr(refusal, "problems", ())) or [Problem(refusal.message)]
        fresh = extent_for(by, extent_id)
        return _board(request, fresh, problems=problems, status=refusal.status)
    messages.success(request, said)
    return redirect("findings-extent", extent_id=check.pk)


def _version(request: SignedInRequest) -> int:
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit()) or len(version) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(version)
