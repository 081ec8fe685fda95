"""監査の実施通知: the letter to the audited with what is audited, when, by whom, and what to prepare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tenken.audit.engagements.queries.papers import NoticeData, notice_data
from tenken.audit.engagements.queries.scope import engagements_for
from tenken.common.era import era_date
from tenken.organization.access import Principal
from tenken.reports.blocks import Letter, LetterItem, Paper

CODE = "audit-notice"


def of(by: Principal, key: int, on: date) -> Paper:
    """Return the notice of an audit, dated as it was sent; *on* while it is drafted. ``Missing`` when *by* may not see it."""
    told = notice_data(by, key)
    dated = told.letter_on or on
    return Paper(
        code=CODE,
        title=f"監査の実施通知（{told.number}）",
        number="",
        city_name=by.city.name,
        issued_on=dated,
        fiscal_year=told.fiscal_year,
        header="監査の実施通知" if told.letter_on else "監査の実施通知（案）",
        blocks=(
            Letter(
                number=told.letter_number,
                issued_on=dated,
                section=told.section,
                addressee=told.letter_to or told.section,
                sender=told.letter_from,
                subject=f"{told.kind}の実施について（通知）",
                body=_body(told),
                items=tuple(_items(told)),
            ),
        ),
    )


def records(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return the audits that were written to by a day."""
    rows = (
        engagements_for(by)
        .filter(letter_on__isnull=False, letter_on__lte=on)
        .order_by("fiscal_year", "number")
    )
    return [(str(row), row.pk) for row in rows]


def _body(told: NoticeData) -> tuple[str, ...]:
    first = "このことについて、下記のとおり監査を実施します。準備と対応をお願いします。"
    if not told.special or told.ordered_on is None:
        return (first,)
    return (first, f"この監査は、{era_date(told.ordered_on)}に{told.ordered_by}が特に命じたものです。")


def _items(told: NoticeData) -> Iterator[LetterItem]:
    yield LetterItem("監査の番号", told.number)
    yield LetterItem("監査の対象", f"{told.section}　{told.system}".strip())
    yield LetterItem("監査のテーマ", told.theme)
    yield LetterItem("目的", told.purpose)
    for label, text in (("範囲", told.scope), ("基準", told.criteria), ("方法", told.method)):
        if text:
            yield LetterItem(label, text)
    if told.viewpoints:
        yield LetterItem("着眼点", "次のとおり", tuple(f"{code} {text}" for code, text in told.viewpoints))
    yield LetterItem("期間", f"{era_date(told.starts_on)}から{era_date(told.ends_on)}まで")
    conduct = f"{told.conduct}（{told.conducted_with}）" if told.conducted_with else told.conduct
    auditors = tuple(
        f"{one.part_label}　{one.name}{f'（{one.title}）' if one.title else ''}"
        for one in told.auditors
        if one.ends is None
    )
    yield LetterItem("監査人", conduct, auditors)
    if told.chosen_because:
        yield LetterItem("選んだ理由", told.chosen_because)
    if told.request:
        yield LetterItem("準備のお願い", told.request)
    if told.drafted_by:
        day = f"（{era_date(told.drafted_on)}）" if told.drafted_on else ""
        yield LetterItem("起案", f"{told.drafted_by}{day}")
