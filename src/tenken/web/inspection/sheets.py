"""The sheet: fill in, hand in, decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Answer
from tenken.inspection.operations import accept, approve, return_sheet, save_answer, submit, withdraw
from tenken.inspection.queries.sheets import Row, SheetPage, filled_in, find_sheet, sheet_page
from tenken.web.components.answers import AnswerGroup
from tenken.web.inspection.answer_extra import answer_extra
from tenken.web.inspection.labels import SHEET_STATUSES
from tenken.web.principal import SignedInRequest, signed_in

_CHOICES = tuple(Answer.Verdict.choices)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Show a sheet; without JavaScript its form saves all answers at once."""
    if request.method == "POST":
        return _save_all(request, sheet_id)
    page = sheet_page(request.principal, sheet_id)
    return render(request, "web/inspection/sheet.html", _context(page))


def _context(page: SheetPage, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    by_field = {problem.field: problem.message for problem in problems if problem.field}
    label, tone = SHEET_STATUSES[page.sheet.status]
    # Looked up once: 280 look-ups a page took 4 ms.
    addresses = reverse("inspection-answer", args=[page.sheet.pk, 0]).removesuffix("0/")
    return {
        "page": page,
        "sheet": page.sheet,
        "programme": page.sheet.programme,
        "fiscal_year": FiscalYear(page.sheet.programme.fiscal_year),
        "status_label": label,
        "status_tone": tone,
        "problems": problems,
        "parts": [
            (section, [_group(page, row, by_field, addresses) for row in section.rows])
            for section in page.sections
        ],
        "events": _events(page),
    }


def _group(page: SheetPage, row: Row, errors: dict[str, str], addresses: str) -> AnswerGroup:
    question, answer = row.question, row.answer
    address = f"{addresses}{question.pk}/"
    revision = question.revision
    last = row.last[0] if row.last else None
    return AnswerGroup(
        name=f"question-{question.pk}",
        number=question.number,
        text=revision.question,
        choices=_CHOICES,
        value=answer.verdict if answer else "",
        comment_name=f"reason-{question.pk}",
        comment=answer.reason if answer else "",
        comment_label="課題の内容と理由（該当しないときは、その理由）",
        comment_for=("issue", "not_applicable"),
        last=f"{last.verdict_label}（{FiscalYear(last.fiscal_year)}）" if last else "",
        last_comment=" ".join(text for text in (last.reason, last.comment) if text) if last else "",
        save_url=address if page.may_fill else "",
        version=str(answer.version if answer else 0),
        error=errors.get(f"question-{question.pk}", ""),
        comment_error=errors.get(f"reason-{question.pk}", ""),
        read_only=not page.may_fill,
        required=question.required,
        extra=answer_extra(
            question_id=question.pk,
            remark=answer.comment if answer else "",
            evidence=row.evidence,
            evidence_url=f"{address}evidence/" if page.may_fill else "",
            guidance=(
                ("目的", revision.purpose),
                ("確認方法", revision.how_to_check),
                ("適合の基準", revision.good),
                ("例", "／".join(revision.examples)),
                ("証拠", revision.evidence),
            ),
            read_only=not page.may_fill,
        ),
    )


def _events(page: SheetPage) -> list[dict[str, str]]:
    tones = {"approved": "green", "returned": "red", "withdrawn": "neutral"}
    events = []
    for request in page.rounds:
        events.append(
            {
                "when": era_date(request.requested_on),
                "who": request.requested_by_name,
                "what": f"提出（第{request.round}回）",
                "comment": "",
                "tone": "blue",
            }
        )
        for decision in request.decisions.all():
            acting = "（代決）" if decision.acting else ""
            events.append(
                {
                    "when": era_date(decision.decided_on),
                    "who": decision.decided_by_name,
                    "what": f"{decision.step_name}：{decision.get_outcome_display()}{acting}",
                    "comment": decision.comment,
                    "tone": tones[decision.outcome],
                }
            )
    return events


def _fields(request: SignedInRequest, question_id: int) -> dict[str, str]:
    return {
        "verdict": request.POST.get(f"question-{question_id}", ""),
        "reason": request.POST.get(f"reason-{question_id}", ""),
        "comment": request.POST.get(f"comment-{question_id}", ""),
    }


@signed_in
@require_POST
def answer(request: SignedInRequest, sheet_id: int, question_id: int) -> HttpResponse:
    """Save one answer as it is typed; the reply carries the new versions and the progress."""
    sheet = find_sheet(request.principal, sheet_id)
    saved = save_answer(
        by=request.principal,
        sheet=sheet,
        question_id=question_id,
        version=_version(request),
        **_fields(request, question_id),
    )
    answered, total = filled_in(sheet)
    return render(
        request,
        "web/inspection/answer_saved.html",
        {"answer": saved, "question_id": question_id, "answered": answered, "total": total},
    )


def _save_all(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    page = sheet_page(request.principal, sheet_id)
    rows = [row for section in page.sections for row in section.rows]
    versions = request.POST.getlist("version")
    if len(versions) != len(rows):
        raise Invalid("画面の内容が古くなっています。ページを開き直してください。")
    for row, version in zip(rows, versions, strict=True):
        fields = _fields(request, row.question.pk)
        before = (row.answer.verdict, row.answer.reason, row.answer.comment) if row.answer else ("", "", "")
        if tuple(fields.values()) != before:
            save_answer(
                by=request.principal,
                sheet=page.sheet,
                question_id=row.question.pk,
                version=_number(version),
                **fields,
            )
    messages.success(request, "下書きを保存しました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


def _version(request: SignedInRequest) -> int:
    return _number(request.POST.get("version", ""))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(text)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Confirm and hand in; what is missing is shown on the sheet, question by question."""
    if request.method != "POST":
        page = sheet_page(request.principal, sheet_id)
        counts = {code: 0 for code in Answer.Verdict.values}
        for section in page.sections:
            for row in section.rows:
                if row.answer and row.answer.verdict:
                    counts[row.answer.verdict] += 1
        return render(request, "web/inspection/submit.html", {**_context(page), "counts": counts})
    sheet = find_sheet(request.principal, sheet_id)
    try:
        submit(by=request.principal, sheet=sheet, version=_version(request))
    except Invalid as refusal:
        page = sheet_page(request.principal, sheet_id)
        return render(request, "web/inspection/sheet.html", _context(page, refusal.problems), status=422)
    messages.success(request, "提出しました。情報管理者の承認を待っています。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


@signed_in
@require_POST
def withdraw_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Take back what was handed in."""
    sheet = find_sheet(request.principal, sheet_id)
    withdraw(by=request.principal, sheet=sheet, version=_version(request))
    messages.success(request, "引き戻しました。続けて記入できます。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


@signed_in
@require_POST
def approve_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The manager approves, or the deputy acts."""
    sheet = find_sheet(request.principal, sheet_id)
    approve(
        by=request.principal,
        sheet=sheet,
        version=_version(request),
        comment=request.POST.get("comment", ""),
    )
    messages.success(request, "承認しました。事務局に提出されました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


@signed_in
@require_POST
def return_to_section(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The manager or the secretariat returns with a reason; a missing reason is said on the sheet."""
    sheet = find_sheet(request.principal, sheet_id)
    try:
        return_sheet(
            by=request.principal,
            sheet=sheet,
            version=_version(request),
            comment=request.POST.get("comment", ""),
        )
    except Invalid as refusal:
        page = sheet_page(request.principal, sheet_id)
        return render(request, "web/inspection/sheet.html", _context(page, refusal.problems), status=422)
    messages.success(request, "差し戻しました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


@signed_in
@require_POST
def accept_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The secretariat accepts; issues become findings."""
    sheet = find_sheet(request.principal, sheet_id)
    accept(
        by=request.principal,
        sheet=sheet,
        version=_version(request),
        comment=request.POST.get("comment", ""),
    )
    messages.success(request, "受け付けました。課題は「課題」の一覧に登録されました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)
