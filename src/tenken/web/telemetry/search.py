"""Searching operation logs: the purpose, the conditions, what is found and its numbers; searches kept and recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require, require_somewhere
from tenken.reports.blocks import ChartFigure, Series
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.models import SearchRecord, Source
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_SEARCHES
from tenken.telemetry.search import searching
from tenken.telemetry.search.criteria import Criteria, midnight
from tenken.telemetry.search.numbers import Numbers
from tenken.telemetry.search.purposes import (
    current_purpose,
    end_purpose,
    require_purpose,
    state_purpose,
)
from tenken.telemetry.search.reading import Key
from tenken.telemetry.search.saved import own_saved_search, remove_saved_search, save_search, saved_searches
from tenken.telemetry.search.scope import SectionNames
from tenken.web.changing import show
from tenken.web.charts import chart_response
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.search_forms import (
    PurposeForm,
    RecordFilterForm,
    SaveSearchForm,
    SearchForm,
    first_period,
)
from tenken.web.telemetry.search_pages import Lines, for_a_purpose, tabs
from tenken.web.telemetry.search_tables import RecordTable, SavedTable

_BOTH = ["GET", "HEAD", "POST"]
_NUMBERS_KEPT_SECONDS = 600
_FOLDER = "web/telemetry/search"
_BAR_NAMES = {"hour": "1時間", "day": "1日", "week": "1週間", "month": "1か月"}


@require_safe
@signed_in
@for_a_purpose
def search_page(request: SignedInRequest) -> HttpResponse:
    """The form, and what it found. A search without a stated purpose asks for the purpose first."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    query = request.GET.copy()
    asked = bool(query.keys() & SearchForm.base_fields.keys())
    assumed = asked and not {"since", "until"} & query.keys()
    if assumed:  # an address of words alone, shared or typed
        query.update({name: day.isoformat() for name, day in first_period().items()})
    form = SearchForm(query if asked else None, by=by, initial=first_period())
    context: dict[str, Any] = {
        "form": form,
        "tabs": tabs(by, "telemetry-search"),
        "purpose": current_purpose(by),
        "saved": list(saved_searches(by)[:20]) if not asked else [],
    }
    status = 200
    if asked and form.is_valid():
        found = searching.search(by=by, criteria=form.criteria())
        context |= _page_of(request, found, query) | {"assumed": assumed}
    elif asked:
        status = 422
    return render(request, f"{_FOLDER}/search.html", context, status=status)


@require_safe
@signed_in
@for_a_purpose
def more(request: SignedInRequest, search_id: int, after: str) -> HttpResponse:
    """The next page of a search: rows that are put below the others, or a page of its own without JavaScript."""
    by = request.principal
    found = searching.go_on(by=by, search_id=search_id, after=Key.read(after))
    context = _page_of(request, found, request.GET) | {"tabs": tabs(by, "telemetry-search"), "later": True}
    template = "rows" if getattr(request, "htmx", False) else "more"
    return render(request, f"{_FOLDER}/{template}.html", context)


def _page_of(request: SignedInRequest, found: searching.Found, asked: QueryDict) -> dict[str, Any]:
    query = f"?{asked.urlencode()}"
    after = found.page.after
    return {
        "record": found.record,
        "lines": list(Lines(request.principal, found.page.rows)),
        "next_url": reverse("telemetry-search-more", args=[found.record.pk, str(after)]) + query
        if after
        else "",
        "numbers_url": reverse("telemetry-search-numbers", args=[found.record.pk]) + query,
        "export_url": reverse("telemetry-search-export", args=[found.record.pk]),
        "save_url": reverse("telemetry-search-save") + query,
        "back_url": reverse("telemetry-search") + query,
    }


@require_safe
@signed_in
@for_a_purpose
def numbers(request: SignedInRequest, search_id: int) -> HttpResponse:
    """The numbers beside a search of one's own: over time, and facets that narrow it by a click."""
    by = request.principal
    record, told = _numbers(by, search_id)
    context = {
        "record": record,
        "told": told,
        "bar": _BAR_NAMES[told.unit],
        "chart_url": reverse("telemetry-search-histogram", args=[search_id]),
        "chart": _chart(told),
        "chart_table": {"header": ["時間", "件数"], "rows": [[bar.label, bar.events] for bar in told.bars]},
        "facets": _facets(by, request.GET, told, Criteria.from_json(record.criteria)),
        "back_url": f"{reverse('telemetry-search')}?{request.GET.urlencode()}",
        "tabs": tabs(by, "telemetry-search"),
    }
    template = "numbers_part" if getattr(request, "htmx", False) else "numbers"
    return render(request, f"{_FOLDER}/{template}.html", context)


