"""What is known of systems: how each was looked at, what is planned, what was held before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.audit.models import (
    PriorAudit,
    Visit,
)
from tenken.audit.rotation.operations import (
    PriorData,
    adopt_system_selection,
    draw_systems,
    read_prior_audits,
    record_prior_audits,
    strike_prior_audit,
)
from tenken.audit.rotation.queries import (
    universe,
)
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.audit.rotation.rules.score import score
from tenken.common.refusals import Invalid, Stale
from tenken.findings.models import Finding
from tests.audit.rotation.makers import (
    FEBRUARY,
    YEAR,
    engagement,
    make_systems,
    make_systems_by_code,
    small_rule,
)
from tests.factories import Scenario
from tests.inspection.makers import running

pytestmark = pytest.mark.django_db
NAMES = ("まちづくり局 企画課", "まちづくり局 都市計画課", "健康福祉局 保険課")


# --- what is known -----------------------------------------------------------------------------------------


def test_the_universe_knows_every_way_a_system_was_looked_at(city: Scenario) -> None:
    by = city.by("secretariat")
    systems = {one.code: one for one in make_systems_by_code(city)}
    record_prior_audits(
        by=by,
        rows=[
            PriorData("S001", "technical", date(2019, 11, 5), "平成31年度監査報告書"),
            PriorData("S002", "self", date(2024, 7, 1), "点検の記録"),
        ],
    )
    programme = running(city.city, 2026, kind="system_audit", code="systems")
    sheet = programme.sheets.get(system=systems["S003"])
    sheet.status, sheet.handed_in_on, sheet.accepted_on = "accepted", date(2026, 8, 3), date(2026, 8, 5)
    sheet.save()
    visit = programme.stages.get(kind="visit")
    Visit.objects.create(
        stage=visit,
        unit=systems["S004"].owner,
        system=systems["S004"],
        status="visited",
        visited_on=date(2026, 11, 9),
    )
    engagement(city, systems["S005"], "technical", status="fieldwork", began_on=date(2026, 12, 1))
    engagement(city, systems["S006"], "system", status="notified")
    found = {one.code: one for one in universe(city.city, FEBRUARY)}
    assert found["S001"].last(Tier.VISIT) == date(2019, 11, 5)
    assert (found["S002"].last(Tier.SELF), found["S002"].last(Tier.VISIT)) == (date(2024, 7, 1), None)
    assert found["S003"].last(Tier.SELF) == date(2026, 8, 3)
    assert found["S004"].last(Tier.VISIT) == date(2026, 11, 9)
    assert found["S005"].last(Tier.TECHNICAL) == date(2026, 12, 1)
    assert found["S006"].last(Tier.SELF) is None
    assert [one.code for one in universe(city.city, date(2019, 1, 1)) if one.last(Tier.SELF)] == []


def test_what_is_planned_before_the_year_counts_as_held(city: Scenario) -> None:
    systems = {one.code: one for one in make_systems_by_code(city)}
    engagement(city, systems["S001"], "system", status="planned")
    engagement(city, systems["S002"], "technical", status="planned", fiscal_year=2025)
    engagement(city, systems["S003"], "system", status="cancelled", cancelled_because="更改")
    engagement(city, systems["S004"], "system", status="planned", fiscal_year=YEAR)
    running(city.city, 2026, kind="system_audit", code="systems", target_rule="key_systems")
    found = {one.code: one for one in universe(city.city, FEBRUARY, YEAR)}
    march = date(2027, 3, 31)
    assert {code: one.last(Tier.VISIT) for code, one in found.items() if one.last(Tier.VISIT)} == {
        "S001": march
    }
    assert {one.code for one in found.values() if one.last(Tier.SELF) == march} == {
        "S001",
        *(f"S{number:03}" for number in range(2, 13, 2)),
    }
    said = score(found["S001"], Rule(cycle_from=YEAR), YEAR)
    assert said.parts[0].because == "これから行う訪問調査・技術監査から1年"
    assert not any(one.last(Tier.SELF) for one in universe(city.city, FEBRUARY))


def test_a_year_decided_but_not_held_yet_is_not_chosen_anew(city: Scenario) -> None:
    small_rule(city, cycle_from=2026)
    by = city.by("secretariat")
    this = draw_systems(by=by, fiscal_year=2026, seed=7)
    adopt_system_selection(by=by, selection=this, version=this.version)
    following = draw_systems(by=by, fiscal_year=YEAR, seed=7)
    deep = {"visit", "technical"}
    before = set(this.choices.filter(tier__in=deep).values_list("system", flat=True))
    assert before.isdisjoint(following.choices.filter(tier__in=deep).values_list("system", flat=True))


def test_open_findings_of_a_system_are_counted_with_the_oldest(city: Scenario) -> None:
    system = next(iter(make_systems_by_code(city)))
    for number, (status, day) in enumerate(
        [("open", date(2025, 6, 1)), ("planned", date(2024, 6, 1)), ("noted", date(2020, 6, 1))], start=1
    ):
        Finding.objects.create(
            city=city.city,
            unit=system.owner,
            fiscal_year=day.year,
            number=number,
            origin="audit",
            kind="assessment" if status == "noted" else "issue",
            origin_key=f"test:{number}",
            title="課題",
            status=status,
            opened_on=day,
            closed_on=day if status == "noted" else None,
            system=system,
            **({"plan": "直す。", "plan_due_on": date(2027, 1, 1)} if status == "planned" else {}),
        )
    found = universe(city.city, FEBRUARY)[0]
    assert (found.open_findings, found.oldest_finding) == (2, date(2024, 6, 1))


def test_the_universe_takes_as_many_queries_for_many_systems(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    make_systems(scenario, 500)
    with django_assert_max_num_queries(16):
        assert len(universe(scenario.city, FEBRUARY, YEAR)) == 500


# --- before Tenken ------------------------------------------------------------------------------------------------


def test_audits_of_before_come_from_a_table_all_or_none(city: Scenario) -> None:
    by = city.by("secretariat")
    header = ["コード", "区分", "実施日", "出所"]
    good = ["S001", "訪問調査", "H26.11.5", "平成26年度監査報告書"]
    rows = read_prior_audits(
        {"監査": [header, good, ["", "", "", ""], ["S002", "自己点検", "2015-07-01", "記録"]]}
    )
    assert [(one.code, one.tier, one.held_on, one.place) for one in rows] == [
        ("S001", "visit", date(2014, 11, 5), "シート「監査」2行"),
        ("S002", "self", date(2015, 7, 1), "シート「監査」4行"),
    ]
    record_prior_audits(by=by, rows=rows)
    assert PriorAudit.objects.count() == 2
    wrong = read_prior_audits({"": [header, ["S999", "訪問調査", "2014-11-05", "記録"], good]})
    with pytest.raises(Invalid, match="2か所") as refusal:
        record_prior_audits(by=by, rows=wrong)
    assert [str(one) for one in refusal.value.problems] == [
        "2行：「S999」は情報システム台帳にありません。",
        "3行：同じ監査が、すでにあります。",
    ]
    assert PriorAudit.objects.count() == 2


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], ""),
        ([["名前"]], "1行"),
        ([["コード", "区分", "実施日", "出所"], ["S001", "監査", "2014-11-05", "記録"]], "2行B列"),
        ([["コード", "区分", "実施日", "出所"], ["S001", "訪問調査", "先月", "記録"]], "2行C列"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(rows: list[list[object]], place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_prior_audits({"": rows})
    assert place in refusal.value.problems[0].place


def test_one_recorded_by_mistake_is_struck_with_a_reason(city: Scenario) -> None:
    by = city.by("secretariat")
    made = record_prior_audits(by=by, rows=[PriorData("S001", "visit", date(2020, 1, 1), "記録")])[0]
    with pytest.raises(Invalid):
        strike_prior_audit(by=by, prior=made, reason="")
    strike_prior_audit(by=by, prior=made, reason="別の監査だった。")
    assert universe(city.city, FEBRUARY)[0].last_visit is None
    with pytest.raises(Stale):
        strike_prior_audit(by=by, prior=made, reason="もう一度")
