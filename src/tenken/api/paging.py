"""Long lists come in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Path, Query, Schema

KEY_LIMIT = 2**63 - 1
Key = Annotated[int, Path(ge=1, le=KEY_LIMIT)]
Limit = Annotated[int, Query(ge=1, le=500, description="件数（500件まで）")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="読み飛ばす件数")]
Year = Annotated[int | None, Query(ge=1900, le=9999)]
Text = Annotated[str, Query(max_length=100)]


class Problem(Schema):
    message: str
    place: str
    field: str


class Refused(Schema):
    """What every refusal says."""

    message: str
    problems: list[Problem]


REFUSALS = {code: Refused for code in (400, 401, 403, 404, 409, 422, 429)}


def piece(rows: QuerySet[Any] | Sequence[Any], limit: int, offset: int) -> tuple[int, list[Any]]:
    """Return how many *rows* there are and the asked piece of them."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return total, list(rows[offset : offset + limit])


def plain(text: str) -> str:
    """Return *text* without NUL, which no database column takes."""
    return text.replace("\x00", "")