@require_safe
@signed_in
@for_a_purpose
def histogram(request: SignedInRequest, search_id: int) -> HttpResponse:
    """The numbers of a search over time, drawn."""
    _, told = _numbers(request.principal, search_id)
    return chart_response(_chart(told))


def _numbers(by: Principal, search_id: int) -> tuple[SearchRecord, Numbers]:
    """Counted once for the page and its drawing; whose search it is, is asked each time."""
    key = f"telemetry-numbers-{search_id}"
    own = searching.own_search(by, search_id)
    require_purpose(by)
    if (kept := cache.get(key)) is not None:
        return own, kept
    record, told = searching.numbers_of_search(by=by, search_id=search_id)
    cache.set(key, told, _NUMBERS_KEPT_SECONDS)
    return record, told


def _chart(told: Numbers) -> ChartFigure:
    return ChartFigure(
        key="events",
        caption=f"時間ごとの件数（{_BAR_NAMES[told.unit]}ごと）",
        categories=tuple(bar.label for bar in told.bars),
        series=(Series("操作", tuple(bar.events for bar in told.bars), "now"),),
        unit="件",
        category_title="時間",
    )


def _facets(by: Principal, asked: QueryDict, told: Numbers, criteria: Criteria) -> list[dict[str, Any]]:
    """Each facet's values with their names and the address that narrows the search to it."""
    sections = SectionNames(by.city)
    day = criteria.until.date()
    people = searching.people_named(by, (value for value, _ in told.facets["person"]))
    sources = dict(Source.objects.filter(city=by.city_id).values_list("code", "name"))
    shapes = (
        ("op", "操作", "op", lambda value: BY_CODE[value].label if value in BY_CODE else value),
        ("section", "所属", "unit", lambda value: sections.name(value, day)),
        (
            "person",
            "職員",
            "person",
            lambda value: f"{people[value]}（{value}）" if value in people else value,
        ),
        ("device", "端末", "device", lambda value: value),
        ("source", "送信元", "source", lambda value: sources.get(value, value)),
    )
    facets = []
    for column, label, parameter, named in shapes:
        values = []
        for value, events in told.facets[column]:
            target = sections.unit(value, day) if column == "section" and value else value
            url = _narrowed(asked, parameter, str(target)) if value and target is not None else ""
            values.append({"name": named(value) or "記録なし", "events": events, "url": url})
        facets.append({"label": label, "rows": values})
    return facets


def _narrowed(asked: QueryDict, parameter: str, value: str) -> str:
    query = asked.copy()
    query[parameter] = value
    return f"{reverse('telemetry-search')}?{query.urlencode()}"


# --- the purpose ----------------------------------------------------------------------------------------


@require_http_methods(_BOTH)
@signed_in
def purpose(request: SignedInRequest) -> HttpResponse:
    """State why one searches, and go on to what was asked for."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    back = _safe_next(request)
    form = PurposeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            state_purpose(by=by, kind=form.cleaned_data["kind"], text=form.cleaned_data["text"])
        except Invalid as refusal:
            show(form, refusal)
        else:
            return redirect(back)
    context = {
        "form": form,
        "next": back,
        "purpose": current_purpose(by),
        "tabs": tabs(by, "telemetry-search"),
    }
    return render(request, f"{_FOLDER}/purpose.html", context, status=422 if form.is_bound else 200)


def _safe_next(request: SignedInRequest) -> str:
    """Return where to go afterwards: a page of operation logs, nowhere else."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    inside = asked.startswith("/terminals/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if inside else reverse("telemetry-search")


@require_POST
@signed_in
def purpose_end(request: SignedInRequest) -> HttpResponse:
    """End the search: the next one asks for a purpose again."""
    end_purpose(by=request.principal)
    messages.success(request, "検索を終えました。次に検索するときは、目的を入力してください。")
    return redirect("telemetry-search")


