"""One name for one piece of software, however agents and installers write it. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MOST: Final = 200
# What installers add to a name and what is no part of it: bits, languages, "version 1.2.3", a build in brackets.
_EXTRA = re.compile(
    r"[\s\-–,]*[(\[（]\s*(?:x64|x86|amd64|arm64|(?:32|64)[\s-]?(?:bit|ビット)|ja(?:-jp)?|en(?:-us)?|日本語(?:版)?|japanese"
    r"|(?:x64|x86)\s+(?:ja|en-us)|user|machine|v?\d+(?:\.\d+)+)\s*[)\]）]"
    r"|[\s\-–]+(?:x64|x86|amd64|64[\s-]?bit|32[\s-]?bit|ja-jp|en-us)(?=$|\s*[-–(])",
    re.IGNORECASE,
)
_VERSION_TAIL = re.compile(r"[\s\-–]+(?:version|ver\.?|v|バージョン)?\s*\d+(?:\.\d+)+\w*$", re.IGNORECASE)
# Agents list what protects a terminal among the other programs.
_ANTIVIRUS = re.compile(
    r"ウイルスバスター|virus ?buster|apex one|deep security agent|symantec endpoint|mcafee|trellix|\beset\b|kaspersky"
    r"|sophos|crowdstrike|sentinel ?one|cylance|(?:f-secure|withsecure)|cortex xdr|microsoft defender|windows defender"
    r"|clamav|bitdefender|fortiedr|forticlient",
    re.IGNORECASE,
)
_UPDATE = re.compile(r"\bKB\s?(\d{6,8})\b", re.IGNORECASE)


def title_name(name: str, version: str = "") -> str:
    """Return the name of a title: *name* without its version, its bits and its language.

    A number that is part of the name stays ("Microsoft Office 2019", "7-Zip"): only what looks like a version with dots,
    or is the item's own *version*, goes.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    short = _EXTRA.sub("", plain)
    if version and len(version) > 1 and "." in version:
        short = short.removesuffix(version).rstrip(" -–,")
    short = _EXTRA.sub("", _VERSION_TAIL.sub("", short)).strip(" -–,")
    return (short or plain)[:_MOST]


def title_kind(kind: str, name: str) -> str:
    """Return *kind*, or "antivirus" for an application whose name says that it is one."""
    return "antivirus" if kind == "application" and _ANTIVIRUS.search(name) else kind


def update_name(name: str) -> str:
    """Return a Windows update by its number ("KB5034441"), or its name where it has none."""
    found = _UPDATE.search(unicodedata.normalize("NFKC", name))
    return f"KB{found[1]}" if found else " ".join(unicodedata.normalize("NFKC", name).split())[:_MOST]


def title_key(name: str) -> str:
    """Return what two spellings of one title have in common."""
    return re.sub(r"[\s®™©]+", "", unicodedata.normalize("NFKC", name).replace("(R)", "").casefold())[:_MOST]
