"""Planning one audit (個別監査実施計画): what, why, how, when; by the yearly plan or by order of the CISO (特命)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tenken.assets.models import InformationSystem
from tenken.audit.competence.queries.settings import settings_of, viewpoints_of
from tenken.audit.engagements.operations.applying import locked_engagement, move, tell
from tenken.audit.engagements.rules.viewpoints import check_viewpoints
from tenken.audit.models import Engagement, EngagementCounter
from tenken.audit.permissions import MANAGE_AUDITS, ORDER_AUDITS
from tenken.organization.access import Principal, decide, require
from tenken.organization.models import Unit
from tenken.organization.names import Checks

THEME_LIMIT, TEXT_LIMIT, REASON_LIMIT, NAME_LIMIT, CANCEL_LIMIT = 200, 2_000, 1_000, 120, 300


@dataclass(frozen=True)
class EngagementData:
    """An audit as it is planned. ``kind``, ``conduct``: ``Engagement.Kind``, ``Engagement.Conduct``; ``conducted_with``:
    who audits besides or instead of the city (joint, external)."""

    fiscal_year: int
    kind: str
    unit_id: int
    system_id: int | None
    theme: str
    purpose: str
    scope: str
    criteria: str
    method: str
    chosen_because: str
    starts_on: date
    ends_on: date
    conduct: str = "internal"
    conducted_with: str = ""


@transaction.atomic
def plan_engagement(*, by: Principal, data: EngagementData, on: date | None = None) -> Engagement:
    """Plan an audit and return it, with the next number of its fiscal year and the city's viewpoints.

    ``Invalid`` names kind, conduct, conducted_with, unit, system, theme, purpose, scope, criteria, method, chosen_because,
    starts_on, ends_on, fiscal_year.
    """
    require(by, MANAGE_AUDITS)
    checks = Checks()
    engagement = _checked(by, Engagement(city=by.city), data, checks)
    checks.done()
    return _number(by, engagement, data, on)


@transaction.atomic
def order_engagement(
    *,
    by: Principal,
    data: EngagementData,
    because: str,
    ordered_by_name: str = "",
    ordered_on: date | None = None,
    on: date | None = None,
) -> Engagement:
    """Order an audit outside the yearly plan (特命) and why; return it, planned.

    Who may order says so in their own name, today. The secretariat records an order given elsewhere: *ordered_by_name* and
    *ordered_on* say whose and when. ``Invalid`` besides :func:`plan_engagement`'s: because, ordered_by_name, ordered_on.
    """
    orders = decide(by, ORDER_AUDITS)
    if not orders:
        require(by, MANAGE_AUDITS)
    checks, day = Checks(), on or by.on
    engagement = _checked(by, Engagement(city=by.city, special=True), data, checks)
    engagement.ordered_because = checks.name(
        because, label="命じた理由", limit=REASON_LIMIT, field="because", lines=True
    )
    if orders:
        engagement.ordered_by_name, engagement.ordered_on = by.actor.name, day
    else:
        engagement.ordered_by_name = checks.name(
            ordered_by_name, label="命じた者", limit=100, field="ordered_by_name"
        )
        engagement.ordered_on = ordered_on or day
        if engagement.ordered_on > day:
            checks.problem("これからの日は記録できません。", label="命じた日", field="ordered_on")
    checks.done()
    return _number(by, engagement, data, on)


@transaction.atomic
def change_engagement(
    *, by: Principal, engagement: Engagement, data: EngagementData, version: int, on: date | None = None
) -> Engagement:
    """Change the plan of an audit that has not begun; the fiscal year and what is audited stay with its number.

    ``Invalid`` as for :func:`plan_engagement`. One that was notified is to be notified anew.
    """
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    move(engagement, "change")
    checks = Checks()
    if data.fiscal_year != engagement.fiscal_year:
        checks.problem("年度は変えられません。", label="年度", field="fiscal_year")
    if (data.unit_id, data.system_id) != (engagement.unit_id, engagement.system_id) and engagement.letter_on:
        checks.problem("通知した監査の対象は変えられません。", label="監査対象", field="unit")
    _checked(by, engagement, data, checks)
    checks.done()
    engagement.save()
    tell(by, engagement, "changed", "audit.engagement.change", asdict(data), on=on)
    return engagement


@transaction.atomic
def choose_viewpoints(
    *,
    by: Principal,
    engagement: Engagement,
    viewpoints: Sequence[dict[str, Any]],
    version: int,
    on: date | None = None,
) -> Engagement:
    """Word the viewpoints (着眼点) of one audit, until its report is issued. ``Invalid`` as the rule says."""
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    move(engagement, "appoint")
    engagement.viewpoints = check_viewpoints(
        viewpoints, used=engagement.items.filter(dropped_because="").values_list("viewpoint", flat=True)
    )
    engagement.save()
    changes = {"viewpoints": engagement.viewpoints}
    tell(by, engagement, "viewpoints", "audit.engagement.viewpoints", changes, on=on)
    return engagement


@transaction.atomic
def cancel_engagement(
    *, by: Principal, engagement: Engagement, reason: str, version: int, on: date | None = None
) -> Engagement:
    """Call an audit off before its draft is sent, and say why. ``Invalid`` names reason."""
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    move(engagement, "cancel")
    checks = Checks()
    engagement.cancelled_because = checks.name(
        reason, label="取りやめる理由", limit=CANCEL_LIMIT, field="reason"
    )
    checks.done()
    engagement.save()
    words = engagement.cancelled_because
    tell(by, engagement, "cancelled", "audit.engagement.cancel", {"reason": words}, comment=words, on=on)
    return engagement


def _checked(by: Principal, engagement: Engagement, data: EngagementData, checks: Checks) -> Engagement:
    """Put *data* into *engagement*; what is wrong with it into *checks*."""
    _check_object(by, engagement, data, checks)
    if not 1989 <= data.fiscal_year <= 2200:
        checks.problem("年度が正しくありません。", label="年度", field="fiscal_year")
    if data.kind not in Engagement.Kind.values:
        checks.problem("監査の種類を選んでください。", label="種類", field="kind")
    if data.conduct not in Engagement.Conduct.values:
        checks.problem("実施のしかたを選んでください。", label="実施のしかた", field="conduct")
    if data.ends_on < data.starts_on:
        checks.problem("終了日は、開始日以後の日にしてください。", label="終了日", field="ends_on")
    engagement.fiscal_year, engagement.kind, engagement.conduct = data.fiscal_year, data.kind, data.conduct
    engagement.starts_on, engagement.ends_on = data.starts_on, data.ends_on
    engagement.conducted_with = checks.name(
        data.conducted_with,
        label="共同・外部で監査を行う者",
        limit=NAME_LIMIT,
        field="conducted_with",
        required=data.conduct in (Engagement.Conduct.JOINT, Engagement.Conduct.EXTERNAL),
    )
    engagement.theme = checks.name(data.theme, label="監査のテーマ", limit=THEME_LIMIT, field="theme")
    for field, label, required, limit in (
        ("purpose", "監査の目的", True, TEXT_LIMIT),
        ("scope", "監査の範囲", False, TEXT_LIMIT),
        ("criteria", "監査の基準", False, TEXT_LIMIT),
        ("method", "監査の方法", False, TEXT_LIMIT),
        ("chosen_because", "選んだ理由", False, REASON_LIMIT),
    ):
        said = checks.name(
            getattr(data, field), label=label, limit=limit, field=field, required=required, lines=True
        )
        setattr(engagement, field, said)
    return engagement


def _check_object(by: Principal, engagement: Engagement, data: EngagementData, checks: Checks) -> None:
    unit = Unit.objects.filter(pk=data.unit_id, city=by.city_id).first()
    if unit is None or not unit.is_valid_on(data.starts_on):
        checks.problem("監査の開始日にある課公所を選んでください。", label="監査対象", field="unit")
    else:
        engagement.unit = unit
    engagement.system = None
    if data.system_id is not None:
        system = InformationSystem.objects.filter(pk=data.system_id, city=by.city_id).first()
        if system is None or (system.valid_to is not None and system.valid_to <= data.starts_on):
            checks.problem(
                "監査の開始日にある情報システムを選んでください。", label="情報システム", field="system"
            )
        elif not by.tree.lineage_forward([system.owner_id]) & by.tree.lineage_forward([data.unit_id]):
            checks.problem(
                "所管する課公所の情報システムを選んでください。", label="情報システム", field="system"
            )
        engagement.system = system
    elif data.kind in (Engagement.Kind.SYSTEM, Engagement.Kind.TECHNICAL):
        checks.problem("情報システムを選んでください。", label="情報システム", field="system")


def _number(by: Principal, engagement: Engagement, data: EngagementData, on: date | None) -> Engagement:
    counter = _locked_counter(by, data.fiscal_year)
    counter.last += 1
    counter.save(update_fields=["last"])
    engagement.number = counter.last
    engagement.viewpoints = viewpoints_of(settings_of(by.city_id))
    engagement.save(force_insert=True)
    ordered = {
        "by": engagement.ordered_by_name,
        "on": engagement.ordered_on,
        "because": engagement.ordered_because,
    }
    changes = (
        asdict(data) | {"number": engagement.number} | ({"ordered": ordered} if engagement.special else {})
    )
    event = "ordered" if engagement.special else "planned"
    tell(
        by,
        engagement,
        event,
        f"audit.engagement.{'order' if engagement.special else 'plan'}",
        changes,
        comment=engagement.ordered_because or engagement.chosen_because,
        on=on,
    )
    return engagement


def _locked_counter(by: Principal, fiscal_year: int) -> EngagementCounter:
    """Return the year's counter with its row locked: whoever plans next waits until this transaction ends."""
    rows = EngagementCounter.objects.select_for_update().filter(city=by.city_id, fiscal_year=fiscal_year)
    counter = rows.first()
    if counter is None:
        EngagementCounter.objects.bulk_create(
            [EngagementCounter(city=by.city, fiscal_year=fiscal_year)], ignore_conflicts=True
        )
        counter = rows.get()
    return counter
