"""What each format's results come to."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenken.audit.technical import readers
from tenken.audit.technical.records import SEVERITIES
from tests.audit.technical.readers.reading import DATA, SAMPLES, read_all

MADE, REAL = DATA / "made", DATA / "real"


def test_nessus() -> None:
    format, hosts, records = read_all(MADE / "yearly.nessus")
    assert format == "nessus"
    assert [host.host for host in hosts] == ["192.0.2.10", "192.0.2.11"]
    assert hosts[0].host_name == "web01.city.midori.example.jp"
    assert hosts[0].operating_system == "Microsoft Windows Server 2012 R2 Standard"
    assert hosts[0].seen_at == datetime(2026, 10, 13, 3, 34, 56, tzinfo=UTC)  # written in Japan's time
    first, scan, compliance = records  # the check that passed is none
    assert (first.rule, first.severity, first.host, first.port, first.service) == (
        "900001",
        "critical",
        "192.0.2.10",
        443,
        "www",
    )
    assert first.title == "Example HTTP Server < 2.4.60 Multiple Vulnerabilities"
    assert (first.cvss, first.score, first.vector[:8]) == ("3.0", 9.8, "CVSS:3.0")
    assert first.cves == ("CVE-2024-38475", "CVE-2024-38476")
    assert first.cwes == ("CWE-116",)
    assert first.references == ("https://example.jp/advisory/1", "https://example.jp/advisory/2")
    assert first.output == "Installed: 2.4.29 & older"
    assert (scan.severity, scan.port, scan.score) == ("info", None, None)
    assert (compliance.rule, compliance.title, compliance.severity) == (
        "21156:c1",
        "Minimum password length",
        "high",
    )


def test_gvm() -> None:
    format, hosts, records = read_all(MADE / "gvm.xml")
    assert format == "gvm"
    assert {host.host for host in hosts} == {"192.0.2.20", "192.0.2.21", "192.0.2.22"}
    assert "Debian GNU/Linux 10" in {host.operating_system for host in hosts}
    first, second, third = records  # what was set aside as false is none
    assert (first.severity, first.score, first.cvss) == ("critical", 9.8, "3.1")
    assert (
        first.description
        == "The server runs code of others.\n\nA length is not checked.\n\nAnyone may run code."
    )
    assert (first.solution, first.cves) == ("Update to 5.1.", ("CVE-2025-12345",))
    assert (second.port, second.service, second.protocol, second.cvss) == (22, "ssh", "tcp", "2.0")
    assert second.cves == ("CVE-2008-5161", "CVE-2013-4548")
    assert second.references == ("https://example.jp/a", "https://example.jp/b")
    assert (third.severity, third.port) == ("info", None)


def test_gvm_as_the_answer_to_a_request(tmp_path: Path) -> None:
    text = (MADE / "gvm.xml").read_text("utf-8").partition("?>")[2]
    path = tmp_path / "answer.xml"
    path.write_text(f'<get_reports_response status="200">{text}</get_reports_response>', encoding="utf-8")
    assert read_all(path)[2] == read_all(MADE / "gvm.xml")[2]


def test_zap_xml() -> None:
    format, hosts, records = read_all(MADE / "zap.xml")
    assert format == "zap_xml"
    assert [host.host for host in hosts] == ["yoyaku.city.midori.example.jp"]
    assert [record.location for record in records] == [
        "GET https://yoyaku.city.midori.example.jp/search?q=1",
        "POST https://yoyaku.city.midori.example.jp/list",
    ]
    first = records[0]
    assert (first.severity, first.port, first.cwes) == ("high", 443, ("CWE-79",))
    assert first.description == "Text of others runs in the browser.\nA < B"
    assert "secret" not in str(records)  # whole requests are not kept


def test_zap_json() -> None:
    format, hosts, records = read_all(MADE / "zap.json")
    assert format == "zap_json"
    assert [host.host for host in hosts] == ["www.city.midori.example.jp"]
    assert [(record.rule, record.severity, record.port) for record in records] == [
        ("10038-1", "medium", 80),
        ("10096", "info", 80),
    ]
    assert records[0].seen_at == datetime(2026, 10, 13, 3, 0, 0, 123456, tzinfo=UTC)
    assert records[0].solution == "Set it."


def test_nuclei_lines_and_array_say_the_same(tmp_path: Path) -> None:
    format, hosts, records = read_all(MADE / "nuclei.jsonl")
    assert format == "nuclei"
    assert [host.host for host in hosts] == ["198.51.100.7", "www.city.midori.example.jp"]
    assert (records[0].port, records[0].cves, records[0].cwes) == (
        8443,
        ("CVE-2021-44228",),
        ("CWE-20", "CWE-917"),
    )
    assert (records[0].cvss, records[0].score, records[0].severity) == ("3.1", 10.0, "critical")
    assert (records[1].rule, records[1].port) == ("tls-version:tls10", 443)
    lines = (MADE / "nuclei.jsonl").read_text("utf-8").splitlines()
    array = tmp_path / "array.json"
    array.write_text(json.dumps([json.loads(line) for line in lines if line]), encoding="utf-8")
    assert read_all(array) == (format, hosts, records)


def test_nmap() -> None:
    format, hosts, records = read_all(MADE / "nmap.xml")
    assert format == "nmap"
    (host,) = hosts  # the one that is down was not looked at
    assert (host.host, host.operating_system) == ("192.0.2.30", "Microsoft Windows Server 2008 R2")
    assert [(record.rule, record.severity) for record in records] == [
        ("port:tcp/22", "info"),
        ("vulners:CVE-2023-38408", "critical"),
        ("port:tcp/445", "info"),
        ("smb-vuln-ms17-010:CVE-2017-0143", "high"),
    ]
    assert (records[3].cvss, records[3].score, records[3].vector) == (
        "2.0",
        9.3,
        "AV:N/AC:M/Au:N/C:C/I:C/A:C",
    )
    assert records[3].references == ("https://example.jp/ms17-010",)


def test_real_nmap_file() -> None:
    _format, hosts, records = read_all(REAL / "nmap-services.xml")
    assert [(host.host, host.host_name) for host in hosts] == [("127.0.0.1", "localhost")]
    assert hosts[0].operating_system == "Linux 5.0 - 5.2"
    assert [record.port for record in records] == [8089, 8449]
    assert records[0].output == "Apache httpd 2.4.29 (Ubuntu)"
    _format, _hosts, records = read_all(REAL / "nmap-vuln.xml")
    assert {record.rule for record in records if record.severity != "info"} == {
        "http-slowloris-check:CVE-2007-6750"
    }


@pytest.mark.parametrize(
    ("name", "tool", "count", "rule", "severity", "place", "cwes"),
    [
        ("bandit", "Bandit", 11, "B602", "high", "town_office.py:25", ("CWE-78",)),
        ("semgrep", "Semgrep OSS", 2, "sql-built-from-text", "high", "town_office.py:19", ("CWE-89",)),
        ("ruff", "ruff", 10, "S324", "high", "/code/town_office.py:39", ()),
        ("flawfinder", "Flawfinder", 4, "FF1001", "high", "lib.c:3", ("CWE-120",)),
    ],
)
def test_real_sarif_files(
    name: str, tool: str, count: int, rule: str, severity: str, place: str, cwes: tuple[str, ...]
) -> None:
    format, hosts, records = read_all(REAL / f"{name}.sarif")
    assert format == "sarif"
    assert [host.host for host in hosts] == [""]
    assert {record.tool for record in records} == {tool}
    assert len(records) == count
    (found,) = [record for record in records if record.rule == rule]
    assert (found.severity, found.location, found.cwes) == (severity, place, cwes)


def test_sarif_rules_scores_and_what_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "a.sarif"
    result = {"ruleId": "r", "message": {"id": "m", "arguments": ["x"]}}
    path.write_text(
        json.dumps(
            {
                "runs": [
                    {"results": [], "tool": {"driver": {"name": "Other"}}},
                    {
                        "results": [
                            result,
                            {**result, "kind": "pass"},
                            {**result, "baselineState": "absent"},
                            {
                                "ruleIndex": 0,
                                "message": {"text": "t"},
                                "suppressions": [{"justification": "済"}],
                            },
                            {
                                "ruleId": "unknown",
                                "level": "note",
                                "message": {"text": "t"},
                                "locations": [
                                    {"physicalLocation": {"artifactLocation": {"uri": "https://192.0.2.1/a"}}}
                                ],
                            },
                        ],
                        "tool": {
                            "driver": {
                                "name": "Check",
                                "rules": [
                                    {
                                        "id": "r",
                                        "messageStrings": {"m": {"text": "found {0}"}},
                                        "properties": {
                                            "security-severity": "9.1",
                                            "tags": ["external/cwe/cwe-089"],
                                        },
                                    }
                                ],
                            }
                        },
                    },
                ],
                "version": "2.1.0",
            }
        ),
        encoding="utf-8",
    )
    _format, _hosts, (scored, suppressed, bare) = read_all(path)
    assert (scored.severity, scored.score, scored.cwes, scored.output) == (
        "critical",
        9.1,
        ("CWE-89",),
        "found x",
    )
    assert suppressed.output.endswith("ツールの側で対象外とされています（済）。")
    assert (bare.rule, bare.severity, bare.host, bare.port) == ("unknown", "low", "192.0.2.1", 443)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_record_is_whole(sample: Path) -> None:
    format, _hosts, records = read_all(sample)
    assert format in readers.FORMATS
    assert records
    for record in records:
        assert record.tool
        assert record.rule
        assert record.title
        assert record.severity in SEVERITIES
        assert record.score is None or 0 <= record.score <= 10
        assert record.seen_at is None or record.seen_at.tzinfo is UTC


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_packed_files_say_the_same_and_tell_their_progress(sample: Path, tmp_path: Path) -> None:
    plain = read_all(sample)
    gzipped, zipped = tmp_path / "packed.gz", tmp_path / "packed.zip"
    gzipped.write_bytes(gzip.compress(sample.read_bytes()))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/result.bin", sample.read_bytes())
    assert read_all(gzipped) == plain
    assert read_all(zipped) == plain
    told: list[tuple[int, int]] = []
    list(readers.read(gzipped, plain[0], told=lambda read, total: told.append((read, total))))
    assert told == sorted(told)
    assert told[-1] == (gzipped.stat().st_size,) * 2


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_utf_16_as_windows_writes_it(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "windows.bin"
    path.write_bytes(sample.read_text("utf-8").encode("utf-16"))
    assert read_all(path) == read_all(sample)
    path.write_bytes(sample.read_text("utf-8").encode("utf-8-sig"))
    assert read_all(path) == read_all(sample)
