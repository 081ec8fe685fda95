"""Measures proposed, decided, kept, confirmed, told and taken up again."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import AuditReport, BudgetStep, Finding, Measure, MeasureEvidence
from tenken.findings.operations import (
    MeasureData,
    add_measure_evidence,
    advance_budget,
    confirm_measure,
    correct_measure,
    decide_measure,
    drop_reporting_date,
    keep_promise,
    mark_told,
    propose_measure,
    reopen_as_new,
    send_measure_reminders,
    set_reporting_date,
)
from tenken.findings.states import (
    CONSIDERING,
    CONTINUING,
    MEASURED,
    NOT_STARTED,
    PROMISED,
    VERIFIED,
)
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tests.factories import Scenario
from tests.findings.measures.makers import (
    FIRST,
    ISSUED,
    SECOND,
    TODAY,
    a_file,
    a_report,
    measured,
    promised,
    reported,
)

pytestmark = pytest.mark.django_db
DONE = MeasureData("done", FIRST, "鍵の置き場を改めた。")


@pytest.fixture
def finding(scenario: Scenario) -> Finding:
    secretariat = scenario.by("secretariat")
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    return reported(secretariat, report)[0]


def report_of(finding: Finding) -> AuditReport:
    assert finding.report is not None
    return finding.report


def test_a_section_proposes_and_the_secretariat_decides(scenario: Scenario, finding: Finding) -> None:
    manager, secretariat = scenario.by("section_manager"), scenario.by("secretariat")
    measure = propose_measure(
        by=manager, finding=finding, data=DONE, version=1, evidence=[a_file()], on=FIRST
    )
    finding.refresh_from_db()
    assert (finding.status, finding.version, measure.state) == (NOT_STARTED, 2, "proposed")
    decided = decide_measure(by=secretariat, measure=measure, outcome="accepted", version=2, on=FIRST)
    finding.refresh_from_db()
    assert finding.status == MEASURED
    assert (decided.decided_by, decided.proposed_by) == (secretariat.actor.code, manager.actor.code)
    assert [event.event for event in finding.events.all()] == [
        "opened",
        "measure_proposed",
        "measure_decided",
    ]
    assert Entry.objects.filter(operation__startswith="findings.measure.").count() == 2


def test_a_returned_proposal_is_changed_in_its_place(scenario: Scenario, finding: Finding) -> None:
    manager, secretariat = scenario.by("section_manager"), scenario.by("secretariat")
    first = propose_measure(by=manager, finding=finding, data=DONE, version=1, on=FIRST)
    with pytest.raises(Invalid):
        decide_measure(by=secretariat, measure=first, outcome="returned", version=2, on=FIRST)
    decide_measure(
        by=secretariat, measure=first, outcome="returned", comment="いつのことですか。", version=2, on=FIRST
    )
    again = MeasureData("continuing", FIRST, "鍵の置き場を改めている。")
    second = propose_measure(by=manager, finding=finding, data=again, version=3, on=FIRST)
    assert second.pk == first.pk
    assert (second.state, second.status, second.returned_because) == ("proposed", "continuing", "")


def test_one_section_does_not_report_for_another(scenario: Scenario, finding: Finding) -> None:
    with pytest.raises(Denied):
        propose_measure(by=scenario.by("other_manager"), finding=finding, data=DONE, version=1, on=FIRST)
    with pytest.raises(Denied):
        measured(scenario.by("section_manager"), finding)
    measure = propose_measure(
        by=scenario.by("section_manager"), finding=finding, data=DONE, version=1, on=FIRST
    )
    with pytest.raises(Denied):
        decide_measure(
            by=scenario.by("section_manager"), measure=measure, outcome="accepted", version=2, on=FIRST
        )


def test_words_of_a_promise_are_asked_about(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    text = "令和4年度に工事を実施していく。"
    with pytest.raises(Invalid) as refused:
        measured(secretariat, finding, text=text)
    assert refused.value.problems[0].field == "promises"
    assert "ていく" in refused.value.problems[0].message
    with pytest.raises(Invalid) as refused:
        measured(secretariat, finding, text=text, promises=True)
    assert refused.value.problems[0].field == "promise_due_on"
    assert measured(secretariat, finding, text=text, promises=False).promises is False
    finding.refresh_from_db()
    assert finding.status == MEASURED


@pytest.mark.parametrize(
    ("status", "came"), [("considering", CONSIDERING), ("continuing", CONTINUING), ("done", MEASURED)]
)
def test_the_finding_is_what_its_latest_measure_says(
    scenario: Scenario, finding: Finding, status: str, came: str
) -> None:
    secretariat = scenario.by("secretariat")
    measured(secretariat, finding, status, SECOND)
    measured(secretariat, finding, "considering", FIRST)  # entered later, dated earlier
    finding.refresh_from_db()
    assert finding.status == came


def test_a_promise_stays_until_it_is_kept_with_evidence(scenario: Scenario, finding: Finding) -> None:
    manager, secretariat = scenario.by("section_manager"), scenario.by("secretariat")
    measure = promised(secretariat, finding)
    finding.refresh_from_db()
    assert (finding.status, finding.plan_due_on) == (PROMISED, date(2023, 3, 31))
    with pytest.raises(Stale, match="予定を果たした証拠"):
        confirm_measure(by=secretariat, measure=measure, version=2, on=TODAY)
    with pytest.raises(Invalid):
        advance_budget(by=manager, measure=measure, stage="requested", happened_on=FIRST, version=2, on=TODAY)
    advance_budget(by=manager, measure=measure, stage="contractor", happened_on=TODAY, version=2, on=TODAY)
    assert [step.stage for step in BudgetStep.objects.all()] == ["contractor"]
    with pytest.raises(Invalid) as refused:
        keep_promise(
            by=manager,
            measure=measure,
            kept_on=TODAY,
            comment="工事が終わった。",
            evidence=[],
            version=3,
            on=TODAY,
        )
    assert refused.value.problems[0].field == "evidence"
    kept = keep_promise(
        by=manager,
        measure=measure,
        kept_on=TODAY,
        comment="工事が終わった。",
        evidence=[a_file("完了届.pdf")],
        version=3,
        on=TODAY,
    )
    finding.refresh_from_db()
    assert (finding.status, finding.plan_due_on) == (MEASURED, None)
    confirm_measure(by=secretariat, measure=kept, version=4, on=TODAY)
    finding.refresh_from_db()
    assert (finding.status, finding.closed_on, finding.action_on) == (VERIFIED, TODAY, TODAY)
    assert "令和4年度に工事" in finding.action


def test_nothing_is_confirmed_without_evidence(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    measure = measured(secretariat, finding)
    with pytest.raises(Stale, match="証拠のファイルがありません"):
        confirm_measure(by=secretariat, measure=measure, version=2, on=TODAY)
    add_measure_evidence(by=secretariat, measure=measure, evidence=[a_file()], version=2, on=TODAY)
    add_measure_evidence(by=secretariat, measure=measure, evidence=[a_file()], version=3, on=TODAY)
    assert MeasureEvidence.objects.count() == 1  # the same file twice is one
    confirm_measure(by=secretariat, measure=measure, version=4, on=TODAY)
    with pytest.raises(Stale):
        measured(secretariat, finding, on=SECOND)


def test_done_goes_on_only_as_a_new_finding(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    measured(secretariat, finding, on=FIRST)
    with pytest.raises(Stale, match="新しい課題"):
        measured(secretariat, finding, "continuing", SECOND)
    finding.refresh_from_db()
    follower = reopen_as_new(
        by=secretariat, finding=finding, reason="また同じ机に鍵があった。", version=2, on=TODAY
    )
    finding.refresh_from_db()
    assert (follower.follows_id, follower.status, finding.status) == (finding.pk, NOT_STARTED, MEASURED)
    assert (str(follower), follower.reference) == ("2022-1", "指摘(2)1（再）")
    with pytest.raises(Stale, match="もう登録"):
        reopen_as_new(by=secretariat, finding=finding, reason="もう一度", version=3, on=TODAY)


def test_what_was_told_is_frozen(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    measure = measured(secretariat, finding, "considering", FIRST)
    first = set_reporting_date(by=secretariat, report=report_of(finding), as_of=FIRST, on=ISSUED)
    set_reporting_date(by=secretariat, report=report_of(finding), as_of=SECOND, on=ISSUED)
    with pytest.raises(Invalid):
        mark_told(by=secretariat, reporting_date=first, document_number="", on=TODAY)
    with pytest.raises(Invalid, match="入力内容"):
        mark_told(by=secretariat, reporting_date=first, document_number="総情第12号", on=ISSUED)
    assert mark_told(by=secretariat, reporting_date=first, document_number="総情第12号", on=FIRST) == 1
    with pytest.raises(Stale, match="通知済み"):
        correct_measure(by=secretariat, measure=measure, data=DONE, version=2, on=TODAY)
    with pytest.raises(Invalid, match="入力内容") as refused:
        measured(secretariat, finding, "done", FIRST)
    assert "通知済み" in refused.value.problems[0].message
    with pytest.raises(Stale, match="通知済み"):
        mark_told(by=secretariat, reporting_date=first, document_number="総情第13号", on=TODAY)
    with pytest.raises(Stale):
        drop_reporting_date(by=secretariat, reporting_date=first, on=TODAY)
    later = measured(secretariat, finding, "done", SECOND)
    assert Measure.objects.get(pk=later.pk).told_on is None


def test_a_proposal_that_waits_holds_the_telling_up(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    propose_measure(by=scenario.by("section_manager"), finding=finding, data=DONE, version=1, on=FIRST)
    first = set_reporting_date(by=secretariat, report=report_of(finding), as_of=FIRST, on=ISSUED)
    with pytest.raises(Stale, match="確認の済んでいない措置が1件"):
        mark_told(by=secretariat, reporting_date=first, document_number="総情第12号", on=TODAY)


def test_a_wrong_measure_is_corrected_before_anybody_reads_it(scenario: Scenario, finding: Finding) -> None:
    secretariat = scenario.by("secretariat")
    measure = measured(secretariat, finding, "done", SECOND)
    data = MeasureData("considering", FIRST, "ほかの市の例を集めている。")
    correct_measure(by=secretariat, measure=measure, data=data, version=2, on=TODAY)
    finding.refresh_from_db()
    assert finding.status == CONSIDERING
    with pytest.raises(Stale, match="付けで"):
        correct_measure(by=secretariat, measure=measure, data=DONE, version=2, on=TODAY)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (MeasureData("finished", FIRST, "済"), "status"),
        (MeasureData("done", None, "済"), "on"),
        (MeasureData("done", date(2020, 1, 1), "済"), "on"),
        (MeasureData("done", date(2030, 1, 1), "済"), "on"),
        (MeasureData("done", FIRST, "  "), "text"),
        (MeasureData("done", FIRST, "あ" * 4_001), "text"),
        (MeasureData("done", FIRST, "済", True, date(2021, 1, 1)), "promise_due_on"),
        (MeasureData("done", FIRST, "済", True, date(2023, 1, 1), "dreamt"), "budget_stage"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(
    scenario: Scenario, finding: Finding, data: MeasureData, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        propose_measure(by=scenario.by("section_manager"), finding=finding, data=data, version=1, on=TODAY)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert not Measure.objects.exists()


def test_sections_are_asked_once_before_each_reporting_day(scenario: Scenario) -> None:
    secretariat, system = scenario.by("secretariat"), scenario.by("secretariat")
    person = scenario.people["section_manager"]
    person.email = "kacho@example.jp"
    person.save()
    report = a_report(secretariat, scenario.city, scenario.section_a1)
    waiting, settled, vowed = reported(secretariat, report, 3)
    measured(secretariat, settled)
    promised(secretariat, vowed)
    set_reporting_date(by=secretariat, report=report, as_of=SECOND, remind_on=date(2022, 3, 1), on=ISSUED)
    assert send_measure_reminders(by=system, on=date(2022, 2, 28)) == 0
    assert send_measure_reminders(by=system, on=date(2022, 3, 1)) == 1
    assert send_measure_reminders(by=system, on=date(2022, 3, 2)) == 0
    notice = Notice.objects.get(kind="findings.measures.due")
    assert notice.address == "kacho@example.jp"
    assert waiting.reference in notice.body
    assert vowed.reference in notice.body
    assert settled.reference not in notice.body
    assert "令和4年3月31日現在" in notice.subject
