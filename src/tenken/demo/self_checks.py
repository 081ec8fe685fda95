"""職員の自己チェック of this year: open for everyone, handed in by many. Who answered what is nobody's to see."""

from __future__ import annotations

from datetime import date, timedelta

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest
from tenken.demo.days import opening_day
from tenken.demo.sheets import between
from tenken.inspection import operations as inspection
from tenken.inspection.models import Kind, Programme, Question, SelfCheck
from tenken.inspection.operations import HistoricSelfCheck, SeriesPlan, StagePlan

CODE = "staff"
# Item → of a hundred employees how many say いいえ, and how many 該当なし.
ITEMS = {
    "M-CD-01": (14, 0),
    "M-CD-02": (17, 0),
    "M-PW-01": (6, 0),
    "M-MD-01": (5, 46),
    "M-TO-01": (3, 58),
    "M-ID-02": (4, 0),
    "M-EM-01": (7, 3),
    "M-TR-01": (12, 0),
}
_SUBMITTED_PERCENT = 63
_OWN_WAY = "hosa01"  # hands in through the pages' own operations, as everyone does


def load_self_check(made: DemoCity, fiscal_year: int, today: date) -> Programme:
    """Plan and launch the self-check of all employees, from ten days ago to eleven days ahead, and bring in what was
    handed in. The accounts' people have theirs before them, but for one who is done."""
    first, last = opening_day(today - timedelta(days=12)), opening_day(today + timedelta(days=11))
    april = FiscalYear(fiscal_year).starts_on
    series = inspection.save_series(
        by=made.system(april),
        plan=SeriesPlan(
            code=CODE,
            name="職員の自己チェック",
            kind=Kind.SELF_CHECK,
            months=(6,),
            items=tuple(ITEMS),
            days_to_answer=24,
        ),
        on=april,
    )
    programme = inspection.plan_programme(
        by=made.system(april),
        city=made.city,
        fiscal_year=fiscal_year,
        name=f"{FiscalYear(fiscal_year)}　職員の自己チェック",
        purpose="職員一人ひとりが、毎日の仕事の中の対策を自分で確かめる。",
        stages=[
            StagePlan(
                "self_inspection",
                "自己チェック",
                first,
                last,
                "全職員",
                "職員が自分の対策を確かめる。",
                "8つの設問に、はい・いいえ・該当なしで答える。",
            )
        ],
        code=CODE,
        kind=Kind.SELF_CHECK,
        series=series,
        on=april,
    )
    by = made.system(first)
    inspection.choose_questions(
        by=by, programme=programme, item_codes=list(ITEMS), version=programme.version, on=first
    )
    programme.refresh_from_db()
    inspection.launch(by=by, programme=programme, version=programme.version, on=first)
    programme.refresh_from_db()
    _hand_in(made, programme, first, today)
    _answer_oneself(made, programme, today)
    return programme


def _hand_in(made: DemoCity, programme: Programme, first: date, today: date) -> None:
    own = {made.holder(post, today).pk for post in plan.account_posts()}
    people = SelfCheck.objects.filter(programme=programme).values_list("person_id", "person__number")
    rows = [
        HistoricSelfCheck(
            person,
            between(first, today - timedelta(days=1), "self check", number),
            {item: _verdict(item, number) for item in ITEMS},
        )
        for person, number in people
        if person not in own and digest("self check", number) % 100 < _SUBMITTED_PERCENT
    ]
    inspection.record_self_check_history(by=made.system(today), programme=programme, rows=rows, on=today)


def _verdict(item: str, number: str) -> str:
    issue, absent = ITEMS[item]
    thrown = digest("own answer", item, number) % 100
    return "issue" if thrown < issue else "not_applicable" if thrown < issue + absent else "conforms"


def _answer_oneself(made: DemoCity, programme: Programme, today: date) -> None:
    by = made.acting(plan.post_of(_OWN_WAY), today)
    for key in Question.objects.filter(form__programme=programme).values_list("pk", flat=True):
        inspection.save_self_answer(by=by, programme=programme, question_id=key, verdict="conforms")
    inspection.submit_self_check(by=by, programme=programme, on=today)
