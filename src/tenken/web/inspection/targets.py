"""Whom a programme reaches: the rule, who is taken in or left out by name, and who is added after the launch."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_tables2 import RequestConfig

from tenken.assets.models import InformationSystem
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.inspection.models import Kind, Programme, TargetException, TargetRule
from tenken.inspection.operations import TargetSaid, add_target, set_targets
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.targets import Reach, reach_of
from tenken.inspection.rules.targets import RULES_OF, Candidate
from tenken.organization.access import Principal, require
from tenken.organization.directory import directory_of
from tenken.organization.models import Unit
from tenken.web.components.tables import StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.choosing import SubjectField, subjects_on
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_HANDLED = {"in": ("対象", "blue"), "out": ("対象外", "neutral"), "excepted": ("名指しで対象外", "yellow")}


class TargetTable(Table):
    caption = "表1　対象の確認"
    row_header = "section"

    code = tables.Column(verbose_name="所属コード")
    bureau = tables.Column(verbose_name="局・区")
    section = tables.Column(verbose_name="課公所")
    system = tables.Column(verbose_name="情報システム")
    handled = StatusColumn(_HANDLED, verbose_name="扱い")
    reason = tables.Column(verbose_name="理由")
    manager = tables.Column(verbose_name="情報管理者")


class RuleForm(forms.Form):
    """The rule, and for sections with issues the programme that is looked back at."""

    target_rule = forms.ChoiceField(label="対象", widget=forms.RadioSelect)
    basis = forms.ChoiceField(
        label="もとにする点検",
        required=False,
        help_text="「前回の点検で課題があった課公所」のときに使います。選ばなければ、直前の点検を使います。",
    )

    def __init__(self, programme: Programme, earlier: list[Programme], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules, bases = self.fields["target_rule"], self.fields["basis"]
        assert isinstance(rules, forms.ChoiceField)
        assert isinstance(bases, forms.ChoiceField)
        rules.choices = [(rule, TargetRule(rule).label) for rule in RULES_OF[programme.kind]]
        bases.choices = [("", "直前の点検"), *((str(one.pk), one.name) for one in earlier)]
        if programme.kind != Kind.INSPECTION:
            del self.fields["basis"]


class ExceptionForm(forms.Form):
    """One section or system against the rule."""

    subject = SubjectField(label="課公所・情報システム")
    mode = forms.ChoiceField(
        label="扱い", choices=TargetException.Mode.choices, initial=TargetException.Mode.EXCLUDE
    )
    reason = forms.CharField(label="理由", max_length=300)

    def __init__(self, *args: Any, subjects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subject"]
        assert isinstance(field, SubjectField)
        field.offer(subjects)


ExceptionFormSet = formset_factory(
    ExceptionForm, extra=2, max_num=500, absolute_max=500, can_delete=True, can_delete_extra=False
)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Set whom a planned programme reaches, and show whom that comes to, section by section."""
    by = request.principal
    programme = find_programme(by, programme_id)
    require(by, MANAGE_PROGRAMMES)
    if programme.status != Programme.Status.PLANNED:
        raise Stale("開始した点検の対象は変えられません。加えるときは「対象を加える」を使ってください。")
    reach = reach_of(programme, by.on)
    table = TargetTable(target_rows(by, programme, reach), order_by="code")
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{programme.name}_対象", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    subjects = subjects_on(
        by.city,
        by.on,
        systems=programme.kind == Kind.SYSTEM_AUDIT,
        bureaus=programme.kind == Kind.SELF_CHECK,
    )
    form, formset = _forms(request, programme, subjects)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and all([form.is_valid(), formset.is_valid()]):
        try:
            _set(request, programme, form, formset)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "対象を決めました。下の表で確かめてください。")
            return redirect("inspection-targets", programme_id=programme_id)
    context = {
        "programme": programme,
        "form": form,
        "formset": formset,
        "checked": [form, *formset.forms],
        "problems": problems,
        "subjects": [subject.label for subject in subjects],
        "reach": reach,
        "table": table,
        "unit": "件" if programme.kind == Kind.SYSTEM_AUDIT else "課",
    }
    return render(
        request, "web/inspection/targets.html", context, status=422 if request.method == "POST" else 200
    )


