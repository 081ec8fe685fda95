"""Names and codes as people type them: kept character for character, refused when they cannot be kept."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Problem

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LINE_BREAKS = str.maketrans("", "", "\r\n\t")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
SEARCH_LIMIT = 320


class Checks:
    """Collects every problem of one input, so that all are told at once.

    >>> checks = Checks()
    >>> name = checks.name("総務課", label="名称", limit=100)
    >>> checks.done()  # raises Invalid when there was a problem
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, message: str, *, label: str = "", field: str = "") -> None:
        self.problems.append(Problem(message, label, field))

    def name(
        self,
        text: str,
        *,
        label: str,
        limit: int,
        field: str = "",
        required: bool = True,
        lines: bool = False,
    ) -> str:
        """Return *text* without outer blanks; a problem when it is empty, longer than *limit* or unprintable."""
        kept = text.strip()
        if required and not kept:
            self.problem(f"{label}を入力してください。", label=label, field=field)
        elif len(kept) > limit:
            self.problem(f"{label}は{limit}文字までです（入力は{len(kept)}文字）。", label=label, field=field)
        elif _UNPRINTABLE.search(kept.translate(_LINE_BREAKS) if lines else kept):
            self.problem(f"{label}に使えない文字（制御文字など）があります。", label=label, field=field)
        return kept

    def code(self, text: str, *, label: str, limit: int, field: str = "") -> str:
        """Return *text* with full-width letters and digits made half-width; a problem unless it is a code."""
        kept = unicodedata.normalize("NFKC", text).strip()
        if not kept:
            self.problem(f"{label}を入力してください。", label=label, field=field)
        elif len(kept) > limit:
            self.problem(f"{label}は{limit}文字までです（入力は{len(kept)}文字）。", label=label, field=field)
        elif not _CODE.fullmatch(kept):
            self.problem(
                f"「{kept[:40]}」は{label}に使えません。英数字と「-」「_」「.」で入力してください。",
                label=label,
                field=field,
            )
        return kept

    def period(self, starts: date, ends: date | None, *, field: str = "valid_to") -> None:
        """A problem unless *ends* is after *starts*."""
        if ends is not None and ends <= starts:
            self.problem(
                f"終了日（{ends}）は開始日（{starts}）より後の日付にしてください。",
                label="終了日",
                field=field,
            )

    def done(self) -> None:
        """Raise ``Invalid`` when there was a problem; a single one is its message."""
        if len(self.problems) == 1:
            raise Invalid(self.problems[0].message, self.problems)
        if self.problems:
            raise Invalid(f"入力内容に{len(self.problems)}か所の誤りがあります。", self.problems)


def refuse(message: str, *, label: str = "", field: str = "") -> Invalid:
    """Return the refusal of one input for one reason."""
    return Invalid(message, [Problem(message, label, field)])


def search_text(*parts: str) -> str:
    """Return what the search looks in: each part folded, 髙 as 高, cut at the column's limit."""
    return "|".join(search_key(part) for part in parts if part)[:SEARCH_LIMIT]
