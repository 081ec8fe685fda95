"""訪問調査実施通知: a letter to each section to be visited."""

from __future__ import annotations

from tenken.audit.models import Visit
from tenken.audit.queries.documents import VisitLetter
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.organization.models import City
from tenken.reports.letters.addressees import default_sender, letters_to
from tenken.reports.letters.figures import ItemFigures, LettersFigures
from tenken.reports.visit_report.gathering import programme_report


def visit_letters(city: City, fiscal_year: int) -> LettersFigures:
    """Letters to the sections whose visit has its day; what was called off is left out."""
    letters = [
        visit.letter for visit in programme_report(city, fiscal_year).visits if visit.letter.planned_on
    ]
    if not letters:
        raise Missing(f"{FiscalYear(fiscal_year)}の訪問調査の日程は、まだ決まっていません。")
    units = dict(
        Visit.objects.of_city(city.pk)
        .filter(pk__in=[letter.visit_id for letter in letters])
        .values_list("pk", "unit_id")
    )
    first_day = min(letter.planned_on for letter in letters if letter.planned_on)
    rows = [(units[letter.visit_id], _items(letter)) for letter in letters]
    return LettersFigures(
        kind="letter-visit",
        city_name=city.name,
        fiscal_year=fiscal_year,
        sender=default_sender(city),
        letters=letters_to(city, rows, first_day),
    )


def _items(letter: VisitLetter) -> tuple[ItemFigures, ...]:
    facts = (
        ("日時", _when(letter), ()),
        ("場所", letter.place, ()),
        ("対象の情報システム", letter.system, ()),
        ("監査人", "、".join(f"{one.title}　{one.name}".strip() for one in letter.auditors), ()),
        (
            "調査する事項",
            f"{len(letter.topics):,}項目",
            tuple(f"{name}（{count:,}問）" for name, count in letter.topics),
        ),
        ("お願い", letter.request, ()),
    )
    return tuple(
        ItemFigures(label, text, lines)
        for label, text, lines in facts
        if text and (label != "調査する事項" or lines)
    )


def _when(letter: VisitLetter) -> str:
    day = era_date(letter.planned_on) if letter.planned_on else ""
    if letter.begins_at is None:
        return day
    ends = f"{letter.ends_at:%H:%M}" if letter.ends_at else ""
    return f"{day}　{letter.begins_at:%H:%M}～{ends}"
