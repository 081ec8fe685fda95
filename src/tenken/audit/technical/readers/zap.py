"""ZAP's traditional reports, XML and JSON: sites, alerts, and where each alert was seen."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.json_stream import mapping, sequence, text, values
from tenken.audit.technical.readers.making import (
    cves_in,
    cwes_in,
    host_of,
    make_host,
    make_record,
    moment,
    port_number,
)
from tenken.audit.technical.readers.sources import Source
from tenken.audit.technical.readers.xml_stream import Node, Wanted, stream
from tenken.audit.technical.records import ScannedHost, ScanRecord

ROOTS = frozenset({"OWASPZAPReport"})
_WANTED = Wanted(
    roots=ROOTS,
    trees=frozenset({"alertitem"}),
    opened=frozenset({"OWASPZAPReport", "site"}),
    dropped=frozenset({"requestheader", "requestbody", "responseheader", "responsebody"}),
)
_BREAK = re.compile(r"</p\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,200}>")
_FALSE_POSITIVE = "0"


def read_zap_xml(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    seen_at: datetime | None = None
    site: dict[str, Any] = {}
    for piece in stream(source, _WANTED):
        if isinstance(piece, str):
            continue
        if piece.name == "OWASPZAPReport":
            seen_at = moment(piece.get("created")) or moment(piece.get("generated"))
        elif piece.name == "site":
            site = dict(piece.attributes)
            yield from _site_host(site, seen_at)
        else:
            yield from _alert(_as_dict(piece), site, seen_at)


def _as_dict(alert: Node) -> dict[str, Any]:
    found: dict[str, Any] = {child.name: child.text for child in alert.children}
    places = alert.find("instances")
    found["instances"] = [
        {part.name: part.text for part in place.children} for place in (places.children if places else [])
    ]
    return found


def read_zap_json(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    """Yield the sites and alerts. A site's name may stand after its alerts: then the address of the alert says it."""
    created, generated = ("created",), ("@generated",)
    name, alert = ("site", "*", "@name"), ("site", "*", "alerts", "*")
    seen_at: datetime | None = None
    site: dict[str, Any] = {}
    for path, value in values(source, frozenset({created, generated, name, alert})):
        if path in (created, generated):
            seen_at = moment(text(value)) or seen_at
        elif path == name:
            site = {"name": text(value)}
            yield from _site_host(site, seen_at)
        elif path == alert:
            yield from _alert(dict(mapping(value)), site, seen_at)


def _site_host(site: dict[str, Any], seen_at: datetime | None) -> Iterator[ScannedHost]:
    if host := text(site.get("host")) or host_of(text(site.get("name")))[0]:
        yield make_host(host, seen_at=seen_at)


def _alert(alert: dict[str, Any], site: dict[str, Any], seen_at: datetime | None) -> Iterator[ScanRecord]:
    """Yield one record for each place of an alert; one of the site where no place is told."""
    if text(alert.get("confidence")) == _FALSE_POSITIVE:
        return
    title = text(alert.get("name")) or text(alert.get("alert"))
    references = _plain(text(alert.get("reference")))
    common: dict[str, Any] = {
        "tool": "zap",
        # alertRef tells the variants of one rule apart (10038-1, 10038-2).
        "rule": text(alert.get("alertRef")) or text(alert.get("pluginid")) or title,
        "title": title,
        "severity": severities.ZAP.get(text(alert.get("riskcode")), ""),
        "cves": cves_in(title, references),
        "cwes": cwes_in([text(alert.get("cweid"))]),
        "description": _plain(text(alert.get("desc"))),
        "solution": _plain(text(alert.get("solution"))),
        "references": tuple(
            dict.fromkeys(line.strip()[:2_000] for line in references.splitlines() if line.strip())
        )[:200],
        "seen_at": seen_at,
    }
    own = _place({"uri": text(site.get("name"))}, {})
    own["host"] = text(site.get("host")) or own["host"]
    own["port"] = port_number(text(site.get("port"))) or own["port"]
    for place in sequence(alert.get("instances")) or [{}]:
        yield make_record(**common, **_place(mapping(place), own))


def _place(place: Any, site: dict[str, Any]) -> dict[str, Any]:
    uri = text(place.get("uri"))
    host, port, scheme = host_of(uri)
    told = (("parameter", "param"), ("attack", "attack"), ("evidence", "evidence"), ("", "otherinfo"))
    output = "\n".join(
        f"{label}: {said}" if label else said for label, key in told if (said := text(place.get(key)))
    )
    method = text(place.get("method"))
    return {
        "host": host or site.get("host", ""),
        "port": port or site.get("port"),
        "protocol": "tcp",
        "service": scheme or site.get("service", ""),
        "location": f"{method} {uri}".strip(),
        "output": output,
    }


def _plain(text: str) -> str:
    """Return text from the HTML that ZAP writes its paragraphs in."""
    if "<" not in text:
        return html.unescape(text)
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip()
