"""Auditors with what they can do on a day; qualifications that end soon; who may be appointed to an audit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from tenken.audit.competence.kinds import qualification_name
from tenken.audit.competence.queries.settings import settings_of
from tenken.audit.competence.rules.competence import Competence, Held, Worked, competence, years_of
from tenken.audit.engagement_states import LIVE
from tenken.audit.models import Appointment, Auditor, AuditorExperience, AuditorQualification, Engagement
from tenken.audit.permissions import VIEW_AUDITORS
from tenken.audit.queries.auditors import family_of, standings_of_auditors
from tenken.audit.rules.conflict_of_interest import Audited, conflict
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on

SOON = timedelta(days=90)


@dataclass(frozen=True)
class AuditorLine:
    """An auditor as the register lists them on a day. ``live``: how many audits under way they work on."""

    auditor: Auditor
    called: bool
    qualifications: tuple[str, ...]
    ends_soon: bool
    years: float
    competence: Competence
    live: int


@dataclass(frozen=True)
class Appointable:
    """An auditor for one audit: whether they may lead, and why they are not independent ('' when they are)."""

    auditor: Auditor
    competence: Competence
    conflict: str


def auditors_of(by: Principal) -> QuerySet[Auditor]:
    """Return the city's auditors, for who may see the register."""
    require_somewhere(by, VIEW_AUDITORS)
    return Auditor.objects.filter(city=by.city_id).select_related("person").order_by("name", "pk")


def find_auditor(by: Principal, pk: int) -> Auditor:
    """Return an auditor of the reader's city; ``Missing`` otherwise."""
    found = auditors_of(by).filter(pk=pk).first() if by.holds(VIEW_AUDITORS) else None
    if found is None:
        raise Missing("この監査人は登録されていません。")
    return found


def auditor_lines(by: Principal) -> list[AuditorLine]:
    """Return the register on the reader's day. Five queries."""
    rows, on = list(auditors_of(by)), by.on
    held, worked = _records(rows)
    known = competences(rows, on, by.city)
    live = Counter(
        Appointment.objects.filter(valid_on(on), auditor__in=rows, engagement__status__in=LIVE).values_list(
            "auditor_id", flat=True
        )
    )
    return [
        AuditorLine(
            auditor=row,
            called=row.valid_from <= on and (row.valid_to is None or on < row.valid_to),
            qualifications=tuple(
                qualification_name(one.kind, one.kind_name)
                for one in held[row.pk]
                if one.expires_on is None or one.expires_on >= on
            ),
            ends_soon=any(one.expires_on and on <= one.expires_on <= on + SOON for one in held[row.pk]),
            years=years_of([one for one in _worked(worked[row.pk]) if one.auditing], on),
            competence=known[row.pk],
            live=live[row.pk],
        )
        for row in rows
    ]


def competences(auditors: Iterable[Auditor], on: date, city: City) -> dict[int, Competence]:
    """Return by the auditor's key whether each may lead an audit on a date. Three queries."""
    rows = list(auditors)
    held, worked = _records(rows)
    instead = settings_of(city.pk).experience_instead_years
    return {
        row.pk: competence(
            [Held(one.kind, one.obtained_on, one.expires_on, one.kind_name) for one in held[row.pk]],
            _worked(worked[row.pk]),
            on,
            instead_years=instead,
        )
        for row in rows
    }


def appointable(
    city: City, unit: Unit, vendor: str, on: date, until: date, auditors: Iterable[Auditor] | None = None
) -> list[Appointable]:
    """Return who may be appointed to an audit of *unit* from *on* to *until*: the auditors called upon on that day (or
    those given), each with competence and conflict. Eight queries."""
    rows = list(
        auditors
        if auditors is not None
        else Auditor.objects.filter(valid_on(on), city=city).select_related("person").order_by("name", "pk")
    )
    known = competences(rows, on, city)
    standings = standings_of_auditors(city, rows, on)
    audited, years = Audited(family_of(unit, on), vendor), settings_of(city.pk).independence_years
    return [
        Appointable(row, known[row.pk], conflict(standings[row.pk], audited, on, years=years, until=until))
        for row in rows
    ]


@dataclass(frozen=True)
class ConflictedAppointment:
    """利害が生じた任命: an appointment to an audit under way whose auditor is not independent of it any more."""

    appointment: Appointment
    engagement: Engagement
    conflict: str


def conflicted_appointments(
    city: City, on: date, engagements: Iterable[Engagement] | None = None
) -> list[ConflictedAppointment]:
    """Return the standing appointments to audits under way (or to *engagements*) that are in conflict on a date, by audit.
    Six queries, however many."""
    rows = Appointment.objects.filter(valid_to__isnull=True).select_related(
        "engagement__unit__city", "engagement__system", "engagement__city", "auditor__person"
    )
    if engagements is None:
        rows = rows.filter(engagement__city=city, engagement__status__in=LIVE)
    else:
        rows = rows.filter(engagement__in=list(engagements), engagement__status__in=LIVE)
    standing = list(rows.order_by("engagement__fiscal_year", "engagement__number", "pk"))
    if not standing:
        return []
    standings = standings_of_auditors(city, {row.auditor for row in standing}, on)
    years = settings_of(city.pk).independence_years
    found = []
    for row in standing:
        system = row.engagement.system
        audited = Audited(family_of(row.engagement.unit, on), system.vendor if system else "")
        if why := conflict(standings[row.auditor_id], audited, on, years=years):
            found.append(ConflictedAppointment(row, row.engagement, why))
    return found


def expiring(city: City, on: date, within: timedelta = SOON) -> QuerySet[AuditorQualification]:
    """Return the qualifications of auditors called upon that end within a time from *on*, the nearest first."""
    return (
        AuditorQualification.objects.filter(
            valid_on(on, "auditor__"),
            auditor__city=city,
            struck_because="",
            expires_on__range=(on, on + within),
        )
        .select_related("auditor")
        .order_by("expires_on", "pk")
    )


def _records(
    rows: list[Auditor],
) -> tuple[dict[int, list[AuditorQualification]], dict[int, list[AuditorExperience]]]:
    held: dict[int, list[AuditorQualification]] = defaultdict(list)
    for one in AuditorQualification.objects.filter(auditor__in=rows, struck_because=""):
        held[one.auditor_id].append(one)
    worked: dict[int, list[AuditorExperience]] = defaultdict(list)
    for done in AuditorExperience.objects.filter(auditor__in=rows, struck_because=""):
        worked[done.auditor_id].append(done)
    return held, worked


def _worked(rows: Iterable[AuditorExperience]) -> list[Worked]:
    return [Worked(row.starts_on, row.ends_on, row.auditing) for row in rows]
