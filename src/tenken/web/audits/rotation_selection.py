"""One selection of systems: what came out and why, what people change, the decision, and what it differs in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.audit.models import MidTermLine, SystemChoice, SystemSelection
from tenken.audit.permissions import MANAGE_ROTATION
from tenken.audit.rotation.operations import (
    adopt_system_selection,
    ask_systems,
    discard_system_selection,
    override_choice,
)
from tenken.audit.rotation.queries import (
    Justification,
    JustifiedSystem,
    against_last_year,
    find_choice,
    find_selection,
    justification,
    universe_of,
)
from tenken.audit.rotation.rules.compare import Change
from tenken.audit.rotation.rules.parts import Factor, Rule, Tier
from tenken.audit.rotation.rules.prove import Proof
from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.common.japanese_text import search_key
from tenken.inspection.models import Kind, Programme
from tenken.organization.access import require
from tenken.organization.queries.naming import name_with_bureau
from tenken.web.audits.rotation_forms import ChoiceFilterForm, OverrideForm, ReasonForm
from tenken.web.audits.rotation_labels import (
    SELECTION_STATUSES,
    TIERS,
    WEIGHTS_HEADER,
    Crumb,
    change_page,
    crumbs,
    year_label,
)
from tenken.web.audits.rotation_tables import ChoiceTable, DifferenceTable
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def selection(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Show one selection: its proof, and every system with its points and tier."""
    by = request.principal
    found = find_selection(by, selection_id)
    said = justification(found)
    form = ChoiceFilterForm(request.GET or None)
    rows = _narrowed(said.systems, form)
    kind = wants_export(request)
    table = ChoiceTable(rows, whole=bool(kind))
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"{year_label(found.fiscal_year)}_監査対象の選定_{found}", kind)
    context = _head(request, found, said) | {
        "form": form,
        "table": table,
        "shown": len(rows),
        "figures": _figures(found, said),
        "crumbs": [*crumbs(), {"label": _name(found), "url": ""}],
    }
    return render(request, "web/audits/rotation/selection.html", context)


def _name(found: SystemSelection) -> str:
    return f"{year_label(found.fiscal_year)}（{found}）"


def _down(found: SystemSelection) -> list[Crumb]:
    return crumbs((_name(found), reverse("rotation-selection", args=[found.pk])))


def _head(request: SignedInRequest, found: SystemSelection, said: Justification) -> dict[str, Any]:
    manages = request.principal.everywhere(MANAGE_ROTATION)
    open_now = found.status == SystemSelection.Status.DRAWN
    waits = found.status == SystemSelection.Status.ADOPTED and found.programme_id is None
    return {
        "selection": found,
        "said": said,
        "title": f"{year_label(found.fiscal_year)}の監査対象の選定",
        "status": SELECTION_STATUSES[found.status],
        "may_change": manages and open_now,
        "programme": _being_planned(found) if manages and waits else None,
        "proof": proof_view(said.proof),
    }


def _being_planned(found: SystemSelection) -> Programme | None:
    return Programme.objects.filter(
        city=found.city_id,
        fiscal_year=found.fiscal_year,
        kind=Kind.SYSTEM_AUDIT,
        status=Programme.Status.PLANNED,
    ).first()


def proof_view(proof: Proof) -> dict[str, Any]:
    """Return a proof as the pages show it."""
    late = [
        [one.name, one.code, one.tier.label, year_label(one.due), year_label(one.comes_in)]
        for one in proof.late
    ]
    return {
        "holds": proof.holds,
        "sentences": proof.sentences,
        "late": late,
        "late_header": ("情報システム", "コード", "区分", "期限", "次に行う年度"),
        "loads_header": ("年度", "自己点検", "うち訪問調査", "うち技術監査"),
        "loads": [[year_label(year), *counts] for year, *counts in proof.loads],
    }


# Each tier with the deeper ones, as they are counted.
_WITHIN = (
    (Tier.SELF, "自己点検", "chosen"),
    (Tier.VISIT, "うち訪問調査", "visited"),
    (Tier.TECHNICAL, "うち技術監査", "technical"),
)


