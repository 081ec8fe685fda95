"""Checking what people typed: every problem is collected with its place, then refused together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from tenken.common.refusals import Invalid, Problem

_EARLIEST, _LATEST = date(1948, 1, 1), date(2200, 1, 1)


class Inputs:
    """Collects problems by field. Call :meth:`refuse` once all fields were read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, field: str, label: str, message: str) -> None:
        self.problems.append(Problem(message, label, field))

    def text(self, field: str, label: str, value: str, limit: int, *, required: bool = True) -> str:
        """Return *value* without blanks around it; a problem when empty, too long or unstorable."""
        plain = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not plain and required:
            self.add(field, label, "入力してください。")
        elif len(plain) > limit:
            self.add(field, label, f"{limit}字以内で入力してください（今は{len(plain)}字です）。")
        elif not _storable(plain):
            self.add(field, label, "使えない文字が含まれています。")
        return plain

    def code(self, field: str, label: str, value: str, read: Callable[[str], str]) -> str:
        """Return *value* as *read* keeps it; a problem when it is no code."""
        if not value.strip():
            self.add(field, label, "入力してください。")
            return ""
        try:
            return read(value)
        except ValueError as error:
            self.add(field, label, str(error))
            return ""

    def codes(self, field: str, label: str, values: Iterable[str], read: Callable[[str], str]) -> list[str]:
        """Return *values* as *read* keeps them, each once, in order; a problem for each that is no code."""
        kept = [self.code(field, label, value, read) for value in values]
        return list(dict.fromkeys(code for code in kept if code))

    def known(self, field: str, label: str, values: Iterable[str], known: Iterable[str], what: str) -> None:
        """A problem when *values* name anything that is not *known*."""
        unknown = sorted(set(values) - set(known))
        if unknown:
            self.add(field, label, f"{what}がありません：{'、'.join(unknown[:10])}")

    def lines(self, field: str, label: str, values: Iterable[str], limit: int, most: int) -> list[str]:
        """Return the filled *values*; a problem when there are more than *most* or one exceeds *limit*."""
        kept = [line for value in values if (line := self.text(field, label, value, limit, required=False))]
        if len(kept) > most:
            self.add(field, label, f"{most}個以内で入力してください。")
        return kept

    def day(self, field: str, label: str, value: date, *, not_before: date | None = None) -> date:
        """Return *value*; a problem when no office would write such a date or it is before *not_before*."""
        if not _EARLIEST <= value <= _LATEST:
            self.add(field, label, "昭和23年から令和180年ごろまでの日付を入力してください。")
        elif not_before is not None and value < not_before:
            self.add(field, label, f"{not_before.isoformat()}以後の日付を入力してください。")
        return value

    def refuse(self, message: str = "入力内容に誤りがあります。何も変更していません。") -> None:
        """Raise ``Invalid`` when anything was wrong."""
        if self.problems:
            raise Invalid(message, self.problems)


def _storable(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
