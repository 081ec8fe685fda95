"""Questions: the list, one question with its rounds, and each step auditors take on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import (
    ask_question,
    change_answer_due,
    close_question,
    follow_up,
    withdraw_question,
)
from tenken.audit.fieldwork.queries.questions import (
    ReadQuestion,
    find_question,
    questions_and_answers,
    questions_of,
    questions_to,
    read_question,
    requests_to,
)
from tenken.audit.fieldwork.queries.reconciliations import reconciliations_to
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, OPEN_TO_QUESTIONS
from tenken.audit.models import EvidenceRequest, Question
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common.refusals import Denied, Problem
from tenken.journal.operations import note_access
from tenken.organization.access import require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.fieldwork_forms import (
    AnswerFileForm,
    DueForm,
    FollowUpForm,
    QuestionForm,
    ReasonForm,
    StatusFilterForm,
)
from tenken.web.audits.fieldwork_lists import (
    QUESTION_STATUSES,
    REQUEST_STATUSES,
    QuestionTable,
    ReconciliationTable,
    RequestTable,
)
from tenken.web.audits.fieldwork_pages import (
    addressed_engagement,
    crumbs_to,
    step,
    tabs_of,
    working_engagement,
)
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

BLANK_PARTS = 3


@signed_in
@require_safe
def questions(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The questions of one audit, as far as the reader sees them."""
    by = request.principal
    engagement, sight = addressed_engagement(by, engagement_id)
    form, table = _table(request, questions_of(engagement, sight))
    if kind := wants_export(request):
        return export_table(table, f"質問の一覧_{engagement}", kind)
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "tabs": tabs_of(engagement, sight, "audits-questions"),
        "form": form,
        "table": table,
        "works": sight.works,
        "may_ask": sight.works and engagement.status in OPEN_TO_QUESTIONS,
        "export": export_addresses(request),
        "crumbs": crumbs_to(by, engagement, ("質問と回答", "")),
    }
    return render(request, "web/audits/fieldwork/questions.html", context)


def _table(
    request: SignedInRequest, rows: Any, *, with_audit: bool = False
) -> tuple[StatusFilterForm, QuestionTable]:
    form = StatusFilterForm(request.GET or None, choices=list(Question.Status.choices))
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        rows = rows.filter(status=said["status"]) if said["status"] else rows
        rows = rows.filter(rounds__text__icontains=said["q"]).distinct() if said["q"] else rows
    units = {row.unit_id for row in rows}
    names = names_with_bureau(request.principal.city, units, request.principal.on)
    table = QuestionTable(rows, names=names, exclude=() if with_audit else ("theme",))
    paginate = False if wants_export(request) else {"per_page": 60}
    RequestConfig(request, paginate=paginate).configure(table)
    return form, table


@signed_in
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """All that auditors want from the reader's sections: questions, material, differences to explain."""
    by = request.principal
    require_somewhere(by, ANSWER_AUDITORS)
    form, table = _table(request, questions_to(by), with_audit=True)
    if kind := wants_export(request):
        return export_table(table, "監査人からの質問", kind)
    wanted = requests_to(by).filter(status=EvidenceRequest.Status.REQUESTED)
    names = names_with_bureau(by.city, {row.unit_id for row in wanted}, by.on)
    request_table = RequestTable(wanted, names=names, prefix="r-")
    request_table.caption = "表2　提出を待っている資料"
    differences = ReconciliationTable(reconciliations_to(by).filter(status="open"), prefix="c-")
    differences.caption = "表3　説明を待っている数の差異"
    RequestConfig(request, paginate=False).configure(request_table)
    RequestConfig(request, paginate=False).configure(differences)
    context = {
        "form": form,
        "table": table,
        "requests": request_table,
        "differences": differences,
        "export": export_addresses(request),
    }
    return render(request, "web/audits/fieldwork/mine.html", context)


@signed_in
@require_safe
def question(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Show one question with its rounds; who answers it gets the form."""
    return question_page(request, question_id)


def question_page(
    request: SignedInRequest,
    question_id: int,
    *,
    typed: list[dict[str, str]] | None = None,
    file_form: AnswerFileForm | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Render a question; withheld material that is read goes to the access log."""
    by = request.principal
    row, sight = find_question(by, question_id)
    read = read_question(row, sight)
    if read.withheld_read:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("audit.question", row.pk),
            purpose="公表を省略した監査の回答の閲覧",
            rows=read.withheld_read,
        )
    engagement = row.engagement
    context = {
        "read": read,
        "question": row,
        "status": QUESTION_STATUSES[row.status],
        "requests": [{"row": one, "status": REQUEST_STATUSES[one.status]} for one in read.requests],
        "works": sight.works,
        "own": sight.answers_for(row.unit_id),
        "parts": typed or _parts(read),
        "file_form": file_form or AnswerFileForm(),
        "problems": problems,
        "may_answer": read.may_answer and engagement.status in OPEN_TO_PAPERS,
        "may_withhold": engagement.status in OPEN_TO_PAPERS,
        "may_follow": sight.works
        and row.status in ("answered", "closed")
        and engagement.status in OPEN_TO_QUESTIONS,
        "may_close": sight.works and row.status == "answered",
        "may_change": sight.works and row.status == "asked",
        "unit_name": names_with_bureau(by.city, {row.unit_id}, by.on)[row.unit_id],
        "crumbs": _crumbs(request, row, sight.works),
    }
    return render(request, "web/audits/fieldwork/question.html", context, status=status)


