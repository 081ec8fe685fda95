"""People's own checks: who has one, what they may do, and what may be counted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Programme, Question, SelfCheck, SelfCheckAnswer
from tenken.inspection.operations import (
    StagePlan,
    TargetSaid,
    close_programme,
    follow_staff,
    launch,
    save_self_answer,
    set_targets,
    submit_self_check,
    withdraw_self_check,
)
from tenken.inspection.queries.self_checks import all_counts, counts, own_check, own_checks, results, turnout
from tenken.inspection.rules.small_groups import LEAST, shown_groups
from tenken.journal.models import Entry, Payload
from tenken.notices.models import Notice
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, Person
from tests.factories import Scenario, make_other_city, make_person, make_post, principal
from tests.inspection.makers import system, with_questions

STAGE = StagePlan(
    "self_inspection",
    "自己チェック",
    date(2026, 7, 1),
    date(2026, 7, 31),
    "全職員",
    "意識を高める。",
    "答える。",
)


def handed_out(scenario: Scenario, **values: Any) -> Programme:
    """Launch a self-check of two questions on 15 July."""
    programme = with_questions(
        scenario.city,
        items=["media.lock", "clear-desk.leave"],
        kind="self_check",
        code="staff",
        name="職員の自己チェック",
        stages=[STAGE],
        **values,
    )
    launch(by=scenario.by("secretariat"), programme=programme, version=programme.version)
    programme.refresh_from_db()
    return programme


def answer_all(by: Principal, programme: Programme, verdict: str = "conforms") -> None:
    for key in Question.objects.filter(form__programme=programme).values_list("pk", flat=True):
        save_self_answer(by=by, programme=programme, question_id=key, verdict=verdict)


def hand_in(by: Principal, programme: Programme, verdict: str = "conforms") -> None:
    answer_all(by, programme, verdict)
    submit_self_check(by=by, programme=programme)


# --- who has one --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_everyone_with_a_post_gets_one_in_the_section_of_the_main_post(bank: Scenario) -> None:
    programme = handed_out(bank)
    people = Person.objects.filter(city=bank.city).count()
    assert SelfCheck.objects.filter(programme=programme).count() == people
    mine = SelfCheck.objects.get(programme=programme, person=bank.people["staff"])
    assert (mine.unit, mine.bureau) == (bank.section_a1, bank.bureau_a)


@pytest.mark.django_db
def test_staff_of_an_excluded_bureau_have_none(bank: Scenario) -> None:
    programme = with_questions(
        bank.city, items=["media.lock"], kind="self_check", code="staff", stages=[STAGE]
    )
    said = [TargetSaid(False, "別に行う", unit_id=bank.bureau_a.pk)]
    by = bank.by("secretariat")
    set_targets(
        by=by, programme=programme, target_rule="all_staff", exceptions=said, version=programme.version
    )
    programme.refresh_from_db()
    launch(by=by, programme=programme, version=programme.version)
    assert not SelfCheck.objects.filter(bureau=bank.bureau_a).exists()
    assert SelfCheck.objects.filter(person=bank.people["other_manager"]).exists()


@pytest.mark.django_db
def test_employees_are_told_that_nobody_reads_their_answers(bank: Scenario) -> None:
    bank.people["staff"].email = "staff@example.jp"
    bank.people["staff"].save()
    programme = handed_out(bank)
    notice = Notice.objects.get(address="staff@example.jp")
    assert notice.link == f"/inspection/self-checks/{programme.pk}/"
    assert "見えません" in notice.body


@pytest.mark.django_db
def test_handing_out_costs_the_same_for_three_thousand(bank: Scenario) -> None:
    post = make_post(bank.city, role="staff", unit=bank.section_b1)
    people = Person.objects.bulk_create(
        Person(city=bank.city, number=f"P{number:05}", name="職員", email=f"p{number}@example.jp")
        for number in range(3_000)
    )
    Assignment.objects.bulk_create(
        Assignment(person=person, post=post, valid_from=date(2020, 4, 1)) for person in people
    )
    programme = with_questions(
        bank.city, items=["media.lock"], kind="self_check", code="staff", stages=[STAGE]
    )
    by = bank.by("secretariat")
    with time_machine.travel(date(2026, 7, 15), tick=True), CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        count = launch(by=by, programme=programme, version=programme.version)
        seconds = time.perf_counter() - begun
    assert count > 3_000
    assert len(queries) < 120  # rows go in batches, people cost nothing each
    assert seconds < 4  # 2 s is the bar on a machine of its own; this one is shared


@pytest.mark.django_db
def test_joiners_get_one_leavers_are_exempted_and_who_returns_goes_on(bank: Scenario) -> None:
    programme = handed_out(bank)
    by = bank.by("secretariat")
    joiner = make_person(bank.city, role="staff", unit=bank.section_b1)
    leaver, done = bank.people["staff"], bank.people["deputy"]
    answer_all(principal(leaver), programme)
    hand_in(principal(done), programme)
    Assignment.objects.filter(person__in=[leaver, done]).update(valid_to=date(2026, 7, 10))
    followed = follow_staff(by=by, programme=programme)
    assert (followed.joined, followed.left, followed.returned) == (1, 1, 0)
    assert SelfCheck.objects.get(person=joiner).bureau == bank.bureau_b
    status = dict(SelfCheck.objects.filter(person__in=[leaver, done]).values_list("person", "status"))
    assert status == {leaver.pk: "exempted", done.pk: "submitted"}
    assert follow_staff(by=by, programme=programme).left == 0
    Assignment.objects.filter(person=leaver).update(valid_to=None)
    assert follow_staff(by=by, programme=programme).returned == 1
    assert Entry.objects.filter(operation="inspection.self_check.follow_staff").count() == 2
    with pytest.raises(Denied):
        follow_staff(by=bank.by("bureau_manager"), programme=programme)


# --- one's own ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_check_is_answered_handed_in_and_taken_back_until_the_last_day(bank: Scenario) -> None:
    programme = handed_out(bank)
    by = bank.by("staff")
    assert [check.programme for check in own_checks(by)] == [programme]
    with pytest.raises(Invalid) as refusal:
        submit_self_check(by=by, programme=programme)
    assert len(refusal.value.problems) == 2
    answer_all(by, programme, "issue")
    assert own_check(by, programme.pk).answered == 2
    assert submit_self_check(by=by, programme=programme).submitted_on == date(2026, 7, 15)
    with pytest.raises(Stale, match="引き戻し"):
        answer_all(by, programme)
    withdraw_self_check(by=by, programme=programme)
    hand_in(by, programme)
    assert set(SelfCheckAnswer.objects.values_list("verdict", flat=True)) == {"conforms"}
    with pytest.raises(Stale, match="期限"):
        withdraw_self_check(by=by, programme=programme, on=date(2026, 8, 1))
    with pytest.raises(Stale):
        submit_self_check(by=by, programme=programme)


@pytest.mark.django_db
def test_no_answer_reaches_the_journal(bank: Scenario) -> None:
    programme = handed_out(bank)
    by = bank.by("staff")
    before = Entry.objects.count()
    answer_all(by, programme, "issue")
    assert Entry.objects.count() == before
    submit_self_check(by=by, programme=programme)
    withdraw_self_check(by=by, programme=programme)
    entries = Entry.objects.order_by("-sequence")[:2]
    assert {entry.subject_type for entry in entries} == {"inspection.programme"}
    for payload in Payload.objects.filter(entry__in=list(entries)):
        assert '"changes":{}' in payload.body


@pytest.mark.django_db
def test_nobody_answers_for_another(bank: Scenario) -> None:
    programme = handed_out(bank)
    key = Question.objects.filter(form__programme=programme).values_list("pk", flat=True)[0]
    strangers = [make_other_city().by("secretariat")]
    SelfCheck.objects.filter(person=bank.people["staff"]).update(status="exempted")
    with pytest.raises(Stale):
        save_self_answer(by=bank.by("staff"), programme=programme, question_id=key, verdict="issue")
    with pytest.raises(Denied):
        save_self_answer(by=system(bank.city), programme=programme, question_id=key, verdict="issue")
    for by in strangers:
        with pytest.raises(Missing):
            save_self_answer(by=by, programme=programme, question_id=key, verdict="issue")
        with pytest.raises(Missing):
            own_check(by, programme.pk)
    for question, verdict, refusal in ((key, "perhaps", Invalid), (0, "issue", Missing)):
        with pytest.raises(refusal):
            save_self_answer(by=bank.by("deputy"), programme=programme, question_id=question, verdict=verdict)
    assert not SelfCheckAnswer.objects.exists()


# --- what may be counted ------------------------------------------------------------------------------------


def test_small_groups_are_hidden_and_so_are_those_that_give_them_away() -> None:
    found = shown_groups({(1, 11): 20, (1, 12): 3, (1, 13): 7, (2, 21): 9, (None, 31): 6})
    # 3 alone would be 30 - 20 - 7: the next smallest goes with it
    assert found.sections == {(1, 11), (2, 21), (None, 31)}
    assert found.bureaus == {1, 2, None}
    assert shown_groups({(1, 11): 2, (1, 12): 3, (2, 21): 9}).sections == {(2, 21)}
    assert not shown_groups({(1, 11): 4}).city
    alone = shown_groups({(1, 11): 4, (2, 21): 9})  # a bureau of four and the city would give each other away
    assert alone.city
    assert alone.bureaus == frozenset()
    assert alone.sections == frozenset()
    assert shown_groups({(1, 11): 0, (1, 12): 8}).sections == {(1, 12)}


_SIZES = some.dictionaries(
    some.tuples(some.one_of(some.none(), some.integers(1, 4)), some.integers(1, 40)),
    some.integers(0, 30),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_SIZES)
def test_no_difference_of_what_is_shown_stands_for_few_people(
    sizes: Mapping[tuple[int | None, int], int],
) -> None:
    found = shown_groups(sizes)
    totals: dict[int | None, int] = {}
    for (bureau, _), size in sizes.items():
        totals[bureau] = totals.get(bureau, 0) + size
    assert all(sizes[key] >= LEAST and key[0] in found.bureaus for key in found.sections)
    assert all(totals[bureau] >= LEAST for bureau in found.bureaus)
    left = [sum(totals.values()) - sum(totals[bureau] for bureau in found.bureaus)] if found.city else []
    left += [
        totals[bureau] - sum(sizes[key] for key in found.sections if key[0] == bureau)
        for bureau in found.bureaus
    ]
    assert all(rest == 0 or rest >= LEAST for rest in left)


@pytest.fixture
def answered(bank: Scenario) -> Programme:
    """Six of 保険課 (two say no), three of 都市計画課, everyone else silent; the check has ended."""
    crowd = [make_person(bank.city, role="staff", unit=bank.section_b1) for _ in range(5)]
    few = [make_person(bank.city, role="staff", unit=bank.section_a2) for _ in range(3)]
    own = [make_person(bank.city, role="staff", unit=bank.section_a1) for _ in range(6)]
    programme = handed_out(bank)
    for number, person in enumerate([*crowd, bank.people["other_manager"], *few, *own]):
        hand_in(principal(person), programme, "issue" if number < 2 else "conforms")
    return programme


def _ended(bank: Scenario, programme: Programme) -> Programme:
    close_programme(by=bank.by("secretariat"), programme=programme, version=programme.version)
    programme.refresh_from_db()
    return programme


@pytest.mark.django_db
def test_results_come_after_the_end_and_only_as_counts_of_enough_people(
    bank: Scenario, answered: Programme
) -> None:
    by = bank.by("secretariat")
    with pytest.raises(Stale, match="終了したあと"):
        results(by, answered)
    ended = _ended(bank, answered)
    with CaptureQueriesContext(connection) as queries:
        found = results(by, ended)
    assert len(queries) <= 4
    shown = {group.key: group.people for group in found.groups if group.shown}
    assert shown == {
        "": 15,
        f"b{bank.bureau_a.pk}": 9,
        f"b{bank.bureau_b.pk}": 6,
        f"s{bank.section_b1.pk}": 6,
    }
    rows = counts(found, found.group(f"s{bank.section_b1.pk}"))
    assert [(row.yes, row.no, row.not_applicable, row.percent_yes) for row in rows] == [(4, 2, 0, 66)] * 2
    with pytest.raises(Missing):
        found.group(f"s{bank.section_a2.pk}")
    exported = all_counts(found)
    assert {group.key for group, _ in exported} == set(shown)
    assert [(row.yes, row.no) for group, row in exported if group.key == ""] == [(13, 2)] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "ciso", "auditor"])
def test_each_sees_the_groups_of_their_own_scope(bank: Scenario, answered: Programme, role: str) -> None:
    found = results(bank.by(role), _ended(bank, answered))
    keys = {group.key for group in found.groups}
    assert (f"s{bank.section_b1.pk}" in keys) is (role in ("ciso", "auditor"))
    assert f"s{bank.section_a1.pk}" in keys
    assert "" in keys


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["staff", "system_manager", "committee"])
def test_others_see_no_results(bank: Scenario, answered: Programme, role: str) -> None:
    with pytest.raises(Denied):
        results(bank.by(role), _ended(bank, answered))


@pytest.mark.django_db
def test_turnout_counts_in_the_readers_scope(bank: Scenario, answered: Programme) -> None:
    assert sum(row.submitted for row in turnout(bank.by("secretariat"), answered)) == 15
    [own] = turnout(bank.by("section_manager"), answered)
    assert (own.bureau_id, own.submitted) == (bank.bureau_a.pk, 6)
    assert turnout(bank.by("staff"), answered) == []
