"""Rules: how each does, one with its text and versions, written, tried on the past, switched on and off."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.alerts.states import OPEN
from tenken.telemetry.detection.operations import (
    change_settings,
    install_shipped,
    save_rule,
    switch_off,
    switch_on,
)
from tenken.telemetry.detection.queries import (
    HEALTH_DAYS,
    HistoryTrial,
    RuleHealth,
    Sign,
    narrowing_of,
    rule_health,
    rules_for,
    try_on_history,
)
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.permissions import MANAGE_RULES, VIEW_ALERTS
from tenken.telemetry.store import StoreUnavailable
from tenken.web.changing import show
from tenken.web.components.tables import MomentColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.seen import require_seen
from tenken.web.telemetry.alert_forms import words_of
from tenken.web.telemetry.alert_tables import LEVELS, WIDE
from tenken.web.telemetry.rule_forms import NEW_RULE, RuleFilterForm, RuleForm, TrialForm

FOLDER: Final = "web/telemetry/rules"
HERE: Final = "telemetry-rules"
_BOTH: Final = ["GET", "HEAD", "POST"]
_SHOWN: Final = 100
STATES: Final = {
    "draft": ("下書き", "neutral"),
    "on": ("有効", "green"),
    "off": ("無効", "neutral"),
    "failed": ("異常", "red"),
}
SIGNS: Final = {
    Sign.FAILED: "red",
    Sign.SILENCED: "yellow",
    Sign.MISSING: "yellow",
    Sign.NEVER: "neutral",
    Sign.NOISY: "yellow",
    Sign.SLOW: "yellow",
}


class RuleTable(Table):
    """Rules and how they do; what is not on has no health."""

    caption = "表1　検知ルール"
    row_header = "title"

    title = tables.Column(
        verbose_name="検知ルール",
        accessor="shown_title",
        order_by=("title_ja", "title"),
        linkify=lambda record: reverse("telemetry-rule", args=[record.pk]),
        attrs=WIDE,
    )
    level = StatusColumn(LEVELS, verbose_name="重要度")
    state = StatusColumn(STATES, verbose_name="状態")
    health = tables.Column(verbose_name="健全性", empty_values=(), orderable=False)
    hits = NumberColumn(verbose_name=f"検知（{HEALTH_DAYS}日）", empty_values=(), orderable=False)
    last_hit = MomentColumn(verbose_name="最後の検知", empty_values=(), orderable=False)
    open_alerts = NumberColumn(verbose_name="完了していないアラート")
    trial_ms = NumberColumn(verbose_name="試行（ミリ秒）")
    kind = tables.Column(verbose_name="種類")
    origin = tables.Column(verbose_name="出所")
    version = NumberColumn(verbose_name="版")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, health: dict[int, RuleHealth], **kwargs: Any) -> None:
        self.health_of = health
        super().__init__(*args, **kwargs)

    def render_health(self, record: DetectionRule) -> str:
        found = self.health_of.get(record.pk)
        if found is None:
            return "—"
        return "、".join(sign.label for sign in found.signs) or "良好"

    def render_hits(self, record: DetectionRule) -> str:
        found = self.health_of.get(record.pk)
        return f"{found.hits:,}" if found else "—"

    def render_last_hit(self, record: DetectionRule) -> str:
        found = self.health_of.get(record.pk)
        return f"{found.last_hit.astimezone(JAPAN):%Y-%m-%d %H:%M}" if found and found.last_hit else "—"


@signed_in
@require_safe
def rule_list(request: SignedInRequest) -> HttpResponse:
    """The city's rules with their health; those that want a look are counted above."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    form = RuleFilterForm(request.GET or None)
    rows: QuerySet[Any] = rules_for(by).annotate(
        open_alerts=Count("alerts", filter=Q(alerts__status__in=OPEN))
    )
    if form.is_bound:
        rows = form.narrow(rows) if form.is_valid() else rows.none()
    away = ""
    try:
        health = {one.rule.pk: one for one in rule_health(by)} if by.everywhere(VIEW_ALERTS) else {}
    except StoreUnavailable as refusal:
        health, away = {}, refusal.message
    sign = form.cleaned_data.get("sign", "") if form.is_bound and form.is_valid() else ""
    if sign:
        rows = rows.filter(pk__in=[pk for pk, one in health.items() if Sign(sign) in one.signs])
    table = RuleTable(rows.order_by("title_ja", "title"), health=health)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, "検知ルール一覧", kind)
    figures = [
        {
            "number": sum(one in health_of.signs for health_of in health.values()),
            "label": one.label,
            "tone": tone,
            "url": f"{reverse(HERE)}?{urlencode({'sign': one.value})}",
        }
        for one, tone in SIGNS.items()
    ]
    context = {
        "form": form,
        "table": table,
        "figures": figures if by.everywhere(VIEW_ALERTS) else [],
        "away": away,
        "may_manage": by.everywhere(MANAGE_RULES),
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/list.html", context)


def find(by: Principal, rule_id: int) -> DetectionRule:
    """Return one rule in sight. ``Missing`` when there is none."""
    require_somewhere(by, VIEW_ALERTS)
    found = rules_for(by).filter(pk=rule_id).first()
    if found is None:
        raise Missing("検知ルールが見つかりません。")
    return found


@signed_in
@require_safe
def rule_page(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """One rule: what it looks for in Japanese, its text, its versions; what may be done with it."""
    by = request.principal
    rule = find(by, rule_id)
    versions = list(rule.versions.all()[:200])
    wanted = request.GET.get("version", "")
    old = next((one for one in versions if str(one.number) == wanted), None)
    shown = old or rule
    context = {
        "rule": rule,
        "level": LEVELS[rule.level],
        "state": STATES[rule.state],
        "facts": _facts(rule),
        "old": old,
        "narrowing": _narrowing(by, rule),
        "lines": list(enumerate(shown.text.splitlines(), start=1)),
        "versions": [_version_row(rule, one) for one in versions],
        "may_manage": by.everywhere(MANAGE_RULES),
        "trial": TrialForm(initial=TrialForm.first_period(by.on)),
    }
    return render(request, f"{FOLDER}/rule.html", context)


def _narrowing(by: Principal, rule: DetectionRule) -> dict[str, Any]:
    """Return the rules a filter reaches and what it names in vain; of another rule, the filters that are on for it."""
    found = narrowing_of(by, rule)
    return {
        "rows": [(one, *STATES[one.state]) for one in found.rows[:_SHOWN]],
        "more": max(0, len(found.rows) - _SHOWN),
        "missing": found.missing,
    }


def _facts(rule: DetectionRule) -> list[tuple[str, Any]]:
    minutes = rule.throttle_seconds // 60
    source = "・".join(one for one in (rule.product, rule.category, rule.service) if one)
    facts: list[tuple[str, Any]] = [
        ("種類", rule.get_kind_display()),
        ("出所", rule.get_origin_display()),
        ("コード", rule.code),
        ("ログの種類（logsource）", source),
        ("試行の時間", f"{rule.trial_ms:,}ミリ秒" if rule.trial_ms is not None else ""),
        ("版", f"第{rule.version}版"),
    ]
    if rule.kind == DetectionRule.Kind.FILTER:
        return facts
    facts[4:4] = [
        ("まとめる項目", "、".join(map(words_of, rule.group_by)) or "端末とアカウント"),
        ("まとめる時間", f"{minutes:,}分" if rule.throttle_seconds else "まとめない"),
        ("メールで知らせる", "はい" if rule.notify else "いいえ"),
    ]
    return facts


def _version_row(rule: DetectionRule, one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "when": f"{one.made_at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
        "who": one.made_by_name,
        "what": one.what,
        "state": STATES[one.state],
        "url": f"{reverse('telemetry-rule', args=[rule.pk])}?{urlencode({'version': one.number})}",
    }


@signed_in
@require_http_methods(_BOTH)
def new_rule(request: SignedInRequest) -> HttpResponse:
    """Write a rule; it is a draft until it is switched on."""
    return _write(request, None)


@signed_in
@require_http_methods(_BOTH)
def edit_rule(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """Write a rule anew, or try what is written on the past without keeping it."""
    return _write(request, find(request.principal, rule_id))


def _write(request: SignedInRequest, rule: DetectionRule | None) -> HttpResponse:
    by = request.principal
    require(by, MANAGE_RULES)
    form = RuleForm(request.POST or None, initial=RuleForm.initial_of(rule) if rule else {"text": NEW_RULE})
    tried: dict[str, Any] = {}
    trial = TrialForm(request.POST or None, initial=TrialForm.first_period(by.on))
    if form.is_bound and form.is_valid() and (request.POST.get("action") != "try" or trial.is_valid()):
        try:
            if request.POST.get("action") == "try":
                tried = _tried(by, form.cleaned_data["text"], trial)
            else:
                return _saved(request, rule, form)
        except Invalid as refusal:
            for problem in refusal.problems or (Problem(refusal.message),):
                # Of the text the line is what one looks for; the others stand beside their fields.
                form.add_error(problem.field if problem.field in form.fields else None, _said(problem))
    failed = bool(form.is_bound and (form.errors or (request.POST.get("action") == "try" and trial.errors)))
    context = {
        "rule": rule,
        "form": form,
        "trial": trial,
        "tried": tried,
        "title": "検知ルールの変更" if rule else "新しい検知ルール",
    }
    return render(request, f"{FOLDER}/edit.html", context, status=422 if failed else 200)


def _said(problem: Problem) -> str:
    return str(problem) if problem.field in ("", "text") else problem.message


def _saved(request: SignedInRequest, rule: DetectionRule | None, form: RuleForm) -> HttpResponse:
    by = request.principal
    if rule is not None:
        require_seen(request, rule)
    text, settings = form.cleaned_data["text"], form.settings()
    if rule is not None and rule.text == text:
        saved = change_settings(by=by, rule=rule, version=rule.version, settings=settings)
    else:
        saved = save_rule(by=by, text=text, rule=rule, version=rule.version if rule else 0, settings=settings)
    messages.success(request, "検知ルールを保存しました。")
    return redirect("telemetry-rule", saved.pk)


@signed_in
@require_safe
def trial(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """How often a rule as it stands would have fired in a time."""
    by = request.principal
    rule = find(by, rule_id)
    require(by, MANAGE_RULES)
    form = TrialForm(request.GET or None, initial=TrialForm.first_period(by.on))
    tried: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            tried = _tried(by, rule.text, form)
        except Invalid as refusal:
            show(form, refusal)
    context = {"rule": rule, "form": form, "tried": tried}
    failed = form.is_bound and bool(form.errors)
    return render(request, f"{FOLDER}/trial.html", context, status=422 if failed else 200)


def _tried(by: Principal, text: str, form: TrialForm) -> dict[str, Any]:
    since = datetime.combine(form.cleaned_data["first"], time(), JAPAN)
    until = datetime.combine(form.cleaned_data["last"] + timedelta(days=1), time(), JAPAN)
    found = try_on_history(by, text, since, until)
    return {
        "hits": found.hits,
        "seconds": f"{found.seconds:.1f}",
        "days": [(era_date(day), count) for day, count in found.by_day.items()],
        "samples": _samples(by, found),
        "narrowed": found.narrowed,
        "filter": found.filter,
    }


def _samples(by: Principal, found: HistoryTrial) -> list[tuple[str, str, str, str]]:
    codes = {row["section"] for row in found.samples}
    units = dict(Unit.objects.filter(city=by.city, code__in=codes).values_list("code", "pk"))
    names = names_with_bureau(by.city, units.values(), by.on)
    return [
        (
            f"{row['ts'].astimezone(JAPAN):%Y-%m-%d %H:%M:%S}",
            BY_CODE[row["op"]].label if row["op"] in BY_CODE else row["op"] or "—",
            names.get(units.get(row["section"], 0), row["section"] or "所属不明"),
            row["device"] or "—",
        )
        for row in found.samples
    ]


@signed_in
@require_POST
def switch(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on (it is tried first) or off."""
    by = request.principal
    rule = find(by, rule_id)
    require(by, MANAGE_RULES)
    require_seen(request, rule)
    try:
        if request.POST.get("to") == "on":
            switch_on(by=by, rule=rule, version=rule.version)
            messages.success(request, "有効にしました。これから届く操作ログに使います。")
        else:
            switch_off(by=by, rule=rule, version=rule.version)
            messages.success(request, "無効にしました。")
    except Invalid as refusal:
        messages.error(request, refusal.message)
    return redirect("telemetry-rule", rule.pk)


@signed_in
@require_POST
def install(request: SignedInRequest) -> HttpResponse:
    """Take in the rules that come with the product, or what changed in them."""
    by = request.principal
    taken = install_shipped(by=by, city=by.city)
    told = f"追加{len(taken.added)}件、変更{len(taken.changed)}件、そのまま{len(taken.unchanged)}件"
    kept = f"、市で書き換えたもの{len(taken.kept)}件" if taken.kept else ""
    messages.success(request, f"標準の検知ルールを取り込みました（{told}{kept}）。")
    return redirect(HERE)
