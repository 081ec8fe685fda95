"""What a rule's hits must contain: a necessary condition over plain substrings, checked for all rules at once.

A requirement is a conjunction of clauses; a clause is met when one of its needles occurs in the event's folded text.
No clause: the rule must be evaluated on every batch of its log source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

Clause = frozenset[str]
Requirement = tuple[Clause, ...]

ALWAYS: Final[Requirement] = ()
IMPOSSIBLE: Final[Requirement] = (frozenset(),)
_ENDLESS: Final = 1 << 30
_SHORTEST: Final = 3
_MOST_NEEDLES: Final = 1_000
_MOST_CLAUSES: Final = 8


def needle(parts: Iterable[str]) -> Requirement:
    """Return the requirement that the longest of *parts* (folded, in one value) occurs; none where all are short."""
    # Patterns are handed on as C strings: a NUL would end one early.
    best = max((piece for part in parts for piece in part.split("\0")), key=len, default="")
    return (frozenset({best}),) if len(best) >= _SHORTEST else ALWAYS


_TOKEN: Final = re.compile(
    r"""\\(?P<escaped>\W) | (?P<letter>[^][\\(){}|*+?.^$]) | (?P<maybe>[*?]|\{\d+(?:,\d*)?\})
    | (?P<open>\((?!\?)) | (?P<close>\)) | [+.^$] | \\[dDwWsSbBAzZntrfv] | \[\^?\]?(?:\\.|[^]\\])*\]""",
    re.VERBOSE | re.DOTALL,
)


def plain_runs(expression: str) -> list[str]:
    """Return runs of plain text that whatever matches the regular *expression* contains; [] where that is not plain to see:
    alternatives, groups with settings, characters by their number."""
    runs, run, depth, position = [], "", 0, 0
    while position < len(expression):
        token = _TOKEN.match(expression, position)
        if token is None:
            return []
        position = token.end()
        depth += (token["open"] is not None) - (token["close"] is not None)
        char = token["escaped"] or token["letter"] or ""
        if char and not depth:
            run += char
        else:
            runs.append(run[:-1] if token["maybe"] else run)
            run = ""
    return [one for one in (*runs, run) if one]


def every(requirements: Iterable[Requirement]) -> Requirement:
    """Return what must hold when all hold: the most selective clauses of them."""
    clauses = {clause for requirement in requirements for clause in requirement}
    return tuple(sorted(clauses, key=_worth, reverse=True)[:_MOST_CLAUSES])


def some(requirements: Sequence[Requirement]) -> Requirement:
    """Return what must hold when at least one holds."""
    if not requirements or not all(requirements):
        return ALWAYS
    joined = frozenset().union(*(max(one, key=_worth) for one in requirements))
    return (joined,) if len(joined) <= _MOST_NEEDLES else ALWAYS


def _worth(clause: Clause) -> tuple[int, int, list[str]]:
    """How selective a clause is: by its shortest needle, then by how few they are."""
    return min(map(len, clause), default=_ENDLESS), -len(clause), sorted(clause)
