"""Whose turn it is: the rotation's first page with its one click, the universe, the rule, audits of before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.audit.models import MidTermPlan, PriorAudit, RotationRule, SystemSelection, YearPlan
from tenken.audit.permissions import MANAGE_ROTATION, VIEW_ROTATION
from tenken.audit.rotation.operations import (
    PriorData,
    draw_systems,
    read_prior_audits,
    record_prior_audits,
    set_rule,
    strike_prior_audit,
)
from tenken.audit.rotation.queries import find_prior_audit, rule_for, universe
from tenken.audit.rotation.rules.parts import Facts, Rule, Tier
from tenken.audit.rotation.rules.score import score
from tenken.audit.rotation.rules.select import due_years
from tenken.audit.rotation.rules.words import rule_lines, weight_lines
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.common.tabular_files import read_table_file
from tenken.organization.access import Principal, require
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.rotation_forms import DrawForm, PriorFileForm, PriorForm, ReasonForm, RuleForm
from tenken.web.audits.rotation_labels import (
    PLAN_STATUSES,
    SELECTION_STATUSES,
    WEIGHTS_HEADER,
    change_page,
    crumbs,
    year_label,
)
from tenken.web.audits.rotation_tables import PriorTable, UniverseTable
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "rotation-index"


def next_year(by: Principal) -> int:
    """Return the fiscal year after this one: what the rotation is for."""
    return FiscalYear.of(by.on).year + 1


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show how the universe stands, and what was chosen and planned for which year."""
    by = request.principal
    require(by, VIEW_ROTATION)
    year = next_year(by)
    if kind := wants_export(request):
        header = ("年度", "回", "状態", "選定日", "選定者", "決定日", "採用しない理由")
        return export_rows(header, list(_selection_lines(by)), "監査対象の選定の一覧", kind)
    _, rule = rule_for(by.city, year, by.on)
    facts = universe(by.city, by.on, year)
    context = {
        "next_year": year_label(year),
        "may_manage": by.everywhere(MANAGE_ROTATION),
        "draw_form": DrawForm(years=(year, year - 1), initial={"fiscal_year": year}),
        "figures": _figures(facts, rule, year),
        "rule": rule_lines(rule),
        "selections": [
            {
                "row": row,
                "year": year_label(row.fiscal_year),
                "status": SELECTION_STATUSES[row.status],
            }
            for row in SystemSelection.objects.restrict(by, VIEW_ROTATION).defer("universe", "proof")
        ],
        "mid_terms": [
            {
                "row": row,
                "span": f"{year_label(row.from_year)}～{year_label(row.to_year)}",
                "status": PLAN_STATUSES[row.status],
            }
            for row in MidTermPlan.objects.restrict(by, VIEW_ROTATION).defer("universe")
        ],
        "year_plans": [
            {"row": row, "year": year_label(row.fiscal_year), "status": PLAN_STATUSES[row.status]}
            for row in YearPlan.objects.restrict(by, VIEW_ROTATION)
        ],
        "years": [(one, year_label(one)) for one in (year, year - 1)],
    }
    return render(request, "web/audits/rotation/index.html", context)


def _selection_lines(by: Principal) -> Iterator[list[Any]]:
    for row in SystemSelection.objects.restrict(by, VIEW_ROTATION).defer("universe", "proof"):
        yield [
            year_label(row.fiscal_year),
            str(row),
            row.get_status_display(),
            row.drawn_on,
            row.drawn_by_name,
            row.adopted_on,
            row.discarded_because,
        ]


def _figures(facts: tuple[Facts, ...], rule: Rule, year: int) -> list[dict[str, Any]]:
    here = reverse("rotation-universe")
    due = due_years(facts, rule, Tier.VISIT)
    never = sum(one.important and one.last(Tier.VISIT) is None for one in facts)
    rows = (
        (len(facts), "情報システム", "", "neutral"),
        (sum(one.important for one in facts), "重要な情報システム", "?show=important", "blue"),
        (never, "重要で監査の記録がない", "?show=never", "yellow"),
        (sum(until <= year for until in due.values()), f"{year_label(year)}までに期限", "?show=due", "red"),
    )
    return [
        {"number": number, "label": label, "url": here + query, "tone": tone, "unit": "件"}
        for number, label, query, tone in rows
    ]


