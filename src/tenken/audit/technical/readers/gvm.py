"""Reports of OpenVAS and GVM as XML (Greenbone Management Protocol, ``report``; also as answer of ``get_reports``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.making import (
    Hosts,
    cves_in,
    make_host,
    make_record,
    moment,
    port_number,
    reference_list,
    score_of,
)
from tenken.audit.technical.readers.severities import of_score
from tenken.audit.technical.readers.sources import Source
from tenken.audit.technical.readers.xml_stream import Node, Wanted, stream
from tenken.audit.technical.records import ScannedHost, ScanRecord

ROOTS = frozenset({"report", "get_reports_response"})
_WANTED = Wanted(
    roots=ROOTS,
    # "host" below the report tells of a host; results have hosts of their own, inside their trees.
    trees=frozenset({"result", "host"}),
    dropped=frozenset(
        {"ports", "errors", "filters", "task", "tls_certificates", "user_tags"}
        | {"notes", "overrides", "tickets", "detection"}
    ),
)
# No weaknesses: messages of the scanner, and what a person has set aside as false.
_PASSED_OVER = frozenset({"debug", "error", "false positive"})
_VECTORS = ("cvss_base_v4", "cvss_base_v3", "cvss_base_v2")


def read_gvm(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    """Yield results and hosts as they come; the description of a host stands after its results."""
    hosts = Hosts()
    for piece in stream(source, _WANTED):
        if isinstance(piece, str):
            continue
        if piece.name == "host" and (host := _host(piece)):
            hosts.is_new(host.host)
            yield host
        elif piece.name == "result" and (record := _record(piece)):
            if hosts.is_new(record.host):
                yield make_host(record.host, host_name=record.host_name, seen_at=record.seen_at)
            yield record


def _host(node: Node) -> ScannedHost | None:
    if not (address := node.text_of("ip")):
        return None
    details = {detail.text_of("name"): detail.text_of("value") for detail in node.all("detail")}
    return make_host(
        address,
        host_name=details.get("hostname", ""),
        operating_system=details.get("best_os_txt", ""),
        seen_at=moment(node.text_of("end")) or moment(node.text_of("start")),
    )


def _record(result: Node) -> ScanRecord | None:
    nvt = result.find("nvt") or Node("nvt", {})
    threat = result.text_of("threat").lower()
    if threat in _PASSED_OVER or result.text_of("severity").startswith("-"):
        return None
    tags = _tags(nvt.text_of("tags"))
    score = score_of(result.text_of("severity"))
    host = result.find("host") or Node("host", {})
    port, protocol, service = _port(result.text_of("port"))
    vector = _vector(nvt) or tags.get("cvss_base_vector", "")
    return make_record(
        tool="gvm",
        rule=nvt.get("oid"),
        title=nvt.text_of("name") or result.text_of("name"),
        severity=_severity(threat, score),
        host=host.text,
        host_name=host.text_of("hostname"),
        port=port,
        protocol=protocol,
        service=service,
        vector=vector,
        score=score,
        cves=cves_in(*_references(nvt, "cve"), nvt.text_of("cve")),
        description="\n\n".join(
            filter(None, (tags.get(part, "") for part in ("summary", "insight", "impact")))
        ),
        solution=nvt.text_of("solution") or tags.get("solution", ""),
        output=result.text_of("description"),
        references=reference_list([*_references(nvt, "url"), *_links(nvt.text_of("xref"))]),
        seen_at=_seen_at(result),
    )


def _severity(threat: str, score: float | None) -> str:
    """Return the level; "High" of 9.0 and more is critical, as GVM itself says since it knows that word."""
    level = severities.GVM.get(threat) or of_score(score)
    return "critical" if level == "high" and score is not None and score >= 9.0 else level


def _tags(text: str) -> dict[str, str]:
    """Return name=value|name=value as a dict."""
    pairs = (part.partition("=") for part in text.split("|"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _vector(nvt: Node) -> str:
    given = {
        severity.get("type"): severity.text_of("value")
        for severity in (nvt.find("severities") or Node("severities", {})).all("severity")
    }
    return next((given[kind] for kind in _VECTORS if given.get(kind)), "")


def _references(nvt: Node, kind: str) -> list[str]:
    refs = nvt.find("refs")
    return [ref.get("id") for ref in refs.all("ref") if ref.get("type") == kind] if refs else []


def _links(xref: str) -> list[str]:
    return re.findall(r"https?://[^\s,]+", xref)


def _port(text: str) -> tuple[int | None, str, str]:
    """Return number, protocol and service of "443/tcp", "general/tcp" or "https (443/tcp)"."""
    service, _bracket, inner = text.partition(" (")
    number, _slash, protocol = (inner.rstrip(")") or text).partition("/")
    return port_number(number), protocol, service if inner else ""


def _seen_at(result: Node) -> datetime | None:
    return moment(result.text_of("modification_time")) or moment(result.text_of("creation_time"))
