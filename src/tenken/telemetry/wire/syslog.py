"""syslog over a stream: frames out of bytes in both framings, and messages out of frames (RFC 5424, 6587, 3164)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.wire.linux_audit import BEGINNINGS, audit_columns
from tenken.telemetry.wire.values import decoded, events_table, moment

MAX_FRAME: Final = 64 * 1024
_DIGITS: Final = 9  # of a count: a frame of a gigabyte is garbage
_COUNTED: Final = re.compile(rb"([1-9]\d{0,8}) <")
_MAYBE_COUNTED: Final = re.compile(rb"[1-9]\d{0,8} ?")


class Framer:
    """Cuts a stream into frames, whatever pieces it comes in.

    Each frame says itself how it is framed: a count, a blank and ``<`` begin a counted one; all else ends at its line
    feed. A frame longer than *limit* is cut to it and its tail passed over, so that memory is bounded and the stream
    goes on; garbage ends at the next line feed.
    """

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._searched = 0  # how much of what is pending is known to have no line feed
        self._passing = 0  # bytes of a counted frame's tail to pass over
        self._to_line_feed = False  # passing over a line's tail

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes and return the frames that are complete now, without their trailing line ends."""
        self._pending += data
        frames: list[bytes] = []
        position = 0
        while (step := self._next(position, frames)) is not None:
            position = step
        del self._pending[:position]
        return frames

    def rest(self) -> bytes:
        """Return what is left of an unfinished frame when the stream ends; the framer is empty after."""
        left = b"" if self._to_line_feed or self._passing else bytes(self._pending)
        self._pending.clear()
        self._searched = self._passing = 0
        self._to_line_feed = False
        return left

    def _next(self, position: int, frames: list[bytes]) -> int | None:
        """Take one step from *position*; return where the next begins, None when more bytes are needed."""
        pending = self._pending
        if self._passing:
            passed = min(self._passing, len(pending) - position)
            self._passing -= passed
            return position + passed if passed else None
        if self._to_line_feed:
            end = pending.find(b"\n", position)
            self._to_line_feed = end < 0
            if end < 0:
                return len(pending) if position < len(pending) else None
            return end + 1
        if position >= len(pending):
            return None
        if pending[position] in b"\r\n":
            return position + 1
        if counted := _COUNTED.match(pending, position):
            return self._counted(counted, frames)
        begun = _MAYBE_COUNTED.match(pending, position)
        if begun and begun.end() == len(pending):
            return None
        return self._line(position, frames)

    def _counted(self, counted: re.Match[bytes], frames: list[bytes]) -> int | None:
        start, length = counted.end() - 1, int(counted[1])
        kept = min(length, self._limit)
        if len(self._pending) < start + kept:
            return None
        frames.append(bytes(self._pending[start : start + kept]).rstrip(b"\r\n\0"))
        self._passing = length - kept
        return start + kept

    def _line(self, position: int, frames: list[bytes]) -> int | None:
        end = self._pending.find(b"\n", max(position, self._searched), position + self._limit + 1)
        if end >= 0:
            self._searched = 0
            frames.append(bytes(self._pending[position:end]).rstrip(b"\r\0"))
            return end + 1
        if len(self._pending) - position > self._limit:
            self._searched = 0
            frames.append(bytes(self._pending[position : position + self._limit]))
            self._to_line_feed = True
            return position + self._limit
        # What is before *position* leaves the buffer when feed() ends.
        self._searched = len(self._pending) - position
        return None


_PRI: Final = re.compile(rb"<(\d{1,3})>")
_VERSION: Final = re.compile(r"1 (\S+) (\S+) (\S+) (\S+) (\S+) ?(.*)", re.DOTALL)
_PARAM: Final = re.compile(r'\s*([^\s="\]]{1,64})="((?:[^"\\\]]|\\.)*)"', re.DOTALL)
_ELEMENT: Final = re.compile(
    r"\[([^\s=\"\]]{1,64})((?:\s*[^\s=\"\]]{1,64}=\"(?:[^\"\\\]]|\\.)*+\")*+)\s*\]", re.DOTALL
)
_OLD: Final = re.compile(
    r"(?:\d+: )?\*?(?P<when>[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT\S+)(?: [A-Z]{3})?:? "
    r"(?:(?P<host>[^\s:\[\]]+) )?(?:(?P<tag>[^\s:\[]{1,48})(?:\[(?P<pid>\d+)\])?: ?)?(?P<text>.*)",
    re.DOTALL,
)
_FACILITIES: Final = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "alert", "clock"),
    *("local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
)
_SEVERITIES: Final = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_SERVICES: Final = {"auth": "auth", "authpriv": "auth", "cron": "cron", "kern": "syslog", "audit": "auditd"}
_APPS: Final = {"sshd", "sudo", "cron", "auditd", "vsftpd", "guacamole", "modsecurity", "clamav"}
_LOGON: Final = re.compile(
    r"(?P<result>Accepted|Failed) \w+ for (?:invalid user )?(?P<user>\S+) from (?P<address>\S+)"
)


