"""A city as large as the one in the documents: 422 sections, ten years behind it. Written through the operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.identifiers import local_government_check_digit
from tenken.findings.operations import HistoricFinding, HistoricStep
from tenken.findings.operations import record_history as record_findings
from tenken.findings.states import Plan, Report, StageClosed, Verify
from tenken.inspection.models import Programme
from tenken.inspection.operations import (
    HistoricAnswer,
    HistoricSheet,
    StagePlan,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
    record_history,
)
from tenken.journal.actor import Actor
from tenken.organization.access import Principal, system_principal
from tenken.organization.models import Account, City, Person, Role, Unit, UnitKind
from tenken.organization.operations import (
    add_person,
    add_post,
    add_unit,
    assign,
    found_city,
    grant_role,
    open_account,
)
from tenken.policy.models import CheckItem
from tenken.policy.operations import adopt_default_policy
from tenken.policy.queries.bank import items_on

SECTIONS = 422
BUREAUS = 20
QUESTIONS = 140
YEARS = 10
CLERKS = 8
PASSWORD = "benchmark-of-tenken-1"
FOUNDED = date(2005, 4, 1)


class _Founder:
    actor = Actor(code="system:benchmark", name="ベンチマーク")


@dataclass(frozen=True)
class Prepared:
    """The city; who may sign in; the programmes waiting for their launch."""

    city: City
    secretariat: str
    clerks: tuple[str, ...]
    waiting: tuple[Programme, ...]
    past_years: tuple[int, ...]


def prepare(
    *,
    sections: int = SECTIONS,
    years: int = YEARS,
    clerks: int = CLERKS,
    waiting: int = 3,
    questions: int = QUESTIONS,
) -> Prepared:
    """Write the city into the empty database of this process's TENKEN_HOME."""
    with transaction.atomic():  # one commit: the loading itself is not what is measured
        code = "99102" + local_government_check_digit("99102")
        city = found_city(by=_Founder(), code=code, name="ひろば市", on=FOUNDED)
        by = system_principal(city, "benchmark", on=FOUNDED)
        adopt_default_policy(by=by, city=city, on=FOUNDED)
        root = Unit.objects.get(city=city, kind__rank=0)
        units = list(_units(by, city, root, sections))
        secretariat = _person(by, city, root, "secretariat", 1, account=True)
        signed = [
            _person(by, city, unit, "deputy", 1000 + number, account=False)
            for number, unit in enumerate(units)
        ]
        _open_accounts(signed[:clerks], secretariat)
    city.refresh_from_db()
    this_year = FiscalYear.of(clock.today()).year
    past = tuple(range(this_year - years, this_year))
    for year in past:
        with transaction.atomic():
            _past_year(city, units, year, questions)
    with transaction.atomic():
        programmes = tuple(
            _planned(city, this_year, f"yearly{number or ''}", questions) for number in range(waiting)
        )
    return Prepared(
        city, secretariat.number, tuple(person.number for person in signed[:clerks]), programmes, past
    )


def _units(by: Principal, city: City, root: Unit, sections: int) -> Iterator[Unit]:
    kinds = {kind.code: kind for kind in UnitKind.objects.filter(city=city)}
    bureaus = [
        add_unit(by=by, parent=root, kind=kinds["bureau"], code=f"B{n:02d}", name=f"第{n}局", on=FOUNDED)
        for n in range(1, BUREAUS + 1)
    ]
    for n in range(sections):
        parent = bureaus[n % BUREAUS]
        yield add_unit(
            by=by, parent=parent, kind=kinds["section"], code=f"S{n:04d}", name=f"第{n + 1}課", on=FOUNDED
        )


def _person(by: Principal, city: City, unit: Unit, role: str, number: int, *, account: bool) -> Person:
    person = add_person(
        by=by, number=f"9{number:05d}", name=f"職員 {number}", email=f"p{number}@city.example.jp"
    )
    post = add_post(by=by, unit=unit, code=f"P{number:05d}", title=f"{unit.name} 担当{number}", on=FOUNDED)
    grant_role(by=by, post=post, role=Role.objects.get(city=city, code=role), unit=unit, on=FOUNDED)
    assign(by=by, person=person, post=post, on=FOUNDED)
    if account:
        open_account(
            by=by,
            person=person,
            username=person.number,
            password=PASSWORD,
            on=FOUNDED,
            must_change_password=False,
        )
    return person


