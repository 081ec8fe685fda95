"""Whom a programme reaches."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.assets.models import InformationSystem
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.inspection.models import Programme, Sheet, TargetException
from tenken.inspection.operations import TargetSaid, add_target, close_programme, launch, set_targets
from tenken.inspection.queries.targets import reach_of
from tenken.inspection.rules.targets import NO_OWNER, Candidate, Excepted, select
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.organization.operations import rename_unit
from tests.factories import Scenario, make_other_city, make_unit
from tests.inspection.makers import accepted, planned, running, sheet_of, system, with_questions

DAY = date(2026, 7, 15)
_A, _B, _C = Candidate(1, 9), Candidate(2, 9, had_issues=True), Candidate(3, None)


@pytest.mark.parametrize(
    ("rule", "reached"),
    [("all_sections", [1, 2, 3]), ("with_issues", [2]), ("listed", [])],
)
def test_the_rule_alone(rule: str, reached: list[int]) -> None:
    found = select(rule, [_A, _B, _C], [])
    assert [one.unit_id for one in found.targets] == reached
    assert len(found.targets) + len(found.left_out) == 3
    assert not found.excepted


def test_what_is_named_wins_over_the_rule() -> None:
    said = [Excepted(True, "新設", unit_id=1), Excepted(False, "改築中", unit_id=2)]
    found = select("with_issues", [_A, _B, _C], said)
    assert [one.unit_id for one in found.targets] == [1]
    assert [(one.candidate.unit_id, one.reason, one.excepted) for one in found.left_out] == [
        (2, "改築中", True),
        (3, "もとにする点検で課題がありませんでした。", False),
    ]


def test_systems_of_one_section_are_told_apart() -> None:
    mail, web, orphan = Candidate(1, 9, 11, True), Candidate(1, 9, 12), Candidate(None, None, 13, True)
    assert [one.system_id for one in select("systems", [mail, web, orphan], []).targets] == [11, 12]
    found = select("key_systems", [mail, web, orphan], [Excepted(True, "更新した", system_id=12)])
    assert [one.system_id for one in found.targets] == [11, 12]
    assert [one.reason for one in found.left_out] == [NO_OWNER]
    found = select(
        "systems", [mail, web], [Excepted(False, "移転中", unit_id=1), Excepted(True, "", system_id=12)]
    )
    assert [one.system_id for one in found.targets] == [12]


# --- with rows ----------------------------------------------------------------------------------------------


def _set(bank: Scenario, programme: Programme, rule: str, *said: TargetSaid) -> Programme:
    programme.refresh_from_db()
    return set_targets(
        by=bank.by("secretariat"),
        programme=programme,
        target_rule=rule,
        exceptions=said,
        version=programme.version,
    )


def _launch(bank: Scenario, programme: Programme) -> list[int]:
    programme.refresh_from_db()
    launch(by=bank.by("secretariat"), programme=programme, version=programme.version)
    return list(Sheet.objects.filter(programme=programme).order_by("pk").values_list("unit", flat=True))


@pytest.mark.django_db
def test_sections_with_issues_are_found_through_the_lineage(bank: Scenario) -> None:
    before = running(bank.city, 2025)
    accepted(bank.city, sheet_of(before, bank.section_a1), {"media.lock": "鍵がない"})
    accepted(bank.city, sheet_of(before, bank.section_a2))
    renamed = rename_unit(by=system(bank.city), unit=bank.section_a1, name="政策課", on=date(2026, 4, 1))
    bank.city.refresh_from_db()
    programme = with_questions(bank.city)
    _set(bank, programme, "with_issues")
    programme.refresh_from_db()
    reach = reach_of(programme, DAY)
    assert reach.basis == before
    assert reach.units == [renamed.pk]
    assert _launch(bank, programme) == [renamed.pk]


@pytest.mark.django_db
def test_exceptions_are_kept_with_their_reason_and_shown_in_the_journal(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    _set(bank, programme, "all_sections", TargetSaid(False, "庁舎の改築中", unit_id=bank.section_a2.pk))
    assert TargetException.objects.get().reason == "庁舎の改築中"
    assert _launch(bank, programme) == [bank.section_a1.pk, bank.section_b1.pk]
    changes = read_payload(Entry.objects.get(operation="inspection.programme.launch"))
    assert changes is not None
    assert changes["left_out"] == [{"unit": bank.section_a2.pk, "system": None, "reason": "庁舎の改築中"}]


@pytest.mark.django_db
def test_an_exception_follows_a_section_that_was_renamed(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    _set(bank, programme, "all_sections", TargetSaid(False, "改築中", unit_id=bank.section_a2.pk))
    renamed = rename_unit(by=system(bank.city), unit=bank.section_a2, name="都市課", on=date(2026, 7, 10))
    bank.city.refresh_from_db()
    programme.refresh_from_db()
    reach = reach_of(programme, DAY)
    assert [one.candidate.unit_id for one in reach.selection.excepted] == [renamed.pk]


@pytest.mark.django_db
def test_sections_without_a_manager_are_named(bank: Scenario) -> None:
    reach = reach_of(planned(bank.city), DAY)
    assert reach.without_manager == (bank.section_a2.pk,)


@pytest.mark.django_db
def test_an_audit_of_systems_gives_one_section_several_sheets(bank: Scenario) -> None:
    for code, owner, important in (("S1", bank.section_a1, True), ("S2", bank.section_a1, False)):
        InformationSystem.objects.create(
            city=bank.city,
            code=code,
            name=code,
            owner=owner,
            important=important,
            valid_from=date(2020, 4, 1),
        )
    programme = with_questions(bank.city, kind="system_audit", code="systems")
    assert programme.target_rule == "systems"
    assert _launch(bank, programme) == [bank.section_a1.pk] * 2
    key = with_questions(bank.city, kind="system_audit", code="key", target_rule="key_systems")
    assert _launch(bank, key) == [bank.section_a1.pk]
    sheet = Sheet.objects.get(programme=key)
    assert (sheet.system.code, sheet.bureau) == ("S1", bank.bureau_a)  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "said", "field"),
    [
        ("systems", [], "target_rule"),
        ("listed", [TargetSaid(True, "", unit_id=0)], "exceptions-0-subject"),
        ("listed", [TargetSaid(True, "理由")], "exceptions-0-subject"),
        ("listed", [TargetSaid(True, "理", unit_id=-1)], "exceptions-0-subject"),
    ],
)
def test_wrong_targets_are_refused(bank: Scenario, rule: str, said: list[TargetSaid], field: str) -> None:
    programme = planned(bank.city)
    with pytest.raises(Invalid) as refusal:
        _set(bank, programme, rule, *said)
    assert refusal.value.problems[0].field == field
    assert not TargetException.objects.exists()


@pytest.mark.django_db
def test_an_exception_needs_a_reason_and_stands_once(bank: Scenario) -> None:
    said = TargetSaid(False, " ", unit_id=bank.section_a1.pk)
    with pytest.raises(Invalid) as refusal:
        _set(bank, planned(bank.city), "listed", said, said)
    assert [problem.field for problem in refusal.value.problems] == [
        "exceptions-0-reason",
        "exceptions-1-subject",
        "exceptions-1-reason",
    ]


@pytest.mark.django_db
def test_only_the_citys_secretariat_sets_targets(bank: Scenario) -> None:
    programme = planned(bank.city)
    with pytest.raises(Denied):
        set_targets(
            by=bank.by("section_manager"), programme=programme, target_rule="listed", exceptions=[], version=1
        )


@pytest.mark.django_db
def test_a_rule_that_reaches_nobody_is_not_launched(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    _set(bank, programme, "listed")
    with pytest.raises(Invalid, match="対象"):
        _launch(bank, programme)


# --- after the launch ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_section_founded_later_gets_its_sheet(bank: Scenario, programme: Programme) -> None:
    founded = make_unit(bank.city, "危機管理課", parent=bank.bureau_b)
    bank.city.refresh_from_db()
    by = bank.by("secretariat")
    sheet = add_target(by=by, programme=programme, unit=founded, reason="7月に新設")
    assert (sheet.unit, sheet.bureau, sheet.status) == (founded, bank.bureau_b, "not_started")
    assert TargetException.objects.get(unit=founded).reason == "7月に新設"
    assert Entry.objects.filter(operation="inspection.programme.add_target").count() == 1
    for unit, reason, field in ((founded, "また", "unit"), (bank.bureau_a, "局", "unit")):
        with pytest.raises(Invalid) as refusal:
            add_target(by=by, programme=programme, unit=unit, reason=reason)
        assert refusal.value.problems[0].field == field
    assert Sheet.objects.filter(programme=programme).count() == 4


@pytest.mark.django_db
def test_nothing_is_added_before_the_launch_after_the_end_or_by_others(
    bank: Scenario, programme: Programme
) -> None:
    by = bank.by("secretariat")
    with pytest.raises(Stale):
        add_target(by=by, programme=planned(bank.city, 2027), unit=bank.section_a1, reason="早い")
    with pytest.raises(Denied):
        add_target(by=bank.by("deputy"), programme=programme, unit=bank.section_a1, reason="自分で")
    close_programme(by=by, programme=programme, version=programme.version)
    with pytest.raises(Stale):
        add_target(by=by, programme=programme, unit=bank.section_a1, reason="遅い")
    foreign = make_other_city().section
    with pytest.raises(Invalid):
        add_target(by=by, programme=running(bank.city, 2027, code="next"), unit=foreign, reason="他市")