def _figures(found: SystemSelection, said: Justification) -> list[dict[str, Any]]:
    here = reverse("rotation-selection", args=[found.pk])
    rule = Rule.of_json(found.rule)
    figures = [
        {
            "number": said.count(tier),
            "label": label,
            "note": f"規則の{rule.capacity(tier)}件を超える"
            if said.count(tier) > rule.capacity(tier)
            else f"規則では{rule.capacity(tier)}件まで",
            "unit": "件",
            "tone": TIERS[tier][1],
            "url": f"{here}?tier={within}",
        }
        for tier, label, within in _WITHIN
    ]
    changed = {
        "number": len(said.overrides),
        "label": "人が変更",
        "unit": "件",
        "tone": "neutral",
        "url": f"{here}?step=override",
    }
    return [*figures, changed]


def _narrowed(rows: Collection[JustifiedSystem], form: ChoiceFilterForm) -> list[JustifiedSystem]:
    if not form.is_bound:
        return list(rows)
    if not form.is_valid():
        return []
    said = form.cleaned_data
    tier, step, words = said["tier"], said["step"], search_key(said["q"])
    least = {"chosen": Tier.SELF.level, "visited": Tier.VISIT.level}
    return [
        one
        for one in rows
        if (not tier or one.tier == tier or one.tier.level >= least.get(tier, len(Tier)))
        and (
            not step or (one.overridden if step == "override" else one.because == step and not one.overridden)
        )
        and (one.important or not said["important"])
        and (not words or words in search_key(f"{one.code} {one.name} {one.section}"))
    ]


