"""Why a rule cannot be used, in Japanese, and on which line of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import yaml


class Unusable(Exception):  # noqa: N818 - an answer about a rule, not an error of the program
    """A rule that cannot be used. ``kind``: what it is counted under; ``path``: where in the document it is wrong."""

    def __init__(self, kind: str, reason: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason or kind)
        self.kind = kind
        self.reason = reason or kind
        self.path = path


@dataclass(frozen=True)
class RuleProblem:
    """``file``: '' for a rule typed on a page; ``line``: from 1."""

    file: str
    line: int
    kind: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.file}の{self.line}行目：{self.reason}" if self.file else f"{self.line}行目：{self.reason}"
        )


_REASONS: Final = (
    (r"Unknown modifier '?(.+?)'?( in .*)?$", "知らない修飾子", "「{0}」という修飾子はありません"),
    (r"Regular expression '(?s:(.*))' is invalid: (?s:(.*))", "使えない正規表現", "正規表現「{0}」は使えません（先読み・後読み・後方参照などは扱えません）：{1}"),
    (r"Invalid CIDR expression: (.*)", "アドレスの範囲の誤り", "アドレスの範囲として読めません：{0}"),
    (r"Detection '(.*)' not defined", "条件の誤り", "条件にある「{0}」がdetectionにありません"),
    (r"Selector '(.*)' doesn't match", "条件の誤り", "条件の「{0}」に当たるものがdetectionにありません"),
    (r"The pipe syntax", "古い書き方", "条件の「|」（古い集計の書き方）は、timeframeのあるcount・sum・avgのほかは使えません。相関ルールで書いてください"),
    (r"windash modifier expands", "修飾子の使い方の誤り", "windashで置き換える記号が1つの値に4つ以上あります"),
    (r"Modifier Sigma(\w+?)Modifier incompatible to value type of '(.*)'", "修飾子の使い方の誤り", "修飾子{0}は値「{1}」に使えません"),
    (r"wildcards is not allowed", "修飾子の使い方の誤り", "base64にする値に「*」「?」は使えません"),
    (r"only allowed for (?:ascii|valid)", "修飾子の使い方の誤り", "wide・utf16にできるのは半角の文字だけです"),
    (r"only applicable to unmodified", "修飾子の使い方の誤り", "re・cidr・existsは最初の修飾子にしてください"),
    (r"must not contain wildcards", "修飾子の使い方の誤り", "fieldrefの値に「*」「?」は使えません"),
    (r"log ?source (\w+) must be string", "logsourceの誤り", "logsourceの{0}が文字ではありません"),
    (r"must have a log source|log ?source can't be empty|logsource must", "logsourceの誤り", "logsourceがありません"),
    (r"must have a detection|No detections defined|detection must be a valid", "detectionの誤り", "detectionがありません"),
    (r"must contain at least one condition", "条件の誤り", "conditionがありません"),
    (r"Detection is empty", "detectionの誤り", "detectionの中身がありません"),
    (r"Null value must be bound to a field", "detectionの誤り", "項目名のない値に空は書けません"),
    (r"filter must have a 'rules'|filter rules field", "フィルターの誤り", "rulesに、対象のルールのid・nameの一覧かanyを書いてください"),
    (r"filter condition must be|filter must contain exactly one", "フィルターの誤り", "フィルターのconditionは、1つの文字で書いてください"),
    (r"filter must", "フィルターの誤り", "filterがないか、読めません"),
    (r"must have a title|[Tt]itle", "表題の誤り", "titleがないか、読めません"),
    (r"[Tt]imespan", "相関の誤り", "timespanがないか、読めません"),
    (r"no valid Sigma correlation type|rule without type", "相関の誤り", "typeがないか、知らない相関の種類です"),
    (r"correlation rule without field reference", "相関の誤り", "conditionにfieldがありません"),
    (r"exactly one condition item", "相関の誤り", "conditionに比較がありません"),
    (r"[Cc]orrelation", "相関の誤り", "{text}"),
    (r"YAML aliases|Recursive YAML", "YAMLの誤り", "YAMLの別名が多すぎるか、循環しています"),
    (r"Expected|found end of text", "条件の誤り", "条件を読めません：{text}"),
)  # fmt: skip


def explained(error: Exception, path: tuple[str | int, ...] = ()) -> Unusable:
    """Return what pySigma says as a reason in Japanese."""
    text = re.sub(r" in /.*$", "", str(error))
    for pattern, kind, reason in _REASONS:
        if found := re.search(pattern, text):
            return Unusable(kind, reason.format(*(part or "" for part in found.groups()), text=text), path)
    return Unusable("ルールの誤り", f"読めません：{text}", path)


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of the first document of *text* where *path* stands, or its nearest part does."""
    return found_line(text, path)[1]


def found_line(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Return how many steps of *path* there are in the first document of *text*, and the line of the last of them."""
    try:
        node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return 0, yaml_line(error)
    depth, line = 0, 1
    for step in path:
        node, found = _below(node, step)
        if not found:
            break
        depth, line = depth + 1, found
    return depth, line


def yaml_line(error: yaml.YAMLError) -> int:
    """Return the line (from 1) on which a document stops being YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def duplicate_line(text: str) -> int:
    """Return the line (from 1) on which a mapping names a key a second time; 1 when none does."""
    waiting = [yaml.compose(text, Loader=yaml.CSafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    return int(key.start_mark.line) + 1
                seen.add(str(key.value))
                waiting.append(value)
    return 1


def _below(node: Any, step: str | int) -> tuple[Any, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, 0
