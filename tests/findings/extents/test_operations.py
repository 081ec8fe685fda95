"""横展開: from one finding, whether the same stands elsewhere."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import ExtentCheck, ExtentTarget, Finding
from tenken.findings.operations import (
    add_targets,
    answer_target,
    choose_targets,
    close_extent,
    confirm_targets,
    edit_extent,
    make_extent,
    remind_of_extents,
    remove_targets,
    return_target,
    send_extent,
    withdraw_extent,
)
from tenken.findings.queries import candidates, extent_for, extents_for, my_extent_targets, targets_of
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.access import system_principal
from tenken.organization.models import Person
from tenken.organization.operations import NewUnit, merge_units
from tests.factories import make_other_city
from tests.findings import makers
from tests.findings.extents.makers import (
    DUE,
    TODAY,
    answered,
    confirmed,
    made,
    question,
    sent,
    system,
    target_of,
)

pytestmark = pytest.mark.django_db

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


def office(scenario: Any) -> Any:
    return scenario.by("secretariat")


# --- preparing --------------------------------------------------------------------------------------------


def test_a_check_is_numbered_by_city_and_year(scenario: Any) -> None:
    first, second = made(scenario), made(scenario, Finding.objects.get())
    assert (str(first), str(second)) == ("2026-1", "2026-2")
    withdraw_extent(by=office(scenario), check=second, version=second.version)
    assert str(made(scenario, Finding.objects.get())) == "2026-3"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": " "}, "question"),
        ({"why": ""}, "why"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2026, 10, 5)}, "due_on"),
        ({"due_on": date(2028, 4, 1)}, "due_on"),
    ],
)
def test_what_is_asked_is_whole(scenario: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        made(scenario, **values)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not ExtentCheck.objects.exists()


def test_only_who_runs_checks_makes_one(scenario: Any) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    for role in ("section_manager", "auditor", "ciso"):
        with pytest.raises(Denied):
            make_extent(by=scenario.by(role), finding=finding, data=question())
    with pytest.raises(Denied):
        make_extent(by=make_other_city().by("secretariat"), finding=finding, data=question())


def test_sections_are_proposed_by_what_was_found_there(scenario: Any) -> None:
    check = made(scenario)
    makers.opened(scenario.section_b1, 2, key="b")
    makers.opened(scenario.section_a2, key="a", item_code="clear-desk.other")
    makers.past(scenario.city, [scenario.section_b1], 2025, 1)

    def proposed(*facts: str) -> dict[int, str]:
        return {one.unit_id: one.because for one in candidates(check, facts, TODAY)}

    assert proposed("item_open") == {scenario.section_b1.pk: "同じ点検項目に、完了していない課題が2件ある"}
    assert proposed("item_before")[scenario.section_b1.pk] == "同じ点検項目に課題があった（令和8年度）"
    assert set(proposed("category_open")) == {scenario.section_a2.pk, scenario.section_b1.pk}
    assert proposed("bureau") == {scenario.section_a2.pk: "同じ局・区にある"}
    assert proposed() == {}


def test_what_became_of_a_section_answers_for_its_past(scenario: Any) -> None:
    makers.opened(scenario.section_b1)
    check = made(scenario)
    merged = merge_units(
        by=system_principal(scenario.city, "test"),
        units=[scenario.section_a2, scenario.section_b1],
        new=NewUnit(code="U0100", name="福祉計画課", parent=scenario.bureau_b),
        on=date(2026, 10, 2),
    )
    scenario.city.refresh_from_db()
    check = extent_for(office(scenario), check.pk)
    (one,) = candidates(check, ["item_open"], TODAY)
    assert one.name == "健康福祉局 福祉計画課"
    assert one.unit_id == merged.pk


def test_systems_are_proposed_by_the_ledger(scenario: Any) -> None:
    old = ("Windows Server", "2008 R2")
    origin = system(scenario.section_a1, "S1", products=[old], networks=["lgwan"], public=True)
    like = system(scenario.section_b1, "S2", products=[old], networks=["lgwan"])
    system(scenario.section_b1, "S3", products=[("Windows Server", "2016")])
    system(scenario.section_a1, "S4", products=[old])  # the finding's own section
    finding = makers.opened(scenario.section_a1)[0]
    Finding.objects.filter(pk=finding.pk).update(system=origin)
    finding.refresh_from_db()
    check = made(scenario, finding)
    (one,) = candidates(check, ["product", "network", "public"], TODAY)
    assert (one.system_id, one.unit_id) == (like.pk, scenario.section_b1.pk)
    assert one.because == (
        "同じ製品・同じ版（Windows Server 2008 R2）を使っている、同じネットワーク（LGWAN接続系）につながっている"
    )
    assert [one.system_name for one in candidates(check, [], TODAY, word="2016")] == ["S3システム"]


def test_picked_targets_keep_their_reasons_and_the_rest_is_refused(scenario: Any) -> None:
    check = made(scenario)
    key = f"unit:{scenario.section_a2.pk}"
    with pytest.raises(Invalid):
        choose_targets(by=office(scenario), check=check, facts=["bureau"], keys=[], version=1)
    with pytest.raises(Invalid):
        choose_targets(by=office(scenario), check=check, facts=["item_open"], keys=[key], version=1)
    with pytest.raises(Invalid):
        choose_targets(by=office(scenario), check=check, facts=["moon"], keys=[key], version=1)
    (target,) = choose_targets(by=office(scenario), check=check, facts=["bureau"], keys=[key], version=1)
    assert target.because == "同じ局・区にある"
    check.refresh_from_db()
    assert check.chosen_by == ["bureau"]
    assert candidates(check, ["bureau"], TODAY) == ()
    with pytest.raises(Stale):
        choose_targets(by=office(scenario), check=check, facts=["bureau"], keys=[key], version=1)


def test_a_free_choice_has_a_reason_and_never_the_own_section(scenario: Any) -> None:
    check = made(scenario)
    for units, because, field in (
        ([scenario.section_b1.pk], " ", "because"),
        ([], "窓口", "units"),
        ([scenario.section_a1.pk], "窓口", "units"),
        ([scenario.bureau_b.pk], "窓口", "units"),
    ):
        with pytest.raises(Invalid) as refusal:
            add_targets(by=office(scenario), check=check, units=units, because=because, version=1)
        assert [problem.field for problem in refusal.value.problems] == [field]
    own = system(scenario.section_a1, "S1")
    with pytest.raises(Invalid) as refusal:
        add_targets(by=office(scenario), check=check, systems=[own.pk], because="同じ", version=1)
    assert [problem.field for problem in refusal.value.problems] == ["systems"]
    other = system(scenario.section_b1, "S2")
    rows = add_targets(
        by=office(scenario),
        check=check,
        units=[scenario.section_b1.pk],
        systems=[other.pk],
        because="窓口",
        version=1,
    )
    assert [(row.unit_id, row.system_id) for row in rows] == [
        (scenario.section_b1.pk, None),
        (scenario.section_b1.pk, other.pk),
    ]
    again = add_targets(
        by=office(scenario), check=check, units=[scenario.section_b1.pk], because="また", version=2
    )
    assert again == []
    assert remove_targets(by=office(scenario), check=check, targets=[rows[0].pk], version=2) == 1
    assert [row.pk for row in check.targets.all()] == [rows[1].pk]


def test_a_check_without_targets_is_not_sent_and_a_sent_one_keeps_its_words(scenario: Any) -> None:
    check = made(scenario)
    with pytest.raises(Stale):
        send_extent(by=office(scenario), check=check, version=1)
    running = sent(scenario, finding=Finding.objects.get())
    for refused in (withdraw_extent, send_extent):
        with pytest.raises(Stale):
            refused(by=office(scenario), check=running, version=running.version)
    later = question(question="別のこと", due_on=date(2026, 11, 30))
    changed = edit_extent(by=office(scenario), check=running, data=later, version=running.version)
    assert (changed.question, changed.due_on) == (question().question, date(2026, 11, 30))
    edited = edit_extent(by=office(scenario), check=check, data=later, version=1)
    assert edited.question == "別のこと"


# --- asking and answering ---------------------------------------------------------------------------------


def mailed(scenario: Any) -> None:
    for role in ("other_manager", "system_manager", "section_manager"):
        person = scenario.people[role]
        Person.objects.filter(pk=person.pk).update(email=f"{role}@example.lg.jp")


def test_who_answers_is_written_to_once(scenario: Any) -> None:
    mailed(scenario)
    one = system(scenario.section_b1, "S2")
    sent(scenario, systems=[one])
    notice = Notice.objects.get()
    assert (notice.address, notice.kind) == ("other_manager@example.lg.jp", "findings.extent")
    assert "保険課（S2システム）" in notice.body
    assert "企画課" not in notice.body


def test_a_draft_is_seen_by_who_prepares_it_alone(scenario: Any) -> None:
    check = made(scenario)
    add_targets(by=office(scenario), check=check, units=[scenario.section_b1.pk], because="窓口", version=1)
    assert [one.check.pk for one in extents_for(office(scenario))] == [check.pk]
    for role in ("other_manager", "ciso", "auditor"):
        assert extents_for(scenario.by(role)) == []
        with pytest.raises(Missing):
            extent_for(scenario.by(role), check.pk)


def test_sections_see_and_answer_their_own(scenario: Any) -> None:
    check = sent(scenario)
    manager = scenario.by("other_manager")
    assert [row.unit_id for row in targets_of(manager, check)] == [scenario.section_b1.pk]
    assert [row.unit_id for row in my_extent_targets(manager)] == [scenario.section_b1.pk]
    target = target_of(check, scenario.section_b1)
    with pytest.raises(Denied):
        answered(scenario, target, "none", role="section_manager")
    with pytest.raises(Denied):
        answered(scenario, target, "none", role="secretariat")
    for answer, field in (("", "answer"), ("none", "note")):
        with pytest.raises(Invalid) as refusal:
            answer_target(
                by=manager, target=target, answer=answer, note="見た" if not answer else "", version=1
            )
        assert [problem.field for problem in refusal.value.problems] == [field]
    done = answer_target(
        by=manager,
        target=target,
        answer="none",
        note="全ての席を見た。",
        evidence=[("写真.jpg", io.BytesIO(JPEG))],
        version=1,
    )
    assert (done.status, done.answered_on, done.evidence.count()) == ("answered", TODAY, 1)
    assert not my_extent_targets(manager).exists()
    with pytest.raises(Stale):
        answered(scenario, target, "found")


def test_who_runs_the_check_may_only_set_a_target_aside(scenario: Any) -> None:
    target = target_of(sent(scenario), scenario.section_b1)
    done = answer_target(
        by=office(scenario), target=target, answer="not_applicable", note="廃止された。", version=1
    )
    assert done.status == "answered"


def test_a_system_manager_answers_for_the_systems_of_their_section(scenario: Any) -> None:
    one = system(scenario.section_a1, "S1")
    finding = makers.opened(scenario.section_b1)[0]
    check = sent(scenario, scenario.section_a1, finding=finding, systems=[one])
    keeper = scenario.by("system_manager")
    (target,) = my_extent_targets(keeper)
    assert target.system_id == one.pk
    assert [row.pk for row in targets_of(keeper, check)] == [target.pk]
    with pytest.raises(Denied):
        answered(scenario, target_of(check, scenario.section_a1), "none", role="system_manager")
    assert answered(scenario, target, "none", role="system_manager").status == "answered"
    assert not my_extent_targets(scenario.by("network_manager")).exists()


# --- confirming -------------------------------------------------------------------------------------------


def test_what_is_found_becomes_a_finding_there(scenario: Any) -> None:
    one = system(scenario.section_b1, "S2")
    start = makers.opened(scenario.section_a1)[0]
    Finding.objects.filter(pk=start.pk).update(aspect="technical")
    check = sent(scenario, scenario.section_b1, finding=start, systems=[one])
    target = check.targets.select_related("unit", "check_of", "system").get(system=one)
    done = confirmed(scenario, answered(scenario, target, "found"))
    found = done.finding
    assert found is not None
    assert (found.origin, found.origin_key) == ("extent", f"findings.extent_target:{target.pk}")
    assert (found.unit_id, found.system_id, found.aspect) == (scenario.section_b1.pk, one.pk, "technical")
    assert (found.item_code, found.category_code, found.status) == ("clear-desk.leave", "clear-desk", "open")
    with pytest.raises(Stale):
        return_target(by=office(scenario), target=done, comment="もう一度", version=done.version)


def test_what_stands_open_there_already_is_not_opened_twice(scenario: Any) -> None:
    (standing,) = makers.opened(scenario.section_b1, key="b")
    check = sent(scenario)
    done = confirmed(scenario, answered(scenario, target_of(check, scenario.section_b1), "found"))
    assert done.finding == standing
    assert Finding.objects.filter(unit=scenario.section_b1).count() == 1


def test_an_answer_comes_back_with_its_reason(scenario: Any) -> None:
    mailed(scenario)
    target = answered(scenario, target_of(sent(scenario), scenario.section_b1), "none")
    with pytest.raises(Invalid):
        return_target(by=office(scenario), target=target, comment=" ", version=target.version)
    with pytest.raises(Denied):
        return_target(by=scenario.by("other_manager"), target=target, comment="x", version=target.version)
    back = return_target(by=office(scenario), target=target, comment="席数は？", version=target.version)
    assert back.status == "returned"
    assert "席数は？" in Notice.objects.get(kind="findings.extent_returned").body
    again = confirmed(scenario, answered(scenario, back, "none"))
    assert (
        return_target(by=office(scenario), target=again, comment="やはり", version=again.version).status
        == "returned"
    )


def test_it_ends_when_all_is_confirmed(scenario: Any) -> None:
    check = sent(scenario)
    first = answered(scenario, target_of(check, scenario.section_b1), "none")
    second = target_of(check, scenario.section_a2)
    done, passed = confirm_targets(
        by=office(scenario), check=check, versions={first.pk: first.version, second.pk: second.version}
    )
    assert ([one.pk for one in done], [one.pk for one, _ in passed]) == ([first.pk], [second.pk])
    with pytest.raises(Stale, match="1あります"):
        close_extent(by=office(scenario), check=check, version=check.version)
    aside = answer_target(
        by=office(scenario), target=second, answer="not_applicable", note="窓口がない。", version=1
    )
    confirmed(scenario, aside)
    ended = close_extent(by=office(scenario), check=check, version=check.version)
    assert (ended.status, ended.closed_on) == ("closed", TODAY)
    with pytest.raises(Stale):
        return_target(by=office(scenario), target=aside, comment="x", version=aside.version + 1)


def test_each_step_is_in_the_journal(scenario: Any) -> None:
    check = sent(scenario)
    confirmed(scenario, answered(scenario, target_of(check, scenario.section_b1), "found"))
    operations = set(Entry.objects.values_list("operation", flat=True))
    assert {
        "findings.extent.make",
        "findings.extent.choose",
        "findings.extent.send",
        "findings.extent_target.answered",
        "findings.extent_target.confirmed",
        "findings.batch.open",
    } <= operations


# --- reminders --------------------------------------------------------------------------------------------


def test_one_mail_a_person_before_and_after_the_day(scenario: Any) -> None:
    mailed(scenario)
    sent(scenario)
    sent(scenario, finding=Finding.objects.first())
    robot = system_principal(scenario.city, "reminders")
    Notice.objects.all().delete()
    assert remind_of_extents(by=robot, on=date(2026, 10, 22)) == 0
    assert remind_of_extents(by=robot, on=date(2026, 10, 23)) == 1  # a week before Friday the 30th
    assert remind_of_extents(by=robot, on=date(2026, 10, 31)) == 0  # a Saturday
    assert remind_of_extents(by=robot, on=date(2026, 11, 2)) == 1
    first, last = Notice.objects.order_by("pk")
    assert "期限が近いもの" in first.subject
    assert "期限を過ぎたもの2件" in last.subject
    assert last.body.count("保険課") == 2
    for target in ExtentTarget.objects.filter(unit=scenario.section_b1):
        answered(scenario, target, "none")
    assert remind_of_extents(by=robot, on=date(2026, 11, 9)) == 0


def test_many_targets_take_few_queries(scenario: Any, django_assert_max_num_queries: Any) -> None:
    makers.opened(scenario.section_b1, key="b")
    check = sent(scenario)
    by = office(scenario)
    with django_assert_max_num_queries(2):
        (summary,) = extents_for(by)
    assert (summary.coverage.asked, summary.coverage.waiting) == (2, 2)
    with django_assert_max_num_queries(13):
        candidates(extent_for(by, check.pk), ["item_open", "product"], TODAY)
    assert check.due_on == DUE
