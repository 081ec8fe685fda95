"""CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0 (FIRST): checked, scored and put on the qualitative scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

from tenken.audit.technical.readers.severities import of_score

_LONGEST: Final = 300
_METRICS = re.compile(r"[A-Za-z]{1,3}:[A-Za-z]{1,5}(?:/[A-Za-z]{1,3}:[A-Za-z]{1,5})*", re.ASCII)
_PREFIX = re.compile(r"(?:CVSS(?:v?2#|2\.0/|:2\.0/)|CVSS:(?P<new>[34]\.[01])/)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a vector comes to.

    ``version``: "2.0", "3.0", "3.1", "4.0", or '' for a malformed vector. ``vector``: as the standard writes it, or the
    malformed text. ``score``: the vector's, or the one that was given. ``agrees``: no score was given, or it is one the
    vector yields (base, temporal or environmental).
    """

    version: str
    vector: str
    score: float | None
    severity: str
    agrees: bool = True


def rate(vector: str, given: float | None = None) -> Rating:
    """Return the rating of *vector*; *given* is the score that the tool states beside it.

    A given score that the vector yields (base, temporal, environmental) stays; one that it does not yield gives way to
    the vector's own. A malformed vector is kept as text and nothing is computed from it. Never raises.
    """
    text = vector.strip()[: _LONGEST + 1]
    version, plain, scores = _computed(text)
    if not version:
        return Rating("", text[:_LONGEST], given, of_score(given), False)
    agrees = given is None or any(abs(given - score) < 0.05 for score in scores)
    score = given if given is not None and agrees else scores[0]
    return Rating(version, plain, score, of_score(score, version), agrees)


@lru_cache(maxsize=8_192)
def _computed(text: str) -> tuple[str, str, tuple[float, ...]]:
    """Return version, vector and its scores (base … environmental); ('', '', ()) for a malformed one."""
    prefix = _PREFIX.match(text)
    metrics = (text[prefix.end() :] if prefix else text).strip("() ")
    if len(text) > _LONGEST or not _METRICS.fullmatch(metrics):
        return "", "", ()
    version = prefix["new"] or "2.0" if prefix else _unnamed(metrics)
    if version not in {"2.0", "3.0", "3.1", "4.0"}:
        return "", "", ()
    metrics = metrics.upper()
    vector = metrics.replace("AU:", "Au:") if version == "2.0" else f"CVSS:{version}/{metrics}"
    try:
        parsed: Any = (
            CVSS2(vector) if version == "2.0" else CVSS4(vector) if version == "4.0" else CVSS3(vector)
        )
        scores = tuple(float(score) for score in parsed.scores() if score is not None)
    except (CVSSError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError):
        return "", "", ()
    return (version, vector, scores) if scores else ("", "", ())


def _unnamed(metrics: str) -> str:
    """Return the version of a vector without a prefix: only 2.0 has Au, only 4.0 has AT, only 3.x has S beside PR."""
    names = {part.partition(":")[0].upper() for part in metrics.split("/")}
    if "AU" in names:
        return "2.0"
    return "4.0" if "AT" in names else "3.1" if "PR" in names else ""
