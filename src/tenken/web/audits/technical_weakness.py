"""One weakness: where it is and was, what auditors judged of it, what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import may_work_on
from tenken.audit.models import Engagement, Weakness, WeaknessJudgement
from tenken.audit.technical.operations import judge_weakness, open_weakness_findings
from tenken.audit.technical.operations.proposing import propose_weakness
from tenken.audit.technical.queries.reach import (
    find_scanned_system,
    find_weakness,
    may_judge,
    open_engagements,
    require_judge,
)
from tenken.audit.technical.queries.weaknesses import places_of
from tenken.audit.technical.rules.urgency import effective
from tenken.audit.technical.words import CONTEXTS, LIFTED, SEVERITY_LABELS, URGENCY_LABELS, tool_label
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing, Stale
from tenken.organization.access import Principal
from tenken.organization.queries import name_with_bureau
from tenken.web.audits.technical_forms import JudgementForm, ThresholdForm, a_year_on
from tenken.web.audits.technical_labels import SEVERITIES, URGENCIES, era_day, standing_words
from tenken.web.audits.technical_tables import PlaceTable
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def detail(request: SignedInRequest, weakness_id: int) -> HttpResponse:
    """Show one weakness."""
    row = find_weakness(request.principal, weakness_id)
    if kind := wants_export(request):
        table = PlaceTable(places_of(row))
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{row.system.name}_見つかった場所", kind)
    return _page(request, row, None)


def _page(request: SignedInRequest, row: Weakness, form: JudgementForm | None) -> HttpResponse:
    by = request.principal
    table = PlaceTable(places_of(row))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    judgements = list(row.judgements.all())
    counts = effective(row.urgency, row.judged_urgency, row.judged_from, row.judged_until, by.on)
    standing = row.not_seen_since is None
    judges = standing and may_judge(by, row.system)
    if judges and form is None:
        form = JudgementForm(
            judged=row.judged_urgency is not None, initial={"valid_until": era_date(a_year_on(by.on))}
        )
    context = {
        "weakness": row,
        "system": row.system,
        "urgency": URGENCIES[str(counts)],
        "severity": SEVERITIES[row.severity],
        "review": row.judged_urgency is not None and counts != row.judged_urgency,
        "facts": _facts(by, row, counts),
        "judgements": [_told(one) for one in reversed(judgements)],
        "seen": len(judgements),
        "form": form if judges else None,
        "may_open": judges and (row.finding is None or row.finding.status == "withdrawn"),
        "audits": _audits(by, row) if judges else [],
        "table": table,
        "export": export_addresses(request),
    }
    return render(
        request,
        "web/audits/technical/weakness.html",
        context,
        status=422 if form is not None and form.is_bound else 200,
    )


def _facts(by: Principal, row: Weakness, counts: int) -> list[tuple[str, Any]]:
    score = f"{row.score}（CVSS {row.cvss}）" if row.score is not None and row.cvss else row.score
    by_rule = URGENCY_LABELS[row.urgency]
    facts = [
        (
            "緊急度",
            URGENCY_LABELS[counts]
            + (f"（判断による。規則では「{by_rule}」）" if counts != row.urgency else ""),
        ),
        ("ツールの深刻度", f"{SEVERITY_LABELS[row.severity]}（{tool_label(row.tool)}）"),
        ("CVSS", score),
        ("CVSSの内訳", row.vector),
        ("CVE", "、".join(row.cves)),
        ("CWE", "、".join(row.cwes)),
        ("情報システム", row.system.name),
        ("所管課", name_with_bureau(by.city, row.system.owner_id, by.on)),
        ("外部から", "届く" if row.exposed else "届かない"),
        ("いま見つかる機器", f"{row.hosts:,}台（{row.places:,}か所）"),
        ("状態", standing_words(row)),
        ("最初に見つかった日", era_day(row.first_seen_at)),
        ("最後に見つかった日", era_day(row.last_seen_at)),
        ("再び見つかった回数", f"{row.returns}回" if row.returns else ""),
        ("ツールの番号", row.rule),
    ]
    return [(term, value) for term, value in facts if value not in (None, "")]


def _told(one: WeaknessJudgement) -> dict[str, str]:
    what = CONTEXTS[one.context]
    if one.context != LIFTED:
        before, after = URGENCY_LABELS[one.from_urgency], URGENCY_LABELS[one.urgency]
        what += f"：「{before}」→「{after}」（{era_date(one.valid_until)}まで）"
    return {
        "when": era_date(one.judged_on),
        "who": one.by_name,
        "what": what,
        "comment": one.reason,
        "tone": "neutral" if one.context == LIFTED else "blue",
    }


def _audits(by: Principal, row: Weakness) -> list[Engagement]:
    rows = open_engagements(by).filter(system=row.system_id, status__in=("notified", "fieldwork", "drafted"))
    return [one for one in rows if may_work_on(by, one)]


@signed_in
@require_POST
def judge(request: SignedInRequest, weakness_id: int) -> HttpResponse:
    """Lay down a judgement."""
    by = request.principal
    row = find_weakness(by, weakness_id)
    form = JudgementForm(request.POST, judged=row.judged_urgency is not None)
    if form.is_valid():
        try:
            judge_weakness(
                by=by,
                weakness=row,
                data=form.judgement(),
                seen=whole_number(request.POST.get("seen", "")),
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "判断を記録しました。")
            return redirect("audits-technical-weakness", weakness_id=weakness_id)
    require_judge(by, row.system)
    return _page(request, row, form)


@signed_in
@require_POST
def open_one(request: SignedInRequest, weakness_id: int) -> HttpResponse:
    """Open a finding of one weakness."""
    by = request.principal
    row = find_weakness(by, weakness_id)
    try:
        made = open_weakness_findings(by=by, system=row.system, weaknesses=[row])
    except (Invalid, Stale) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"課題{made[0]}を登録しました。")
    return redirect("audits-technical-weakness", weakness_id=weakness_id)


@signed_in
@require_POST
def open_many(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Open findings of all weaknesses of a system from an urgency on."""
    by = request.principal
    found = find_scanned_system(by, system_id)
    require_judge(by, found)
    form = ThresholdForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid("緊急度と期限を確かめてください。")
        said = form.cleaned_data
        made = open_weakness_findings(by=by, system=found, threshold=said["threshold"], due_on=said["due_on"])
    except Invalid as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{len(made)}件の課題を登録しました。")
    return redirect("audits-technical-system", system_id=system_id)


@signed_in
@require_POST
def propose(request: SignedInRequest, weakness_id: int) -> HttpResponse:
    """Put one weakness on what the report of an audit is going to say."""
    by = request.principal
    row = find_weakness(by, weakness_id)
    require_judge(by, row.system)
    key = whole_number(request.POST.get("engagement", ""))
    engagement = open_engagements(by).filter(pk=key).first()
    if engagement is None:
        raise Missing("監査が見つかりません。")
    try:
        propose_weakness(by=by, weakness=row, engagement=engagement)
    except (Invalid, Stale) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"監査{engagement}の報告書の案に加えました。")
    return redirect("audits-technical-weakness", weakness_id=weakness_id)
