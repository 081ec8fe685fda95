"""The residual risk of one threat to one asset: value × likelihood × what is missing. Pure (docs/adr/0009-risk-part.md).

The page that shows a score shows this rule beside it: the words and thresholds below are what people read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HIGH, MEDIUM, LOW = "high", "medium", "low"
LEVEL_LABELS: Final = {HIGH: "高", MEDIUM: "中", LOW: "低"}
CLASS_LABELS: Final = {"S": "Ｓ", "1": "Ⅰ", "2": "Ⅱ", "3": "Ⅲ"}
CLASS_VALUES: Final = {"S": 4, "1": 3, "2": 2, "3": 1}
LARGE_AMOUNT: Final = 1_000  # above it the value is one higher
HIGH_FROM: Final = 18
MEDIUM_FROM: Final = 8
RULE: Final = (
    ("情報資産の値", f"Ｓ＝4、Ⅰ＝3、Ⅱ＝2、Ⅲ＝1。件数が{LARGE_AMOUNT:,}件を超えるときは1を加える。"),
    ("起こりやすさ", "脅威ごとに1〜3。理由は脅威の一覧に示す。"),
    (
        "対策の不足",
        "あてはまる対策のうち「課題あり」の割合。なし＝1、半分未満＝2、半分以上＝3。「該当なし」は数えない。",
    ),
    ("点数", "情報資産の値×起こりやすさ×対策の不足。"),
    (
        "判定",
        f"{HIGH_FROM}以上＝高、{MEDIUM_FROM}以上＝中、それより小さい＝低。対策がそろっていれば、高にはならない。",
    ),
    ("未記入", "記入していない対策は、あるともないとも決めない。残っている間、判定は暫定とする。"),
)


@dataclass(frozen=True)
class Countermeasures:
    """How many of the countermeasures against a threat are in place, missing, unanswered. 該当なし is in none of them."""

    in_place: int
    missing: int
    unanswered: int

    @property
    def applicable(self) -> int:
        return self.in_place + self.missing + self.unanswered

    @property
    def weakness(self) -> int | None:
        """1 none missing, 2 some, 3 half or more; None while none is answered, or none applies."""
        if not self.in_place + self.missing:
            return None
        if not self.missing:
            return 1
        return 3 if 2 * self.missing >= self.applicable else 2


@dataclass(frozen=True)
class Residual:
    """What remains: the three factors; score, level and words follow from them."""

    classification: str
    value: int
    likelihood: int
    weakness: int
    unanswered: int

    @property
    def score(self) -> int:
        return self.value * self.likelihood * self.weakness

    @property
    def level(self) -> str:
        score = self.score
        return HIGH if score >= HIGH_FROM else MEDIUM if score >= MEDIUM_FROM else LOW

    @property
    def label(self) -> str:
        return LEVEL_LABELS[self.level]

    @property
    def provisional(self) -> bool:
        """Whether countermeasures are still unanswered."""
        return bool(self.unanswered)

    @property
    def explanation(self) -> str:
        """The rule with this risk's numbers: 「Ⅰ（3）×起こりやすさ2×対策の不足3＝18→高」."""
        many = "・件数が多い" if self.value > CLASS_VALUES[self.classification] else ""
        words = (
            f"{CLASS_LABELS[self.classification]}{many}（{self.value}）×起こりやすさ{self.likelihood}"
            f"×対策の不足{self.weakness}＝{self.score}→{self.label}"
        )
        return f"{words}（未記入の対策が{self.unanswered}問あるため、暫定）" if self.unanswered else words


def value_of(classification: str, amount: int | None) -> int:
    """Return what an asset is worth, 1 to 5: by its class, one more for more than 1,000 records."""
    return CLASS_VALUES[classification] + (amount is not None and amount > LARGE_AMOUNT)


def residual_risk(
    classification: str, amount: int | None, likelihood: int, measures: Countermeasures
) -> Residual | None:
    """Return the residual risk; None where nothing can be said yet (nothing answered, or nothing applies)."""
    weakness = measures.weakness
    if weakness is None:
        return None
    value = value_of(classification, amount)
    return Residual(classification, value, likelihood, weakness, measures.unanswered)
