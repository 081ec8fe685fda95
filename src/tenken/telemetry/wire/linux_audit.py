"""Records of Linux's audit system (auditd, audisp-syslog, the kernel's own) as syslog carries them: ``type=… msg=audit(…): …``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice, takewhile
from typing import Any, Final

from tenken.telemetry.wire.values import moment, whole

# How the message of a record may begin: all that other messages pay for.
BEGINNINGS: Final = ("type=", "node=", "audit: type=")
MOST_KEYS: Final = 128
_RECORD: Final = re.compile(
    r"(?:audit: )?(?:node=\S{1,255} )?type=(?P<type>[\w()\[\]-]{1,40}) (?:msg=)?"
    r"audit\((?P<when>\d{1,12}\.\d{1,6}):(?P<serial>\d{1,20})\): ?",
    re.ASCII,
)
# 「msg='op=…'」 holds further pairs: its quotation mark is passed over.
_PAIR: Final = re.compile(
    r"(?P<key>[A-Za-z_][\w\[\]-]{0,31})=(?:\"(?P<quoted>[^\"]*)\"|'|(?P<plain>[^\s\"']+))", re.ASCII
)
# Before what auditd translated (「UID="root"」); rsyslog writes the character as its number.
_TRANSLATED: Final = re.compile(r"\x1d|#035(?=[A-Z]{2,}=)")
_HEX: Final = re.compile(r"(?:[0-9A-F]{2})+")
_NOTHING: Final = frozenset({"?", "(null)", "(none)"})
# What the kernel writes in hexadecimal when it holds more than plain characters.
_TEXTS: Final = frozenset(
    {
        "acct",
        "cmd",
        "comm",
        "cwd",
        "data",
        "dir",
        "exe",
        "grp",
        "key",
        "name",
        "new-disk",
        "path",
        "proctitle",
    }
)
_ARGUMENT: Final = re.compile(r"a\d{1,4}(?:\[\d{1,4}\])?", re.ASCII)
# The kernel itself says the number of a type.
_TYPES: Final = {
    "1300": "SYSCALL",
    "1302": "PATH",
    "1305": "CONFIG_CHANGE",
    "1306": "SOCKADDR",
    "1307": "CWD",
    "1309": "EXECVE",
    "1320": "EOE",
    "1326": "SECCOMP",
    "1327": "PROCTITLE",
    "1400": "AVC",
}
_OUTCOMES: Final = {
    "yes": "success",
    "success": "success",
    "1": "success",
    "no": "failure",
    "failed": "failure",
}


def audit_columns(message: str) -> dict[str, Any]:
    """Return what a record says, by column; {} for a message that is none. Never raises.

    Each key stands in ``rest`` by its own name, as rules of ``service: auditd`` call it, at most ``MOST_KEYS``; what the
    kernel wrote in hexadecimal is text again. Besides: ``process`` (exe), ``path`` (name), ``command_line`` (proctitle, or
    the arguments of EXECVE), ``pid``, ``address``, ``status``; ``user`` where auditd told a name: a bare uid is nobody's
    account.
    """
    found = _RECORD.match(message)
    if found is None:
        return {}
    kind = _TYPES.get(found["type"], found["type"])
    said = _pairs(_TRANSLATED.sub(" ", message[found.end() :]), kind)
    row: dict[str, Any] = {
        "event_code": kind,
        "log_service": "auditd",
        "process": said.get("exe", ""),
        "path": said.get("name") or said.get("path", ""),
        "command_line": said.get("proctitle") or (_arguments(said) if kind == "EXECVE" else ""),
        "user": next((said[key] for key in ("acct", "AUID", "UID") if said.get(key, "unset") != "unset"), ""),
        "pid": whole(said.get("pid", ""), 32),
        "address": said.get("addr", ""),
        "status": _OUTCOMES.get(said.get("res") or said.get("success", ""), ""),
        "rest": {"type": kind, "serial": found["serial"], **said},
    }
    if at := moment(float(found["when"])):
        row["ts"] = at
    return {column: value for column, value in row.items() if value}


def _pairs(text: str, kind: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for match in islice(_PAIR.finditer(text), MOST_KEYS):
        key, value = match["key"], match["quoted"] or ""
        if match["plain"] and match["plain"] not in _NOTHING:
            encoded = key in _TEXTS or (kind == "EXECVE" and _ARGUMENT.fullmatch(key))
            value = _text(match["plain"]) if encoded else match["plain"]
        if value:
            said.setdefault(key, value)
    return said


def _text(value: str) -> str:
    """Return *value* out of its hexadecimal; NULs, between the words of a command, become blanks."""
    if not _HEX.fullmatch(value):
        return value
    return bytes.fromhex(value).decode("utf-8", "backslashreplace").rstrip("\0").replace("\0", " ")


def _arguments(said: Mapping[str, str]) -> str:
    names = (f"a{number}" for number in range(MOST_KEYS))
    return " ".join(said[name] for name in takewhile(said.__contains__, names))
