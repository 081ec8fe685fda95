"""The register of auditors: who they are, what they can do, what binds them; 監査の決まり."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.audit.competence.kinds import qualification_name
from tenken.audit.competence.operations import (
    add_conflict,
    add_experience,
    add_qualification,
    save_auditor,
    save_settings,
    strike,
)
from tenken.audit.competence.queries.register import (
    SOON,
    AuditorLine,
    auditor_lines,
    competences,
    conflicted_appointments,
    expiring,
    find_auditor,
)
from tenken.audit.competence.queries.settings import settings_of, viewpoints_of
from tenken.audit.models import Auditor, AuditorExperience, AuditorQualification, DeclaredConflict
from tenken.audit.permissions import MANAGE_AUDITORS, VIEW_AUDITORS
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import decide, require, require_somewhere
from tenken.organization.models import Person
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.auditor_forms import (
    AuditorForm,
    ConflictForm,
    ExperienceForm,
    NewAuditorForm,
    QualificationForm,
    SettingsForm,
)
from tenken.web.audits.engagement_forms import ReasonForm
from tenken.web.audits.engagement_pages import change_page, section_choices, to_index
from tenken.web.audits.engagements import exports
from tenken.web.components.tables import NumberColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_BOTH = ["GET", "HEAD", "POST"]
_RECORDS: dict[str, Any] = {
    "qualification": AuditorQualification,
    "experience": AuditorExperience,
    "conflict": DeclaredConflict,
}


class AuditorTable(Table):
    """The register."""

    caption = "表1　監査人の名簿"
    row_header = "name"

    name = tables.Column(verbose_name="氏名", accessor="auditor__name")
    organization = tables.Column(verbose_name="所属", accessor="auditor__organization_name", empty_values=())
    qualifications = tables.Column(verbose_name="有効な資格", orderable=False, empty_values=())
    years = NumberColumn(verbose_name="監査の実務（年）")
    leads = tables.Column(verbose_name="主任監査人", accessor="competence__may_lead")
    live = NumberColumn(verbose_name="進行中の監査")
    called = tables.Column(verbose_name="登録")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_name(self, record: AuditorLine, value: str) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("audits-auditor", args=[record.auditor.pk]), value)

    def render_organization(self, record: AuditorLine) -> str:
        return record.auditor.organization_name or "職員"

    def render_qualifications(self, record: AuditorLine) -> str:
        return "、".join(record.qualifications) + ("（期限が近い）" if record.ends_soon else "") or "—"

    def render_years(self, value: float) -> str:
        return f"{value:.1f}"

    def render_leads(self, value: bool) -> str:
        return "なれる" if value else "なれない"

    def render_called(self, value: bool) -> str:
        return "有効" if value else "終了"


@signed_in
@require_safe
def register(request: SignedInRequest) -> HttpResponse:
    """List the auditors, the qualifications that end soon, the appointments in conflict."""
    by = request.principal
    require_somewhere(by, VIEW_AUDITORS)
    table = AuditorTable(auditor_lines(by))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, "監査人の名簿", kind)
    context = {
        "table": table,
        "expiring": [(row, qualification_name(row.kind, row.kind_name)) for row in expiring(by.city, by.on)],
        "days": SOON.days,
        "conflicts": conflicted_appointments(by.city, by.on) if _manages(request) else [],
        "manages": _manages(request),
        "export": exports(request),
    }
    return render(request, "web/audits/auditors.html", context)


@signed_in
@require_safe
def auditor(request: SignedInRequest, auditor_id: int) -> HttpResponse:
    """Show one auditor: what they can do, what binds them, what they audited."""
    by = request.principal
    row = find_auditor(by, auditor_id)
    conflicts = list(row.conflicts.select_related("unit"))
    names = names_with_bureau(by.city, {one.unit_id for one in conflicts if one.unit_id}, by.on)
    appointments = list(
        row.appointments.select_related("engagement__unit", "engagement__system").order_by(
            "-valid_from", "-pk"
        )
    )
    context = {
        "auditor": row,
        "competence": competences([row], by.on, by.city)[row.pk],
        "qualifications": [
            (one, qualification_name(one.kind, one.kind_name))
            for one in row.qualifications.select_related("proof")
        ],
        "experiences": row.experiences.all(),
        "conflicts": [(one, names.get(one.unit_id or 0, "") or one.vendor) for one in conflicts],
        "appointments": appointments if _manages(request) else [],
        "manages": _manages(request),
        "today": by.on,
    }
    return render(request, "web/audits/auditor.html", context)


@signed_in
@require_http_methods(_BOTH)
def auditor_new(request: SignedInRequest) -> HttpResponse:
    """Register an auditor."""
    by = request.principal
    require(by, MANAGE_AUDITORS)
    form = NewAuditorForm(request.POST or None, initial={"valid_from": by.on})
    made: list[Auditor] = []

    def operation(said: dict[str, Any]) -> object:
        number = said["person"].strip()
        person = Person.objects.filter(city=by.city_id, number=number).first() if number else None
        if number and person is None:
            raise Invalid("", [Problem("この職員番号の職員はいません。", "職員番号", "person")])
        values = said | {"person_id": person.pk if person else None}
        values.pop("person")
        made.append(save_auditor(by=by, auditor=None, **values))
        return made

    response = change_page(
        request,
        form,
        operation,
        title="監査人を登録する",
        submit="登録する",
        back=reverse("audits-auditors"),
        done="監査人を登録しました。",
        crumbs=_crumbs(),
    )
    return redirect("audits-auditor", auditor_id=made[0].pk) if made else response


@signed_in
@require_http_methods(_BOTH)
def auditor_change(request: SignedInRequest, auditor_id: int) -> HttpResponse:
    """Change from when to when an auditor is called upon."""
    by, row = request.principal, _managed(request, auditor_id)
    initial = {name: getattr(row, name) for name in AuditorForm.base_fields}
    form = AuditorForm(request.POST or None, initial=initial, outside=row.person_id is None)
    return _change(
        request,
        row,
        form,
        lambda said: save_auditor(by=by, auditor=row, version=row.version, **said),
        "監査人の登録を変える",
        standing=row,
    )


@signed_in
@require_http_methods(_BOTH)
def qualification_new(request: SignedInRequest, auditor_id: int) -> HttpResponse:
    """Record a qualification with its proof."""
    by, row = request.principal, _managed(request, auditor_id)
    form = QualificationForm(request.POST or None, request.FILES or None)

    def operation(said: dict[str, Any]) -> object:
        file = said.pop("proof")
        return add_qualification(by=by, auditor=row, proof=file, proof_name=file.name if file else "", **said)

    return _change(request, row, form, operation, "資格を記録する")


@signed_in
@require_http_methods(_BOTH)
def experience_new(request: SignedInRequest, auditor_id: int) -> HttpResponse:
    """Record experience."""
    by, row = request.principal, _managed(request, auditor_id)
    form = ExperienceForm(request.POST or None)
    return _change(
        request, row, form, lambda said: add_experience(by=by, auditor=row, **said), "実務経験を記録する"
    )


@signed_in
@require_http_methods(_BOTH)
def conflict_new(request: SignedInRequest, auditor_id: int) -> HttpResponse:
    """Record an interest."""
    by, row = request.principal, _managed(request, auditor_id)
    form = ConflictForm(request.POST or None, units=section_choices(by))

    def operation(said: dict[str, Any]) -> object:
        values = dict(said)
        return add_conflict(by=by, auditor=row, unit_id=values.pop("unit"), **values)

    return _change(request, row, form, operation, "利害関係を記録する")


@signed_in
@require_http_methods(_BOTH)
def record_strike(request: SignedInRequest, kind: str, record_id: int) -> HttpResponse:
    """Strike out what was written down wrongly."""
    by, model = request.principal, _RECORDS.get(kind)
    row: Any = (
        model._default_manager.filter(pk=record_id, auditor__city=by.city_id)
        .select_related("auditor")
        .first()
        if model
        else None
    )
    if row is None:
        raise Missing("この記録はありません。")
    owner = _managed(request, row.auditor_id)
    form = ReasonForm(request.POST or None)
    return _change(
        request,
        owner,
        form,
        lambda said: strike(by=by, row=row, **said),
        "記録を取り消す",
        submit="取り消す",
        done="取り消しました。",
        danger=True,
    )


@signed_in
@require_http_methods(_BOTH)
def settings(request: SignedInRequest) -> HttpResponse:
    """Settle 監査の決まり."""
    by = request.principal
    require(by, MANAGE_AUDITORS)
    standing = settings_of(by.city_id)
    initial = {
        "independence_years": standing.independence_years,
        "experience_instead_years": standing.experience_instead_years,
        "external_track": standing.external_track,
        "viewpoints": SettingsForm.written(viewpoints_of(standing)),
    }
    form = SettingsForm(request.POST or None, initial=initial)

    def operation(said: dict[str, Any]) -> object:
        values = said | {"viewpoints": form.rows()}
        return save_settings(by=by, version=standing.version, **values)

    return change_page(
        request,
        form,
        operation,
        title="監査の決まり",
        submit="保存する",
        back=reverse("audits-auditors"),
        done="監査の決まりを変えました。",
        crumbs=_crumbs(),
        standing=standing,
        text="着眼点は、これから計画する監査に使います。文のない番号は、監査で選べません。",
    )


def _manages(request: SignedInRequest) -> bool:
    return bool(decide(request.principal, MANAGE_AUDITORS))


def _managed(request: SignedInRequest, auditor_id: int) -> Auditor:
    require(request.principal, MANAGE_AUDITORS)
    return find_auditor(request.principal, auditor_id)


def _crumbs() -> list[dict[str, str]]:
    return [to_index(), {"label": "監査人の名簿", "url": reverse("audits-auditors")}]


def _change(
    request: SignedInRequest,
    row: Auditor,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    title: str,
    *,
    submit: str = "保存する",
    done: str = "保存しました。",
    **more: Any,
) -> HttpResponse:
    back = reverse("audits-auditor", args=[row.pk])
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=back,
        done=done,
        lead=row.name,
        crumbs=[*_crumbs(), {"label": row.name, "url": back}],
        **more,
    )
