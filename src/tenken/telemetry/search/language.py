"""What a person types in the search box: words, AND, OR, NOT, "as written", parentheses. Pure.

    戸籍 Ｘ様            both words, in any place of an event
    見積 OR 契約         either
    -テスト  NOT テスト   without
    "髙橋 一郎"          these characters exactly: blanks, case, width and variants of kanji count
    (A OR B) -C         parentheses

AND binds closer than OR, NOT closest. Full-width blanks, parentheses, quotes and the letters of AND, OR, NOT do the same
as half-width ones. A word is looked for as ``search`` is folded (``events.schema.fold_expression``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tenken.common.refusals import Invalid, Problem
from tenken.telemetry.events.schema import KANJI_VARIANTS

MOST_CHARACTERS: Final = 500
MOST_WORDS: Final = 30
_DEEPEST: Final = 20
_VARIANTS: Final = str.maketrans(*KANJI_VARIANTS)
_OPEN, _CLOSE = "(（", ")）"
_QUOTES: Final = '"＂“”'
_MINUS: Final = "-－−"
_OPERATORS: Final = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Word:
    """``text`` as typed; ``exact``: in quotes."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Not:
    part: Expression


@dataclass(frozen=True)
class And:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Expression, ...]


Expression = Word | Not | And | Or


@dataclass(frozen=True)
class _Token:
    kind: str  # WORD, EXACT, AND, OR, NOT, (, ), END
    text: str
    place: int  # of its first character, from 1


def fold(text: str) -> str:
    """Return *text* folded as the store folds ``search``: NFKC, case, variants of kanji."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)


def parse(text: str) -> Expression | None:
    """Return what *text* asks for; None when it asks for nothing. ``Invalid`` says what is wrong at which character."""
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"{MOST_CHARACTERS}文字までにしてください。", MOST_CHARACTERS + 1)
    if found := _UNPRINTABLE.search(text):
        raise _wrong("使えない文字（制御文字など）があります。", found.start() + 1)
    tokens = list(_tokens(text))
    words = [token for token in tokens if token.kind in ("WORD", "EXACT")]
    if len(words) > MOST_WORDS:
        raise _wrong(f"語は{MOST_WORDS}個までにしてください。", words[MOST_WORDS].place)
    if len(tokens) == 1:
        return None
    return _Parser(tokens).whole()


def words_of(expression: Expression | None) -> list[Word]:
    """Return the words that must or may occur, those under NOT left out: what a page marks in its results."""
    if expression is None or isinstance(expression, Not):
        return []
    if isinstance(expression, Word):
        return [expression]
    return [word for part in expression.parts for word in words_of(part)]


def _wrong(message: str, place: int) -> Invalid:
    return Invalid(f"検索する語の{place}文字目：{message}", [Problem(message, f"{place}文字目", "words")])


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in _OPEN or char in _CLOSE:
            yield _Token("(" if char in _OPEN else ")", char, at + 1)
            at += 1
        elif char in _QUOTES:
            end = next((place for place in range(at + 1, len(text)) if text[place] in _QUOTES), -1)
            if end < 0:
                raise _wrong('「"」が閉じられていません。', at + 1)
            if not text[at + 1 : end].strip():
                raise _wrong('「"」の中に語がありません。', at + 1)
            yield _Token("EXACT", text[at + 1 : end], at + 1)
            at = end + 1
        elif char in _MINUS and at + 1 < len(text) and not text[at + 1].isspace():
            yield _Token("NOT", char, at + 1)
            at += 1
        else:
            end = _end_of_word(text, at)
            word = text[at:end]
            yield _Token(_OPERATORS.get(unicodedata.normalize("NFKC", word), "WORD"), word, at + 1)
            at = end
    yield _Token("END", "", len(text) + 1)


def _end_of_word(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and not (text[end].isspace() or text[end] in _OPEN + _CLOSE + _QUOTES):
        end += 1
    return end


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._now
        self._at += 1
        return token

    def whole(self) -> Expression:
        expression = self._either()
        if self._now.kind == ")":
            raise _wrong("対応する「(」がありません。", self._now.place)
        return expression

    def _either(self) -> Expression:
        parts = [self._all()]
        while self._now.kind == "OR":
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Expression:
        parts = [self._one()]
        while self._now.kind not in ("OR", ")", "END"):
            if self._now.kind == "AND":
                self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Expression:
        token = self._take()
        if token.kind in ("WORD", "EXACT"):
            return Word(token.text, token.kind == "EXACT")
        if token.kind not in ("NOT", "("):
            raise self._missing(token)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _wrong("かっこやNOTの入れ子が深すぎます。", token.place)
        inner = Not(self._one()) if token.kind == "NOT" else self._either()
        if token.kind == "(":
            if self._now.kind != ")":
                raise _wrong("「(」が閉じられていません。", token.place)
            self._take()
        self._depth -= 1
        return inner

    def _missing(self, token: _Token) -> Invalid:
        before = self._tokens[self._at - 2] if self._at > 1 else None
        if token.kind in ("AND", "OR") and (before is None or before.kind == "("):
            return _wrong(f"「{token.text}」の前に語がありません。", token.place)
        if before is not None and before.kind in ("AND", "OR", "NOT"):
            return _wrong(f"「{before.text}」の後に語がありません。", before.place)
        if before is not None and before.kind == "(":
            return _wrong("「(」の後に語がありません。", before.place)
        return _wrong(f"「{token.text}」の前に語がありません。", token.place)