@signed_in
@require_POST
def draw(request: SignedInRequest) -> HttpResponse:
    """Choose the systems of a year: the one click."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    year = next_year(by)
    form = DrawForm(request.POST, years=(year, year - 1))
    if not form.is_valid():
        context = {"form": form, "title": "監査対象を選ぶ", "submit": "選ぶ", "back": reverse(_HERE)}
        crumb = [*crumbs(), {"label": "監査対象を選ぶ", "url": ""}]
        return render(request, "web/audits/rotation/form.html", context | {"crumbs": crumb}, status=422)
    made = draw_systems(by=by, fiscal_year=form.cleaned_data["fiscal_year"], seed=form.cleaned_data["seed"])
    messages.success(
        request,
        f"{year_label(made.fiscal_year)}の監査対象を選びました（{made}）。内容を確かめて、決定してください。",
    )
    return redirect("rotation-selection", selection_id=made.pk)


_SHOWN = (
    ("", "すべて"),
    ("important", "重要な情報システム"),
    ("never", "重要で監査の記録がない"),
    ("due", "期限が来る"),
)


@signed_in
@require_safe
def universe_list(request: SignedInRequest) -> HttpResponse:
    """List every system with what the rotation weighs, as it would be for next year."""
    by = request.principal
    require(by, VIEW_ROTATION)
    year, only = next_year(by), request.GET.get("show", "")
    _, rule = rule_for(by.city, year, by.on)
    facts = universe(by.city, by.on, year)
    due = due_years(facts, rule, Tier.VISIT)
    words = search_key(request.GET.get("q", ""))
    shown = [one for one in facts if _is_shown(one, only, due, year)]
    names = names_with_bureau(by.city, {one.owner_id for one in shown}, by.on)
    rows = [_row(one, rule, year, names.get(one.owner_id, ""), due.get(one.code)) for one in shown]
    if words:
        rows = [row for row in rows if words in search_key(f"{row['code']} {row['name']} {row['section']}")]
    table = UniverseTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "監査の母集団", kind)
    here = reverse("rotation-universe")
    tabs = [
        {"label": label, "url": f"{here}?show={code}" if code else here, "current": code == only}
        for code, label in _SHOWN
    ]
    context = {
        "table": table,
        "tabs": tabs,
        "year": year_label(year),
        "q": request.GET.get("q", ""),
        "show": only,
        "crumbs": [*crumbs(), {"label": "母集団", "url": ""}],
    }
    return render(request, "web/audits/rotation/universe.html", context)


def _is_shown(one: Facts, only: str, due: dict[str, int], year: int) -> bool:
    return {
        "important": one.important,
        "never": one.important and one.last(Tier.VISIT) is None,
        "due": due.get(one.code, year + 1) <= year,
    }.get(only, True)


def _row(one: Facts, rule: Rule, year: int, section: str, due: int | None) -> dict[str, Any]:
    last = one.last(Tier.VISIT)
    return {
        "code": one.code,
        "name": one.name,
        "section": section,
        "important": one.important,
        "last_self": one.last_self,
        "last_visit": one.last_visit,
        "last_technical": one.last_technical,
        "failures": len(one.failures),
        "changes": sum(last is None or day > last for day in one.changes),
        "findings": one.open_findings,
        "support": one.support_ends_on,
        "points": score(one, rule, year).total,
        "due": due,
    }


@signed_in
@require_safe
def rule_page(request: SignedInRequest) -> HttpResponse:
    """Show the rule that holds for next year, weight by weight, and every rule before it."""
    by = request.principal
    require(by, VIEW_ROTATION)
    row, rule = rule_for(by.city, next_year(by), by.on)
    if kind := wants_export(request):
        return export_rows(WEIGHTS_HEADER, weight_lines(rule), "監査対象の点数の重み", kind)
    context = {
        "row": row,
        "lines": rule_lines(rule),
        "weights": [list(line) for line in weight_lines(rule)],
        "weights_header": WEIGHTS_HEADER,
        "earlier": RotationRule.objects.filter(city=by.city_id).order_by("-valid_from", "-number"),
        "may_manage": by.everywhere(MANAGE_ROTATION),
        "crumbs": [*crumbs(), {"label": "選定の規則", "url": ""}],
    }
    return render(request, "web/audits/rotation/rule.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: SignedInRequest) -> HttpResponse:
    """Set the rule anew, from a date on."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    _, rule = rule_for(by.city, next_year(by), by.on)
    form = RuleForm(_posted(request), rule=rule, initial={"valid_from": by.on})

    def operation(said: dict[str, Any]) -> object:
        return set_rule(by=by, rule=form.rule(), valid_from=said["valid_from"], reason=said["reason"])

    return change_page(
        request,
        form,
        operation,
        title="規則を定め直す",
        submit="この規則にする",
        back=reverse("rotation-rule"),
        done="選定の規則を定めました。",
        up=crumbs(("選定の規則", reverse("rotation-rule"))),
        template="rule_form",
    )


