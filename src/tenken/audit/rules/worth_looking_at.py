"""Which lines of a sheet a visit should look at, and why. The auditor decides; this is only where the list begins."""

from __future__ import annotations

from dataclasses import dataclass

SAID_ISSUE = "課題ありと回答"
SAID_NOT_APPLICABLE = "該当なしと回答"
NOT_ANSWERED = "回答がない"
CAME_BACK = "以前に改善した課題がある"
EARLIER_FINDING = "以前に課題がある"
MANY_ISSUES = "全庁で課題が多い"
CONTRADICTED = "ほかの訪問で回答と相違"


@dataclass(frozen=True)
class Line:
    """What is known of one line: what was said ('' nothing), earlier findings here (improved since or not), in the city."""

    said: str
    earlier: bool = False
    improved_before: bool = False
    among_the_worst: bool = False
    contradicted_elsewhere: bool = False


def worth_looking_at(line: Line) -> str:
    """Return why the line is worth the time of a visit, the strongest reason; '' when nothing speaks for it."""
    reasons = (
        (line.said == "issue", SAID_ISSUE),
        (line.improved_before, CAME_BACK),
        (line.earlier, EARLIER_FINDING),
        (line.contradicted_elsewhere, CONTRADICTED),
        (line.said == "not_applicable", SAID_NOT_APPLICABLE),
        (line.said == "", NOT_ANSWERED),
        (line.among_the_worst, MANY_ISSUES),
    )
    return next((reason for holds, reason in reasons if holds), "")
