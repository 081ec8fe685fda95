"""Reports registered with what they found, and the table of their measures as of any day."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.operations import (
    ReportedFinding,
    Tally,
    Viewpoint,
    confirm_measure,
    correct_report,
    issue_report,
    register_report,
    report_findings,
)
from tenken.findings.queries import measures_table
from tenken.findings.states import NOTED
from tests.factories import Scenario, make_other_city
from tests.findings.measures.makers import (
    FIRST,
    ISSUED,
    SECOND,
    TODAY,
    a_file,
    a_report,
    measured,
    promised,
    report_data,
    reported,
)

pytestmark = pytest.mark.django_db


def test_a_report_has_its_findings_with_numbers_of_its_year(scenario: Scenario) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    found = reported(secretariat, report, 2)
    more = reported(secretariat, report, start=3, kind="assessment", viewpoint="(3)")
    assert [str(one) for one in (*found, *more)] == ["2020-1", "2020-2", "2020-3"]
    assert [one.report_order for one in (*found, *more)] == [1, 2, 3]
    assert {one.origin for one in found} == {"external_audit"}
    assert (found[0].track, found[0].status, found[0].opened_on) == ("measures", "not_started", ISSUED)
    assert (more[0].status, more[0].closed_on) == (NOTED, ISSUED)


def test_an_audit_of_this_house_issues_without_managing_reports(scenario: Scenario) -> None:
    auditor = scenario.by("auditor")
    rows = [ReportedFinding("issue", "机の上に書類がある。"), ReportedFinding("exception", "鍵がない。")]
    with pytest.raises(Denied):
        register_report(by=auditor, city=scenario.city, data=report_data(scenario.section_a1))
    data = report_data(scenario.section_a1, kind="internal", engagement_key="audit.engagement:1")
    report, found = issue_report(by=auditor, city=scenario.city, data=data, rows=rows, on=TODAY)
    assert [(one.track, one.status, one.origin) for one in found] == [
        ("improvement", "open", "audit"),
        ("measures", "not_started", "audit"),
    ]
    assert report.code == "2020-1"


def test_every_wrong_row_is_named_and_nothing_is_written(scenario: Scenario) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, None)
    unit = scenario.section_a1.pk
    rows = [
        ReportedFinding("exception", "一", unit_id=unit, reference="指摘(2)"),
        ReportedFinding("exception", "二", unit_id=unit, reference="指摘(2)"),
        ReportedFinding("remark", " ", unit_id=unit, viewpoint="(9)", place="シート「指摘」5行"),
        ReportedFinding("opinion", "四"),
    ]
    with pytest.raises(Invalid) as refused:
        report_findings(by=secretariat, report=report, rows=rows)
    assert [(one.place, one.field) for one in refused.value.problems] == [
        ("2件目", "reference"),
        ("シート「指摘」5行", "kind"),
        ("シート「指摘」5行", "title"),
        ("シート「指摘」5行", "viewpoint"),
        ("4件目", "unit_id"),
    ]
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "private"}, "kind"),
        ({"title": ""}, "title"),
        ({"theme": "あ" * 201}, "theme"),
        ({"fiscal_year": 20}, "fiscal_year"),
        ({"ends_on": date(2021, 1, 1)}, "ends_on"),
        ({"viewpoints": (Viewpoint("(1)", "一"), Viewpoint("(1)", "二"))[:2]}, "viewpoints"),
        ({"tallies": (Tally("第4章", -1),)}, "tallies"),
    ],
)
def test_a_wrong_report_is_refused_by_field(scenario: Scenario, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_report(scenario.by("secretariat"), scenario.city, scenario.section_a1, **values)
    assert {problem.field for problem in refused.value.problems} == {field}


def test_a_report_is_corrected_under_its_version(scenario: Scenario) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    reported(secretariat, report)
    data = report_data(scenario.section_a1, theme="情報セキュリティの管理")
    fresh = correct_report(by=secretariat, report=report, data=data, version=1)
    assert (fresh.theme, fresh.version) == ("情報セキュリティの管理", 2)
    with pytest.raises(Stale):
        correct_report(by=secretariat, report=report, data=data, version=1)
    with pytest.raises(Invalid, match="入力内容") as refused:
        correct_report(by=secretariat, report=report, data=report_data(None, viewpoints=()), version=2)
    assert "(2)" in refused.value.problems[0].message


def test_another_citys_report_is_none(scenario: Scenario) -> None:
    report = a_report(scenario.by("secretariat"), scenario.city, scenario.section_a1)
    other = make_other_city()
    with pytest.raises(Missing):
        reported(other.by("secretariat"), report)
    with pytest.raises(Missing):
        measures_table(other.city, report, TODAY)


# --- the table ----------------------------------------------------------------------------------------------


def test_the_table_is_as_of_any_day(scenario: Scenario) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    first, second, _ = reported(secretariat, report, 3)
    measured(secretariat, first, "continuing", FIRST)
    promised(secretariat, first, SECOND)
    proof = measured(secretariat, second, "done", FIRST, evidence=(a_file(),))
    second.refresh_from_db()
    confirm_measure(by=secretariat, measure=proof, version=second.version, on=TODAY)

    before = measures_table(scenario.city, report, FIRST)
    assert before.printed == {"done": 1, "continuing": 1, "considering": 0}
    assert before.latest == {"done": 1, "continuing": 1, "considering": 0, "": 1}
    assert before.statuses == {"continuing": 1, "measured": 1, "not_started": 1}
    after = measures_table(scenario.city, report, TODAY)
    assert after.printed == {"done": 2, "continuing": 1, "considering": 0}
    assert after.latest == {"done": 2, "continuing": 0, "considering": 0, "": 1}
    assert (after.done, after.promised, after.statuses["verified"]) == (1, 1, 1)
    row = after.rows[0]
    assert [one.printed for one in row.measures] == [
        "【継続努力】 令和3年9月30日",
        "【措置済】 令和4年3月31日",
    ]
    assert row.latest is not None
    assert (row.latest.budget_label, row.mark) == ("議決", "1")
    assert measures_table(scenario.city, report, date(2021, 2, 9)).rows == ()


def test_the_parts_stand_in_the_documents_order(scenario: Scenario) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    reported(secretariat, report, kind="opinion", viewpoint="(3)", reference="意見1(3)①")
    reported(
        secretariat,
        report,
        kind="opinion",
        viewpoint="",
        perspective="effectiveness",
        reference="意見2(1)",
    )
    reported(secretariat, report, kind="good_practice", reference="")
    table = measures_table(scenario.city, report, TODAY)
    assert [(part.kind, part.part, len(part.rows)) for part in table.parts] == [
        ("exception", "risk", 0),
        ("exception", "three_e", 0),
        ("opinion", "risk", 1),
        ("opinion", "three_e", 1),
        ("potential", "", 0),
        ("good_practice", "risk", 1),
        ("good_practice", "three_e", 0),
    ]
    assert [row.mark for row in table.rows] == ["①", "(1)", ""]
    assert table.parts[2].groups[0].text == "管理は適切か。"
    assert table.period == "令和3年2月10日"
    assert len(table.answered) == 2


def test_a_thousand_findings_take_three_queries(scenario: Scenario, django_assert_num_queries: Any) -> None:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    found = reported(secretariat, report, 1_000)
    Measure.objects.bulk_create(
        Measure(
            finding=one,
            number=number,
            status=status,
            on=on,
            text="措置の内容。" * 30,
            decided_by="x",
            decided_on=on,
            recorded_at="2022-04-01T00:00Z",
        )
        for one in found
        for number, (status, on) in enumerate((("continuing", FIRST), ("done", SECOND)), start=1)
    )
    report = AuditReport.objects.get(pk=report.pk)
    with django_assert_num_queries(2):
        begun = time.perf_counter()
        table = measures_table(scenario.city, report, TODAY)
        took = time.perf_counter() - begun
    assert table.latest["done"] == 1_000
    assert took < 0.6  # 0.3 s is the bar; the machine may be busy
