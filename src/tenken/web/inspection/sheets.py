"""The sheet: fill in, hand in, decide."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common.refusals import Denied, Invalid, Problem, Refusal, Stale
from tenken.inspection.models import Answer, Sheet
from tenken.inspection.operations import (
    GivenAnswer,
    Overtaken,
    accept,
    approve,
    return_sheet,
    save_answer,
    save_answers,
    stand_by_answers,
    submit,
    withdraw,
)
from tenken.inspection.queries.sheets import filled_in, find_sheet, sheet_page
from tenken.web.inspection.conflict import conflict_html
from tenken.web.inspection.display import Drawn, open_html, sheet_context
from tenken.web.inspection.numbers import answer_mark, marked_version, whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Show a sheet, all of it or what ``?show=`` asks for; without JavaScript its form saves all answers at once."""
    if request.method == "POST":
        return _save_all(request, sheet_id)
    return _page(request, sheet_id, Drawn(show=request.GET.get("show", "")))


def _page(request: SignedInRequest, sheet_id: int, drawn: Drawn, status: int = 200) -> HttpResponse:
    context = sheet_context(sheet_page(request.principal, sheet_id), drawn)
    return render(request, "web/inspection/sheet.html", context, status=status)


def _given(request: SignedInRequest, question_id: int, mark: str) -> GivenAnswer:
    return GivenAnswer(
        question_id=question_id,
        verdict=request.POST.get(f"question-{question_id}", ""),
        reason=request.POST.get(f"reason-{question_id}", ""),
        comment=request.POST.get(f"comment-{question_id}", ""),
        version=marked_version(mark),
    )


@signed_in
@require_POST
def answer(request: SignedInRequest, sheet_id: int, question_id: int) -> HttpResponse:
    """Save one answer as it is typed; the reply carries its new version and how far the sheet is."""
    by = request.principal
    by.city_id  # noqa: B018 - who asks is found out before the sheet is locked, not while others wait for it
    given = _given(request, question_id, request.POST.get("version", ""))
    try:
        saved = save_answer(
            by=by,
            sheet=Sheet(pk=sheet_id),
            question_id=question_id,
            verdict=given.verdict,
            reason=given.reason,
            comment=given.comment,
            version=given.version,
        )
    except Overtaken as refusal:
        if request.headers.get("HX-Request") != "true":
            raise
        return HttpResponse(conflict_html(refusal, question_id), status=refusal.status)
    except Denied:
        find_sheet(by, sheet_id)  # who may not see the sheet is not told that there is one
        raise
    return HttpResponse(_saved(saved))


def _saved(saved: Answer) -> str:
    category = saved.question.category_id
    mark = answer_mark(saved.version, saved.verdict, saved.reason, saved.comment)
    filled = filled_in(saved.sheet, category)
    left = open_html(filled.open_in_category)
    return render_to_string(
        "web/inspection/answer_saved.html",
        {"answer": saved, "mark": mark, "category": category, "filled": filled, "left": left},
    )


