"""Weaknesses become findings of the section that owns the system, or items of the audit's report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tenken.assets.models import InformationSystem
from tenken.audit.models import ScanImport, Weakness, WeaknessPlace
from tenken.audit.technical.queries.reach import require_judge
from tenken.audit.technical.queries.weaknesses import with_effective
from tenken.audit.technical.words import (
    MEDIUM,
    SEVERITY_LABELS,
    URGENCY_LABELS,
    tool_label,
)
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid
from tenken.findings.models import Finding
from tenken.findings.operations import NewFinding, open_findings
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.journal.operations import record
from tenken.organization.access import Principal

_SHOWN_HOSTS: Final = 50
_ENDED: Final = (VERIFIED, WITHDRAWN)


def origin_key(weakness: Weakness) -> str:
    """Return what names *weakness* as the origin of a finding: one for each time it came back."""
    return f"audit.weakness:{weakness.pk}" + (f":{weakness.returns}" if weakness.returns else "")


def may_become_findings(system: InformationSystem, on: date, threshold: int = MEDIUM) -> QuerySet[Weakness]:
    """Return the weaknesses of *system* that stand, are at least as urgent as *threshold*, and have no live finding."""
    rows = with_effective(Weakness.objects.filter(system=system, not_seen_since=None), on)
    return rows.filter(effective__gte=threshold).exclude(
        pk__in=Weakness.objects.filter(system=system, finding__isnull=False)
        .exclude(finding__status=WITHDRAWN)
        .values("pk")
    )


@transaction.atomic
def open_weakness_findings(
    *,
    by: Principal,
    system: InformationSystem,
    weaknesses: Iterable[Weakness] | None = None,
    threshold: int = MEDIUM,
    due_on: date | None = None,
    on: date | None = None,
) -> list[Finding]:
    """Open a finding for each of *weaknesses* of *system*, or for all at least as urgent as *threshold*; return them.

    Those that have one are passed over. ``Invalid`` when none is left, or one belongs elsewhere or is not seen any more.
    """
    require_judge(by, system)
    day = on or by.on
    rows = Weakness.objects.select_for_update(of=("self",)).filter(system=system).order_by("-urgency", "pk")
    if weaknesses is None:
        chosen = list(rows.filter(pk__in=may_become_findings(system, day, threshold).values("pk")))
    else:
        keys = {one.pk for one in weaknesses}
        chosen = [one for one in rows.filter(pk__in=keys).select_related("finding") if _wants_finding(one)]
        if len(keys) > rows.filter(pk__in=keys, not_seen_since=None).count():
            raise Invalid("いまは見つからないぜい弱性を、課題にはできません。")
    if not chosen:
        raise Invalid("課題にするぜい弱性がありません。")
    return _opened(by, system, chosen, FiscalYear.of(day).year, day, due_on)


def _wants_finding(weakness: Weakness) -> bool:
    return weakness.finding is None or weakness.finding.status == WITHDRAWN


def open_returned(*, by: Principal, scan: ScanImport) -> list[Finding]:
    """Open a new finding for each weakness that *scan* saw again after its finding was closed; it follows that one.

    For ``apply_scan``, inside its transaction.
    """
    rows = Weakness.objects.filter(
        system=scan.system_id, returned_at=scan.scanned_at, not_seen_since=None, finding__status__in=_ENDED
    ).select_related("finding")
    back = list(rows.order_by("pk"))
    return _opened(by, scan.system, back, scan.fiscal_year, by.on, None) if back else []


def _opened(
    by: Principal,
    system: InformationSystem,
    chosen: Sequence[Weakness],
    fiscal_year: int,
    on: date,
    due_on: date | None,
) -> list[Finding]:
    hosts = _hosts(chosen)
    made = open_findings(
        by=by,
        city=by.city,
        fiscal_year=fiscal_year,
        origin=Finding.Origin.SCAN,
        rows=[
            NewFinding(
                unit_id=system.owner_id,
                origin_key=origin_key(one),
                title=finding_title(system, one),
                detail=finding_detail(one, hosts[one.pk]),
                due_on=due_on,
                aspect=Finding.Aspect.TECHNICAL,
                system_id=system.pk,
                follows_id=one.finding_id if one.returns else None,
            )
            for one in chosen
        ],
        on=on,
    )
    for weakness, finding in zip(chosen, made, strict=True):
        weakness.finding = finding
    Weakness.objects.bulk_update(chosen, ["finding"], batch_size=500)
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.weakness.open",
        subject=("assets.system", system.pk),
        changes={
            "findings": [
                [weakness.pk, weakness.title, finding.pk, str(finding)]
                for weakness, finding in zip(chosen, made, strict=True)
            ]
        },
        business_date=on,
    )
    return made


def finding_title(system: InformationSystem, weakness: Weakness) -> str:
    """Return the title of the finding of *weakness*: what it is and how many hosts have it."""
    many = f"（{weakness.hosts}台）" if weakness.hosts > 1 else ""
    return f"{system.name}：{weakness.title}"[: 500 - len(many)] + many


def finding_detail(weakness: Weakness, hosts: Sequence[str]) -> str:
    """Return what the owner of the system has to know: both ratings, the hosts, what to do."""
    shown = "、".join(hosts[:_SHOWN_HOSTS])
    more = f"ほか{len(hosts) - _SHOWN_HOSTS}台" if len(hosts) > _SHOWN_HOSTS else ""
    parts = [
        f"緊急度：{URGENCY_LABELS[weakness.urgency]}（{tool_label(weakness.tool)}の深刻度：{SEVERITY_LABELS[weakness.severity]}"
        + (f"、CVSS {weakness.score}" if weakness.score is not None else "")
        + "）",
        f"見つかった機器：{shown}{more}" if shown else "",
        f"CVE：{'、'.join(weakness.cves[:20])}" if weakness.cves else "",
        f"再び見つかった日：{era_date(weakness.returned_at.date())}" if weakness.returned_at else "",
        weakness.description[:2000],
        f"対策：{weakness.solution[:1500]}" if weakness.solution else "",
    ]
    return "\n".join(part for part in parts if part)[:5000]


def _hosts(chosen: Sequence[Weakness]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {one.pk: [] for one in chosen}
    rows = WeaknessPlace.objects.filter(weakness__in=found, not_seen_since=None).exclude(host="")
    for weakness, host in rows.order_by("host").values_list("weakness", "host").distinct():
        found[weakness].append(host)
    return found
