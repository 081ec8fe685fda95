"""One target of a 横展開の確認: what is asked, the answer of the section, the secretariat's word on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenken.common.era import era_date
from tenken.common.refusals import Denied, Invalid, Refusal, Stale
from tenken.findings.extent_states import ANSWERED, CONFIRMED, EVENT_LABELS, FOUND, SENT, WITH_SECTION
from tenken.findings.models import ExtentTarget
from tenken.findings.operations import (
    answer_target,
    answers_for,
    confirm_target,
    may_set_aside,
    return_target,
)
from tenken.findings.permissions import MANAGE_EXTENT, VIEW_FINDINGS
from tenken.findings.queries import TargetRecord, target_record
from tenken.findings.queries.places import present_units
from tenken.organization.access import Principal, decide, require
from tenken.organization.queries import name_with_bureau, names_with_bureau
from tenken.web.findings.extent_forms import AnswerForm, SetAsideForm, TargetCheckForm
from tenken.web.findings.extent_tables import TARGET_STATUSES
from tenken.web.principal import SignedInRequest, signed_in

_TONES = {"asked": "neutral", "answered": "blue", "confirmed": "green", "returned": "red"}
_FORMS: dict[str, tuple[str, str, str, type[Any]]] = {
    "answer": ("回答する", "回答を提出する", "findings-extent-answer", AnswerForm),
    "set-aside": ("該当しないと記録する", "該当しないと記録する", "findings-extent-answer", SetAsideForm),
    "check": ("回答を確認する", "確認の結果を記録する", "findings-extent-check", TargetCheckForm),
}


@signed_in
@require_safe
def target(request: SignedInRequest, target_id: int) -> HttpResponse:
    """Show what is asked and what was answered."""
    return _page(request, target_record(request.principal, target_id))


@signed_in
@require_POST
def answer(request: SignedInRequest, target_id: int) -> HttpResponse:
    """The section answers; or who runs the check says that it does not apply."""
    by = request.principal
    row = target_record(by, target_id).target
    if not answers_for(by, row) and not may_set_aside(by, row):
        raise Denied("この確認に回答できるのは、対象の課公所の情報管理者と副情報管理者、システム管理者です。")

    def act(version: int, values: dict[str, Any]) -> None:
        files = [(file.name or "", file.file) for file in values.get("evidence", ())]
        answer_target(
            by=by,
            target=row,
            answer=values["answer"],
            note=values["note"],
            evidence=files,
            version=version,
        )

    code = "answer" if answers_for(by, row) else "set-aside"
    return _perform(request, target_id, code, act, "回答しました。事務局の確認を待っています。")


@signed_in
@require_POST
def check(request: SignedInRequest, target_id: int) -> HttpResponse:
    """The secretariat confirms or returns."""
    by = request.principal
    row = target_record(by, target_id).target
    require(by, MANAGE_EXTENT)

    def act(version: int, values: dict[str, Any]) -> None:
        move = confirm_target if values["outcome"] == "confirmed" else return_target
        move(by=by, target=row, comment=values["comment"], version=version)

    return _perform(request, target_id, "check", act, "確認の結果を記録しました。")


def _perform(
    request: SignedInRequest,
    target_id: int,
    code: str,
    act: Callable[[int, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    by = request.principal
    form = _FORMS[code][3](request.POST, request.FILES, auto_id=f"id_{code}_%s")
    if not form.is_valid():
        return _page(request, target_record(by, target_id), typed={code: form}, status=422)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit()) or len(version) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    try:
        act(int(version), form.cleaned_data)
    except Invalid as refusal:
        form.take(refusal)
        return _page(request, target_record(by, target_id), typed={code: form}, status=422)
    except Stale as refusal:
        fresh = target_record(by, target_id)
        return _page(request, fresh, typed={code: form}, stale=refusal, status=409)
    messages.success(request, done)
    return redirect("findings-extent-target", target_id=target_id)


def _page(
    request: SignedInRequest,
    record: TargetRecord,
    *,
    typed: dict[str, Any] | None = None,
    stale: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    by, row, typed = request.principal, record.target, typed or {}
    asked = row.check_of
    label, tone = TARGET_STATUSES[row.status]
    present = [key for key in present_units(by.city, row.unit_id, by.on) if key != row.unit_id]
    source = asked.finding if decide(by, VIEW_FINDINGS, unit=asked.finding.unit) else None
    context = {
        "target": row,
        "check": asked,
        "source": source,
        "section": name_with_bureau(by.city, row.unit_id, by.on),
        "present": "、".join(names_with_bureau(by.city, present, by.on).values()),
        "status_label": label,
        "status_tone": tone,
        "late": asked.status == SENT and row.status in WITH_SECTION and asked.due_on < by.on,
        "facts": [
            ("ほかにもある可能性が高い理由", asked.why),
            ("選んだ理由", row.because),
            ("回答の期限", era_date(asked.due_on)),
            ("回答", row.get_answer_display() if row.answer else ""),
            ("内容", row.note),
            ("回答した者", f"{row.answered_by_name}　{era_date(row.answered_on)}" if row.answered_on else ""),
            (
                "確認した者",
                f"{row.confirmed_by_name}　{era_date(row.confirmed_on)}" if row.confirmed_on else "",
            ),
        ],
        "evidence": record.evidence,
        "procedures": [_procedure(code, row, typed) for code in _offered(by, row)],
        "forms": list(typed.values()) if stale is None else [],
        "stale": stale,
        "events": [
            {
                "when": era_date(event.happened_on),
                "who": event.by_name,
                "what": EVENT_LABELS[event.event],
                "comment": event.comment,
                "tone": _TONES[event.event],
            }
            for event in record.events
        ],
    }
    return render(request, "web/findings/extent_target.html", context, status=status)


def _offered(by: Principal, row: ExtentTarget) -> list[str]:
    """Return which forms the reader may use now, the next first."""
    if row.check_of.status != SENT:
        return []
    codes: list[str] = []
    runs = may_set_aside(by, row)
    if runs and (row.status == ANSWERED or (row.status == CONFIRMED and row.answer != FOUND)):
        codes.append("check")
    if row.status != CONFIRMED:
        if answers_for(by, row):
            codes.append("answer")
        elif runs and row.status in WITH_SECTION:
            codes.append("set-aside")
    return codes


def _procedure(code: str, row: ExtentTarget, typed: dict[str, Any]) -> dict[str, Any]:
    title, submit, url, form_class = _FORMS[code]
    initial = {"answer": row.answer, "note": row.note} if code == "answer" else {}
    return {
        "code": code,
        "title": "回答を直す" if code == "answer" and row.answer else title,
        "submit": submit,
        "url": reverse(url, args=[row.pk]),
        "form": typed.get(code) or form_class(initial=initial or None, auto_id=f"id_{code}_%s"),
        "has_files": code == "answer",
        "folded": code == "set-aside"
        or (code == "answer" and row.status == ANSWERED)
        or row.status == CONFIRMED,
        "open": code in typed,
    }
