"""Records made of what a file says: cleaned, bounded, and the same words in the same way whatever the tool."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from tenken.audit.technical.readers.cvss import rate
from tenken.audit.technical.readers.severities import of_score
from tenken.audit.technical.records import ScannedHost, ScanRecord
from tenken.common.clock import JAPAN

MAX_TEXT: Final = 20_000
MAX_NAMES: Final = 1_000
MAX_TITLE: Final = 500
MAX_RULE: Final = 400
MAX_HOST: Final = 255
MAX_LOCATION: Final = 2_000
CUT: Final = "…（長いため以下略）"

# What no database takes, and the control characters no reader sees. Half surrogates come from JSON's \ud800.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CVE = re.compile(r"CVE-\d{4}-\d{4,9}", re.IGNORECASE | re.ASCII)
_CWE = re.compile(r"(?:CWE[-: ]?)?(\d{1,5})(?!\d)", re.IGNORECASE | re.ASCII)
_IDENTIFIER_TEXT: Final = 40_000


def clean(text: str, longest: int = MAX_TEXT) -> str:
    """Return *text* trimmed, storable and of at most *longest* characters; a cut is marked."""
    text = text.strip()
    if len(text) > longest:
        text = text[: longest - len(CUT)] + CUT
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def one_line(text: str, longest: int) -> str:
    return clean(" ".join(text[: longest * 4].split()), longest)


def cves_in(*texts: str) -> tuple[str, ...]:
    """Return the CVE numbers in *texts*, each once, in their order."""
    found = (name.upper() for text in texts if "-" in text for name in _CVE.findall(text[:_IDENTIFIER_TEXT]))
    return tuple(dict.fromkeys(found))[:MAX_NAMES]


def cwes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return weakness classes as CWE-79, from "79", "CWE-79" or "cwe-79: …"; 0 and less mean none."""
    found = (match[1].lstrip("0") for text in texts if (match := _CWE.match(text.strip())))
    return tuple(dict.fromkeys(f"CWE-{number}" for number in found if number))[:MAX_NAMES]


def reference_list(texts: Iterable[str]) -> tuple[str, ...]:
    """Return links and names, each once; a text holds one in a line."""
    found = (clean(line, MAX_LOCATION) for text in texts for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in found if line))[:200]


