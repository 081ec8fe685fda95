"""Nessus v2 (.nessus): ``NessusClientData_v2 / Report / ReportHost / ReportItem`` (Tenable, Nessus v2 file format)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.making import (
    cves_in,
    cwes_in,
    make_host,
    make_record,
    moment,
    port_number,
    reference_list,
    score_of,
)
from tenken.audit.technical.readers.sources import Source
from tenken.audit.technical.readers.xml_stream import Node, Wanted, stream
from tenken.audit.technical.records import ScannedHost, ScanRecord

ROOTS = frozenset({"NessusClientData_v2"})
_WANTED = Wanted(
    roots=ROOTS,
    trees=frozenset({"HostProperties", "ReportItem"}),
    opened=frozenset({"ReportHost"}),
    closed=frozenset({"ReportHost"}),
)
# The newest vector a plugin has is the one that counts.
_RATINGS = (
    ("cvss4_vector", "cvss4_base_score", "4.0"),
    ("cvss3_vector", "cvss3_base_score", "3.0"),
    ("cvss_vector", "cvss_base_score", "2.0"),
)
_COMPLIANCE_PASSED = frozenset({"PASSED"})


def read_nessus(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    """Yield each host, then its items. Compliance checks that passed are no weaknesses and are left out."""
    host = ScannedHost("")
    told = True
    for piece in stream(source, _WANTED):
        if isinstance(piece, Node) and piece.name == "ReportHost":
            host, told = make_host(piece.get("name")), False
        elif isinstance(piece, Node) and piece.name == "HostProperties":
            host, told = _described(host, piece), True
            yield host
        else:
            if not told:  # a host without properties
                told = True
                yield host
            if isinstance(piece, Node) and (record := _record(piece, host)):
                yield record


def _described(host: ScannedHost, properties: Node) -> ScannedHost:
    tags = {tag.get("name"): tag.text for tag in properties.children if tag.name == "tag"}
    return make_host(
        host.host or tags.get("host-ip", ""),
        host_name=tags.get("host-fqdn") or tags.get("netbios-name") or tags.get("hostname") or "",
        operating_system=tags.get("operating-system") or tags.get("os") or "",
        seen_at=_seen_at(tags),
    )


def _seen_at(tags: dict[str, str]) -> datetime | None:
    for name in ("HOST_END_TIMESTAMP", "HOST_END", "HOST_START_TIMESTAMP", "HOST_START"):
        if found := moment(tags.get(name, "")):
            return found
    return None


def _record(item: Node, host: ScannedHost) -> ScanRecord | None:
    one: dict[str, str] = {}
    cves: list[str] = []
    cwes: list[str] = []
    for child in item.children:
        if child.name == "cve":
            cves.append(child.text)
        elif child.name == "cwe":
            cwes.append(child.text)
        else:
            one.setdefault(child.name, child.text)
    rule, title = item.get("pluginID"), item.get("pluginName")
    if check := one.get("cm:compliance-check-name"):
        if one.get("cm:compliance-result") in _COMPLIANCE_PASSED:
            return None
        rule, title = f"{rule}:{one.get('cm:compliance-check-id') or check}", check
    vector, score, version = next(
        ((one[v], one.get(s, ""), n) for v, s, n in _RATINGS if one.get(v)),
        next((("", one[s], n) for _v, s, n in _RATINGS if one.get(s)), ("", "", "")),
    )
    port = port_number(item.get("port"))
    return make_record(
        tool="nessus",
        rule=rule,
        title=title,
        severity=severities.NESSUS.get(item.get("severity"), ""),
        host=host.host,
        host_name=host.host_name,
        port=port,
        protocol=item.get("protocol") if port else "",
        service=item.get("svc_name") if port else "",
        vector=vector,
        score=score_of(score),
        cvss=version,
        cves=cves_in(*cves),
        cwes=cwes_in(cwes),
        description=_description(one),
        solution=one.get("solution") or one.get("cm:compliance-solution") or "",
        output=one.get("plugin_output") or one.get("cm:compliance-actual-value") or "",
        references=reference_list([one.get("see_also", ""), one.get("cm:compliance-see-also", "")]),
        operating_system=host.operating_system,
        seen_at=host.seen_at,
    )


def _description(one: dict[str, str]) -> str:
    text = one.get("cm:compliance-info") or one.get("description") or ""
    synopsis = one.get("synopsis", "")
    return f"{synopsis}\n\n{text}" if synopsis and text and synopsis not in text else text or synopsis