def read_syslog(frames: Iterable[bytes], *, received: datetime) -> Parsed:
    """Return the messages of *frames* as events; a frame without a priority is a reject. Never raises.

    Bytes are UTF-8, else CP932 (``rest['encoding']`` says so).
    """
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for number, frame in enumerate(frames, 1):
        match = _PRI.match(frame)
        if match is None or int(match[1]) > 191:
            rejects.append(
                Reject(f"{number}件目", "syslogの形式ではありません（優先度がありません）。", frame)
            )
            continue
        rows.append(_row(int(match[1]), frame[match.end() :], received))
    return Parsed(events=events_table(rows), rejects=tuple(rejects))


def _row(priority: int, body: bytes, received: datetime) -> dict[str, Any]:
    text, encoding = decoded(body)
    text = text.replace("\0", "")
    facility, severity = _FACILITIES[priority // 8], _SEVERITIES[priority % 8]
    rest = {"facility": facility, "severity": severity}
    if encoding != "utf-8":
        rest["encoding"] = encoding or "unknown"
    row: dict[str, Any] = {"ts": received, "op": "log", "log_product": "linux", "rest": rest}
    if modern := _VERSION.fullmatch(text):
        _modern(modern, row, rest)
    else:
        _old(text, row, rest, received)
    app = row.get("app", "").lower()
    row["log_service"] = app if app in _APPS else _SERVICES.get(facility, "")
    if app == "sshd" and (logon := _LOGON.search(row.get("message", ""))):
        row |= {
            "op": "logon" if logon["result"] == "Accepted" else "logon_failure",
            "status": "success" if logon["result"] == "Accepted" else "failure",
            "user": logon["user"],
            "address": logon["address"],
        }
    message = row.get("message", "")
    if message.startswith(BEGINNINGS) and (audited := audit_columns(message)):
        rest |= audited.pop("rest")
        row |= audited
    return row


def _modern(match: re.Match[str], row: dict[str, Any], rest: dict[str, str]) -> None:
    when, host, app, pid, code, tail = ("" if part == "-" else part for part in match.groups())
    row |= {"computer": host, "app": app, "event_code": code}
    if found := moment(when):
        row["ts"] = found
    _process(pid, row, rest)
    if tail.startswith("["):
        tail = _structured(tail, rest)
    elif match[6].startswith("- ") or match[6] == "-":
        tail = match[6][2:]
    row["message"] = tail.removeprefix("\ufeff").strip()


def _structured(text: str, rest: dict[str, str]) -> str:
    """Put the structured data at the head of *text* into *rest* as ``id.name``; return what follows."""
    position = 0
    while element := _ELEMENT.match(text, position):
        for name, value in _PARAM.findall(element[2]):
            key = f"{element[1]}.{name}"
            value = re.sub(r'\\(["\\\]])', r"\1", value)
            rest[key] = f"{rest[key]};{value}" if key in rest else value
        position = element.end()
    return text[position:].removeprefix(" ")


def _old(text: str, row: dict[str, Any], rest: dict[str, str], received: datetime) -> None:
    match = _OLD.fullmatch(text)
    if match is None:
        row["message"] = text.strip()
        return
    row |= {"computer": match["host"] or "", "app": match["tag"] or "", "message": match["text"].strip()}
    row["ts"] = _old_moment(match["when"], received) or received
    _process(match["pid"] or "", row, rest)


def _process(pid: str, row: dict[str, Any], rest: dict[str, str]) -> None:
    if pid.isascii() and pid.isdigit() and int(pid) < 2**32:
        row["pid"] = int(pid)
    elif pid:
        rest["procid"] = pid


def _old_moment(text: str, received: datetime) -> datetime | None:
    """Return the moment of RFC 3164's 「Nov 21 10:11:12」, in Japan's time: of the year that brings it nearest *received*,
    no more than a day ahead."""
    if text[:1].isdigit():
        return moment(text)
    head, _, clock = text.partition(":")
    month, number, *year, hour = head.split()
    for guess in (int(year[0]),) if year else (received.year + 1, received.year, received.year - 1):
        try:
            found = datetime.strptime(
                f"{guess} {month} {number} {hour}:{clock[:5]} +0900", "%Y %b %d %H:%M:%S %z"
            )
        except ValueError:
            continue
        if year or found <= received + timedelta(days=1):
            return found.astimezone(UTC)
    return None
