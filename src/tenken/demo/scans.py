"""Results as scanners write them, small: Nessus v2, Nmap (-oX) and ZAP. For machines that do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True)
class Flaw:
    """One weakness on some hosts. ``severity``: 0 (info) to 4 (critical); ZAP knows 0 to 3. ``where``: a path, for ZAP."""

    rule: str
    title: str
    severity: int
    hosts: tuple[str, ...]
    port: int = 0
    solution: str = ""
    where: str = ""


def nessus(flaws: Sequence[Flaw], systems: dict[str, str], at: datetime) -> bytes:
    """Return a Nessus v2 file over the hosts of *systems* (address → operating system), scanned until *at*."""
    hosts = []
    for host, system in systems.items():
        items = "".join(
            f'<ReportItem port="{flaw.port}" svc_name="{"www" if flaw.port else "general"}" protocol="tcp" '
            f'severity="{flaw.severity}" pluginID="{flaw.rule}" pluginName={quoteattr(flaw.title)} pluginFamily="General">'
            f"<description>{escape(flaw.title)}</description><solution>{escape(flaw.solution)}</solution></ReportItem>"
            for flaw in flaws
            if host in flaw.hosts
        )
        hosts.append(
            f'<ReportHost name="{host}"><HostProperties>'
            f'<tag name="HOST_END_TIMESTAMP">{int(at.timestamp())}</tag>'
            f'<tag name="operating-system">{escape(system)}</tag><tag name="host-ip">{host}</tag>'
            f"</HostProperties>{items}</ReportHost>"
        )
    report = f'<Report name="demo">{"".join(hosts)}</Report>'
    return (
        '<?xml version="1.0"?><NessusClientData_v2><Policy><policyName>demo</policyName></Policy>'
        f"{report}</NessusClientData_v2>"
    ).encode()


def nmap(systems: dict[str, str], ports: Sequence[int], at: datetime) -> bytes:
    """Return an Nmap file over the hosts of *systems* (address → operating system), each with *ports* open."""
    open_ports = "".join(
        f'<port protocol="tcp" portid="{port}"><state state="open"/><service name="{"https" if port == 443 else "http"}"/></port>'
        for port in ports
    )
    moment = int(at.timestamp())
    hosts = "".join(
        f'<host starttime="{moment}" endtime="{moment}"><status state="up"/><address addr="{host}" addrtype="ipv4"/>'
        f'<hostnames/><ports>{open_ports}</ports><os><osmatch name={quoteattr(system)} accuracy="98"/></os></host>'
        for host, system in systems.items()
    )
    count = len(systems)
    return (
        f'<?xml version="1.0"?><nmaprun scanner="nmap" args="nmap -O" start="{moment}" version="6.47" '
        f'xmloutputversion="1.04">{hosts}<runstats><finished time="{moment}"/>'
        f'<hosts up="{count}" down="0" total="{count}"/></runstats></nmaprun>'
    ).encode()


def zap(flaws: Sequence[Flaw], site: str, at: datetime) -> bytes:
    """Return a ZAP report in XML over *site*, a host name."""
    alerts = "".join(
        f"<alertitem><pluginid>{flaw.rule}</pluginid><alertRef>{flaw.rule}</alertRef><name>{escape(flaw.title)}</name>"
        f"<riskcode>{flaw.severity}</riskcode><confidence>2</confidence><desc>{escape(flaw.title)}</desc>"
        f"<instances><instance><uri>https://{site}{escape(flaw.where)}</uri><method>GET</method></instance></instances>"
        f"<count>1</count><solution>{escape(flaw.solution)}</solution></alertitem>"
        for flaw in flaws
    )
    return (
        f'<?xml version="1.0"?><OWASPZAPReport programName="ZAP" version="2.3.1" generated="{at:%a, %d %b %Y %H:%M:%S}">'
        f'<site name="https://{site}" host="{site}" port="443" ssl="true"><alerts>{alerts}</alerts></site></OWASPZAPReport>'
    ).encode()
