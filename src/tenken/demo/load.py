"""Loads the demo: an invented city with two past years, whose counts are the published ones, and the present year.

Everything is written by the operations of the rooms, in one transaction, in the order of its business dates. Business dates
lie in the past, ``recorded_at`` is always the moment of loading: the journal says honestly that this came in by "demo".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Stale
from tenken.demo import plan
from tenken.demo.accounts import DEFAULT_PASSWORD, DemoAccount, demo_password, open_accounts
from tenken.demo.city import DemoCity, found, reorganize, transfer
from tenken.demo.this_year import load_this_year
from tenken.demo.years import YearLoaded, load_past_year, secretariat_post
from tenken.inspection.models import Answer
from tenken.organization.models import City, Person, Unit
from tenken.organization.operations import set_emergency_procedure
from tenken.policy.default_policy import read_default_policy
from tenken.policy.operations import adopt_default_policy
from tenken.reports.committee import inspection_figures
from tenken.reports.operations import issue_edition, open_edition
from tenken.reports.paper1 import CODE

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
EARLIEST = date(2015, 6, 1)
_STEPS = 10
_ISSUED_ON = date(2014, 7, 30)
_AWAY = """課長と連絡がつかないときは、課長補佐が次のことを行う。
1 職員から障害の報告を受け、局（区）情報管理者と事務局に電話で知らせる。
2 端末をネットワークから切り離すよう指示し、触った時刻を記録する。
3 期限の迫った点検シートを代わって承認し、課長が戻りしだい報告する。"""


@dataclass(frozen=True)
class DemoSummary:
    """What was loaded: ``counts`` in words, the accounts and their common password, and how long it took."""

    city_code: str
    city_name: str
    today: date
    counts: dict[str, int]
    accounts: tuple[DemoAccount, ...]
    password: str
    seconds: float
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def password_is_default(self) -> bool:
        return self.password == DEFAULT_PASSWORD


def load_demo(progress: Progress, *, today: date | None = None) -> DemoSummary:
    """Load the demo city as of *today* (Japan's today unless given) and return what there is.

    *progress* is told (step, done, total). ``Stale`` when the city stands already, ``Invalid`` for a weak password or a day
    before June 2015; then nothing is written.
    """
    day = today or clock.today()
    if day < EARLIEST:
        raise Invalid(f"デモの基準日は{EARLIEST}以後にしてください。")
    password = demo_password()
    code = plan.city_data()["city"]["code"]
    if City.objects.filter(code=code).exists():
        raise Stale(
            f"デモの市（団体コード{code}）は、すでに入っています。入れ直すときは、別のTENKEN_HOMEを指定してください。"
        )
    with transaction.atomic():
        return _Load(progress, day, password).run()


class _Load:
    """One run: the steps in the order of their business dates, each told and timed."""

    def __init__(self, progress: Progress, today: date, password: str) -> None:
        self.progress, self.today, self.password = progress, today, password
        self.timings: dict[str, float] = {}

    def run(self) -> DemoSummary:
        begun = time.perf_counter()
        made = self._step("組織と職員", lambda: found(self.today))
        founded = plan.city_data()["founded_on"]
        self._step(
            "規程と点検項目",
            lambda: adopt_default_policy(by=made.system(founded), city=made.city, on=founded),
        )
        items = [item.code for item in read_default_policy().items if item.standing]
        years = [self._step("平成25年度の点検", lambda: load_past_year(made, 2013, items))]
        self._step("平成26年4月の組織改正と異動", lambda: _turn(made, 2014, date(2015, 4, 1)))
        self._step("平成25年度の資料の発行", lambda: _issue_paper(made, 2013, _ISSUED_ON))
        years.append(self._step("平成26年度の点検", lambda: load_past_year(made, 2014, items)))
        self._step("平成27年4月からの組織改正と異動", lambda: _turn(made, 2015, date.max))
        years.append(self._step("今年度の点検", lambda: load_this_year(made, self.today, items)))
        accounts = self._step("利用者", lambda: open_accounts(made, self.today, self.password))
        self._step("不在時の対応", lambda: _procedures(made, self.today))
        return DemoSummary(
            city_code=made.city.code,
            city_name=made.city.name,
            today=self.today,
            counts=_counts(made, years),
            accounts=tuple(accounts),
            password=self.password,
            seconds=round(time.perf_counter() - begun, 1),
            timings=self.timings,
        )

    def _step(self, name: str, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        self.progress(name, len(self.timings), _STEPS)
        result = work()
        self.timings[name] = round(time.perf_counter() - begun, 1)
        self.progress(name, len(self.timings), _STEPS)
        return result


def _turn(made: DemoCity, year: int, until: date) -> None:
    """Carry out what happens on 1 April of a year, and the transfers from then to the day before *until*."""
    april = FiscalYear(year).starts_on
    reorganize(made, april)
    transfer(made, april, until)


def _issue_paper(made: DemoCity, fiscal_year: int, day: date) -> None:
    """Issue the committee's paper of a past year. That of FY2014 is left for whoever tries the demo."""
    by = made.acting(secretariat_post(), day)
    edition = open_edition(by=by, paper_code=CODE, fiscal_year=fiscal_year)
    numbers = inspection_figures(made.city, fiscal_year)
    issue_edition(by=by, edition=edition, figures=numbers, issued_on=day, version=edition.version)


def _procedures(made: DemoCity, today: date) -> None:
    """Lay down what the deputy does while the manager is away, where the demo's accounts look."""
    units = made.units_on(today)
    for post in plan.account_posts():
        code, _, number = post.rpartition("-")
        unit = units.get(code)
        if number == "1" and unit is not None and unit.kind.answers_sheets:
            set_emergency_procedure(
                by=made.acting(post, today),
                unit=unit,
                text=_AWAY,
                contact="内線2114（課長補佐）、夜間は守衛室 内線2000",
                on=today,
                replacing=None,
            )


def _counts(made: DemoCity, years: list[YearLoaded]) -> dict[str, int]:
    return {
        "組織": Unit.objects.filter(city=made.city).count(),
        "職員": Person.objects.filter(city=made.city).count(),
        "点検シート": sum(year.sheets for year in years),
        "回答": Answer.objects.filter(sheet__programme__city=made.city).count(),
        "課題": sum(year.findings for year in years),
    }
