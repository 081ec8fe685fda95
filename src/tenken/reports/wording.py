"""The words the rules speak with. Pure; no numbers are decided here except by comparing two of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

_NAMED = 3  # more names than this are 「…など5項目」


class Change(Enum):
    """How a count moved against the year before."""

    FEWER = "減少"
    SAME = "同数"
    MORE = "増加"


def change(now: int, before: int) -> Change:
    """Compare two counts."""
    if now == before:
        return Change.SAME
    return Change.FEWER if now < before else Change.MORE


def count(number: int, unit: str = "課公所") -> str:
    """「1,199課公所」."""
    return f"{number:,}{unit}"


def both(first: str, first_change: Change, second: str, second_change: Change) -> str:
    """Say how two counts moved: 「AとBはいずれも減少している」, 「Aは減少しているが、Bは増加している」."""
    if first_change is second_change:
        return f"{first}と{second}はいずれも{_is(first_change)}"
    if Change.SAME in (first_change, second_change):
        joint = "あり" if first_change is Change.SAME else "し"
        stem = "同数で" if first_change is Change.SAME else first_change.value
        return f"{first}は{stem}{joint}、{second}は{_is(second_change)}"
    return f"{first}は{first_change.value}しているが、{second}は{_is(second_change)}"


def single(subject: str, moved: Change) -> str:
    """Say how one count moved: 「Aは減少している」."""
    return f"{subject}は{_is(moved)}"


def _is(moved: Change) -> str:
    return "前年度と同数である" if moved is Change.SAME else f"{moved.value}している"


def names(items: Sequence[str]) -> str:
    """「「A」」, 「「A」及び「B」」, 「「A」、「B」及び「C」」, 「「A」、「B」、「C」など5項目」."""
    quoted = [f"「{item}」" for item in items]
    if len(quoted) > _NAMED:
        return f"{'、'.join(quoted[:_NAMED])}など{len(quoted)}項目"
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{'、'.join(quoted[:-1])}及び{quoted[-1]}"