# --- searches that are kept -------------------------------------------------------------------------------


@require_safe
@signed_in
def saved(request: SignedInRequest) -> HttpResponse:
    """List the searches one has kept, and those shared."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    table = SavedTable(saved_searches(by), by=by)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "保存した検索", kind)
    return render(
        request, f"{_FOLDER}/saved.html", {"table": table, "tabs": tabs(by, "telemetry-search-saved")}
    )


@require_http_methods(_BOTH)
@signed_in
def save(request: SignedInRequest) -> HttpResponse:
    """Keep the conditions of the address under a name."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    asked = SearchForm(request.GET, by=by)
    if not asked.is_valid():
        raise Invalid("保存する条件がありません。検索してから保存してください。")
    form = SaveSearchForm(request.POST or None)
    if form.is_bound and form.is_valid():
        query = urlencode([pair for pair in _pairs(request.GET) if pair[1]])
        try:
            save_search(
                by=by, query=query, summary=searching.summary_of(by, asked.criteria()), **form.cleaned_data
            )
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, "検索の条件を保存しました。")
            return redirect("telemetry-search-saved")
    context = {
        "form": form,
        "title": "検索の条件を保存",
        "lead": searching.summary_of(by, asked.criteria()),
        "submit": "保存する",
        "back": f"{reverse('telemetry-search')}?{request.GET.urlencode()}",
        "crumbs": [
            {"label": "操作ログの検索", "url": reverse("telemetry-search")},
            {"label": "検索の条件を保存", "url": ""},
        ],
    }
    return render(request, "web/changing.html", context, status=422 if form.is_bound else 200)


def _pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [
        (name, value) for name, values in query.lists() for value in values if name in SearchForm.base_fields
    ]


@require_http_methods(_BOTH)
@signed_in
def saved_remove(request: SignedInRequest, saved_id: int) -> HttpResponse:
    """Remove a kept search of one's own, after a question."""
    by = request.principal
    require_somewhere(by, SEARCH_EVENTS)
    if request.method == "POST":
        remove_saved_search(by=by, saved_id=saved_id)
        messages.success(request, "保存した検索を削除しました。")
        return redirect("telemetry-search-saved")
    return render(request, f"{_FOLDER}/saved_remove.html", {"row": own_saved_search(by, saved_id)})


# --- who searched for what --------------------------------------------------------------------------------


@require_safe
@signed_in
def records(request: SignedInRequest) -> HttpResponse:
    """List the searches of the city: who, when, why, by which conditions, how much was shown and taken out."""
    by = request.principal
    require(by, VIEW_SEARCHES)
    form = RecordFilterForm(request.GET or None)
    rows = _recorded(by, form)
    table = RecordTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    shown = rows.count() if kind else len(table.page.object_list)
    if shown:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("telemetry.search", ""),
            purpose="操作ログの検索の記録の出力" if kind else "操作ログの検索の記録の閲覧",
            rows=shown,
        )
    if kind:
        return export_table(table, "操作ログの検索の記録", kind)
    context = {"form": form, "table": table, "tabs": tabs(by, "telemetry-search-records")}
    return render(request, f"{_FOLDER}/records.html", context)


def _recorded(by: Principal, form: RecordFilterForm) -> Any:
    rows = SearchRecord.objects.restrict(by, VIEW_SEARCHES).select_related("person", "purpose")
    rows = rows.order_by("-searched_at", "-pk")
    if not form.is_bound:
        return rows
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["q"]:
        word = asked["q"].strip()
        rows = rows.filter(
            Q(person__name__contains=word)
            | Q(person__number=word)
            | Q(summary__icontains=word)
            | Q(purpose__text__icontains=word)
        )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["purpose"]:
        rows = rows.filter(purpose__kind=asked["purpose"])
    if asked["since"]:
        rows = rows.filter(searched_at__gte=midnight(asked["since"]))
    if asked["until"]:
        rows = rows.filter(searched_at__lt=midnight(asked["until"] + timedelta(days=1)))
    return rows.filter(exported=True) if asked["exported"] else rows
