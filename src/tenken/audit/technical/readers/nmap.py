"""Nmap's XML (-oX): hosts, open ports, operating systems, and what the scripts found (nmap.dtd 1.05).

Open ports are records of level info; of the scripts, ``vulners`` and every one that uses the vulns library are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.making import (
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

ROOTS = frozenset({"nmaprun"})
DOCTYPE = "nmaprun"
_WANTED = Wanted(
    roots=ROOTS,
    trees=frozenset({"status", "address", "hostnames", "port", "os", "hostscript"}),
    opened=frozenset({"nmaprun", "host"}),
    closed=frozenset({"host"}),
    doctype=DOCTYPE,
)
_SCORE = re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d)?)(?![\d.])")
_VECTOR = re.compile(r"AV:[A-Z](?:/[A-Za-z]{1,3}:[A-Za-z]{1,3}){5,}")


def read_nmap(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    """Yield the records of a host, then the host: its operating system stands after its ports in the file."""
    scan: datetime | None = None
    host = ScannedHost("")
    up = True
    for piece in stream(source, _WANTED):
        if isinstance(piece, str):
            if host.host and up:
                yield host
            host = ScannedHost("")
        elif piece.name == "nmaprun":
            scan = moment(piece.get("start"))
        elif piece.name == "host":
            host, up = ScannedHost("", seen_at=moment(piece.get("endtime")) or scan), True
        elif piece.name == "status":
            up = piece.get("state") != "down"
        elif piece.name in {"port", "hostscript"}:
            yield from _found(piece, host)
        else:
            host = _described(host, piece)


def _described(host: ScannedHost, piece: Node) -> ScannedHost:
    if piece.name == "address" and piece.get("addrtype") != "mac" and not host.host:
        return make_host(piece.get("addr"), seen_at=host.seen_at)
    if piece.name == "hostnames":
        names = sorted(piece.all("hostname"), key=lambda name: name.get("type") != "user")
        return replace(host, host_name=make_host(names[0].get("name")).host) if names else host
    if piece.name == "os" and (matches := piece.all("osmatch")):
        named = make_host("", operating_system=_best_match(matches))
        return replace(host, operating_system=named.operating_system)
    return host


def _best_match(matches: list[Node]) -> str:
    """Return the name that fits best; the first of equals, as Nmap orders them."""
    return max(matches, key=lambda match: _accuracy(match.get("accuracy"))).get("name")


def _accuracy(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _found(piece: Node, host: ScannedHost) -> Iterator[ScanRecord]:
    if not host.host:
        return
    place: dict = {"tool": "nmap", "host": host.host, "host_name": host.host_name, "seen_at": host.seen_at}
    if piece.name == "port":
        state, service = piece.find("state"), piece.find("service") or Node("service", {})
        if state is None or state.get("state") != "open":
            return
        port, protocol = port_number(piece.get("portid")), piece.get("protocol")
        name = f"ssl/{service.get('name')}" if service.get("tunnel") == "ssl" else service.get("name")
        place |= {"port": port, "protocol": protocol, "service": name}
        named = f"（{name}）" if name else ""
        yield make_record(
            rule=f"port:{protocol}/{port or 0}",
            title=f"開いているポート {port or 0}/{protocol}{named}",
            severity="info",
            output=" ".join(
                filter(None, (service.get("product"), service.get("version"), service.get("extrainfo")))
            ),
            **place,
        )
    for script in piece.all("script"):
        if script.get("id") == "vulners":
            yield from _vulners(script, place)
        else:
            yield from _vulns(script, place)


def _vulners(script: Node, place: dict) -> Iterator[ScanRecord]:
    """Yield one record a CVE; the entries that are exploits or bulletins repeat these."""
    for product in script.all("table"):
        for entry in product.all("table"):
            facts = _elements(entry)
            if facts.get("type", "cve") != "cve" or not (cves := cves_in(facts.get("id", ""))):
                continue
            score = score_of(facts.get("cvss", ""))
            yield make_record(
                rule=f"vulners:{cves[0]}",
                title=f"{cves[0]}（{product.get('key')}）",
                severity=of_score(score),
                score=score,
                cves=cves,
                description="製品と版から推定したもので、実際に試したものではありません。",
                references=(f"https://vulners.com/cve/{cves[0]}",),
                **place,
            )


def _vulns(script: Node, place: dict) -> Iterator[ScanRecord]:
    """Yield what a script of the vulns library says is vulnerable."""
    for table in script.all("table"):
        facts = _elements(table)
        state = facts.get("state", "")
        if "VULNERABLE" not in state or state.startswith("NOT "):
            continue
        lists = {child.get("key"): child for child in table.all("table")}
        ids = _texts(lists.get("ids"))
        scores = " ".join(_texts(lists.get("scores")))
        score, vector = _SCORE.search(scores), _VECTOR.search(scores)
        risk = re.search(r"Risk factor: (\w+)", script.get("output"))
        rated = score_of(score[1]) if score else None
        yield make_record(
            rule=f"{script.get('id')}:{table.get('key')}",
            title=facts.get("title", "") or table.get("key"),
            severity=severities.NMAP.get(risk[1].lower() if risk else "", "") or of_score(rated) or "medium",
            score=rated,
            vector=vector[0] if vector else "",
            cves=cves_in(table.get("key"), *ids),
            description="\n".join(_texts(lists.get("description"))),
            output="\n".join([state, *_texts(lists.get("check_results")), *_texts(lists.get("extra_info"))]),
            references=reference_list(_texts(lists.get("refs"))),
            **place,
        )


def _elements(table: Node) -> dict[str, str]:
    return {element.get("key"): element.text for element in table.all("elem")}


def _texts(table: Node | None) -> list[str]:
    return [element.text for element in table.all("elem")] if table else []
