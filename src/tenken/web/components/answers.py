"""What one question of a sheet needs to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

ANSWER_CHOICES: tuple[tuple[str, str], ...] = (("ok", "適合"), ("issue", "課題あり"), ("na", "該当なし"))

_NOTHING = SafeString("")


@dataclass(frozen=True)
class AnswerGroup:
    """A question with its answers, its comment and last year's answer.

    ``name`` is the radio's form name; ``comment_name`` the textarea's ('' for none), shown for the answers in
    ``comment_for``. With ``save_url`` a change is posted there as it is made (``name``, ``comment_name`` and
    ``version``); the reply may be 204, or a fragment of ``hx-swap-oob`` elements. Without JavaScript the page's form
    is sent as a whole. ``last`` and ``last_comment`` are last year's answer in words. ``extra`` is drawn inside the
    group, for what else a page saves with the answer; a plain string is escaped.
    """

    name: str
    text: str
    number: str = ""
    choices: Sequence[tuple[str, str]] = ANSWER_CHOICES
    value: str = ""
    help: str = ""
    clause: str = ""
    clause_url: str = ""
    comment_name: str = ""
    comment: str = ""
    comment_label: str = "課題の内容と理由"
    comment_for: Sequence[str] = ("issue",)
    last: str = ""
    last_comment: str = ""
    save_url: str = ""
    version: str = ""
    error: str = ""
    comment_error: str = ""
    read_only: bool = False
    required: bool = True
    extra: SafeString = _NOTHING

    @property
    def reveal(self) -> str:
        """The answers that show the comment, as the script reads them."""
        return " ".join(self.comment_for)

    @property
    def described_by(self) -> str:
        """The ids that describe the group: help, then error."""
        parts = [f"id_{self.name}_help"] if self.help else []
        parts += [f"id_{self.name}_error"] if self.error else []
        return " ".join(parts)

    @property
    def label(self) -> str:
        """The chosen answer in words, '' when nothing is chosen."""
        return dict(self.choices).get(self.value, "")