@signed_in
@require_safe
def priors(request: SignedInRequest) -> HttpResponse:
    """List the audits held before Tenken."""
    by = request.principal
    require(by, VIEW_ROTATION)
    may_manage = by.everywhere(MANAGE_ROTATION)
    rows = PriorAudit.objects.restrict(by, VIEW_ROTATION).select_related("system")
    table = PriorTable(rows, may_manage=may_manage)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "過去の監査", kind)
    context = {
        "table": table,
        "may_manage": may_manage,
        "crumbs": [*crumbs(), {"label": "過去の監査", "url": ""}],
    }
    return render(request, "web/audits/rotation/priors.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def prior_new(request: SignedInRequest) -> HttpResponse:
    """Record one audit held before."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    systems = [(one.code, f"{one.code}　{one.name}") for one in universe(by.city, by.on)]
    form = PriorForm(_posted(request), systems=systems)

    def operation(said: dict[str, Any]) -> object:
        return record_prior_audits(by=by, rows=[PriorData(**said)])

    return change_page(
        request,
        form,
        operation,
        title="過去の監査を記録する",
        submit="記録する",
        back=reverse("rotation-priors"),
        done="過去の監査を記録しました。",
        up=crumbs(("過去の監査", reverse("rotation-priors"))),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def prior_import(request: SignedInRequest) -> HttpResponse:
    """Record the audits of a table, all or none."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    form = PriorFileForm(_posted(request), request.FILES or None)

    def operation(said: dict[str, Any]) -> object:
        sent = said["file"]
        sheets = read_table_file(sent.read(), sent.name, max_bytes=settings.MAX_UPLOAD_BYTES)
        return record_prior_audits(by=by, rows=read_prior_audits(sheets))

    return change_page(
        request,
        form,
        operation,
        title="過去の監査を表から取り込む",
        submit="取り込む",
        back=reverse("rotation-priors"),
        done="過去の監査を取り込みました。",
        up=crumbs(("過去の監査", reverse("rotation-priors"))),
        upload=True,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def prior_strike(request: SignedInRequest, prior_id: int) -> HttpResponse:
    """Strike one that was recorded by mistake."""
    by = request.principal
    prior = find_prior_audit(by, prior_id)
    require(by, MANAGE_ROTATION)

    def operation(said: dict[str, Any]) -> object:
        return strike_prior_audit(by=by, prior=prior, reason=said["reason"])

    return change_page(
        request,
        ReasonForm(_posted(request)),
        operation,
        title=f"{prior.system.name}の監査の記録を取り消す",
        submit="取り消す",
        back=reverse("rotation-priors"),
        done="過去の監査を取り消しました。記録は理由とともに残ります。",
        up=crumbs(("過去の監査", reverse("rotation-priors"))),
        danger=True,
    )


def _posted(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None
