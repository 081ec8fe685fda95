"""Who may lead (document 004, A39), what is recorded of auditors, and who is told before it ends."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.competence.kinds import qualification_kinds
from tenken.audit.competence.operations import (
    add_conflict,
    add_experience,
    add_qualification,
    remind_of_expiry,
    save_auditor,
    save_settings,
    strike,
)
from tenken.audit.competence.queries.register import appointable, conflicted_appointments, expiring
from tenken.audit.competence.rules.competence import Held, Worked, competence, years_of
from tenken.audit.engagements.operations import appoint, end_appointment
from tenken.audit.models import Appointment
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.jobs.schedule import run_daily
from tenken.notices.models import Notice
from tenken.organization.access import system_principal
from tests.audit.engagements.makers import auditor, manned, outsider, planned
from tests.factories import Scenario

DAY = date(2026, 11, 10)


# --- the rule ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["CAIS-LEAD", "CAIS", "CISA", "CISM", "EXPERT", "LEAD-ASSESSOR"])
def test_these_qualifications_are_enough(kind: str) -> None:
    assert competence([Held(kind, date(2020, 4, 1))], [], DAY)


@pytest.mark.parametrize("kind", ["RISS", "other"])
def test_these_are_not(kind: str) -> None:
    found = competence([Held(kind, date(2020, 4, 1), named="上級の資格")], [], DAY)
    assert not found
    assert "要件に含まれません" in found.because


def test_a_systems_auditor_needs_two_years_after_it_was_obtained() -> None:
    held = [Held("AU", date(2022, 4, 1))]
    before = Worked(date(2015, 4, 1), date(2022, 3, 31))
    assert "2年以上" in competence(held, [before], DAY).because
    assert not competence(held, [Worked(date(2022, 4, 1), date(2024, 3, 29))], DAY)
    assert competence(held, [Worked(date(2022, 4, 1), date(2024, 3, 31))], DAY)
    assert not competence(held, [Worked(date(2022, 4, 1), None, auditing=False)], DAY)


def test_a_qualification_counts_from_its_day_to_its_last() -> None:
    one = [Held("CISA", DAY, DAY)]
    assert competence(one, [], DAY)
    assert not competence(one, [], date(2026, 11, 9))
    assert "有効期限は令和8年11月10日" in competence(one, [], date(2026, 11, 11)).because


def test_a_city_may_let_years_count_instead() -> None:
    worked = [Worked(date(2022, 4, 1), None)]
    assert not competence([], worked, DAY)
    assert competence([], worked, DAY, instead_years=4)
    assert "4.6年" in competence([], worked, DAY, instead_years=5).because


@given(
    spans=st.lists(st.tuples(st.dates(date(2010, 1, 1), date(2026, 1, 1)), st.integers(0, 2000)), max_size=6)
)
def test_years_are_days_that_count_once(spans: list[tuple[date, int]]) -> None:
    worked = [Worked(start, date.fromordinal(start.toordinal() + days)) for start, days in spans]
    days = {
        day
        for one in worked
        if one.ends_on
        for day in range(one.starts_on.toordinal(), min(one.ends_on, DAY).toordinal() + 1)
    }
    assert years_of(worked, DAY) == pytest.approx(len(days) / 365.25)


def test_every_kind_says_who_grants_it() -> None:
    for kind in qualification_kinds().values():
        assert kind.body or kind.code == "other"


# --- the register -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_auditor_is_an_employee_or_from_outside(city: Scenario) -> None:
    by = city.by("secretariat")
    auditor(city)
    with pytest.raises(Invalid, match="登録されています"):
        auditor(city)
    with pytest.raises(Invalid) as refusal:
        save_auditor(by=by, auditor=None, valid_from=DAY, valid_to=DAY)
    assert {problem.field for problem in refusal.value.problems} == {"name", "organization_name", "valid_to"}
    for role in ("ciso", "auditor", "section_manager"):
        with pytest.raises(Denied):
            save_auditor(by=city.by(role), auditor=None, name="x", organization_name="y", valid_from=DAY)


@pytest.mark.django_db
def test_records_are_checked_and_struck_out_never_lost(city: Scenario) -> None:
    by, row = city.by("secretariat"), auditor(city)
    with pytest.raises(Invalid) as refusal:
        add_qualification(
            by=by, auditor=row, kind="other", obtained_on=date(2027, 1, 1), expires_on=date(2026, 1, 1)
        )
    assert {problem.field for problem in refusal.value.problems} == {"kind_name", "obtained_on", "expires_on"}
    with pytest.raises(Invalid, match="どちらか一つ"):
        add_conflict(by=by, auditor=row, reason="x", starts_on=DAY)
    with pytest.raises(Invalid, match="始まりより前"):
        add_experience(by=by, auditor=row, what="x", auditing=True, starts_on=DAY, ends_on=date(2026, 1, 1))
    held = add_qualification(
        by=by,
        auditor=row,
        kind="CISM",
        obtained_on=date(2024, 4, 1),
        proof=BytesIO(b"%PDF-1.7\n%%EOF\n"),
        proof_name="CISM.pdf",
    )
    assert held.proof is not None
    assert "ISACA" in held.issuing_body
    struck = strike(by=by, row=held, reason="別人のもの")
    assert struck.struck_because == "別人のもの"
    with pytest.raises(Stale):
        strike(by=by, row=held, reason="もう一度")


@pytest.mark.django_db
def test_the_secretariat_is_told_ninety_thirty_and_seven_days_before(city: Scenario) -> None:
    city.people["secretariat"].email = "jimu@example.jp"
    city.people["secretariat"].save()
    row = auditor(city)
    held = add_qualification(
        by=city.by("secretariat"),
        auditor=row,
        kind="CAIS",
        obtained_on=date(2023, 1, 1),
        expires_on=date(2027, 3, 1),
    )
    told = []
    for day in (
        date(2026, 11, 30),
        date(2026, 12, 1),
        date(2026, 12, 2),
        date(2027, 2, 10),
        date(2027, 3, 1),
    ):
        by = system_principal(city.city, "auditors", on=day)
        told.append(len(remind_of_expiry(by=by, on=day)))
    assert told == [0, 1, 0, 1, 1]
    assert Notice.objects.filter(kind="audit.expiry").count() == 3
    assert not remind_of_expiry(by=system_principal(city.city, "a", on=DAY), on=date(2027, 3, 2))
    assert held in expiring(city.city, date(2026, 12, 1))


@pytest.mark.django_db(transaction=False)
def test_the_reminder_is_daily_work(city: Scenario) -> None:
    row = auditor(city)
    held = add_qualification(
        by=city.by("secretariat"),
        auditor=row,
        kind="CAIS",
        obtained_on=date(2023, 1, 1),
        expires_on=date(2026, 12, 1),
    )
    with time_machine.travel("2026-11-10T09:00:00+09:00", tick=False):
        run_daily()
    held.refresh_from_db()
    assert held.told_days == 30


# --- appointments -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_leads_is_competent_and_there_is_one(city: Scenario) -> None:
    by, made = city.by("secretariat"), planned(city)
    plain = save_auditor(
        by=by, auditor=None, name="港 花子", organization_name="みなと監査", valid_from=date(2020, 4, 1)
    )
    with pytest.raises(Invalid, match="主任監査人になれません"):
        appoint(by=by, engagement=made, auditor_id=plain.pk, part="lead")
    appoint(by=by, engagement=made, auditor_id=plain.pk, part="assistant")
    with pytest.raises(Invalid, match="任命されています"):
        appoint(by=by, engagement=made, auditor_id=plain.pk, part="member")
    appoint(by=by, engagement=made, auditor_id=auditor(city).pk, part="lead")
    with pytest.raises(Invalid, match="すでに任命"):
        appoint(by=by, engagement=made, auditor_id=outsider(city).pk, part="lead")
    with pytest.raises(Denied):
        appoint(by=city.by("auditor"), engagement=made, auditor_id=plain.pk, part="member")


@pytest.mark.django_db
def test_an_interest_declared_later_shows_in_what_stands(city: Scenario) -> None:
    by = city.by("secretariat")
    made = manned(city)
    lead = made.appointments.get().auditor
    assert conflicted_appointments(city.city, DAY) == []
    add_conflict(by=by, auditor=lead, unit_id=city.bureau_a.pk, reason="親族が在籍", starts_on=DAY)
    found = conflicted_appointments(city.city, DAY)
    assert [one.appointment.auditor for one in found] == [lead]
    assert "親族が在籍" in found[0].conflict
    row = Appointment.objects.get()
    ended = end_appointment(by=by, appointment=row, reason="利害が生じたため")
    assert (ended.valid_to, ended.ended_because) == (DAY, "利害が生じたため")
    assert conflicted_appointments(city.city, DAY) == []
    with pytest.raises(Stale):
        end_appointment(by=by, appointment=row, reason="x")
    assert Appointment.objects.count() == 1


@pytest.mark.django_db
def test_the_citys_years_decide(city: Scenario) -> None:
    by = city.by("secretariat")
    insider = auditor(city, role="staff")
    row = city.people["staff"].assignments.get()
    type(row).objects.filter(pk=row.pk).update(valid_to=date(2024, 4, 1))

    def why() -> str:
        return appointable(city.city, city.section_a1, "", DAY, DAY, auditors=[insider])[0].conflict

    assert why() == ""
    settled = {"experience_instead_years": None, "external_track": "measures", "viewpoints": []}
    save_settings(by=by, independence_years=3, version=0, **settled)
    assert why().endswith("に所属していました（3年以内）。")
    assert "平成22年4月1日から令和6年3月31日まで" in why()
    with pytest.raises(Stale):
        save_settings(by=by, independence_years=2, version=0, **settled)
    with pytest.raises(Invalid):
        save_settings(by=by, independence_years=21, version=1, **settled)


@pytest.mark.django_db
def test_another_citys_auditor_is_not_there(city: Scenario) -> None:
    from tests.factories import make_other_city

    foreign = make_other_city().by("secretariat")
    row = auditor(city)
    with pytest.raises(Missing):
        save_auditor(by=foreign, auditor=row, valid_from=DAY)
    with pytest.raises(Missing):
        add_experience(by=foreign, auditor=row, what="x", auditing=True, starts_on=DAY)
