"""解除の件数: how often a section passed the web filter in a month, told to its head (document 002, 意見2(6)).

Counted from the store's rollup, not from events: operations 「フィルタリングの解除」 and whatever was used by
overriding. A section that became another is counted as what stands at the end of the month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.jobs.models import DailyRun
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require, system_principal
from tenken.organization.directory import directory_of
from tenken.organization.models import City, Person
from tenken.organization.opening_days import is_open_day
from tenken.organization.permissions import MANAGE_SETTINGS
from tenken.organization.queries import MANAGER, holders_on
from tenken.organization.tree import tree_of
from tenken.telemetry.models import OverrideNotice, OverrideNoticeRule, Source
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.search.numbers import day_counts
from tenken.telemetry.search.scope import SectionNames

DAILY: Final = "telemetry.override_notices"
MONTHS: Final = 13
_WEB: Final = ("web", "web_upload", "web_override")


@dataclass(frozen=True)
class Overrides:
    """One section's month. ``web``: all web use, overridden or not; ``history``: overrides of the thirteen months up
    to it, oldest first."""

    unit_id: int
    code: str
    name: str
    overrides: int
    web: int
    history: tuple[int, ...]

    @property
    def before(self) -> int:
        """The overrides of the month before."""
        return self.history[-2]

    @property
    def per_thousand(self) -> float:
        return round(1000 * self.overrides / self.web, 1) if self.web else 0.0


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    return month_of(month_of(month) - timedelta(days=1))


def months_up_to(month: date) -> list[date]:
    """Return the thirteen months up to *month*, oldest first."""
    found = [month_of(month)]
    while len(found) < MONTHS:
        found.append(month_before(found[-1]))
    return found[::-1]


def last_day(month: date) -> date:
    return month_of(month_of(month) + timedelta(days=31)) - timedelta(days=1)


def overrides_in(by: Principal, month: date) -> list[Overrides]:
    """Return the sections in the sight of *by* that used the web in a month or overrode the filter in the year before
    it, by bureau and code."""
    found = _counted(by.city, month)
    if not by.everywhere(VIEW_TERMINALS):
        seen = by.units_with(VIEW_TERMINALS)
        found = [one for one in found if one.unit_id in seen]
    return found


def _counted(city: City, month: date) -> list[Overrides]:
    months = months_up_to(month)
    names, end = SectionNames(city), last_day(month)
    history: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    web: dict[int, int] = defaultdict(int)
    rows = day_counts(
        city.code, months[0], end, operations=_WEB, by=("month", "section", "op", "disposition")
    )
    heirs = _Heirs(city, end)
    for row in rows:
        unit = names.unit(row["section"], last_day(row["month"])) if row["section"] else None
        if unit is None:
            continue
        own = heirs.of(unit)
        if row["op"] == "web_override" or row["disposition"] == "overridden":
            history[own][row["month"]] += row["events"]
        if row["month"] == months[-1]:
            web[own] += row["events"]
    directory = directory_of(city)
    found = [
        Overrides(
            unit,
            directory.units[unit].code,
            directory.name(unit, end),
            history[unit][months[-1]],
            web[unit],
            tuple(history[unit][one] for one in months),
        )
        for unit in history.keys() | web.keys()
    ]
    bureaus = {one.unit_id: directory.bureau(one.unit_id, end) for one in found}
    return sorted(
        found, key=lambda one: (directory.units[bureaus[one.unit_id] or one.unit_id].code, one.code)
    )


class _Heirs:
    """What stands for a unit on a day: itself, or what became of it (of several, the one with the lowest code)."""

    def __init__(self, city: City, on: date) -> None:
        self._directory, self._tree, self._on = directory_of(city), tree_of(city, on), on

    def of(self, unit: int) -> int:
        standing = [
            key
            for key in self._tree.lineage_forward([unit])
            if (one := self._directory.units[key]).starts <= self._on
            and (one.ends is None or self._on < one.ends)
        ]
        return min(standing, key=lambda key: self._directory.units[key].code) if standing else unit


def rule_of(city: City) -> OverrideNoticeRule:
    """Return on which day a city tells its sections: as set, or on the fifth."""
    return OverrideNoticeRule.objects.filter(city=city).first() or OverrideNoticeRule(city=city)


@transaction.atomic
def set_rule(*, by: Principal, day: int, enabled: bool, tell_none: bool, version: int) -> OverrideNoticeRule:
    """Set on which day of the month section heads are told, whether at all, and whether also of nought."""
    require(by, MANAGE_SETTINGS)
    if not 1 <= day <= 28:
        message = "通知する日は、1から28までにしてください。"
        raise Invalid(message, [Problem(message, "通知する日", "day")])
    City.objects.select_for_update().get(pk=by.city_id)
    rule = rule_of(by.city)
    if rule.version != version:
        raise Stale("ほかの人が先に変更しました。ページを開き直して、内容を確かめてください。")
    before = {"day": rule.day, "enabled": rule.enabled, "tell_none": rule.tell_none}
    rule.day, rule.enabled, rule.tell_none = day, enabled, tell_none
    rule.version += 1
    rule.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.overrides.rule",
        subject=("telemetry.override_rule", by.city_id),
        changes={"before": before, "after": {"day": day, "enabled": enabled, "tell_none": tell_none}},
    )
    return rule


@transaction.atomic
def tell_overrides(*, by: Principal, month: date) -> list[OverrideNotice]:
    """Tell each section head the overrides of *month*; who was told already is not told again. Return what was told."""
    require(by, MANAGE_SETTINGS)
    rule = rule_of(by.city)
    already = set(
        OverrideNotice.objects.filter(unit__city=by.city_id, month=month).values_list("unit_id", flat=True)
    )
    counted = [
        one
        for one in _counted(by.city, month)
        if one.unit_id not in already and (one.overrides or (rule.tell_none and one.web))
    ]
    heads = holders_on([one.unit_id for one in counted], MANAGER, by.on)
    addresses = dict(
        Person.objects.filter(
            pk__in=[holder.person_id for held in heads.values() for holder in held]
        ).values_list("pk", "email")
    )
    told = [
        OverrideNotice(
            unit_id=one.unit_id,
            month=month,
            overrides=one.overrides,
            mails=_mail(
                by,
                one,
                month,
                [
                    Recipient(head.person_number, addresses[head.person_id])
                    for head in heads.get(one.unit_id, ())
                ],
            ),
            told_at=clock.now(),
        )
        for one in counted
    ]
    OverrideNotice.objects.bulk_create(told)
    if told:
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.overrides.told",
            subject=("telemetry.override_rule", by.city_id),
            changes={"month": month, "sections": {str(row.unit_id): row.overrides for row in told}},
        )
    return told


def _mail(by: Principal, one: Overrides, month: date, recipients: list[Recipient]) -> int:
    said = f"{month.year}年{month.month}月"
    change = one.overrides - one.before
    compared = (
        "前月と同じ" if not change else f"前月より{abs(change):,}件{'多い' if change > 0 else '少ない'}"
    )
    return queue(
        by=by,
        city_code=by.city_code,
        kind=DAILY,
        recipients=recipients,
        subject=f"【Web利用】{one.name}のフィルタリング解除の件数（{said}）",
        body=(
            f"{one.name}で、{said}にフィルタリングを解除して閲覧した件数は{one.overrides:,}件です（{compared}）。\n"
            f"Web利用{one.web:,}件に対し、1,000件あたり{one.per_thousand}件です。\n"
            "公務に関係のない閲覧がないか、所属の中で確かめてください。"
        ),
        link=f"/terminals/search/overrides/?month={month:%Y-%m}",
    )


def due_cities(day: date) -> Iterable[str]:
    """Return the codes of the cities whose sections are to be told on *day*: the set day has come (or the first open
    day after it), and it was not done this month."""
    done = set(
        DailyRun.objects.filter(kind=DAILY, day__gte=month_of(day), day__lt=day).values_list(
            "city_code", flat=True
        )
    )
    for city in City.objects.filter(pk__in=Source.objects.values("city")).order_by("code"):
        rule = rule_of(city)
        if rule.enabled and rule.day <= day.day and city.code not in done and is_open_day(city, day):
            yield city.code


def tell_month_before(city_code: str, day: date) -> None:
    """Tell a city's section heads the overrides of the month before *day*: what the daily work calls."""
    city = City.objects.get(code=city_code)
    tell_overrides(by=system_principal(city, "overrides", on=day), month=month_before(day))
