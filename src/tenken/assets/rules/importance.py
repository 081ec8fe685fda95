"""重要な情報システム: what makes an information system important (document 003, (3)2). Pure.

criteria(Handling(other_users=3))                  (Criterion.SEVERAL_SECTIONS,)
[verdict.because for verdict in verdicts(handling)]  all four, with why each holds or not
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Criterion(StrEnum):
    """One of the four criteria; ``label`` is the document's wording, shortened."""

    SEVERAL_SECTIONS = "several_sections"
    CLASS_S = "class_s"
    OUTAGE = "outage"
    NAMED = "named"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Criterion.SEVERAL_SECTIONS: "複数の課公所で業務に利用されている",
    Criterion.CLASS_S: "重要性分類Ｓの行政情報を取り扱っている",
    Criterion.OUTAGE: "一週間以上停止すると、行政の円滑な執行や組織の運営に重大な支障をきたすおそれがある",
    Criterion.NAMED: "情報管理者が、重要な情報システムとして管理することが適当と認めている",
}


@dataclass(frozen=True)
class Handling:
    """What is known of a system. ``other_users``: sections that use it besides its owner; ``classification``: of what it
    handles, as its owner says; ``stored_in_class_s``: information assets of class S the ledger says are kept in it."""

    other_users: int = 0
    used_by_all: bool = False
    classification: str = ""
    stored_in_class_s: int = 0
    outage_is_grave: bool = False
    named_because: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether one criterion holds, and by what."""

    criterion: Criterion
    holds: bool
    because: str


def verdicts(handling: Handling) -> tuple[Verdict, ...]:
    """Return all four criteria in the document's order, each with what decides it."""
    return (
        Verdict(
            Criterion.SEVERAL_SECTIONS, handling.used_by_all or handling.other_users > 0, _users(handling)
        ),
        Verdict(
            Criterion.CLASS_S,
            handling.classification == "S" or handling.stored_in_class_s > 0,
            _classes(handling),
        ),
        Verdict(
            Criterion.OUTAGE,
            handling.outage_is_grave,
            "所管課の判断" if handling.outage_is_grave else "該当しない",
        ),
        Verdict(Criterion.NAMED, bool(handling.named_because), handling.named_because or "該当しない"),
    )


def criteria(handling: Handling) -> tuple[Criterion, ...]:
    """Return the criteria that hold, in the document's order; a system is important when there is one."""
    return tuple(verdict.criterion for verdict in verdicts(handling) if verdict.holds)


def _users(handling: Handling) -> str:
    if handling.used_by_all:
        return "全庁で利用"
    if handling.other_users:
        return f"所管課のほかに{handling.other_users}の課公所が利用"
    return "所管課だけが利用"


def _classes(handling: Handling) -> str:
    said = []
    if handling.classification == "S":
        said.append("扱う情報の重要性分類がＳ")
    if handling.stored_in_class_s:
        said.append(f"情報資産台帳で、重要性分類Ｓの情報資産{handling.stored_in_class_s}件を保管")
    return "、".join(said) or "重要性分類Ｓの情報を扱わない"
