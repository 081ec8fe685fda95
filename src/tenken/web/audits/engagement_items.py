"""What a report is going to say, what the audited answer, what comes of a difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.audit.engagements.operations import (
    ItemAnswer,
    ItemData,
    add_item,
    answer_draft,
    change_item,
    drop_item,
    move_item,
    reply_to_difference,
    save_head,
    take_over_observations,
)
from tenken.audit.engagements.operations.applying import require_worker
from tenken.audit.engagements.operations.drafting import latest_draft
from tenken.audit.engagements.queries import find_engagement, is_auditee
from tenken.audit.models import Engagement, FactAnswer, ReportItem
from tenken.common.refusals import Denied, Missing
from tenken.web.audits.engagement_forms import AnswersForm, HeadForm, ItemForm, ReasonForm, ReplyForm
from tenken.web.audits.engagement_labels import ITEM_KINDS
from tenken.web.audits.engagement_pages import change_page, to_engagement
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_BOTH = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class _Sent:
    """The draft an answer is typed over: a newer one makes it stale."""

    version: int


@signed_in
@require_http_methods(_BOTH)
def item_new(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Add an item to what the report is going to say."""
    by, engagement = request.principal, _worked_on(request, engagement_id)
    form = ItemForm(request.POST or None, initial={"kind": "exception"}, engagement=engagement)
    return _step(
        request,
        engagement,
        form,
        lambda said: add_item(by=by, engagement=engagement, data=ItemData(**said)),
        "項目を加える",
        "加える",
        "項目を加えました。",
    )


@signed_in
@require_http_methods(_BOTH)
def item(request: SignedInRequest, item_id: int) -> HttpResponse:
    """Word an item anew."""
    by = request.principal
    engagement, row = _item(request, item_id)
    initial = {name: getattr(row, name) for name in ItemForm.base_fields}
    return _step(
        request,
        engagement,
        ItemForm(request.POST or None, initial=initial, engagement=engagement),
        lambda said: change_item(by=by, item=row, data=ItemData(**said), version=row.version),
        "項目を直す",
        "保存する",
        "項目を直しました。",
        standing=row,
    )


@signed_in
@require_http_methods(_BOTH)
def item_drop(request: SignedInRequest, item_id: int) -> HttpResponse:
    """Take an item out, with the reason."""
    by = request.principal
    engagement, row = _item(request, item_id)
    return _step(
        request,
        engagement,
        ReasonForm(request.POST or None),
        lambda said: drop_item(by=by, item=row, version=row.version, **said),
        "項目を取り下げる",
        "取り下げる",
        "項目を取り下げました。",
        standing=row,
        text=row.title,
        danger=True,
    )


@signed_in
@require_POST
def item_move(request: SignedInRequest, item_id: int) -> HttpResponse:
    """Move an item up or down."""
    engagement, row = _item(request, item_id)
    version = whole_number(request.POST.get("version", ""))
    move_item(by=request.principal, item=row, up=request.POST.get("to") == "up", version=version)
    return redirect("audits-engagement", engagement_id=engagement.pk)


@signed_in
@require_POST
def take_over(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Make items of the visit's 指摘事項."""
    engagement = _worked_on(request, engagement_id)
    rows = take_over_observations(by=request.principal, engagement=engagement)
    messages.success(request, f"訪問調査の指摘事項{len(rows)}件を項目にしました。")
    return redirect("audits-engagement", engagement_id=engagement_id)


@signed_in
@require_http_methods(_BOTH)
def head(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Word the report's head."""
    by, engagement = request.principal, _worked_on(request, engagement_id)
    initial = {"summary": engagement.summary, "opinion": engagement.opinion}
    return _step(
        request,
        engagement,
        HeadForm(request.POST or None, initial=initial),
        lambda said: save_head(by=by, engagement=engagement, version=engagement.version, **said),
        "概要と総合意見を書く",
        "保存する",
        "保存しました。",
        standing=engagement,
    )


@signed_in
@require_http_methods(_BOTH)
def answer(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The audited answer the draft item by item."""
    by, engagement = request.principal, find_engagement(request.principal, engagement_id)
    if not is_auditee(by, engagement):
        raise Denied("報告書案に回答できるのは、監査対象の課公所の人です。")
    draft = latest_draft(engagement)
    initial: dict[str, str] = {}
    for row in draft.answers.all():
        initial |= {f"answer_{row.item_id}": row.answer, f"words_{row.item_id}": row.words}
    form = AnswersForm(request.POST or None, initial=initial, items=draft.content["items"])

    def operation(said: dict[str, Any]) -> object:
        answers = {key: ItemAnswer(*words) for key, words in form.said().items()}
        return answer_draft(by=by, engagement=engagement, answers=answers, version=draft.number)

    return _step(
        request,
        engagement,
        form,
        operation,
        "報告書案を確認する",
        "回答する",
        "回答しました。",
        standing=_Sent(draft.number),
        folder="web/audits",
        template="engagement_answer",
        draft=draft,
        kinds={code: label for code, (label, _) in ITEM_KINDS.items()},
    )


@signed_in
@require_http_methods(_BOTH)
def reply(request: SignedInRequest, answer_id: int) -> HttpResponse:
    """Say what came of a difference."""
    by = request.principal
    row = (
        FactAnswer.objects.filter(pk=answer_id, draft__engagement__city=by.city_id)
        .select_related("draft__engagement", "item")
        .first()
    )
    if row is None:
        raise Missing("この相違はありません。")
    engagement = _worked_on(request, row.draft.engagement_id)
    return _step(
        request,
        engagement,
        ReplyForm(request.POST or None),
        lambda said: reply_to_difference(by=by, answer=row, version=row.version, **said),
        "相違に対応する",
        "記録する",
        "相違への対応を記録しました。",
        standing=row,
        text=f"{row.item.title}\n課公所：{row.words}\n直すか取り下げるときは、先に項目のほうで行ってください。",
    )


def _worked_on(request: SignedInRequest, engagement_id: int) -> Engagement:
    engagement = find_engagement(request.principal, engagement_id)
    require_worker(request.principal, engagement)
    return engagement


def _item(request: SignedInRequest, item_id: int) -> tuple[Engagement, ReportItem]:
    row = ReportItem.objects.filter(pk=item_id, engagement__city=request.principal.city_id).first()
    if row is None:
        raise Missing("この項目はありません。")
    engagement = _worked_on(request, row.engagement_id)
    row.engagement = engagement
    return engagement, row


def _step(
    request: SignedInRequest,
    engagement: Engagement,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    title: str,
    submit: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    crumbs = to_engagement(request.principal, engagement)
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=reverse("audits-engagement", args=[engagement.pk]),
        done=done,
        lead=crumbs[-1]["label"],
        crumbs=crumbs,
        **more,
    )