def _forms(request: SignedInRequest, programme: Programme, subjects: Any) -> tuple[RuleForm, Any]:
    earlier = list(
        Programme.objects.restrict(request.principal, VIEW_PROGRAMMES)
        .filter(kind=Kind.INSPECTION, launched_on__isnull=False)
        .exclude(pk=programme.pk)
        .order_by("-launched_on")[:50]
    )
    more: dict[str, Any] = {"form_kwargs": {"subjects": subjects}, "prefix": "exceptions"}
    if request.method == "POST":
        return RuleForm(programme, earlier, request.POST), ExceptionFormSet(request.POST, **more)
    labels = {(one.unit_id, one.system_id): one.label for one in subjects}
    rows = programme.target_exceptions.select_related("unit", "system").order_by("pk")
    initial = [
        {
            "subject": labels.get((row.unit_id, row.system_id), str(row.unit or row.system)),
            "mode": row.mode,
            "reason": row.reason,
        }
        for row in rows
    ]
    start = {"target_rule": programme.target_rule, "basis": str(programme.basis_id or "")}
    return RuleForm(programme, earlier, initial=start), ExceptionFormSet(initial=initial, **more)


def _set(request: SignedInRequest, programme: Programme, form: RuleForm, formset: Any) -> None:
    said = [
        TargetSaid(
            include=one.cleaned_data["mode"] == TargetException.Mode.INCLUDE,
            reason=one.cleaned_data["reason"],
            unit_id=one.cleaned_data["subject"].unit_id,
            system_id=one.cleaned_data["subject"].system_id,
        )
        for one in formset
        if one.cleaned_data and not one.cleaned_data.get("DELETE")
    ]
    basis = form.cleaned_data.get("basis")
    set_targets(
        by=request.principal,
        programme=programme,
        target_rule=form.cleaned_data["target_rule"],
        exceptions=said,
        basis=find_programme(request.principal, int(basis)) if basis else None,
        version=whole_number(request.POST.get("version", "")),
    )


def target_rows(by: Principal, programme: Programme, reach: Reach) -> list[dict[str, str]]:
    """Return a row for each section or system that the rule looked at: in or out, why, and whether anyone answers."""
    directory, lacking = directory_of(by.city), set(reach.without_manager)

    def row(candidate: Candidate, handled: str, reason: str) -> dict[str, str]:
        unit = directory.units.get(candidate.unit_id or 0)
        bureau = directory.units.get(candidate.bureau_id or 0)
        return {
            "code": unit.code if unit else "",
            "bureau": bureau.name if bureau else "",
            "section": unit.name if unit else "—",
            "system": reach.names.get(candidate.system_id or 0, ""),
            "handled": handled,
            "reason": reason,
            "manager": "" if handled != "in" else "いない" if candidate.unit_id in lacking else "いる",
        }

    return [
        *(row(one, "in", "") for one in reach.selection.targets),
        *(
            row(one.candidate, "excepted" if one.excepted else "out", one.reason)
            for one in reach.selection.left_out
        ),
    ]


class AddForm(forms.Form):
    """A section that comes in late."""

    unit = SubjectField(label="課公所")
    system = SubjectField(label="情報システム", list_id="systems")
    reason = forms.CharField(label="理由", max_length=300, help_text="例：令和8年10月1日に新設されたため")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Give a section that was founded after the launch its sheet."""
    by = request.principal
    programme = find_programme(by, programme_id)
    require(by, MANAGE_PROGRAMMES)
    audits = programme.kind == Kind.SYSTEM_AUDIT
    form = AddForm(request.POST or None)
    subjects = subjects_on(by.city, by.on, systems=audits)
    if not audits:
        del form.fields["system"]
    for field in form.fields.values():
        if isinstance(field, SubjectField):
            field.offer(subjects)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            sheet = add_target(by=by, programme=programme, **_added(form))
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, f"{sheet.unit.name}に点検シートを配りました。")
            return redirect("inspection-programme", programme_id=programme_id)
    context = {
        "programme": programme,
        "form": form,
        "problems": problems,
        "units": [one.label for one in subjects if one.unit_id],
        "systems": [one.label for one in subjects if one.system_id],
        "year": FiscalYear(programme.fiscal_year),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "web/inspection/target_add.html", context, status=status)


def _added(form: AddForm) -> dict[str, Any]:
    unit, system = form.cleaned_data["unit"], form.cleaned_data.get("system")
    if unit.unit_id is None:
        raise Invalid("対象に加えられません。", [Problem("課公所を選んでください。", "課公所", "unit")])
    found = {"unit": Unit.objects.get(pk=unit.unit_id), "reason": form.cleaned_data["reason"]}
    if system is not None and system.system_id is None:
        raise Invalid(
            "対象に加えられません。", [Problem("情報システムを選んでください。", "情報システム", "system")]
        )
    return found | {"system": InformationSystem.objects.get(pk=system.system_id) if system else None}