def _save_all(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    by = request.principal
    found = find_sheet(by, sheet_id)
    typed = _typed(request)
    typed.pop(whole_number(request.POST.get("theirs", "0")), None)  # what the other saved is to stay
    show = request.POST.get("show", "")
    try:
        refused = save_answers(by=by, sheet=found, answers=list(typed.values()))
    except Stale as refusal:
        return _not_saved(request, sheet_id, show, typed, {0: refusal})
    if refused:
        return _not_saved(request, sheet_id, show, typed, refused)
    messages.success(request, "下書きを保存しました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)


def _typed(request: SignedInRequest) -> dict[int, GivenAnswer]:
    """Return what somebody changed in the form, by question: the rest was only shown to them."""
    keys = [whole_number(key) for key in request.POST.get("shown", "").split(",") if key]
    marks = request.POST.getlist("version")
    if len(marks) != len(keys):
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    typed = {}
    for key, mark in zip(keys, marks, strict=True):
        given = _given(request, key, mark)
        if answer_mark(given.version, given.verdict, given.reason, given.comment) != mark:
            typed[key] = given
    return typed


def _not_saved(
    request: SignedInRequest,
    sheet_id: int,
    show: str,
    typed: dict[int, GivenAnswer],
    refused: dict[int, Refusal],
) -> HttpResponse:
    """Show the sheet anew with what was typed; saving again puts it in place of what somebody else saved."""
    problems = [problem for key, refusal in refused.items() for problem in _problems(key, refusal)]
    drawn = Drawn(
        problems=tuple(problems),
        problems_title="保存できなかったものがあります",
        typed={key: given for key, given in typed.items() if key in refused or 0 in refused},
        show=show,
        conflicts={
            key: conflict_html(refusal, key)
            for key, refusal in refused.items()
            if isinstance(refusal, Overtaken)
        },
    )
    stale = any(refusal.status == Stale.status for refusal in refused.values())
    return _page(request, sheet_id, drawn, Stale.status if stale else Invalid.status)


def _problems(key: int, refusal: Refusal) -> list[Problem]:
    if refusal.problems:
        return list(refusal.problems)
    message = refusal.message
    if key:
        message = message.replace(
            "ページを開き直して、内容を確かめてください。", "どちらの回答にするかを選んでください。"
        )
    return [Problem(message, "", f"question-{key}" if key else "")]


@signed_in
@require_POST
def stand_by(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Stand by earlier answers, one or all that are offered. What was typed besides is saved first."""
    by = request.principal
    found = find_sheet(by, sheet_id)
    typed = _typed(request) if "shown" in request.POST else {}
    chosen = request.POST.get("stand_by", "")
    show = request.POST.get("show", "")
    try:
        if refused := save_answers(by=by, sheet=found, answers=list(typed.values())):
            return _not_saved(request, sheet_id, show, typed, refused)
        page = sheet_page(by, sheet_id)
        offered = [row.question.pk for part in page.sections for row in part.rows if row.offer]
        keys = offered if chosen == "all" else [whole_number(chosen)]
        given = stand_by_answers(by=by, sheet=found, question_ids=keys)
    except (Invalid, Stale) as refusal:
        problems = refusal.problems or (Problem(refusal.message),)
        return _page(
            request, sheet_id, Drawn(problems=problems, problems_title=refusal.message), refusal.status
        )
    messages.success(request, f"{len(given)}問に、前回の回答をそのまま使いました。")
    place = f"#id_question-{keys[0]}" if chosen != "all" else ""
    return redirect(f"{reverse('inspection-sheet', args=[sheet_id])}{place}")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Confirm and hand in; what is missing is shown on the sheet, question by question."""
    if request.method != "POST":
        page = sheet_page(request.principal, sheet_id)
        counts = {code: 0 for code in ("", *Answer.Verdict.values)}
        for section in page.sections:
            for row in section.rows:
                counts[row.verdict] += 1
        context = {"page": page, "sheet": page.sheet, "counts": counts, "open": counts[""]}
        return render(request, "web/inspection/submit.html", context)
    return _move(request, sheet_id, _submit, "提出しました。情報管理者の承認を待っています。")


@signed_in
@require_POST
def withdraw_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Take back what was handed in."""
    return _move(request, sheet_id, _withdraw, "引き戻しました。続けて記入できます。")


@signed_in
@require_POST
def approve_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The manager approves, or the deputy acts."""
    return _move(request, sheet_id, _approve, "承認しました。事務局に提出されました。")


@signed_in
@require_POST
def return_to_section(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The manager or the secretariat returns with a reason."""
    return _move(request, sheet_id, _return, "差し戻しました。")


@signed_in
@require_POST
def accept_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """The secretariat accepts; issues become findings."""
    return _move(request, sheet_id, _accept, "受け付けました。課題は「課題」の一覧に登録されました。")


def _move(
    request: SignedInRequest,
    sheet_id: int,
    operation: Callable[[SignedInRequest, Sheet, int, str], object],
    done: str,
) -> HttpResponse:
    """Do *operation*. What is refused is said on the sheet as it is now, with the comment kept."""
    found = find_sheet(request.principal, sheet_id)
    comment = request.POST.get("comment", "")
    try:
        operation(request, found, whole_number(request.POST.get("version", "")), comment)
    except (Invalid, Stale) as refusal:
        problems = refusal.problems or (Problem(refusal.message),)
        title = refusal.message if refusal.problems else ""
        drawn = Drawn(problems=problems, problems_title=title, comment=comment)
        return _page(request, sheet_id, drawn, refusal.status)
    messages.success(request, done)
    return redirect("inspection-sheet", sheet_id=sheet_id)


def _submit(request: SignedInRequest, found: Sheet, version: int, comment: str) -> object:
    return submit(by=request.principal, sheet=found, version=version)


def _withdraw(request: SignedInRequest, found: Sheet, version: int, comment: str) -> object:
    return withdraw(by=request.principal, sheet=found, version=version)


def _approve(request: SignedInRequest, found: Sheet, version: int, comment: str) -> object:
    return approve(by=request.principal, sheet=found, version=version, comment=comment)


def _return(request: SignedInRequest, found: Sheet, version: int, comment: str) -> object:
    return return_sheet(by=request.principal, sheet=found, version=version, comment=comment)


def _accept(request: SignedInRequest, found: Sheet, version: int, comment: str) -> object:
    return accept(by=request.principal, sheet=found, version=version, comment=comment)
