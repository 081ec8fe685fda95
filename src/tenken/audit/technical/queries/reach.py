"""Who sees results of scanners, and who may work with them.

The secretariat, and the auditors appointed to an audit of the system, see everything. Everybody else who may see audits of
its owner sees what is no longer being audited: results that belong to no audit, those of an audit whose draft was sent or
whose report was issued, and weaknesses that have become findings.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenken.assets.models import InformationSystem
from tenken.audit.engagements.queries import refusal_to_work
from tenken.audit.models import Appointment, Engagement, ReportedWeakness, ScanImport, Weakness
from tenken.audit.permissions import JUDGE_WEAKNESSES, MANAGE_AUDITS, RECORD_AUDITS, VIEW_AUDITS
from tenken.audit.technical.states import APPLIED
from tenken.common.refusals import Denied, Missing
from tenken.organization.access import Principal, decide

TOLD = (Engagement.Status.DRAFTED, Engagement.Status.ISSUED, Engagement.Status.CLOSED)
_OVER = (Engagement.Status.CLOSED, Engagement.Status.CANCELLED)


def my_engagements(by: Principal) -> QuerySet[Engagement]:
    """Return the audits *by* is appointed to on their date."""
    mine = Appointment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=by.on),
        auditor__person=by.person_id,
        auditor__person__isnull=False,
        valid_from__lte=by.on,
    )
    return Engagement.objects.filter(city=by.city_id, pk__in=mine.values("engagement")).exclude(
        status=Engagement.Status.CANCELLED
    )


def scans_for(by: Principal) -> QuerySet[ScanImport]:
    """Return the imports *by* may see, newest first."""
    rows = (
        ScanImport.objects.restrict(by, VIEW_AUDITS)
        .filter(file__isnull=False)
        .select_related("system__owner", "system__city", "engagement", "file")
        .order_by("-requested_at", "-pk")
    )
    if by.everywhere(MANAGE_AUDITS):
        return rows
    return rows.filter(
        Q(system__in=_my_systems(by))
        | Q(engagement__in=my_engagements(by).values("pk"))
        | Q(_told(), status=APPLIED)
    )


def weaknesses_for(by: Principal) -> QuerySet[Weakness]:
    """Return the weaknesses *by* may see."""
    rows = Weakness.objects.restrict(by, VIEW_AUDITS).select_related(
        "system__owner", "system__city", "finding"
    )
    if by.everywhere(MANAGE_AUDITS):
        return rows
    told = ReportedWeakness.objects.filter(
        scan__in=ScanImport.objects.filter(_told(), status=APPLIED).values("pk"),
        scan__system=OuterRef("system"),
        tool=OuterRef("tool"),
        rule=OuterRef("rule"),
    )
    return rows.filter(Q(system__in=_my_systems(by)) | Q(finding__isnull=False) | Exists(told))


def systems_for(by: Principal) -> QuerySet[InformationSystem]:
    """Return the systems of which *by* may see a scan or a weakness."""
    return InformationSystem.objects.filter(
        Q(pk__in=scans_for(by).order_by().values("system")) | Q(pk__in=weaknesses_for(by).values("system"))
    ).select_related("owner", "city")


def find_scan(by: Principal, key: int) -> ScanImport:
    """Return one import; ``Missing`` when there is none *by* may see."""
    found = scans_for(by).filter(pk=key).first()
    if found is None:
        raise Missing("診断結果がないか、見ることのできる範囲にありません。")
    return found


def find_weakness(by: Principal, key: int) -> Weakness:
    """Return one weakness; ``Missing`` when there is none *by* may see."""
    found = weaknesses_for(by).filter(pk=key).first()
    if found is None:
        raise Missing("ぜい弱性がないか、見ることのできる範囲にありません。")
    return found


def find_scanned_system(by: Principal, key: int) -> InformationSystem:
    """Return one system with results; ``Missing`` when there is none *by* may see."""
    found = systems_for(by).filter(pk=key).first()
    if found is None:
        raise Missing("診断結果のある情報システムがないか、見ることのできる範囲にありません。")
    return found


def sees_all_of(by: Principal, system: InformationSystem) -> bool:
    """Tell whether *by* sees everything of a system: the secretariat, and the auditors of it."""
    return (
        bool(decide(by, MANAGE_AUDITS, unit=system.owner))
        or my_engagements(by).filter(system=system).exists()
    )


def require_import(by: Principal, system: InformationSystem, engagement: Engagement | None) -> None:
    """Raise ``Denied`` unless *by* may bring in results for a system: who may work on the audit they belong to; without an
    audit, who manages audits."""
    if engagement is not None:
        if why := refusal_to_work(by, engagement):
            raise Denied(why)
    elif not decide(by, MANAGE_AUDITS, unit=system.owner):
        raise Denied("監査に属さない診断結果を取り込めるのは、事務局だけです。")


def may_import(by: Principal, system: InformationSystem, engagement: Engagement | None) -> bool:
    """Tell whether :func:`require_import` lets *by*."""
    try:
        require_import(by, system, engagement)
    except Denied:
        return False
    return True


def open_engagements(by: Principal) -> QuerySet[Engagement]:
    """Return the audits for which *by* may bring in results: of a system, not over."""
    rows = Engagement.objects.filter(city=by.city_id, system__isnull=False).exclude(status__in=_OVER)
    if not by.everywhere(MANAGE_AUDITS):
        rows = rows.filter(pk__in=my_engagements(by).values("pk")) if by.holds(RECORD_AUDITS) else rows.none()
    return rows.select_related("system", "unit").order_by("-fiscal_year", "-number")


def may_judge(by: Principal, system: InformationSystem) -> bool:
    """Tell whether *by* may judge weaknesses of a system and open findings of them."""
    return bool(decide(by, JUDGE_WEAKNESSES, unit=system.owner)) and sees_all_of(by, system)


def require_judge(by: Principal, system: InformationSystem) -> None:
    """Raise ``Denied`` unless :func:`may_judge`."""
    if not may_judge(by, system):
        raise Denied("ぜい弱性を判断できるのは、この情報システムの監査に任命された監査人と事務局です。")


def _my_systems(by: Principal) -> Any:
    return my_engagements(by).filter(system__isnull=False).values("system")


def _told() -> Q:
    return Q(engagement__isnull=True) | Q(engagement__status__in=TOLD)
