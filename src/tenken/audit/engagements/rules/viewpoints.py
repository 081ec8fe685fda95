"""着眼点: the questions an audit is grouped by (document 002 numbers seven; which, and how worded, is a city's)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tenken.organization.names import Checks

LIMIT, CODE_LIMIT, TEXT_LIMIT = 20, 10, 300


def check_viewpoints(rows: Sequence[dict[str, Any]], *, used: Iterable[str] = ()) -> list[dict[str, str]]:
    """Return *rows* ({"code", "text"}) as they are kept, those without a code left out.

    ``Invalid`` (field viewpoints) for a code twice, more than 20, a text that is too long, or one that is *used* and no
    longer worded.
    """
    checks, kept = Checks(), dict[str, str]()
    for row in rows:
        code = str(row.get("code", "")).strip()
        if not code:
            continue
        label = f"着眼点{code[:CODE_LIMIT]}"
        if len(code) > CODE_LIMIT:
            checks.problem(f"番号は{CODE_LIMIT}文字までです。", label=label, field="viewpoints")
        if code in kept:
            checks.problem("番号が重なっています。", label=label, field="viewpoints")
        kept[code] = checks.name(
            str(row.get("text", "")), label=label, limit=TEXT_LIMIT, field="viewpoints", required=False
        )
    if len(kept) > LIMIT:
        checks.problem(f"着眼点は{LIMIT}件までです。", label="着眼点", field="viewpoints")
    for code in sorted({code for code in used if code} - {code for code, text in kept.items() if text}):
        checks.problem(
            "報告書の項目が使っているため、空にできません。", label=f"着眼点{code}", field="viewpoints"
        )
    checks.done()
    return [{"code": code, "part": "risk", "text": text} for code, text in kept.items()]


def worded(viewpoints: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the text of each viewpoint that is worded, by code, in order."""
    return {str(row["code"]): str(row["text"]) for row in viewpoints if row.get("text")}