@signed_in
@require_safe
def paper(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Show the justification of a selection as it is printed."""
    found = find_selection(request.principal, selection_id)
    said = justification(found)
    context = _head(request, found, said) | {
        "groups": [
            (tier.label, said.of(tier)) for tier in (Tier.TECHNICAL, Tier.VISIT, Tier.SELF, Tier.NONE)
        ],
        "weights": [list(line) for line in said.weights],
        "weights_header": WEIGHTS_HEADER,
        "crumbs": [*_down(found), {"label": "選定の理由書", "url": ""}],
    }
    return render(request, "web/audits/rotation/paper.html", context)


@signed_in
@require_safe
def against(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Show what differs from the year before, and why."""
    found = find_selection(request.principal, selection_id)
    rows = against_last_year(found)
    only = request.GET.get("change", "")
    shown = [one for one in rows if (one.change == only if only else one.change != Change.SAME)]
    if only == "all":
        shown = list(rows)
    table = DifferenceTable(shown, names={one.code: one.name for one in universe_of(found)})
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"{year_label(found.fiscal_year)}_監査対象の前年度との比較", kind)
    here = reverse("rotation-against", args=[found.pk])
    counts = Counter(one.change for one in rows)
    tabs = [{"label": "変わったもの", "url": here, "current": not only, "badge": 0}]
    tabs += [
        {"label": one.label, "url": f"{here}?change={one}", "current": one == only, "badge": counts[one]}
        for one in Change
        if counts[one]
    ]
    tabs.append({"label": "すべて", "url": f"{here}?change=all", "current": only == "all", "badge": 0})
    context = {
        "title": f"{year_label(found.fiscal_year)}の監査対象と前年度の比較",
        "table": table,
        "tabs": tabs,
        "only": only,
        "crumbs": [*_down(found), {"label": "前年度との比較", "url": ""}],
    }
    return render(request, "web/audits/rotation/against.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: SignedInRequest, choice_id: int) -> HttpResponse:
    """Show why one system is where it is; change it, with the reason."""
    by = request.principal
    row = find_choice(by, choice_id)
    found = row.selection
    posting = request.method == "POST"
    if posting:
        require(by, MANAGE_ROTATION)
    form = OverrideForm(request.POST if posting else None, initial={"tier": row.tier})
    back = reverse("rotation-choice", args=[row.pk])

    def operation(said: dict[str, Any]) -> object:
        return override_choice(by=by, choice=row, version=found.version, **said)

    return change_page(
        request,
        form,
        operation,
        title=row.system.name,
        submit="区分を変更する",
        back=back,
        done="区分を変更しました。周期の確認は、変更のあとの区分で計算し直しています。",
        up=_down(found),
        template="choice",
        standing=found,
        row=row,
        selection=found,
        changed_on=era_date(row.overridden_at.astimezone(JAPAN).date()) if row.overridden_at else "",
        tier=TIERS[row.tier],
        drawn=TIERS[row.drawn_tier],
        facts=_facts(row, by),
        parts_header=("見るもの", "事実", "点数"),
        parts=_parts(row.parts),
        technical_parts=_parts(row.technical_parts),
        planned=_planned(row),
        may_change=by.everywhere(MANAGE_ROTATION) and found.status == SystemSelection.Status.DRAWN,
    )


def _facts(row: SystemChoice, by: Any) -> list[tuple[str, str]]:
    known = next(one for one in universe_of(row.selection) if one.id == row.system_id)
    tied = SystemChoice.objects.filter(selection=row.selection_id, points=row.points).count()
    lot = f"{row.lot:.6f}（同点{tied}件を、小さい順に並べた）" if tied > 1 else f"{row.lot:.6f}（同点なし）"
    return [
        ("コード", known.code),
        ("所管課", name_with_bureau(by.city, known.owner_id, row.selection.drawn_on)),
        (
            "順位・点数",
            f"{row.rank}位　{row.points}点（技術監査の順では{row.technical_points}点）",
        ),
        ("選んだ段", row.get_because_display() or "件数に入らない"),
        ("訪問調査の期限", year_label(row.due) if row.due else "周期の対象ではない"),
        ("自己点検の期限", year_label(row.self_due)),
        ("くじの値", lot),
    ]


def _parts(parts: list[list[Any]]) -> list[list[Any]]:
    return [[Factor(factor).label, said, points] for factor, points, said in parts]


def _planned(row: SystemChoice) -> MidTermLine | None:
    """Return what the adopted mid-term plan says of the system in this year."""
    lines = MidTermLine.objects.filter(
        plan__city=row.selection.city_id,
        plan__status="adopted",
        system=row.system_id,
        fiscal_year=row.selection.fiscal_year,
    )
    return lines.select_related("plan").order_by("-plan__adopted_on").first()


@signed_in
@require_POST
def adopt(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Decide the selection."""
    by = request.principal
    found = find_selection(by, selection_id)
    made = adopt_system_selection(
        by=by, selection=found, version=whole_number(request.POST.get("version", ""))
    )
    audits = made.choices.filter(engagement__isnull=False).count()
    messages.success(request, f"監査対象を決定しました。{audits}件の監査を計画に載せました。")
    return redirect("rotation-selection", selection_id=made.pk)


@signed_in
@require_POST
def ask(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Make the decided systems the targets of the self-inspection that is being planned."""
    by = request.principal
    found = find_selection(by, selection_id)
    programme = ask_systems(by=by, selection=found, version=whole_number(request.POST.get("version", "")))
    messages.success(request, f"「{programme.name}」の対象にしました。")
    return redirect("rotation-selection", selection_id=found.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Leave a selection aside, with the reason."""
    by = request.principal
    found = find_selection(by, selection_id)
    require(by, MANAGE_ROTATION)

    def operation(said: dict[str, Any]) -> object:
        return discard_system_selection(by=by, selection=found, reason=said["reason"], version=found.version)

    return change_page(
        request,
        ReasonForm(request.POST if request.method == "POST" else None),
        operation,
        title="この選定を採用しない",
        submit="採用しない",
        back=reverse("rotation-selection", args=[found.pk]),
        done="この選定を不採用にしました。記録は残ります。",
        up=_down(found),
        standing=found,
        danger=True,
    )
