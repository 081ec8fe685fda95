"""The audit universe: what is known of every system on a day, and the rule that holds. Not scoped: for rules and plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Min

from tenken.assets.queries import systems_facts
from tenken.audit.engagement_states import CANCELLED, NOTIFIED, PLANNED
from tenken.audit.models import Engagement, PriorAudit, RotationRule, SystemChoice, SystemSelection, Visit
from tenken.audit.rotation.rules.parts import Facts, Rule, Tier
from tenken.audit.states import TOOK_PLACE
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.states import NOT_DONE
from tenken.inspection.models import Kind, Programme, Sheet
from tenken.inspection.states import HANDED_IN
from tenken.organization.models import City

Held = tuple[int, Tier, date]


def universe(city: City, on: date, year: int | None = None) -> tuple[Facts, ...]:
    """Return every system and network of *city* in use on a day with what the rotation weighs, by code.

    *year*: the fiscal year they are weighed for; what is planned before it counts as held, and is marked as expected.
    A fixed number of queries, however many there are.
    """
    last: dict[int, dict[Tier, date]] = defaultdict(dict)
    for system, tier, day in held_audits(city, on):
        last[system][tier] = max(day, last[system].get(tier, day))
    expected: dict[int, date] = {}
    for system, tier, year_planned in expected_audits(city, on, year) if year else ():
        span = FiscalYear(year_planned)
        if last[system].get(tier, date.min) < span.starts_on:
            last[system][tier] = expected[system] = span.ends_on
    findings = {
        system: (count, oldest)
        for system, count, oldest in Finding.objects.of_city(city.pk)
        .filter(system__isnull=False, status__in=NOT_DONE, opened_on__lte=on)
        .values_list("system")
        .annotate(count=Count("pk"), oldest=Min("opened_on"))
        .order_by("system")
    }
    found = []
    for one in systems_facts(city, on):
        count, oldest = findings.get(one.id, (0, None))
        found.append(
            Facts(
                id=one.id,
                code=one.code,
                name=one.name,
                owner_id=one.owner_id,
                criteria=tuple(criterion.value for criterion in one.importance),
                public=one.public,
                personal_data=one.personal_data,
                in_use_since=one.in_use_since,
                support_ends_on=one.first_end_of_support,
                last_self=last[one.id].get(Tier.SELF),
                last_visit=last[one.id].get(Tier.VISIT),
                last_technical=last[one.id].get(Tier.TECHNICAL),
                failures=tuple(row.happened_on for row in one.happened(failures=True)),
                changes=tuple(row.happened_on for row in one.happened(failures=False)),
                open_findings=count,
                oldest_finding=oldest,
                expected_on=expected.get(one.id),
            )
        )
    return tuple(found)


def held_audits(city: City, on: date) -> Iterable[Held]:
    """Yield every audit of a system held until a day: (system, tier, day). Four queries.

    Audits that began, visits that took place, sheets of audit programmes that were handed in, and what was held before.
    """
    engagements = Engagement.objects.of_city(city.pk).exclude(status__in=(PLANNED, NOTIFIED, CANCELLED))
    for system, kind, began, starts in engagements.filter(system__isnull=False).values_list(
        "system_id", "kind", "began_on", "starts_on"
    ):
        if (began or starts) <= on:
            yield system, _TIER_OF_KIND.get(kind, Tier.VISIT), began or starts
    visits = Visit.objects.of_city(city.pk).filter(system__isnull=False, status__in=TOOK_PLACE)
    for system, day in visits.values_list("system_id", "visited_on"):
        if day is not None and day <= on:
            yield system, Tier.VISIT, day
    sheets = Sheet.objects.filter(
        programme__city=city,
        programme__kind=Kind.SYSTEM_AUDIT,
        system__isnull=False,
        status__in=HANDED_IN,
    )
    for system, handed_in, accepted in sheets.values_list("system_id", "handed_in_on", "accepted_on"):
        if (day := handed_in or accepted) is not None and day <= on:
            yield system, Tier.SELF, day
    prior = PriorAudit.objects.of_city(city.pk).filter(struck_because="", held_on__lte=on)
    for system, tier, day in prior.values_list("system_id", "tier", "held_on"):
        yield system, Tier(tier), day


def expected_audits(city: City, on: date, before: int) -> Iterable[tuple[int, Tier, int]]:
    """Yield what is planned for the systems from this fiscal year on and before another: (system, tier, fiscal year), the
    earlier years first. Three queries: audits that did not begin, sheets that are out, self-inspections decided."""
    years = (FiscalYear.of(on).year, before - 1)
    found: list[tuple[int, Tier, int]] = []
    engagements = Engagement.objects.of_city(city.pk).filter(
        system__isnull=False, status__in=(PLANNED, NOTIFIED), fiscal_year__range=years
    )
    for system, kind, year in engagements.values_list("system_id", "kind", "fiscal_year"):
        found.append((system, _TIER_OF_KIND.get(kind, Tier.VISIT), year))
    sheets = Sheet.objects.filter(
        programme__city=city,
        programme__kind=Kind.SYSTEM_AUDIT,
        programme__status=Programme.Status.LAUNCHED,
        programme__fiscal_year__range=years,
        system__isnull=False,
    ).exclude(status__in=(*HANDED_IN, Sheet.Status.EXEMPTED))
    for system, year in sheets.values_list("system_id", "programme__fiscal_year"):
        found.append((system, Tier.SELF, year))
    decided = SystemChoice.objects.of_city(city.pk).filter(
        selection__status=SystemSelection.Status.ADOPTED, selection__fiscal_year__range=years
    )
    for system, year in decided.exclude(tier=Tier.NONE).values_list("system_id", "selection__fiscal_year"):
        found.append((system, Tier.SELF, year))
    return sorted(found, key=lambda one: one[2])


_TIER_OF_KIND: dict[str, Tier] = {
    Engagement.Kind.SYSTEM: Tier.VISIT,
    Engagement.Kind.TECHNICAL: Tier.TECHNICAL,
}


def rule_for(city: City, year: int, on: date) -> tuple[RotationRule | None, Rule]:
    """Return the rule for the audits of fiscal *year* as it stands on a day; (None, the shipped one) before a city's first.

    A rule made beforehand for the year counts already. The shipped rule's promise counts from the first year decided.
    """
    until = max(on, FiscalYear(year).starts_on)
    row = RotationRule.objects.filter(city=city, valid_from__lte=until).last()
    if row is not None:
        return row, Rule.of_json(row.content)
    decided = SystemSelection.objects.of_city(city.pk).filter(status=SystemSelection.Status.ADOPTED)
    first = decided.aggregate(first=Min("fiscal_year"))["first"]
    return None, Rule(cycle_from=min(first or year, year))


def held_tiers(city: City, year: int) -> dict[str, Tier]:
    """Return how deeply each system (by code) was looked at in fiscal *year*: as decided then, else as it was held."""
    adopted = SystemSelection.objects.of_city(city.pk).filter(
        fiscal_year=year, status=SystemSelection.Status.ADOPTED
    )
    if (selection := adopted.first()) is not None:
        rows = selection.choices.values_list("system__code", "tier")
        return {code: Tier(tier) for code, tier in rows}
    span = FiscalYear(year)
    found: dict[str, Tier] = {}
    codes = {one.id: one.code for one in systems_facts(city, span.ends_on)}
    for system, tier, day in held_audits(city, span.ends_on):
        if day in span and system in codes and tier.level > found.get(codes[system], Tier.NONE).level:
            found[codes[system]] = tier
    return found
