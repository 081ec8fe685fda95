"""Nuclei's results: JSON Lines (-jsonl) or one JSON array (-json-export)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.json_stream import json_lines, mapping, text, texts, values
from tenken.audit.technical.readers.making import (
    Hosts,
    cves_in,
    cwes_in,
    host_of,
    make_host,
    make_record,
    moment,
    port_number,
    reference_list,
    score_of,
)
from tenken.audit.technical.readers.sources import PIECE, Source, marked_encoding
from tenken.audit.technical.records import ScannedHost, ScanRecord
from tenken.common.refusals import Invalid

_RESULT = ("*",)


def read_nuclei(source: Source) -> Iterator[ScannedHost | ScanRecord]:
    hosts = Hosts()
    for place, result in _results(source):
        record = _record(result, place)
        if hosts.is_new(record.host):
            yield make_host(record.host, seen_at=record.seen_at)
        yield record


def _results(source: Source) -> Iterator[tuple[str, Mapping[str, Any]]]:
    start = source.read(PIECE)
    visible = start.decode(marked_encoding(start) or "utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if visible.startswith("["):
        for number, (_path, value) in enumerate(values(source, frozenset({_RESULT}), start), 1):
            yield f"{number:,}件目", mapping(value)
    else:
        for number, value in json_lines(source, start):
            yield f"{number:,}行目", value


def _record(result: Mapping[str, Any], place: str) -> ScanRecord:
    info, rule = (
        mapping(result.get("info")),
        text(result.get("template-id")) or text(result.get("templateID")),
    )
    if not rule:
        raise Invalid(f"{place}：Nucleiの結果ではありません（template-idがありません）。")
    if matcher := text(result.get("matcher-name")):
        rule = f"{rule}:{matcher}"
    known = mapping(info.get("classification"))
    matched = text(result.get("matched-at")) or text(result.get("matched"))
    host, port, service = host_of(text(result.get("host")) or matched)
    _matched_host, matched_port, scheme = host_of(matched)
    name = text(info.get("name")) or rule
    extracted = texts(result.get("extracted-results"))
    return make_record(
        tool="nuclei",
        rule=rule,
        title=f"{name}（{matcher}）" if matcher else name,
        severity=severities.NUCLEI.get(text(info.get("severity")).lower(), ""),
        host=host or text(result.get("ip")),
        port=port_number(text(result.get("port"))) or port or matched_port,
        protocol="" if text(result.get("type")) in {"file", "code"} else "tcp",
        service=text(result.get("scheme")) or service or scheme,
        location=matched,
        vector=text(known.get("cvss-metrics")),
        score=score_of(text(known.get("cvss-score"))),
        cves=cves_in(*texts(known.get("cve-id")), rule),
        cwes=cwes_in(texts(known.get("cwe-id"))),
        description=text(info.get("description")),
        solution=text(info.get("remediation")),
        output="\n".join(extracted),
        references=reference_list(texts(info.get("reference"))),
        seen_at=moment(text(result.get("timestamp"))),
    )
