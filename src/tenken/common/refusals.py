"""What an operation says when it does not do what was asked. Each carries a Japanese sentence for its reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input, and where.

    ``place`` is in the reader's words: 「シート「名簿」5行C列」, a field's label, or '' for the whole.
    ``field`` is the form field it belongs to, '' if none.
    """

    message: str
    place: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.place}：{self.message}" if self.place else self.message


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """Base of all refusals; ``status`` is the HTTP status it becomes."""

    status = 400

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class Denied(Refusal):
    """The person may not do this (403). The message says why."""

    status = 403


class Missing(Refusal):
    """There is no such thing, or none this person may know of (404)."""

    status = 404


class Stale(Refusal):
    """Someone else changed it since it was shown (409)."""

    status = 409


class Invalid(Refusal):
    """The input is wrong; ``problems`` say what and where (422). Nothing was written."""

    status = 422
