"""Whom each kind of letter goes to, and what is particular to each section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.queries.targets import sections_on
from tenken.inspection.states import NOT_HANDED_IN
from tenken.organization.models import City
from tenken.reports.committee import programme_of
from tenken.reports.letters.addressees import default_sender, letters_to
from tenken.reports.letters.figures import ItemFigures, LettersFigures

_LISTED = 10  # findings named in one letter
_WEEKDAYS = "月火水木金土日"
Rows = Iterable[tuple[int, tuple[ItemFigures, ...]]]


def launch_letters(city: City, fiscal_year: int) -> LettersFigures:
    """Letters to every section the year's inspection reaches: before the launch those that stand on its first day."""
    programme = Programme.objects.filter(city=city, fiscal_year=fiscal_year, code="yearly").first()
    stages = _stages(programme)
    first = stages.get(Stage.Kind.SELF_INSPECTION)
    if programme is None or first is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の情報セキュリティ点検は、まだ計画されていません。")
    if programme.status == Programme.Status.PLANNED:
        due: dict[int, date] = {unit: first.ends_on for unit, _ in sections_on(city, first.starts_on)}
    else:
        due = {sheet.unit_id: sheet.due_on or first.ends_on for sheet in _sheets(programme)}
    improvement = stages.get(Stage.Kind.IMPROVEMENT)
    after = (
        (
            ItemFigures(
                "その後の予定", f"課題が見られた課公所は、{_period(improvement)}に{improvement.name}を行う。"
            ),
        )
        if improvement
        else ()
    )
    rows = (
        (
            unit,
            (
                ItemFigures("点検の名称", programme.name),
                ItemFigures("期間", _period(first)),
                ItemFigures("提出期限", _deadline(day)),
                ItemFigures("方法", "点検シートに記入し、情報管理者の承認を受けて提出する。"),
                *after,
            ),
        )
        for unit, day in due.items()
    )
    return _batch("letter-launch", city, fiscal_year, rows, first.starts_on)


def reminder_letters(city: City, fiscal_year: int) -> LettersFigures:
    """Letters to the sections whose sheet has not been handed in."""
    programme = _running(city, fiscal_year)
    first = _stages(programme).get(Stage.Kind.SELF_INSPECTION)
    rows = [
        (
            sheet.unit_id,
            (
                ItemFigures("点検の名称", programme.name),
                *((ItemFigures("提出期限", _deadline(sheet.due_on or first.ends_on)),) if first else ()),
                ItemFigures("現在の状況", sheet.get_status_display()),
            ),
        )
        for sheet in _sheets(programme)
        if sheet.status in NOT_HANDED_IN
    ]
    if not rows:
        raise Missing(f"{FiscalYear(fiscal_year)}の点検シートは、全ての課公所が提出しています。")
    return _batch("letter-reminder", city, fiscal_year, rows, clock.today())


def improvement_letters(city: City, fiscal_year: int) -> LettersFigures:
    """Letters to the sections with issues of their own inspection, those named that are not improved yet."""
    programme = _running(city, fiscal_year)
    stage = _stages(programme).get(Stage.Kind.IMPROVEMENT)
    limit = (ItemFigures("改善報告の期限", _deadline(stage.ends_on)),) if stage else ()
    left = {
        unit: open_ones
        for unit, found in _findings(city, fiscal_year).items()
        if (open_ones := [one for one in found if one.status != Finding.Status.VERIFIED])
    }
    if not left:
        raise Missing(f"{FiscalYear(fiscal_year)}の自己点検に、改善を求める課題はありません。")
    rows = (
        (unit, (ItemFigures("課題", f"{len(found):,}件", _listed(found)), *limit))
        for unit, found in left.items()
    )
    return _batch("letter-improvement", city, fiscal_year, rows, stage.starts_on if stage else clock.today())


def result_letters(city: City, fiscal_year: int) -> LettersFigures:
    """Letters to the sections whose sheet was accepted: how many issues, improved and not."""
    programme = _running(city, fiscal_year)
    findings = _findings(city, fiscal_year)
    rows = [
        (sheet.unit_id, _result(findings.get(sheet.unit_id, [])))
        for sheet in _sheets(programme)
        if sheet.status == Sheet.Status.ACCEPTED
    ]
    if not rows:
        raise Missing(f"{FiscalYear(fiscal_year)}の点検シートは、まだ受け付けられていません。")
    return _batch(
        "letter-result", city, fiscal_year, rows, min(clock.today(), FiscalYear(fiscal_year).ends_on)
    )


def _result(found: list[Finding]) -> tuple[ItemFigures, ...]:
    if not found:
        return (ItemFigures("自己点検の結果", "課題は見られなかった。"),)
    left = [one for one in found if one.status != Finding.Status.VERIFIED]
    summary = f"課題{len(found):,}件（うち改善{len(found) - len(left):,}件、未改善{len(left):,}件）"
    open_items = (ItemFigures("未改善の課題", f"{len(left):,}件", _listed(left)),) if left else ()
    return (ItemFigures("自己点検の結果", summary), *open_items)


def _batch(kind: str, city: City, fiscal_year: int, rows: Rows, day: date) -> LettersFigures:
    return LettersFigures(
        kind=kind,
        city_name=city.name,
        fiscal_year=fiscal_year,
        sender=default_sender(city),
        letters=letters_to(city, rows, day),
    )


def _running(city: City, fiscal_year: int) -> Programme:
    programme = programme_of(city, fiscal_year)
    if programme is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の情報セキュリティ点検は、まだ開始されていません。")
    return programme


def _stages(programme: Programme | None) -> dict[str, Stage]:
    """Return the first stage of each kind."""
    found: dict[str, Stage] = {}
    for stage in programme.stages.all() if programme else ():
        found.setdefault(stage.kind, stage)
    return found


def _sheets(programme: Programme) -> list[Sheet]:
    rows = programme.sheets.filter(system__isnull=True).exclude(status=Sheet.Status.EXEMPTED)
    return list(rows.order_by("unit__code", "pk"))


def _findings(city: City, fiscal_year: int) -> dict[int, list[Finding]]:
    """Return the issues of a year's self-inspection by section, in the order of sections."""
    found: dict[int, list[Finding]] = defaultdict(list)
    rows = Finding.objects.of_city(city.pk).filter(
        fiscal_year=fiscal_year, origin=Finding.Origin.SELF_INSPECTION, system=None
    )
    for finding in rows.exclude(status=Finding.Status.WITHDRAWN).order_by("unit__code", "number"):
        found[finding.unit_id].append(finding)
    return found


def _listed(found: list[Finding]) -> tuple[str, ...]:
    """Return the first findings in words, and how many more there are."""
    lines = [f"課題番号{one.fiscal_year}-{one.number}　{_short(one.title)}" for one in found[:_LISTED]]
    if len(found) > _LISTED:
        lines.append(f"ほか{len(found) - _LISTED:,}件")
    return tuple(lines)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _period(stage: Stage) -> str:
    return f"{era_date(stage.starts_on)}から{era_date(stage.ends_on)}まで"


def _deadline(day: date) -> str:
    return f"{era_date(day)}（{_WEEKDAYS[day.weekday()]}）"