def _crumbs(request: SignedInRequest, row: Question, works: bool) -> list[dict[str, str]]:
    if works:
        index = reverse("audits-questions", args=[row.engagement_id])
        return crumbs_to(request.principal, row.engagement, ("質問と回答", index), (str(row), ""))
    return [
        {"label": "監査人からの質問", "url": reverse("audits-my-questions")},
        {"label": f"質問{row}", "url": ""},
    ]


def _parts(read: ReadQuestion) -> list[dict[str, str]]:
    """Return the parts of the answer that is being written, with room for more."""
    standing = [{"heading": part.row.heading, "text": part.row.text} for part in read.last.parts]
    blank = max(1, BLANK_PARTS - len(standing))
    return [*standing, *({"heading": "", "text": ""} for _ in range(blank))]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Ask the audited section."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    index = reverse("audits-questions", args=[engagement_id])
    return step(
        request,
        QuestionForm(request.POST or None),
        lambda said: ask_question(
            by=by, engagement=engagement, **(said | {"materials": said["materials"].splitlines()})
        ),
        engagement=engagement,
        title="質問する",
        submit="質問を送る",
        back=index,
        to=lambda made: reverse("audits-question", args=[made.pk]),
        done="質問を送りました。",
        via=[("質問と回答", index)],
        lead=f"宛先：{engagement.unit.name}",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Ask again under the same number."""
    return _step(
        request,
        question_id,
        FollowUpForm(request.POST or None),
        lambda row, said: follow_up(
            by=request.principal,
            question=row,
            version=row.version,
            **(said | {"materials": said["materials"].splitlines()}),
        ),
        ("追加の質問をする", "追加の質問を送る", "追加の質問を送りました。"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def due(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Change by when the answer is wanted."""
    return _step(
        request,
        question_id,
        DueForm(request.POST or None),
        lambda row, said: change_answer_due(by=request.principal, question=row, version=row.version, **said),
        ("回答期限を変える", "期限を変える", "回答期限を変えました。"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Take the question back."""
    return _step(
        request,
        question_id,
        ReasonForm(request.POST or None),
        lambda row, said: withdraw_question(by=request.principal, question=row, version=row.version, **said),
        ("質問を取り下げる", "取り下げる", "質問を取り下げました。"),
        danger=True,
    )


def _step(
    request: SignedInRequest,
    question_id: int,
    form: Any,
    operation: Callable[[Question, dict[str, Any]], Any],
    words: tuple[str, str, str],
    *,
    danger: bool = False,
) -> HttpResponse:
    row, sight = find_question(request.principal, question_id)
    if not sight.works:
        raise Denied("この監査の監査人ではありません。")
    here = reverse("audits-question", args=[row.pk])
    title, submit, done = words
    return step(
        request,
        form,
        lambda said: operation(row, said),
        engagement=row.engagement,
        title=title,
        submit=submit,
        back=here,
        done=done,
        via=[("質問と回答", reverse("audits-questions", args=[row.engagement_id])), (str(row), here)],
        standing=row,
        danger=danger,
        lead=f"{row}　{row.topic}",
    )


@signed_in
@require_POST
def close(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Say that the answer is enough."""
    row, _sight = find_question(request.principal, question_id)
    version = whole_number(request.POST.get("version", ""))
    close_question(by=request.principal, question=row, version=version)
    messages.success(request, f"{row}の回答を確認済にしました。")
    return redirect("audits-questions", engagement_id=row.engagement_id)


@signed_in
@require_safe
def published(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show questions and answers as they would be published."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    index = reverse("audits-questions", args=[engagement_id])
    context = {
        "engagement": engagement,
        "printed": questions_and_answers(engagement, published=True),
        "crumbs": crumbs_to(by, engagement, ("質問と回答", index), ("公表する形", "")),
    }
    return render(request, "web/audits/fieldwork/published.html", context)
