"""Reminders: when they go to whom, what would go out now, what did."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Programme, ReminderSent, ReminderStep
from tenken.inspection.operations import StepPlan, change_reminder_steps, send_reminders
from tenken.inspection.operations.reminders import mails_due, weekly_waits
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.reminders import reminders_sent
from tenken.organization.access import require
from tenken.organization.opening_days import opening_days_of
from tenken.web.components.fields import CountField
from tenken.web.components.tables import DateColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.templatetags.tenken import step_words

ROLES = dict(ReminderStep.Audience.choices)
_SPARE = 2


class StepForm(forms.Form):
    """One step. A line without days is no step."""

    days = CountField(label="日数", maximum=180, required=False)
    when = forms.ChoiceField(label="前後", choices=[("before", "日前"), ("after", "日後")])
    audience = forms.ChoiceField(label="宛先", choices=ReminderStep.Audience.choices)
    weekly = forms.BooleanField(label="以後、毎週くり返す", required=False)

    def plan(self) -> StepPlan | None:
        values = self.cleaned_data
        if values.get("days") is None:
            return None
        days = values["days"] if values["when"] == "after" else -values["days"]
        return StepPlan(days, values["audience"], values["weekly"])


class SentTable(Table):
    caption = "表1　送った督促"
    row_header = "unit"

    sent_on = DateColumn(verbose_name="送った日")
    bureau = tables.Column(
        verbose_name="局・区", accessor="sheet__bureau__name", order_by=("sheet__bureau__code",)
    )
    unit = tables.Column(verbose_name="課公所", accessor="sheet__unit__name", order_by=("sheet__unit__code",))
    step = tables.Column(verbose_name="段階", order_by=("step__days", "round"))
    due_on = DateColumn(verbose_name="そのときの期限")
    recipients = tables.Column(verbose_name="宛先", orderable=False, empty_values=())

    def render_unit(self, record: ReminderSent, value: str) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("inspection-sheet", args=[record.sheet_id]), value)

    def render_step(self, record: ReminderSent) -> str:
        return step_words(record.step.days + 7 * record.round)

    def render_recipients(self, value: list[dict[str, Any]]) -> str:
        return "、".join(_recipient(one) for one in value) or "宛先なし（役割の人がいません）"


def _recipient(one: dict[str, Any]) -> str:
    no_mail = "" if one["mail"] else "・メールアドレスなし"
    return f"{one['name']}（{ROLES.get(one['role'], one['role'])}{no_mail}）"


class SentFilter(forms.Form):
    """Which reminders are shown."""

    q = forms.CharField(label="課公所の名前・コード", required=False, max_length=100)


@signed_in
@require_safe
def sent_list(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List what was sent to whom; filter, sort, export."""
    programme = find_programme(request.principal, programme_id)
    form = SentFilter(request.GET or None)
    rows = reminders_sent(request.principal, programme)
    if form.is_bound and form.is_valid() and (key := search_key(form.cleaned_data["q"])):
        rows = rows.filter(sheet__unit__search_text__contains=key) | rows.filter(
            sheet__unit__code__startswith=key
        )
    table = SentTable(rows)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{programme.name}_督促", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "programme": programme,
        "form": form,
        "table": table,
        "steps": _steps(programme),
        "may_manage": request.principal.everywhere(MANAGE_PROGRAMMES),
    }
    return render(request, "web/inspection/reminders.html", context)


def _steps(programme: Programme) -> list[ReminderStep]:
    return list(programme.reminder_steps.filter(retired=False))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Set who is told when."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    factory: Any = formset_factory(StepForm, extra=_SPARE, max_num=30)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        forms_given = factory(request.POST, prefix="steps")
        if forms_given.is_valid():
            try:
                change_reminder_steps(by=request.principal, programme=programme, steps=_plans(forms_given))
            except Invalid as refusal:
                problems = refusal.problems
            else:
                messages.success(request, "督促の段階を変更しました。")
                return redirect("inspection-reminders", programme_id=programme_id)
    else:
        forms_given = factory(initial=[_initial(step) for step in _steps(programme)], prefix="steps")
    status = 422 if request.method == "POST" else 200
    context = {"programme": programme, "steps": forms_given, "problems": problems}
    return render(request, "web/inspection/reminder_steps.html", context, status=status)


def _plans(given: BaseFormSet[StepForm]) -> list[StepPlan]:
    return [plan for form in given.forms if form.has_changed() or form.initial if (plan := form.plan())]


def _initial(step: ReminderStep) -> dict[str, Any]:
    return {
        "days": abs(step.days),
        "when": "before" if step.days < 0 else "after",
        "audience": step.audience,
        "weekly": step.weekly,
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def send_now(request: SignedInRequest) -> HttpResponse:
    """Show what would go out now, mail by mail, and send it."""
    by = request.principal
    require(by, MANAGE_PROGRAMMES)
    if request.method == "POST":
        mails = send_reminders(by=by)
        without = sum(not mail.person.address for mail in mails)
        noted = f"（うち{without}人はメールアドレスがありません）" if without else ""
        messages.success(request, f"{len(mails)}人に督促を送りました{noted}。")
        return redirect("inspection-reminders-send")
    today = clock.today()
    days = opening_days_of(by.city)
    _, mails = mails_due(by.city, today, with_weekly=weekly_waits(by.city, today))
    context = {
        "mails": [(mail, ROLES.get(mail.person.role, mail.person.role)) for mail in mails],
        "today": today,
        "closed": not days.is_open(today),
        "next_open": days.next_open(today),
    }
    return render(request, "web/inspection/reminders_send.html", context)