def port_number(text: str) -> int | None:
    """Return a port; None for 0, for what is none and for what is too large."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return number if 0 < (number := int(text)) < 65_536 else None


def score_of(text: str) -> float | None:
    """Return a score between 0 and 10, None for what is none (also NaN, -1, 99)."""
    if len(text) > 8:
        return None
    try:
        score = float(text)
    except ValueError:
        return None
    return round(score, 1) if 0 <= score <= 10 else None


def host_of(url: str) -> tuple[str, int | None, str]:
    """Return host, port and scheme of a URL or of host:port; ('', None, '') for what is neither."""
    url = url.strip()[:MAX_LOCATION]
    if not url or any(letter.isspace() for letter in url):
        return "", None, ""
    try:
        parts = urlsplit(url if "://" in url else f"//{_bracketed(url)}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None, ""
    if port is None:
        port = {"http": 80, "https": 443}.get(parts.scheme)
    return clean(host, MAX_HOST), port, parts.scheme


def _bracketed(text: str) -> str:
    return f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text


_YEARS: Final = (1990, 2999)


def moment(text: str) -> datetime | None:
    """Return a moment (aware, UTC) from ISO 8601, seconds of the epoch, or C's ``asctime``. Without a zone: Japan's.

    None for what is none, and for a year in which no scanner can have run: pages write days by era.
    """
    text = text.strip()
    if not text or len(text) > 60:
        return None
    try:
        if text.isascii() and text.isdigit() and 9 <= len(text) <= 11:
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(_as_iso(text)) if text[0].isdigit() else _asctime(text)
        found = (found if found.tzinfo else found.replace(tzinfo=JAPAN)).astimezone(UTC)
        return found if _YEARS[0] <= found.year <= _YEARS[1] else None
    except (ValueError, LookupError, OverflowError, OSError):
        return None


def _as_iso(text: str) -> str:
    """Return an ISO moment from one with slashes, single digits, no seconds, or nine digits of a second (as Go writes)."""
    text = re.sub(
        r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2})", lambda d: f"{d[1]}-{int(d[2]):02}-{int(d[3]):02}", text
    )
    text = re.sub(r"(?<=[ T])(\d):", r"0\1:", text)
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _asctime(text: str) -> datetime:
    """Read "Mon Apr  1 10:00:00 2019", also with a zone's name before the year or after it (ZAP, older GVM)."""
    words = text.replace(",", "").split()
    if words and words[-1] in {"UTC", "GMT"}:
        return _asctime(" ".join(words[:-1])).replace(tzinfo=UTC)
    if len(words) == 6 and words[4] in {"UTC", "GMT"}:
        return _asctime(" ".join(words[:4] + words[5:])).replace(tzinfo=UTC)
    if len(words) == 6 and words[4] == "JST":
        words.pop(4)
    if words[1].isdigit():  # "Mon, 1 Apr 2019 10:00:00"
        words = [words[0], words[2], words[1], words[4], words[3]]
    month = _MONTHS.index(words[1].lower()) + 1
    hour, minute, second = (int(part) for part in words[3].split(":"))
    return datetime(int(words[4]), month, int(words[2]), hour, minute, second)  # noqa: DTZ001 - the caller gives the zone


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def make_host(
    host: str, *, host_name: str = "", operating_system: str = "", seen_at: datetime | None = None
) -> ScannedHost:
    return ScannedHost(
        one_line(host, MAX_HOST),
        one_line(host_name, MAX_HOST),
        one_line(operating_system, MAX_TITLE),
        seen_at,
    )


def make_record(
    *,
    tool: str,
    rule: str,
    title: str,
    severity: str,
    host: str = "",
    host_name: str = "",
    port: int | None = None,
    protocol: str = "",
    service: str = "",
    location: str = "",
    vector: str = "",
    score: float | None = None,
    cvss: str = "",
    cves: tuple[str, ...] = (),
    cwes: tuple[str, ...] = (),
    description: str = "",
    solution: str = "",
    output: str = "",
    references: tuple[str, ...] = (),
    operating_system: str = "",
    seen_at: datetime | None = None,
) -> ScanRecord:
    """Return the record. ``severity`` '' is taken from the score. The score comes from the vector where it can be
    computed; a malformed vector stays as text beside the score the tool gave."""
    if vector:
        rated = rate(vector, score)
        vector, cvss, score = rated.vector, rated.version or cvss, rated.score
    return ScanRecord(
        tool=tool,
        rule=one_line(rule, MAX_RULE),
        title=one_line(title, MAX_TITLE) or one_line(rule, MAX_TITLE),
        severity=severity or of_score(score, cvss) or "info",
        host=one_line(host, MAX_HOST),
        host_name=one_line(host_name, MAX_HOST),
        port=port,
        protocol=one_line(protocol, 20),
        service=one_line(service, 100),
        location=clean(location, MAX_LOCATION),
        score=score,
        vector=clean(vector, 300),
        cvss=cvss,
        cves=cves,
        cwes=cwes,
        description=clean(description),
        solution=clean(solution),
        output=clean(output),
        references=references,
        operating_system=one_line(operating_system, MAX_TITLE),
        seen_at=seen_at,
    )


class Hosts:
    """Says of a host whether it was told already. Forgets after many, so that memory stays bounded: a host may then be
    told twice, which says nothing new."""

    _MOST: Final = 100_000

    def __init__(self) -> None:
        self._told: set[str] = set()

    def is_new(self, host: str) -> bool:
        if not host or host in self._told:
            return False
        if len(self._told) >= self._MOST:
            self._told.clear()
        self._told.add(host)
        return True