def _open_accounts(people: list[Person], like: Person) -> None:
    """Let *people* sign in with the password of *like*: hashing it anew for each of 422 would take minutes."""
    known = Account.objects.get(person=like)
    Account.objects.bulk_create(
        Account(username=one.number, person=one, valid_from=FOUNDED, password=known.password)
        for one in people
    )


def _planned(city: City, year: int, code: str, questions: int) -> Programme:
    day = date(year, 4, 1)
    by = system_principal(city, "benchmark", on=day)
    stage = StagePlan(
        "self_inspection", "自己点検", date(year, 7, 1), date(year, 8, 31), "全課公所", "点検", "シートに記入"
    )
    programme = plan_programme(
        by=by, city=city, fiscal_year=year, name=f"{year}年度点検", stages=[stage], code=code, on=day
    )
    codes = [item.item.code for item in items_on(city.pk, day)][:questions]
    if len(codes) < questions:
        raise SystemExit(f"the bank has {len(codes)} items, {questions} are needed")
    choose_questions(by=by, programme=programme, item_codes=codes, version=1, on=day)
    programme.refresh_from_db()
    return programme


def _past_year(city: City, units: list[Unit], year: int, questions: int) -> None:
    programme = _planned(city, year, "yearly", questions)
    by = system_principal(city, "benchmark", on=date(year, 7, 1))
    launch(by=by, programme=programme, version=programme.version, on=date(year, 7, 1))
    programme.refresh_from_db()
    codes = [item.item.code for item in items_on(city.pk, date(year, 4, 1))][:questions]
    rows = [
        HistoricSheet(
            unit.pk,
            date(year, 8, 10),
            date(year, 8, 20),
            tuple(_answer(code, number * 7 + place + year) for place, code in enumerate(codes)),
        )
        for number, unit in enumerate(units)
    ]
    keys = record_history(by=by, programme=programme, rows=rows, on=date(year, 8, 31))
    _findings(city, keys, year)
    programme.refresh_from_db()
    close_programme(by=by, programme=programme, version=programme.version, on=date(year + 1, 3, 31))


def _answer(code: str, number: int) -> HistoricAnswer:
    if number % 250 == 0:  # about 230 issues in 420 sections, as in the documents
        return HistoricAnswer(code, "issue", "鍵のかからない書庫に保管している。")
    if number % 23 == 0:
        return HistoricAnswer(code, "not_applicable", "該当する機器を使っていない。")
    return HistoricAnswer(code, "conforms")


def _findings(city: City, keys: dict[tuple[int, str], int], year: int) -> None:
    """Give every issue of a past year its life: most are improved, some stay 未改善."""
    by = system_principal(city, "benchmark", on=date(year, 11, 1))
    categories = dict(CheckItem.objects.filter(city=city).values_list("code", "category__code"))
    plan = HistoricStep(Plan("書庫を増やす。", "係長", date(year, 10, 20)), date(year, 9, 10))
    report = HistoricStep(Report("書庫を増やした。", date(year, 10, 10)), date(year, 10, 11))
    improved = (plan, report, HistoricStep(Verify(), date(year, 10, 20)))
    left = (plan, HistoricStep(StageClosed("budget", "来年度に要求する。"), date(year, 10, 31)))
    record_findings(
        by=by,
        city=city,
        rows=[
            HistoricFinding(
                unit_id=unit,
                fiscal_year=year,
                origin="self_inspection",
                origin_key=f"inspection.answer:{key}",
                title="鍵のかからない書庫に保管している。",
                opened_on=date(year, 9, 1),
                status="not_improved" if number % 7 == 0 else "verified",
                steps=left if number % 7 == 0 else improved,
                item_code=code,
                category_code=categories[code],
            )
            for number, ((unit, code), key) in enumerate(sorted(keys.items()))
        ],
        on=date(year, 11, 1),
    )
