"""Scanners' results as large as wanted, the same on every run: what the import is measured and tested with.

``python -m benchmarks.scan_files nessus 100000 /tmp/scan.nessus`` writes one. A plugin turns up on many hosts, a host has
many plugins, most results are of level info: as in a real network of an office.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_PLUGINS: Final = 1_500
_PER_HOST: Final = 50
_PRODUCTS: Final = (
    "Apache HTTP Server",
    "OpenSSH",
    "PHP",
    "MySQL",
    "OpenSSL",
    "Samba",
    "Windows Print Spooler",
    "Tomcat",
)
_SYSTEMS: Final = (
    "Microsoft Windows Server 2019 Standard",
    "Microsoft Windows Server 2012 R2 Standard",
    "Linux Kernel 5.14 on Red Hat Enterprise Linux release 9.2 (Plow)",
    "Linux Kernel 3.10 on CentOS Linux release 7.9.2009 (Core)",
    "Microsoft Windows 10 Pro",
)
# Level, CVSS 3.1 vector, its score: of twenty results eleven are of level info and one is critical.
_LEVELS: Final = (
    *[("info", "", 0.0)] * 11,
    *[("low", "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 2.5)] * 2,
    *[("medium", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", 5.3)] * 4,
    *[("high", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5)] * 2,
    ("critical", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
)
_NUMBERS: Final = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}
_PORTS: Final = ((443, "www"), (80, "www"), (22, "ssh"), (445, "cifs"), (3306, "mysql"), (3389, "msrdp"))
_WORDS: Final = (
    "The remote host runs a version of the product that is affected by a flaw in how it handles requests. "
    "An unauthenticated attacker can send a specially made request and read data that belongs to others. "
)


@dataclass(frozen=True)
class _Result:
    host: str
    first: bool
    last: bool
    system: str
    plugin: int
    product: str
    level: str
    vector: str
    score: float
    port: int
    service: str

    @property
    def title(self) -> str:
        return f"{self.product} < {self.plugin % 9 + 1}.{self.plugin % 20}.{self.plugin % 50} Multiple Vulnerabilities"

    @property
    def cve(self) -> str:
        return f"CVE-{2015 + self.plugin % 10}-{10_000 + self.plugin}"

    @property
    def text(self) -> str:
        return f"{self.product}: {_WORDS * (1 + self.plugin % 3)}"


def _results(count: int) -> Iterator[_Result]:
    for number in range(count):
        host, place = divmod(number, _PER_HOST)
        plugin = (host * 7 + place * 31) % _PLUGINS
        level, vector, score = _LEVELS[plugin % len(_LEVELS)]
        port, service = _PORTS[place % len(_PORTS)]
        yield _Result(
            host=f"10.{host // 62_500}.{host // 250 % 250}.{host % 250 + 1}",
            first=place == 0,
            last=place == _PER_HOST - 1 or number == count - 1,
            system=_SYSTEMS[host % len(_SYSTEMS)],
            plugin=plugin,
            product=_PRODUCTS[plugin % len(_PRODUCTS)],
            level=level,
            vector=vector,
            score=score,
            port=port,
            service=service,
        )


def _nessus(count: int) -> Iterator[str]:
    yield '<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Report name="yearly">\n'
    for result in _results(count):
        if result.first:
            yield (
                f'<ReportHost name="{result.host}"><HostProperties>\n<tag name="HOST_END">Mon Oct 12 03:00:00 2026</tag>\n'
                f'<tag name="operating-system">{escape(result.system)}</tag>\n<tag name="host-ip">{result.host}</tag>\n</HostProperties>\n'
            )
        yield (
            f'<ReportItem port="{result.port}" svc_name="{result.service}" protocol="tcp" '
            f'severity="{_NUMBERS[result.level]}" pluginID="{100_000 + result.plugin}" '
            f'pluginName={quoteattr(result.title)} pluginFamily="General">\n'
            f"<description>{escape(result.text)}</description>\n<fname>check_{result.plugin}.nasl</fname>\n"
            f"<plugin_modification_date>2026/09/01</plugin_modification_date>\n<plugin_type>remote</plugin_type>\n"
            f"<solution>Upgrade {result.product} to a supported version.</solution>\n<risk_factor>{result.level.title()}</risk_factor>\n"
        )
        if result.vector:
            yield (
                f"<cve>{result.cve}</cve>\n<cvss3_base_score>{result.score}</cvss3_base_score>\n"
                f"<cvss3_vector>{result.vector}</cvss3_vector>\n<see_also>https://example.jp/{result.cve}</see_also>\n"
            )
        yield f"<plugin_output>Installed version on {result.host}: {result.plugin % 9}.0</plugin_output>\n</ReportItem>\n"
        if result.last:
            yield "</ReportHost>\n"
    yield "</Report>\n</NessusClientData_v2>\n"


def _nuclei(count: int) -> Iterator[str]:
    for result in _results(count):
        line = {
            "template-id": f"check-{result.plugin}",
            "info": {
                "name": result.title,
                "severity": result.level,
                "description": result.text,
                "reference": [f"https://example.jp/{result.cve}"],
                "classification": {
                    "cve-id": [result.cve],
                    "cvss-metrics": result.vector,
                    "cvss-score": result.score,
                },
            },
            "type": "http",
            "host": f"https://{result.host}:{result.port}",
            "matched-at": f"https://{result.host}:{result.port}/check/{result.plugin}",
            "ip": result.host,
            "timestamp": "2026-10-12T03:00:00.123456789+09:00",
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _sarif(count: int) -> Iterator[str]:
    yield '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Check", "rules": [\n'
    rules = {result.plugin: result for result in _results(min(count, _PLUGINS * _PER_HOST))}
    for number, rule in enumerate(rules.values()):
        facts = {
            "id": f"C{rule.plugin}",
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.text},
            "properties": {"security-severity": str(rule.score), "tags": ["security", "external/cwe/cwe-79"]},
        }
        yield f"{',' if number else ''}{json.dumps(facts)}\n"
    yield ']}}, "results": [\n'
    for number, result in enumerate(_results(count)):
        found = {
            "ruleId": f"C{result.plugin}",
            "level": "error",
            "message": {"text": f"Found in {result.product}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": f"src/{result.host}/{result.plugin}.php"},
                        "region": {"startLine": number % 900 + 1},
                    }
                }
            ],
        }
        yield f"{',' if number else ''}{json.dumps(found)}\n"
    yield "]}]}\n"


def _nmap(count: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" start="1791770000">\n'
    for result in _results(count):
        if result.first:
            yield (
                f'<host endtime="1791770100"><status state="up"/><address addr="{result.host}" addrtype="ipv4"/>'
                f'<hostnames><hostname name="h{result.host.replace(".", "-")}.example.jp" type="PTR"/></hostnames><ports>\n'
            )
        yield (
            f'<port protocol="tcp" portid="{1 + result.plugin}"><state state="open" reason="syn-ack"/>'
            f'<service name="{result.service}" product={quoteattr(result.product)} version="{result.plugin % 9}.1"/></port>\n'
        )
        if result.last:
            yield f'</ports><os><osmatch name={quoteattr(result.system)} accuracy="98"/></os></host>\n'
    yield "</nmaprun>\n"


class _Line:
    """What csv writes to: keeps one line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _table(count: int) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(
        ["IPアドレス", "ポート", "危険度", "CVSS基本値", "CVE", "脆弱性名", "概要", "対策", "検出日"]
    )
    yield line.text
    for result in _results(count):
        writer.writerow(
            [
                result.host,
                result.port,
                result.level,
                result.score,
                result.cve,
                result.title,
                result.text,
                "更新する",
                "2026/10/12",
            ]
        )
        yield line.text


FORMATS: Final[dict[str, Callable[[int], Iterator[str]]]] = {
    "nessus": _nessus,
    "nmap": _nmap,
    "nuclei": _nuclei,
    "sarif": _sarif,
    "table": _table,
}


def write(path: Path, format: str, results: int) -> int:
    """Write *results* results as *format* (a key of ``FORMATS``) to *path*; return the size in bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(FORMATS[format](results))
    return path.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=sorted(FORMATS))
    parser.add_argument("results", type=int)
    parser.add_argument("path", type=Path)
    asked = parser.parse_args()
    size = write(asked.path, asked.format, asked.results)
    print(f"{asked.results:,} results, {size / 1024 / 1024:.1f} MiB")


if __name__ == "__main__":
    main()
