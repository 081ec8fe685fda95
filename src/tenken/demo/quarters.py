"""The rhythms of the city: the yearly inspection as a series, and the quarterly 情報セキュリティ取組状況確認 of every section."""

from __future__ import annotations

from datetime import date, timedelta

from tenken.common.fiscal_year import FiscalYear
from tenken.demo.city import DemoCity
from tenken.demo.data_files import case_of, digest
from tenken.demo.days import opening_day
from tenken.demo.sheets import Asked, answers_of, between
from tenken.findings import operations as findings
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.states import Plan, Report, Verify
from tenken.inspection import operations as inspection
from tenken.inspection.finding_words import finding_words
from tenken.inspection.models import Programme, Question, Rhythm, Series, Stage
from tenken.inspection.operations import HistoricSheet, SeriesPlan
from tenken.inspection.rules.rhythm import Later

YEARLY, QUARTERLY = "yearly", "torikumi"
_ITEMS = ("M-CD-01", "M-CD-02", "M-PW-01", "M-MD-01", "M-MD-02", "M-TO-01", "M-TR-01", "R-VM-01")
_ISSUE_PERMILLE = {"M-CD-01": 24, "M-CD-02": 15, "M-MD-01": 8, "M-TR-01": 6}
_RUNNING_PERCENT = 55


def save_yearly(made: DemoCity, on: date) -> Series:
    """Keep the yearly inspection as a series, with its calendar and the risk part."""
    return inspection.save_series(
        by=made.system(on),
        plan=SeriesPlan(
            code=YEARLY,
            name="情報セキュリティ点検",
            months=(7,),
            days_to_answer=60,
            later=(
                Later("improvement", "改善取組", 90),
                Later("visit", "訪問調査", 28),
                Later("follow_up", "フォローアップ", 85),
            ),
            with_risk_part=True,
        ),
        on=on,
    )


def load_quarters(made: DemoCity, fiscal_year: int, today: date) -> list[Programme]:
    """Plan the four quarters of a year; those that are over are closed with their answers, one may run."""
    april = opening_day(FiscalYear(fiscal_year).starts_on)
    series = inspection.save_series(
        by=made.system(april),
        plan=SeriesPlan(
            code=QUARTERLY,
            name="情報セキュリティ取組状況確認",
            rhythm=Rhythm.QUARTERLY,
            items=_ITEMS,
            days_to_answer=20,
            later=(Later("improvement", "改善取組", 30),),
        ),
        on=april,
    )
    programmes = inspection.plan_year(by=made.system(april), series=series, fiscal_year=fiscal_year, on=april)
    for programme in programmes:
        stages = {stage.kind: stage for stage in programme.stages.all()}
        if stages["self_inspection"].starts_on <= today:
            _play(made, programme, stages, today)
    return programmes


def _play(made: DemoCity, programme: Programme, stages: dict[str, Stage], today: date) -> None:
    """Launch a quarter and bring in its answers; close it once its improvement is over."""
    asking, improving = stages["self_inspection"], stages["improvement"]
    by = made.system(asking.starts_on)
    inspection.launch(by=by, programme=programme, version=programme.version, on=asking.starts_on)
    programme.refresh_from_db()
    until = min(asking.ends_on, today)
    over = asking.ends_on < today
    if (until - asking.starts_on).days >= 3:
        rows = _sheets(made, programme, asking.starts_on, until, percent=100 if over else _RUNNING_PERCENT)
        _bring_in(made, programme, rows, improving, today)
    if improving.ends_on < today:
        programme.refresh_from_db()
        on = opening_day(improving.ends_on)
        inspection.close_programme(by=made.system(on), programme=programme, version=programme.version, on=on)


def _sheets(
    made: DemoCity, programme: Programme, first: date, until: date, *, percent: int
) -> list[tuple[str, HistoricSheet]]:
    key = programme.code
    units = {code: unit for code, unit in made.units_on(first).items() if unit.kind.answers_sheets}
    rows = []
    for code, unit in units.items():
        if digest("quarter", key, code) % 100 >= percent:
            continue
        submitted = between(first + timedelta(days=1), until - timedelta(days=1), "quarter", key, code)
        issues = {
            item: case_of(code, item, programme.fiscal_year)["issue"]
            for item, permille in _ISSUE_PERMILLE.items()
            if digest("quarter issue", key, code, item) % 1000 < permille
        }
        answers = answers_of(code, programme.fiscal_year, _ITEMS, issues, conforming=frozenset())
        rows.append((code, HistoricSheet(unit.pk, submitted, submitted, answers)))
    return rows


def _bring_in(
    made: DemoCity,
    programme: Programme,
    rows: list[tuple[str, HistoricSheet]],
    improving: Stage,
    today: date,
) -> None:
    on = max(row.accepted_on for _, row in rows)
    by = made.system(on)
    keys = inspection.record_history(by=by, programme=programme, rows=[row for _, row in rows], on=on)
    asked = {
        row.revision.item.code: Asked(row.revision.item.code, row.revision.question, row.category.code)
        for row in Question.objects.filter(form__programme=programme).select_related(
            "revision__item", "category"
        )
    }
    lives = [
        _life(made, programme, code, row, answer.item_code, asked[answer.item_code], keys, improving, today)
        for code, row in rows
        for answer in row.answers
        if answer.verdict == "issue"
    ]
    lives.sort(key=lambda life: (life.opened_on, life.unit_id, life.item_code))
    last = min(improving.ends_on, today)
    findings.record_history(by=made.system(last), city=made.city, rows=lives, on=last)


def _life(
    made: DemoCity,
    programme: Programme,
    code: str,
    row: HistoricSheet,
    item: str,
    asked: Asked,
    keys: dict[tuple[int, str], int],
    improving: Stage,
    today: date,
) -> HistoricFinding:
    case = case_of(code, item, programme.fiscal_year)
    title, detail = finding_words(asked.title, case["issue"])
    head = made.holder(f"{code}-1", row.accepted_on)
    over = improving.ends_on < today
    planned_on = min(
        opening_day(max(row.accepted_on, improving.starts_on) + timedelta(days=3)), improving.ends_on
    )
    steps: tuple[HistoricStep, ...] = ()
    if over:
        done = opening_day(planned_on + timedelta(days=7))
        steps = (
            HistoricStep(
                Plan(case["plan"], head.name, improving.ends_on), planned_on, head.number, head.name
            ),
            HistoricStep(Report(case["action"], done), done, head.number, head.name),
            HistoricStep(Verify(), opening_day(done + timedelta(days=4))),
        )
    return HistoricFinding(
        unit_id=row.unit_id,
        fiscal_year=programme.fiscal_year,
        origin="self_inspection",
        origin_key=f"inspection.answer:{keys[row.unit_id, item]}",
        title=title,
        opened_on=row.accepted_on,
        status="verified" if over else "open",
        steps=steps,
        item_code=item,
        category_code=asked.category,
        detail=detail,
        due_on=improving.ends_on,
    )
