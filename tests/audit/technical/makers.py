"""Scans as tests need them: small Nessus files, written through the operations."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from tenken.assets.models import InformationSystem
from tenken.audit.models import Appointment, Auditor, Engagement, ScanImport
from tenken.audit.technical.operations import apply_scan, read_scan, receive_scan
from tenken.organization.access import Principal
from tests.factories import FOUNDED, Scenario

# plugin, severity (0-4), host, port
Seen = tuple[str, int, str, int]
_OS = {
    "old": "Microsoft Windows Server 2008 R2 Standard Service Pack 1",
    "new": "Linux Kernel 6.8 on Ubuntu 24.04",
}


def make_system(scenario: Scenario, code: str = "SYS-01", *, public: bool = False) -> InformationSystem:
    return InformationSystem.objects.create(
        city=scenario.city,
        code=code,
        name=f"窓口システム{code[-2:]}",
        owner=scenario.section_a1,
        public=public,
        valid_from=FOUNDED,
    )


def make_engagement(
    scenario: Scenario,
    system: InformationSystem,
    *,
    starts_on: date,
    status: str = Engagement.Status.FIELDWORK,
    role: str = "auditor",
) -> Engagement:
    made = Engagement.objects.create(
        city=scenario.city,
        fiscal_year=2026,
        number=Engagement.objects.count() + 1,
        kind=Engagement.Kind.TECHNICAL,
        unit=system.owner,
        system=system,
        theme="技術監査",
        purpose="ぜい弱性の有無を確かめる。",
        starts_on=starts_on,
        ends_on=date(2027, 2, 28),
        status=status,
        began_on=starts_on,
    )
    person = scenario.people[role]
    auditor, _ = Auditor.objects.get_or_create(
        city=scenario.city, person=person, defaults={"name": person.name, "valid_from": FOUNDED}
    )
    Appointment.objects.create(
        engagement=made, auditor=auditor, part="lead", name=person.name, valid_from=starts_on
    )
    return made


def nessus(
    seen: Iterable[Seen],
    *,
    at: str,
    hosts: Iterable[str] = (),
    systems: dict[str, str] | None = None,
) -> bytes:
    """Return a Nessus v2 file. *at*: the end of each host's scan (epoch seconds or asctime); *hosts*: also those where
    nothing was found; *systems*: the OS of a host."""
    by_host: dict[str, list[Seen]] = {host: [] for host in hosts}
    for one in seen:
        by_host.setdefault(one[2], []).append(one)
    body = "".join(
        f'<ReportHost name={quoteattr(host)}><HostProperties><tag name="HOST_END_TIMESTAMP">{at}</tag>'
        + (
            f'<tag name="operating-system">{escape((systems or {})[host])}</tag>'
            if host in (systems or {})
            else ""
        )
        + f'<tag name="host-ip">{escape(host)}</tag></HostProperties>'
        + "".join(_item(one) for one in items)
        + "</ReportHost>"
        for host, items in by_host.items()
    )
    return (
        '<?xml version="1.0"?><NessusClientData_v2><Policy><policyName>p</policyName></Policy>'
        f'<Report name="r">{body}</Report></NessusClientData_v2>'
    ).encode()


def _item(one: Seen) -> str:
    plugin, severity, _, port = one
    return (
        f'<ReportItem port="{port}" svc_name="www" protocol="tcp" severity="{severity}" pluginID="{plugin}" '
        f'pluginName="弱点{plugin}" pluginFamily="General"><description>説明{plugin}</description>'
        f"<solution>更新する</solution><plugin_output>出力</plugin_output></ReportItem>"
    )


EPOCH = {
    "april": "1775005200",  # 2026-04-01 10:00 JST
    "june": "1780275600",  # 2026-06-01
    "august": "1785546000",  # 2026-08-01
    "october": "1790816400",  # 2026-10-01
}


def received(by: Principal, system: InformationSystem, content: bytes, **more: object) -> ScanImport:
    return receive_scan(
        by=by, system=system, stream=io.BytesIO(content), name=str(more.pop("name", "scan.nessus")), **more
    )  # type: ignore[arg-type]


def ready(by: Principal, system: InformationSystem, content: bytes, **more: object) -> ScanImport:
    return read_scan(by=by, scan=received(by, system, content, **more))


def applied(by: Principal, system: InformationSystem, content: bytes, **more: object) -> ScanImport:
    scan = ready(by, system, content, **more)
    return apply_scan(by=by, scan=scan, version=scan.version)
