"""Loads the demo: an invented city from FY2013, with the published counts of FY2014, through FY2015 to the present year.

Everything is written by the operations of the rooms, in one transaction, in the order of its business dates. Business dates
lie in the past, ``recorded_at`` is always the moment of loading: the journal says honestly that this came in by "demo".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from django.db import connection, transaction

from tenken.assets.models import InformationAsset, InformationSystem
from tenken.audit.models import Visit
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Stale
from tenken.demo import external_audit, papers, plan, rotation
from tenken.demo.accounts import DEFAULT_PASSWORD, DemoAccount, demo_password, open_accounts
from tenken.demo.auditors import register_auditors, register_todays
from tenken.demo.audits2014 import load_audit_2014
from tenken.demo.audits_now import load_audits
from tenken.demo.cases import load_casebook
from tenken.demo.city import DemoCity, found, reorganize, transfer
from tenken.demo.extents import load_extent
from tenken.demo.ledger import load_ledger, load_occurrences, renew
from tenken.demo.measures import load_measures
from tenken.demo.meetings import adopt_defaults, load_meetings, record_duties
from tenken.demo.plans import load_plan
from tenken.demo.policy import import_guidelines, revise_standard
from tenken.demo.quarters import load_quarters, save_yearly
from tenken.demo.self_checks import load_self_check
from tenken.demo.systems import load_audit_2015, load_this_years_audit
from tenken.demo.telemetry.playing import THINNED, play_month
from tenken.demo.telemetry.settling import settle
from tenken.demo.telemetry.terminals import load_terminals
from tenken.demo.this_year import load_this_year
from tenken.demo.traces import load_past_trace, load_running_trace
from tenken.demo.visits import draw_this_years
from tenken.demo.years import YearLoaded, load_past_year
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.organization.models import City, Person, Unit
from tenken.organization.operations import set_emergency_procedure
from tenken.policy.default_policy import read_default_policy
from tenken.policy.operations import adopt_default_policy
from tenken.telemetry.models import Terminal

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
EARLIEST = date(2015, 6, 1)
_STEPS = 22  # besides those of the years between FY2014 and this one
_LEDGER_FROM = date(2014, 4, 1)
_ISSUED_2013 = date(2014, 7, 28)
_CASES_PUBLISHED = date(2015, 5, 20)
_MET_2015 = date(2015, 7, 29)
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
    source_key: str = field(default="", repr=False)

    @property
    def password_is_default(self) -> bool:
        return self.password == DEFAULT_PASSWORD


def load_demo(progress: Progress, *, today: date | None = None, per_day: int = THINNED) -> DemoSummary:
    """Load the demo city as of *today* (Japan's today unless given) and return what there is.

    *per_day*: how many operations of an open day its terminals send, 0 for none. *progress* is told (step, done, total). ``Stale`` when the city stands already, ``Invalid`` for a weak password or a day
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
        run = _Load(progress, day, password, per_day)
        summary = run.run()
    return run.play(summary) if per_day else summary


class _Load:
    """One run: the steps in the order of their business dates, each told and timed."""

    def __init__(self, progress: Progress, today: date, password: str, per_day: int) -> None:
        self.progress, self.today, self.password, self.per_day = progress, today, password, per_day
        self.timings: dict[str, float] = {}
        later = {2015, FiscalYear.of(today).year - 1}
        self.steps = _STEPS + bool(per_day) + sum(2014 < year < FiscalYear.of(today).year for year in later)

    def run(self) -> DemoSummary:
        begun = time.perf_counter()
        made = self._step("組織と職員", lambda: found(self.today))
        founded = plan.city_data()["founded_on"]
        self._step("規程と点検項目", lambda: _rules(made, founded))
        items = [item.code for item in read_default_policy().items if item.standing]
        years = [self._step("平成25年度の点検", lambda: load_past_year(made, 2013, items))]
        self._step("平成26年4月の組織改正と異動", lambda: _turn(made, 2014, date(2015, 4, 1)))
        self._step("平成25年度の資料の発行", lambda: papers.issue(made, papers.RESULTS, 2013, _ISSUED_2013))
        systems = self._step("情報システム台帳", lambda: _ledger(made, self.today))
        years.append(self._step("平成26年度の点検", lambda: load_past_year(made, 2014, items)))
        self._step("平成26年度の情報システム監査", lambda: load_audit_2014(made, systems))
        self._step("追跡調査", lambda: load_past_trace(made, 2014))
        self._step("平成27年4月からの組織改正と異動", lambda: _turn(made, 2015, date.max))
        self._step("事例集と規程の改定", lambda: _learned(made))
        self._step("年間計画と会議", lambda: _planned(made, self.today))
        years += self._later_years(made, items)
        self._step("情報システム監査", lambda: _audits(made, systems, self.today))
        self._step(
            "四半期の取組状況確認", lambda: load_quarters(made, FiscalYear.of(self.today).year, self.today)
        )
        years.append(self._step("今年度の点検", lambda: _this_year(made, self.today, items)))
        self._step(
            "職員の自己チェック", lambda: load_self_check(made, FiscalYear.of(self.today).year, self.today)
        )
        self._step("今年度の訪問調査と追跡調査", lambda: _followed(made, years[-1].programme, self.today))
        self._step("監査の結果と措置", lambda: load_measures(made, self.today))
        self._step("職務とガイドライン", lambda: _duties(made, self.today))
        accounts = self._step("利用者", lambda: open_accounts(made, self.today, self.password))
        self._step("不在時の対応", lambda: _procedures(made, self.today))
        key = self._step("端末台帳", lambda: _terminals(made, self.today))
        return DemoSummary(
            city_code=made.city.code,
            city_name=made.city.name,
            today=self.today,
            counts=_counts(made),
            accounts=tuple(accounts),
            password=self.password,
            seconds=round(time.perf_counter() - begun, 1),
            timings=self.timings,
            source_key=key,
        )

    def play(self, summary: DemoSummary) -> DemoSummary:
        """Let the last month be lived through at the terminals: beside the database, so after its commit."""
        begun = time.perf_counter()
        city = City.objects.get(code=summary.city_code)
        events = self._step(
            "操作ログ", lambda: play_month(city, self.today, lambda done, total: None, per_day=self.per_day)
        )
        counts = {**summary.counts, "操作ログ": events}
        seconds = round(summary.seconds + time.perf_counter() - begun, 1)
        return replace(summary, counts=counts, seconds=seconds)

    def _later_years(self, made: DemoCity, items: list[str]) -> list[YearLoaded]:
        """Load FY2015 and last year, as far as they are past and not loaded yet."""
        this = FiscalYear.of(self.today).year
        return [
            self._step(f"{FiscalYear(year)}の点検", partial(load_past_year, made, year, items))
            for year in sorted({2015, this - 1} - {2014})
            if year < this
        ]

    def _step(self, name: str, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        self.progress(name, len(self.timings), self.steps)
        result = work()
        _tell_planner()
        self.timings[name] = round(time.perf_counter() - begun, 1)
        self.progress(name, len(self.timings), self.steps)
        return result


def _tell_planner() -> None:
    """Let PostgreSQL count what has come in: nobody does before the commit, and without it a join over two years' answers
    was planned row by row and took minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _turn(made: DemoCity, year: int, until: date) -> None:
    """Carry out what happens on 1 April of a year, and the transfers from then to the day before *until*."""
    april = FiscalYear(year).starts_on
    reorganize(made, april)
    transfer(made, april, until)


def _rules(made: DemoCity, founded: date) -> None:
    """Lay down the policy with its bank, the steering bodies and what their officers must do."""
    adopt_default_policy(by=made.system(founded), city=made.city, on=founded)
    adopt_defaults(made, founded)


def _learned(made: DemoCity) -> None:
    """Load what followed from FY2014: cases to copy, and a second version of the standard."""
    load_casebook(made, 2014, _CASES_PUBLISHED)
    revise_standard(made)


def _planned(made: DemoCity, today: date) -> None:
    """Load the annual plans and meetings of FY2014, FY2015, last year and this year, and issue papers 1 and 2 as they were
    read on 29 July 2015."""
    this = FiscalYear.of(today).year
    for year in sorted({2014, 2015, this - 1, this}):
        load_plan(made, year, today)
        load_meetings(made, year, today)
    if today >= _MET_2015:
        papers.issue(made, papers.RESULTS, 2014, _MET_2015)
        papers.issue(made, papers.PLAN, 2015, _MET_2015)


def _ledger(made: DemoCity, today: date) -> dict[str, InformationSystem]:
    """Load the ledger of systems as of FY2014 with what happened to them until FY2015, and who audits."""
    systems = load_ledger(made)
    load_occurrences(made, systems, _LEDGER_FROM, EARLIEST, today)
    register_auditors(made, today)
    return systems


def _audits(made: DemoCity, systems: dict[str, InformationSystem], today: date) -> None:
    """Load the audit of the 86 systems of FY2015, what was audited since, and this year's with the look across
    that came of it."""
    this = FiscalYear.of(today).year
    register_todays(made, today)
    first = load_audit_2015(made, over=this > 2015)
    if this > 2015:
        load_occurrences(made, systems, EARLIEST + timedelta(days=1), today, today)
        renew(made, systems, today)
        audited = set(first.choices.filter(engagement__isnull=False).values_list("system__code", flat=True))
        rotation.record_years_between(made, systems, today, audited)
        if today >= external_audit.OVER:
            external_audit.hand_over(made, external_audit.load_external_audit(made), today)
        selection = load_this_years_audit(made, this, today)
        load_audits(made, selection, systems, today)
        load_extent(made, systems, today)
        rotation.draw_next(made, today)


def _this_year(made: DemoCity, today: date, items: list[str]) -> YearLoaded:
    """Load the year of *today*, with the series that it comes from."""
    series = save_yearly(made, FiscalYear.of(today).starts_on)
    return load_this_year(made, today, items, series)


def _followed(made: DemoCity, programme: Programme, today: date) -> None:
    """Draw this year's visits and begin this year's trace."""
    draw_this_years(made, programme, today)
    load_running_trace(made, programme, today)


def _duties(made: DemoCity, today: date) -> None:
    """Record the duties of last year and this year, and take in the ministry's guideline."""
    this = FiscalYear.of(today)
    for year in (this.previous.year, this.year):
        record_duties(made, year, today)
    import_guidelines(made, this.starts_on)


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


def _terminals(made: DemoCity, today: date) -> str:
    """Enter the terminals and settle what rules ask; return the key of the operation logs."""
    load_terminals(made, today)
    return settle(made, today)


def _counts(made: DemoCity) -> dict[str, int]:
    return {
        "組織": Unit.objects.filter(city=made.city).count(),
        "職員": Person.objects.filter(city=made.city).count(),
        "点検シート": Sheet.objects.filter(programme__city=made.city).count(),
        "回答": Answer.objects.filter(sheet__programme__city=made.city).count(),
        "課題": Finding.objects.filter(city=made.city).count(),
        "訪問調査": Visit.objects.filter(unit__city=made.city).count(),
        "情報資産": InformationAsset.objects.filter(unit__city=made.city).count(),
        "情報システム": InformationSystem.objects.filter(city=made.city).count(),
        "端末": Terminal.objects.filter(city=made.city).count(),
    }
