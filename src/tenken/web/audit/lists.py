"""All visits, and the sheet held against them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.audit.models import Visit
from tenken.audit.models.visits import VisitQuerySet
from tenken.audit.permissions import MANAGE_VISITS, VIEW_VISITS
from tenken.audit.queries import sheet_against_visit
from tenken.audit.queries.visits import LEFT, counted, visits_for
from tenken.audit.states import CANCELLED, TOOK_PLACE
from tenken.common.japanese_text import search_key
from tenken.inspection.models import Programme, Stage
from tenken.inspection.permissions import VIEW_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audit.tables import AgainstTable, VisitTable
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_COMING = frozenset(Visit.Status.values) - TOOK_PLACE - {CANCELLED}
_GROUPS = (("coming", "これから訪問"), ("made", "訪問した"), ("left", "改善中の課題がある"))


class VisitFilterForm(forms.Form):
    programme = forms.ChoiceField(label="点検", required=False)
    status = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *_GROUPS, *Visit.Status.choices]
    )
    q = forms.CharField(label="課公所", required=False, max_length=60)

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((str(one.pk), one.name) for one in programmes)]


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the visits in the reader's scope."""
    by = request.principal
    require_somewhere(by, VIEW_VISITS)
    programmes = _programmes(by)
    form = VisitFilterForm(request.GET or None, programmes=programmes)
    chosen = _chosen(form, programmes)
    rows = _narrowed(counted(visits_for(by)), form, chosen)
    everything = by.everywhere(VIEW_VISITS)
    shown = list(rows)
    names = names_with_bureau(by.city, [visit.unit_id for visit in shown], by.on)
    table = VisitTable(shown, names=names, everything=everything)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "訪問調査一覧", kind)
    context = {
        "form": form,
        "table": table,
        "figures": _figures(shown, everything, chosen),
        "programmes": _actions(by, programmes, chosen),
        "may_manage": by.everywhere(MANAGE_VISITS),
        "export": _exports(request),
    }
    return render(request, "web/audit/index.html", context)


def _chosen(form: VisitFilterForm, programmes: list[Programme]) -> Programme | None:
    wanted = form.cleaned_data.get("programme") if form.is_bound and form.is_valid() else ""
    return next((one for one in programmes if str(one.pk) == wanted), None)


def _narrowed(rows: VisitQuerySet, form: VisitFilterForm, chosen: Programme | None) -> VisitQuerySet:
    if not form.is_bound:
        return rows
    if not form.is_valid():
        return rows.none()
    if chosen:
        rows = rows.filter(stage__programme=chosen)
    status = form.cleaned_data["status"]
    if status == "left":
        rows = rows.filter(
            observations__finding__status__in=LEFT, observations__dropped_because=""
        ).distinct()
    elif status:
        rows = rows.filter(status__in={"coming": _COMING, "made": TOOK_PLACE}.get(status, {status}))
    for word in form.cleaned_data["q"].split():
        rows = rows.filter(unit__search_text__contains=search_key(word))
    return rows


def _programmes(by: Principal) -> list[Programme]:
    """Return the city's programmes that have a visit stage, newest first."""
    rows = Programme.objects.restrict(by, VIEW_PROGRAMMES).filter(stages__kind=Stage.Kind.VISIT)
    return list(rows.distinct().order_by("-fiscal_year", "code"))


def _actions(by: Principal, programmes: list[Programme], chosen: Programme | None) -> list[dict[str, Any]]:
    """Return the programmes whose visits the reader can work on, with the address of each thing to do."""
    wanted = [chosen] if chosen else [one for one in programmes if one.status == "launched"][:3]
    stages = {
        stage.programme_id: stage
        for stage in Stage.objects.filter(programme__in=wanted, kind=Stage.Kind.VISIT).order_by("-order")
    }
    manages = by.everywhere(MANAGE_VISITS)
    return [
        {
            "name": one.name,
            "against": reverse("audit-against", args=[one.pk]),
            "select": reverse("audit-select", args=[stages[one.pk].pk])
            if manages and one.status == "launched" and one.pk in stages
            else "",
            "meeting": reverse("audit-meeting", args=[one.pk]) if manages and one.status != "planned" else "",
            "past": reverse("audit-past", args=[one.pk]) if manages and one.status != "planned" else "",
        }
        for one in wanted
    ]


def _figures(shown: list[Any], everything: bool, chosen: Programme | None) -> list[dict[str, Any]]:
    made = [visit for visit in shown if visit.status in TOOK_PLACE]
    told = [visit for visit in made if everything or visit.disclosed]
    shared = {"programme": chosen.pk} if chosen else {}

    def url(**query: Any) -> str:
        return f"{reverse('audit-visits')}?{urlencode(shared | query)}"

    differing = (
        f"{reverse('audit-against', args=[chosen.pk])}?show=disagree" if chosen else url(status="made")
    )
    return [
        {
            "number": sum(visit.status in _COMING for visit in shown),
            "label": "これから訪問",
            "unit": "件",
            "tone": "blue",
            "url": url(status="coming"),
        },
        {"number": len(made), "label": "訪問した", "unit": "件", "tone": "green", "url": url(status="made")},
        {
            "number": sum(one.disagree_count for one in told),
            "label": "回答と相違",
            "unit": "項目",
            "tone": "red",
            "url": differing,
        },
        {
            "number": sum(one.left_count for one in told),
            "label": "改善中の課題",
            "unit": "件",
            "tone": "yellow",
            "url": url(status="left"),
        },
    ]


@signed_in
@require_safe
def against(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show what sections said beside what was seen: all lines, or only where the two differ."""
    by = request.principal
    programme = find_programme(by, programme_id)
    require_somewhere(by, VIEW_VISITS)
    lines = sheet_against_visit(by, programme)
    only = request.GET.get("show", "")
    views = {
        "": ("すべて", lines),
        "disagree": ("相違", [line for line in lines if line.seen == "disagree"]),
        "contradicts": ("問題なしと回答して相違", [line for line in lines if line.contradicts]),
    }
    shown = views.get(only, views[""])[1]
    table = AgainstTable(shown)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, f"{programme.name}_点検シートと訪問調査の突合", kind)
    here = reverse("audit-against", args=[programme_id])
    tabs = [
        {
            "label": label,
            "url": f"{here}?show={code}" if code else here,
            "current": code == only,
            "badge": len(rows) if code else 0,
        }
        for code, (label, rows) in views.items()
    ]
    context = {
        "programme": programme,
        "table": table,
        "tabs": tabs,
        "export": _exports(request),
        "list_url": f"{reverse('audit-visits')}?{urlencode({'programme': programme_id})}",
    }
    return render(request, "web/audit/against.html", context)


def _exports(request: SignedInRequest) -> dict[str, str]:
    query = request.GET.copy()
    links = {}
    for kind in ("excel", "csv"):
        query["export"] = kind
        links[kind] = f"?{query.urlencode()}"
    return links
