"""What a judgement may say. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenken.audit.technical.words import (
    CONTEXTS,
    FALSE_POSITIVE,
    INSIDE_ONLY,
    LIFTED,
    NONE,
    RAISED,
    URGENCY_LABELS,
)
from tenken.common.refusals import Problem

LONGEST_YEARS = 3
MAX_REASON = 2000


@dataclass(frozen=True)
class JudgementData:
    """What an auditor decided: on which ground, how urgent it is then, why, and when it is looked at again."""

    context: str
    urgency: int
    reason: str
    valid_until: date


def settled(data: JudgementData, base: int) -> int:
    """Return the urgency *data* comes to over *base*: a false alarm is none, a lifted judgement is the rule's again."""
    if data.context == FALSE_POSITIVE:
        return NONE
    return base if data.context == LIFTED else data.urgency


def problems_of(data: JudgementData, *, base: int, exposed: bool, on: date) -> Iterator[Problem]:
    """Yield what is wrong with *data* for a weakness of urgency *base*; *exposed*: the internet reaches one of its hosts."""
    if data.context not in CONTEXTS:
        yield Problem("判断の根拠を選んでください。", "判断の根拠", "context")
    if data.urgency not in URGENCY_LABELS:
        yield Problem("緊急度を選んでください。", "判断した緊急度", "urgency")
        return
    decided = settled(data, base)
    if data.context == RAISED and decided <= base:
        yield Problem("いまより高い緊急度を選んでください。", "判断した緊急度", "urgency")
    if data.context not in (RAISED, LIFTED) and data.context in CONTEXTS and decided >= base:
        yield Problem(
            f"いまの緊急度「{URGENCY_LABELS[base]}」より低い緊急度を選んでください。",
            "判断した緊急度",
            "urgency",
        )
    if data.context == INSIDE_ONLY and exposed:
        yield Problem(
            "外部から届く機器で見つかっているため、「庁内LANの内側からだけ届く」とは判断できません。",
            "判断の根拠",
            "context",
        )
    reason = data.reason.strip()
    if not reason or len(reason) > MAX_REASON:
        yield Problem(f"理由を{MAX_REASON:,}字までで入力してください。", "理由", "reason")
    if data.valid_until < on:
        yield Problem("見直し日は、判断する日より前にできません。", "見直し日", "valid_until")
    elif (data.valid_until.year, data.valid_until.month, data.valid_until.day) > (
        on.year + LONGEST_YEARS,
        on.month,
        on.day,
    ):
        yield Problem(f"見直し日は、{LONGEST_YEARS}年以内にしてください。", "見直し日", "valid_until")
