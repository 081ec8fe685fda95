"""What may stand in a list, and how an approved value is compared. Pure.

A value that would approve everything silences every alert of its kind, one that everything contains floods the page:
both are refused with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from tenken.telemetry.models.lists import WatchList

Kind = WatchList.Kind
MAX_LENGTH: Final = 300
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*|\d{{1,3}}(?:\.\d{{1,3}}){{3}}")
_LOCAL: Final = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_ADDRESSES: Final = re.compile(r"[^\s,;<>()\"@]+@[^\s,;<>()\"@]+")
_DRIVE: Final = re.compile(r"(?:[a-z]:)?[\\/]*", re.IGNORECASE)
# Below these anyone may register a name: approving all of one approves the world.
_OPEN_SUFFIXES: Final = frozenset(
    (
        "co.jp",
        "ne.jp",
        "or.jp",
        "gr.jp",
        "ad.jp",
        "com.cn",
        "co.kr",
        "co.uk",
        "com.tw",
        "co.in",
        "com.au",
        "com.br",
    )
)


def tidy(kind: str, value: str) -> str:
    """Return *value* as it is kept: trimmed, one line; addresses and hosts in half-width small letters."""
    text = " ".join(value.replace("\x00", "").split())
    if kind in (Kind.HOSTS, Kind.ADDRESSES):
        text = unicodedata.normalize("NFKC", text).strip().lower()
    if kind == Kind.HOSTS:
        text = _without_scheme(text)
    return text


def _without_scheme(text: str) -> str:
    """What people paste is an address of a page; the list holds hosts."""
    text = re.sub(r"^https?://", "", text)
    return text.split("/", 1)[0].rsplit(":", 1)[0] if "/" in text or re.search(r":\d+$", text) else text


def problem_of(kind: str, value: str) -> str:
    """Return why *value* (tidied) cannot stand in a list of *kind*, '' when it can."""
    if not value:
        return "値を入力してください。空の値は、すべてに当てはまってしまいます。"
    if len(value) > MAX_LENGTH:
        return f"{MAX_LENGTH}字までです。"
    if any(unicodedata.category(char) == "Cc" for char in value):
        return "制御文字は使えません。"
    return _CHECKS[Kind(kind)](value)


def _folder(value: str) -> str:
    rest = value[_DRIVE.match(value).end() :].strip("\\/*")  # type: ignore[union-attr]
    if len(rest) < 2:
        return "短すぎます。ドライブの直下や空のフォルダ名は、すべてのファイルに当てはまってしまいます。"
    return (
        "「*」「?」は使えません。フォルダの名前をそのまま書いてください。"
        if re.search(r"[*?]", value)
        else ""
    )


def _keyword(value: str) -> str:
    least = 3 if value.isascii() else 2
    if len(unicodedata.normalize("NFKC", value)) < least:
        return "短すぎます（漢字・かなは2字、英数字は3字から）。多くの操作に当てはまってしまいます。"
    return ""


def _app(value: str) -> str:
    name, star = value.removesuffix("*"), value.endswith("*")
    if "*" in name:
        return "「*」は末尾に1つだけ書けます。"
    if len(name.strip()) < (3 if star else 2):
        return "短すぎます。すべてのアプリケーションを許可してしまいます。"
    if name.casefold() in ("exe", ".exe", "app", "application"):
        return "すべてのアプリケーションに当てはまってしまいます。"
    return ""


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at:
        return "メールアドレス（name@example.jp）か、ドメイン（@example.jp）を書いてください。"
    if local and not _LOCAL.fullmatch(local):
        return "メールアドレスの「@」より前が正しくありません。"
    if local and "*" in domain:
        return "「*」は「@*.lg.jp」のように、ドメインだけを書くときに使えます。"
    return _host(domain)


def _host(value: str) -> str:
    name = value.removeprefix("*.")
    if not _HOST.fullmatch(value):
        return "接続先の名前（www.example.jp）か、その下すべて（*.example.jp）を書いてください。"
    if "." not in name:
        return "短すぎます。多くの接続先を許可してしまいます。"
    if name in _OPEN_SUFFIXES:
        return f"「{name}」の下は誰でも登録できるため、許可できません。"
    return ""


def _own(value: str) -> str:
    return "2字以上にしてください。" if len(value) < 2 else ""


_CHECKS: Final = {
    Kind.FOLDERS: _folder,
    Kind.KEYWORDS: _keyword,
    Kind.APPS: _app,
    Kind.ADDRESSES: _address,
    Kind.HOSTS: _host,
    Kind.OWN: _own,
}


class HostSet:
    """Approved hosts. ``www.example.jp`` is itself and what stands below it; ``*.lg.jp`` all below, not itself."""

    def __init__(self, values: Iterable[str]) -> None:
        kept = [value.casefold() for value in values]
        self._below = frozenset(value[2:] for value in kept if value.startswith("*."))
        self._whole = frozenset(value for value in kept if not value.startswith("*."))

    def __bool__(self) -> bool:
        return bool(self._below or self._whole)

    def __contains__(self, host: object) -> bool:
        name = str(host).casefold().rstrip(".")
        if name in self._whole:
            return True
        while dot := name.find(".") + 1:
            name = name[dot:]
            if name in self._below or name in self._whole:
                return True
        return False


class AddressSet:
    """Approved mail addresses. ``@example.jp`` is every address of that domain alone, ``@*.lg.jp`` of all below it.

    Some gateways write several recipients as one, and a name may itself be an address: all that is there must be approved.
    """

    def __init__(self, values: Iterable[str]) -> None:
        kept = [value.casefold() for value in values]
        self._addresses = frozenset(value for value in kept if not value.startswith("@"))
        domains = [value[1:] for value in kept if value.startswith("@")]
        self._domains = frozenset(domain for domain in domains if not domain.startswith("*."))
        self._below = HostSet(domain for domain in domains if domain.startswith("*."))

    def __bool__(self) -> bool:
        return bool(self._addresses or self._domains or self._below)

    def __contains__(self, address: object) -> bool:
        found = _ADDRESSES.findall(str(address).casefold())
        return bool(found) and all(map(self._has, found))

    def _has(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        return address in self._addresses or domain in self._domains or domain in self._below


class AppSet:
    """Approved applications by name or file name ("excel.exe", "LGWAN接続*"): compared with the folded whole, a final
    ``*`` with its beginning; of a path its file name counts."""

    def __init__(self, values: Iterable[str]) -> None:
        kept = [unicodedata.normalize("NFKC", value).casefold() for value in values]
        self._names = frozenset(value for value in kept if not value.endswith("*"))
        self._starts = tuple(value[:-1] for value in kept if value.endswith("*"))

    def __bool__(self) -> bool:
        return bool(self._names or self._starts)

    def __contains__(self, name: object) -> bool:
        text = unicodedata.normalize("NFKC", str(name)).casefold()
        for form in (text, re.split(r"[\\/]", text)[-1]):
            if form and (form in self._names or form.startswith(self._starts)):
                return True
        return False
