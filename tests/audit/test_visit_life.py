"""A visit from the plan to the last finding verified."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine

from tenken.audit.models import Observation, Visit, VisitEvent
from tenken.audit.operations import (
    add_evidence,
    answer_facts,
    ask_facts,
    cancel_visit,
    choose_items,
    close_visit,
    drop_observation,
    finish_visit,
    hold_report_meeting,
    notify_visit,
    plan_visit,
    record_item,
    remove_evidence,
    report_visit,
    save_observation,
)
from tenken.audit.queries import (
    find_visit,
    letter_data,
    sheet_against_visit,
    visit_report,
    visits_for,
)
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import check, plan, report
from tenken.inspection.models import Stage
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tenken.organization.operations import assign
from tests.audit.makers import (
    DAY,
    LOOKED_AT,
    chosen_visit,
    confirmed,
    line,
    look,
    notified_visit,
    planned_visit,
    reported,
    visited,
)
from tests.factories import Scenario, make_other_city, make_post
from tests.inspection.makers import system

pytestmark = pytest.mark.django_db


def fields(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [problem.field for problem in refusal.value.problems]


# --- plan and letter ----------------------------------------------------------------------------------------------


def test_the_checklist_keeps_what_the_section_said(city: Scenario, visit: Visit) -> None:
    assert [(item.revision.item.code, item.said, item.said_reason) for item in visit.items.all()] == [
        ("clear-desk.leave", "conforms", ""),
        ("media.ledger", "conforms", ""),
        ("media.lock", "issue", "書庫に鍵がない。"),
    ]
    assert line(visit, "media.lock").because == "課題ありと回答"


def test_an_auditor_with_a_second_post_in_the_section_is_refused(city: Scenario, stage: Stage) -> None:
    visit = chosen_visit(city, stage, city.section_a1)
    auditor = city.people["auditor"]
    post = make_post(city.city, role=None, unit=city.section_a1)
    assign(
        by=system(city.city, date(2026, 4, 1)),
        person=auditor,
        post=post,
        on=date(2026, 4, 1),
        kind="concurrent",
    )
    with pytest.raises(Invalid, match="監査人になれません") as refusal:
        _plan(city, visit, lead=auditor.pk)
    assert fields(refusal) == ["lead"]
    _plan(city, chosen_visit(city, stage, city.section_b1), lead=auditor.pk)


def _plan(city: Scenario, visit: Visit, **values: Any) -> Visit:
    given = {"planned_on": DAY, "lead": city.people["auditor"].pk, "version": visit.version}
    return plan_visit(by=city.by("secretariat"), visit=visit, **(given | values))


def test_a_wrong_plan_names_its_fields(city: Scenario, stage: Stage) -> None:
    visit = chosen_visit(city, stage, city.section_a1)
    staff = city.people["staff"].pk
    with pytest.raises(Invalid) as refusal:
        _plan(city, visit, planned_on=date(2026, 11, 9), place="場" * 121, lead=staff)
    assert fields(refusal) == ["planned_on", "place", "lead"]
    with pytest.raises(Stale):
        _plan(city, visit, version=visit.version + 1)
    with pytest.raises(Denied):
        plan_visit(by=city.by("auditor"), visit=visit, planned_on=DAY, lead=staff, version=visit.version)


def test_a_visit_is_not_notified_before_it_is_planned(city: Scenario, stage: Stage) -> None:
    visit = chosen_visit(city, stage, city.section_a1)
    with pytest.raises(Invalid) as refusal:
        notified_visit(city, visit)
    assert fields(refusal) == ["planned_on", "lead", "items"]


def test_the_section_sees_its_visit_once_notified_and_is_written_to(city: Scenario, visit: Visit) -> None:
    Person.objects.filter(pk=city.people["section_manager"].pk).update(email="kacho@midori.example")
    before = {role: visits_for(city.by(role)).count() for role in _SEE}
    notified_visit(city, visit)
    after = {role: visits_for(city.by(role)).count() for role in _SEE}
    assert before == dict.fromkeys(_SEE, 0) | {"secretariat": 1, "auditor": 1, "ciso": 1}
    assert after == dict.fromkeys(_SEE, 1) | {"other_manager": 0, "staff": 0, "committee": 0}
    assert visits_for(make_other_city().by("secretariat")).count() == 0
    notice = Notice.objects.get(kind="visit.scheduled", address="kacho@midori.example")
    assert "令和8年11月10日" in notice.subject
    assert "13:30～15:00" in notice.body
    assert notice.link == f"/visits/{visit.pk}/"


_SEE = (
    "secretariat",
    "auditor",
    "ciso",
    "section_manager",
    "deputy",
    "bureau_manager",
    "other_manager",
    "staff",
    "committee",
)


def test_the_letter_says_who_comes_when_to_look_at_what(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    letter = letter_data(city.by("section_manager"), visit.pk)
    assert (letter.section, letter.manager_name) == (
        "まちづくり局 企画課",
        city.people["section_manager"].name,
    )
    assert (letter.number, letter.dated, letter.planned_on) == ("8総情第12号", DAY, DAY)
    assert [(one.name, one.lead) for one in letter.auditors] == [(city.people["auditor"].name, True)]
    assert letter.topics == (("クリアデスク", 1), ("記録媒体の管理", 2))
    with pytest.raises(Missing):
        letter_data(city.by("other_manager"), visit.pk)


def test_a_visit_called_off_says_why_and_gives_its_place_back(
    city: Scenario, stage: Stage, visit: Visit
) -> None:
    with pytest.raises(Invalid) as refusal:
        cancel_visit(by=city.by("secretariat"), visit=visit, reason=" ", version=visit.version)
    assert fields(refusal) == ["reason"]
    visit = cancel_visit(
        by=city.by("secretariat"), visit=visit, reason="庁舎の移転のため", version=visit.version
    )
    assert visit.status == "cancelled"
    assert planned_visit(city, stage, city.section_a1).status == "planned"


# --- on the spot ---------------------------------------------------------------------------------------------------


def test_the_first_line_begins_the_visit(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    look(city, visit, "clear-desk.leave", "agree")
    visit.refresh_from_db()
    assert (visit.status, visit.visited_on) == ("in_progress", DAY)


def test_nothing_is_recorded_before_the_day(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    with (
        time_machine.travel("2026-11-09T09:00:00+09:00", tick=False),
        pytest.raises(Invalid, match="予定日が来て"),
    ):
        look(city, visit, "clear-desk.leave", "agree")


@pytest.mark.parametrize("role", ["section_manager", "deputy", "bureau_manager", "ciso", "other_manager"])
def test_only_its_auditors_and_the_secretariat_record(city: Scenario, visit: Visit, role: str) -> None:
    notified_visit(city, visit)
    with pytest.raises(Denied):
        look(city, visit, "clear-desk.leave", "agree", role=role)
    look(city, visit, "clear-desk.leave", "agree", role="secretariat")


def test_an_auditor_of_another_visit_does_not_record(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    visit.auditors.all().delete()
    with pytest.raises(Denied, match="監査人ではありません"):
        look(city, visit, "clear-desk.leave", "agree")


def test_two_auditors_do_not_overwrite_each_other(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    item = line(visit, "media.ledger")
    look(city, visit, "media.ledger", "disagree", "3本ない。")
    with pytest.raises(Stale, match="先に記録"):
        record_item(
            by=city.by("secretariat"), visit=visit, item_id=item.pk, seen="agree", version=item.version
        )
    entries = Entry.objects.filter(operation="audit.item.record").count()
    same = line(visit, "media.ledger")
    record_item(
        by=city.by("auditor"), visit=visit, item_id=item.pk, seen="disagree", note="3本ない。", version=0
    )
    assert (
        line(visit, "media.ledger").version,
        Entry.objects.filter(operation="audit.item.record").count(),
    ) == (
        same.version,
        entries,
    )


def test_a_visit_ends_when_every_line_says_something(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    look(city, visit, "media.lock", "agree")
    visit.refresh_from_db()
    with pytest.raises(Invalid, match="2件"):
        finish_visit(by=city.by("auditor"), visit=visit, attended_by="課長", version=visit.version)


def test_a_photograph_is_kept_and_taken_back(city: Scenario, visit: Visit) -> None:
    notified_visit(city, visit)
    item = line(visit, "media.lock")
    photo = b"\xff\xd8\xff\xe0" + b"0" * 100
    row = add_evidence(
        by=city.by("auditor"), visit=visit, item_id=item.pk, name="書庫.jpg", stream=BytesIO(photo)
    )
    with pytest.raises(Invalid):
        add_evidence(
            by=city.by("auditor"), visit=visit, item_id=item.pk, name="書庫.exe", stream=BytesIO(photo)
        )
    remove_evidence(by=city.by("auditor"), evidence=row)
    with pytest.raises(Stale):
        remove_evidence(by=city.by("auditor"), evidence=row)


def test_lines_with_something_written_stay_on_the_list(city: Scenario, visit: Visit) -> None:
    visit = notified_visit(city, visit)
    look(city, visit, "media.lock", "agree")
    visit.refresh_from_db()
    visit = choose_items(
        by=city.by("auditor"), visit=visit, item_codes=["backup.copy"], version=visit.version
    )
    assert [item.revision.item.code for item in visit.items.all()] == ["media.lock", "backup.copy"]
    with pytest.raises(Invalid, match="誤り"):
        choose_items(by=city.by("auditor"), visit=visit, item_codes=["no.such"], version=visit.version)


# --- after it -------------------------------------------------------------------------------------------------------


def test_the_section_reads_the_results_once_asked(city: Scenario, visit: Visit) -> None:
    visit = visited(city, visit)
    manager = city.by("section_manager")
    with pytest.raises(Missing):
        visit_report(manager, visit.pk)
    assert sheet_against_visit(manager, visit.stage.programme) == []
    ask_facts(by=city.by("auditor"), visit=visit, due_on=date(2026, 11, 20), version=visit.version)
    told = visit_report(manager, visit.pk)
    assert (told.agree, told.disagree, told.not_seen) == (2, 1, 0)
    assert [(one.title, one.unreported, one.finding) for one in told.observations] == [
        ("USBメモリが台帳にない。", True, ""),
        ("来客用の名札が管理されていない。", True, ""),
    ]
    assert len(sheet_against_visit(manager, visit.stage.programme)) == 3
    with pytest.raises(Missing):
        visit_report(city.by("other_manager"), visit.pk)


def test_no_report_before_the_section_answered_or_let_its_time_pass(city: Scenario, visit: Visit) -> None:
    visit = visited(city, visit)
    by = city.by("auditor")
    with pytest.raises(Stale, match="事実の確認を求めて"):
        report_visit(by=by, visit=visit, summary="良好", version=visit.version)
    visit = ask_facts(by=by, visit=visit, due_on=date(2026, 11, 20), version=visit.version)
    with pytest.raises(Stale, match="待っています"):
        report_visit(by=by, visit=visit, summary="良好", version=visit.version)
    with time_machine.travel("2026-11-21T09:00:00+09:00", tick=False):
        visit = report_visit(by=city.by("auditor"), visit=visit, summary="良好", version=visit.version)
    assert visit.status == "reported"


def test_who_confirms_the_facts(city: Scenario, visit: Visit) -> None:
    visit = visited(city, visit)
    with pytest.raises(Stale, match="まだ事実の確認"):
        answer_facts(by=city.by("section_manager"), visit=visit, answer="accepted", version=visit.version)
    visit = ask_facts(by=city.by("auditor"), visit=visit, due_on=date(2026, 11, 20), version=visit.version)
    for role in ("other_manager", "deputy", "auditor", "secretariat"):
        with pytest.raises(Denied):
            answer_facts(by=city.by(role), visit=visit, answer="accepted", version=visit.version)
    with pytest.raises(Invalid) as refusal:
        answer_facts(by=city.by("section_manager"), visit=visit, answer="commented", version=visit.version)
    assert fields(refusal) == ["comment"]


def test_agreed_facts_stand_and_disputed_ones_are_answered(city: Scenario, visit: Visit) -> None:
    visit = confirmed(city, visited(city, visit), "commented", "1本は返却済みです。")
    look(city, visit, "media.ledger", "disagree", "台帳にないUSBメモリが2本ある。")
    with pytest.raises(Invalid) as refusal:
        report_visit(by=city.by("auditor"), visit=visit, summary="良好", version=visit.version)
    assert fields(refusal) == ["facts_reply"]
    visit = confirmed(city, visit)
    with pytest.raises(Stale, match="相違ないと確認"):
        look(city, visit, "media.ledger", "agree")


def test_the_report_opens_the_findings_of_the_section(city: Scenario, visit: Visit) -> None:
    observation = visited(city, visit).observations.last()
    visit.refresh_from_db()
    assert observation is not None
    assert Finding.objects.filter(origin="visit").count() == 0
    visit = confirmed(city, visit)
    report_visit(by=city.by("auditor"), visit=visit, summary="おおむね良好。", version=visit.version)
    found = Finding.objects.filter(origin="visit").order_by("number")
    assert [(one.unit, one.item_code, one.category_code, one.title, one.due_on) for one in found] == [
        (city.section_a1, "media.ledger", "media", "USBメモリが台帳にない。", date(2027, 3, 31)),
        (city.section_a1, "", "", "来客用の名札が管理されていない。", date(2027, 1, 31)),
    ]
    with pytest.raises(Stale):
        save_observation(by=city.by("auditor"), visit=visit, title="あとから")


def test_a_dropped_observation_opens_nothing(city: Scenario, visit: Visit) -> None:
    visit = visited(city, visit)
    row = Observation.objects.get(item=None)
    with pytest.raises(Invalid):
        drop_observation(by=city.by("auditor"), observation=row, reason="", version=row.version)
    drop_observation(by=city.by("auditor"), observation=row, reason="課の所管でない", version=row.version)
    visit.refresh_from_db()
    visit = confirmed(city, visit)
    report_visit(by=city.by("auditor"), visit=visit, summary="良好", version=visit.version)
    assert Finding.objects.filter(origin="visit").count() == 1


def test_a_visit_ends_when_its_findings_are_verified(city: Scenario, stage: Stage, visit: Visit) -> None:
    visit = reported(city, visit)
    by = city.by("secretariat")
    hold_report_meeting(
        by=by, stage=stage, visits=[visit], held_on=DAY, attendees="企画課長", minutes="結果を説明した。"
    )
    visit.refresh_from_db()
    assert visit.status == "follow_up"
    with pytest.raises(Invalid, match="確認していない課題") as refusal:
        close_visit(by=by, visit=visit, version=visit.version)
    assert len(refusal.value.problems) == 2
    for finding in Finding.objects.filter(origin="visit"):
        _improved(city, finding)
    visit = close_visit(by=by, visit=visit, version=visit.version)
    assert (visit.status, visit.closed_on) == ("closed", DAY)
    told = visit_report(by, visit.pk)
    assert (told.settled, len(told.meetings)) == (2, 1)
    assert [event.event for event in VisitEvent.objects.filter(visit=visit)][-3:] == [
        "reported",
        "met",
        "closed",
    ]


def _improved(city: Scenario, finding: Finding) -> None:
    manager = city.by("section_manager")
    finding = plan(
        by=manager,
        finding=finding,
        text="台帳に載せる。",
        owner="係長",
        due_on=date(2026, 12, 1),
        version=finding.version,
    )
    finding = report(by=manager, finding=finding, action="載せた。", action_on=DAY, version=finding.version)
    check(by=city.by("secretariat"), finding=finding, outcome="verified", comment="", version=finding.version)


def test_a_meeting_is_of_reported_visits(city: Scenario, stage: Stage, visit: Visit) -> None:
    by = city.by("secretariat")
    said = {"held_on": DAY, "attendees": "課長", "minutes": "説明した。"}
    with pytest.raises(Stale):
        hold_report_meeting(by=by, stage=stage, visits=[visit], **said)
    with pytest.raises(Invalid) as refusal:
        hold_report_meeting(by=by, stage=stage, visits=[], **(said | {"held_on": date(2026, 11, 11)}))
    assert fields(refusal) == ["visits", "held_on"]


def test_everything_is_found_in_the_journal(city: Scenario, visit: Visit) -> None:
    reported(city, visit)
    done = set(Entry.objects.filter(operation__startswith="audit.").values_list("operation", flat=True))
    assert done >= {
        "audit.selection.draw",
        "audit.selection.adopt",
        "audit.visit.plan",
        "audit.visit.items",
        "audit.visit.notify",
        "audit.item.record",
        "audit.observation.save",
        "audit.visit.finish",
        "audit.visit.ask_facts",
        "audit.visit.answer_facts",
        "audit.visit.report",
    }


def test_a_moved_visit_is_notified_anew(city: Scenario, visit: Visit) -> None:
    visit = notified_visit(city, visit)
    visit = _plan(city, visit, planned_on=date(2026, 11, 17))
    visit = notify_visit(
        by=city.by("secretariat"), visit=visit, letter_number="8総情第15号", version=visit.version
    )
    found = find_visit(city.by("section_manager"), visit.pk)
    assert (found.letter_number, found.planned_on) == ("8総情第15号", date(2026, 11, 17))
    assert len(LOOKED_AT) == found.items.count()
