"""Two versions side by side: what came, what went, what changed, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+|[一-鿿々〆ヶ]+|[ァ-ヺー]+|[ぁ-ゖ]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class ClauseText:
    """What one clause says. ``code`` is what joins it to the other version."""

    code: str
    chapter: str
    number: str
    heading: str
    text: str
    binds: tuple[str, ...]
    nature: str
    refines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A run of text that is the ``same`` in both versions, or only in the one: ``removed`` or ``added``."""

    kind: str
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """A clause in both versions that differs; ``fields`` names how (text, heading, number, chapter, binds, nature, refines)."""

    before: ClauseText
    after: ClauseText
    fields: tuple[str, ...]
    text_before: tuple[Segment, ...]
    text_after: tuple[Segment, ...]

    @property
    def code(self) -> str:
        return self.after.code


@dataclass(frozen=True)
class VersionComparison:
    """Clauses by what became of them, in the order of the document."""

    added: tuple[ClauseText, ...]
    removed: tuple[ClauseText, ...]
    changed: tuple[ClauseChange, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)

    @property
    def touched_codes(self) -> frozenset[str]:
        """The codes of clauses whose duty is no longer what it was: removed or changed beyond number and chapter."""
        weighty = {change.code for change in self.changed if set(change.fields) - {"number", "chapter"}}
        return frozenset(weighty | {clause.code for clause in self.removed})


_FIELDS = ("chapter", "number", "heading", "text", "binds", "nature", "refines")


def compare(before: Sequence[ClauseText], after: Sequence[ClauseText]) -> VersionComparison:
    """Compare two versions by the stable codes of their clauses."""
    old = {clause.code: clause for clause in before}
    new = {clause.code: clause for clause in after}
    pairs = [(old[code], clause) for code, clause in new.items() if code in old]
    changed = tuple(_change(was, now) for was, now in pairs if was != now)
    return VersionComparison(
        added=tuple(clause for code, clause in new.items() if code not in old),
        removed=tuple(clause for code, clause in old.items() if code not in new),
        changed=changed,
        unchanged=len(pairs) - len(changed),
    )


def _change(before: ClauseText, after: ClauseText) -> ClauseChange:
    segments_before, segments_after = word_diff(before.text, after.text)
    return ClauseChange(
        before=before,
        after=after,
        fields=tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name)),
        text_before=segments_before,
        text_after=segments_after,
    )


def words(text: str) -> list[str]:
    """Split Japanese text where the script changes: close enough to words to be read as such."""
    return _WORDS.findall(text)


def word_diff(before: str, after: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return *before* with what was removed and *after* with what was added, each as segments that join to the whole."""
    old, new = words(before), words(after)
    left: list[Segment] = []
    right: list[Segment] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            left.append(Segment("same", was))
            right.append(Segment("same", now))
            continue
        if was:
            left.append(Segment("removed", was))
        if now:
            right.append(Segment("added", now))
    return tuple(left), tuple(right)
