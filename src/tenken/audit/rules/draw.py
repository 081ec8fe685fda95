"""Drawing sections by lot, so that anybody can draw again and get the same.

The sections stand in the order of their codes; each in turn is given the next number of ``random.Random(seed).random()``
(Mersenne Twister; of Python's generators the one sequence that is promised to stay the same). The lowest numbers are
chosen: of all, or within each 局・区 as many as its share. Document 001, 資料1 図1: 全庁から抽出.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

RANDOM, STRATIFIED = "random", "stratified"


def draw(codes: Sequence[str], seed: int, wanted: int) -> list[str]:
    """Return *wanted* of *codes* (all when there are fewer), in the order of the codes."""
    given = numbers(codes, seed)
    return sorted(sorted(given, key=lambda code: (given[code], code))[:wanted])


def draw_stratified(strata: Mapping[str, str], seed: int, wanted: int) -> list[str]:
    """Return *wanted* of the codes of *strata* (code → stratum), each stratum by its share, in the order of the codes."""
    given = numbers(list(strata), seed)
    members: dict[str, list[str]] = defaultdict(list)
    for code in sorted(strata, key=lambda code: (given[code], code)):
        members[strata[code]].append(code)
    places = shares({stratum: len(codes) for stratum, codes in members.items()}, wanted)
    return sorted(code for stratum, codes in members.items() for code in codes[: places[stratum]])


def shares(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Return how many of *wanted* fall to each stratum: by size, what is left to the largest remainders.

    Equal remainders: the larger stratum first, then the lower code. Never more than a stratum has.
    """
    total = sum(sizes.values())
    wanted = min(wanted, total)
    found = {stratum: wanted * size // total for stratum, size in sizes.items()} if total else {}
    left = wanted - sum(found.values())
    for stratum in sorted(sizes, key=lambda one: (-(wanted * sizes[one] % total), -sizes[one], one))[:left]:
        found[stratum] += 1
    return found


def numbers(codes: Sequence[str], seed: int) -> dict[str, float]:
    """Return the number each of *codes* is given by lot: the lower, the sooner chosen."""
    lots = Random(seed)  # noqa: S311 - meant to be drawn again, not to be secret
    return {code: lots.random() for code in sorted(codes)}


def in_words(method: str, seed: int | None, wanted: int | None, universe: int) -> str:
    """Return in one paragraph how a selection was made and how to make it again; '' for one by hand."""
    if method not in (RANDOM, STRATIFIED):
        return ""
    how = (
        f"値の小さい順に{wanted}件を選ぶ。"
        if method == RANDOM
        else f"局・区ごとに、{wanted}件を対象数の割合で配り（端数の大きい順に1件ずつ足す）、値の小さい順に選ぶ。"
    )
    return (
        f"対象の{universe}件をコードの順に並べ、種{seed}の乱数（メルセンヌ・ツイスタ、Pythonのrandom.Random({seed})の"
        f"random()）を先頭から1つずつ割り当て、{how}同じ種からは、いつでも同じ結果になる。"
    )
