"""Reading alerts: lists in the reader's scope, counts for boards, one alert with what is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, Person, PostRole, Role, Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.alerts.four_eyes import concerned
from tenken.telemetry.alerts.states import LEVELS, OPEN, severity_of
from tenken.telemetry.models import (
    Alert,
    AlertExclusion,
    AlertIncident,
    AlertSettings,
    AlertStep,
    DetectionRule,
)
from tenken.telemetry.permissions import HANDLE_ALERTS, VIEW_ALERTS

OPEN_ONLY: Final = "open"
MINE: Final = "mine"


@dataclass(frozen=True)
class AlertFilter:
    """What a list of alerts asks for. ``status``: one of ``Alert.Status``, "open" or "mine"; ``level``: it or graver;
    ``unit_id``: it and all below; dates are Japan's, of the last event."""

    status: str = ""
    level: str = ""
    rule_id: int | None = None
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None
    reason: str = ""
    text: str = ""


def alerts_for(by: Principal, only: AlertFilter = AlertFilter()) -> QuerySet[Alert]:
    """Return the alerts in *by*'s scope that *only* asks for, with rule, unit and assignee."""
    rows = Alert.objects.restrict(by, VIEW_ALERTS).select_related("city", "unit", "rule", "assignee")
    if only.status == OPEN_ONLY:
        rows = rows.filter(status__in=OPEN)
    elif only.status == MINE:
        rows = rows.filter(status__in=OPEN, assignee=by.person_id or 0)
    elif only.status:
        rows = rows.filter(status=only.status)
    if only.level in LEVELS:
        rows = rows.filter(severity__gte=severity_of(only.level))
    if only.rule_id:
        rows = rows.filter(rule=only.rule_id)
    if only.unit_id:
        rows = rows.filter(unit__in=by.tree.lineage_back(by.tree.below([only.unit_id])))
    if only.since:
        rows = rows.filter(last_at__gte=_midnight(only.since))
    if only.until:
        rows = rows.filter(last_at__lt=_midnight(only.until + timedelta(days=1)))
    if only.reason:
        rows = rows.filter(reason=only.reason)
    for word in only.text.split()[:8]:
        rows = rows.filter(_any_place(word))
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN)


def _any_place(word: str) -> Q:
    found = Q()
    for place in ("title", "user", "person", "device", "computer", "unit__name"):
        found |= Q(**{f"{place}__icontains": word})
    number = word.upper().removeprefix("A-")
    if number.isascii() and number.isdigit() and len(number) < 10:
        found |= Q(number=int(number))
    return found


def find_alert(by: Principal, alert_id: int) -> Alert:
    """Return one alert in *by*'s scope. ``Missing`` when there is none."""
    found = alerts_for(by).filter(pk=alert_id).first()
    if found is None:
        raise Missing("アラートが見つかりません。")
    return found


def steps_of(alert: Alert) -> list[AlertStep]:
    """Return what happened to an alert the reader was given, the earliest first."""
    return list(AlertStep.objects.filter(alert=alert))


def open_counts(by: Principal) -> dict[int, int]:
    """Return the number of open alerts in *by*'s scope by the key of their unit (those of no unit left out). One query."""
    rows = Alert.objects.restrict(by, VIEW_ALERTS).filter(status__in=OPEN, unit__isnull=False)
    return dict(rows.order_by().values_list("unit_id").annotate(n=Count("pk")))


def waiting_alerts(by: Principal) -> QuerySet[Alert]:
    """Return the alerts that wait for *by*: those nobody sees to yet where they handle alerts, and their own."""
    mine = Q(assignee=by.person_id or 0, status__in=OPEN)
    return Alert.objects.restrict(by, HANDLE_ALERTS).filter(Q(status=Alert.Status.NEW) | mine)


@dataclass(frozen=True)
class Tally:
    """Open alerts by a thing: its key, its name, by level how many, and in all."""

    key: Any
    name: str
    by_level: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_level.values())


@dataclass(frozen=True)
class Board:
    """The open alerts in sight: by status, by level, by section and by rule (the most first)."""

    by_status: dict[str, int]
    by_level: dict[str, int]
    by_section: list[Tally]
    by_rule: list[Tally]


def board(by: Principal) -> Board:
    """Return the board of open alerts. Two queries."""
    rows = list(
        Alert.objects.restrict(by, VIEW_ALERTS)
        .filter(status__in=OPEN)
        .order_by()
        .values("status", "level", "unit_id", "rule_id", "rule__title", "rule__title_ja")
        .annotate(n=Count("pk"))
    )
    names = dict(Unit.objects.filter(pk__in={row["unit_id"] for row in rows}).values_list("pk", "name"))
    statuses: dict[str, int] = {}
    levels: dict[str, int] = {}
    sections: dict[Any, Tally] = {}
    rules: dict[Any, Tally] = {}
    for row in rows:
        statuses[row["status"]] = statuses.get(row["status"], 0) + row["n"]
        levels[row["level"]] = levels.get(row["level"], 0) + row["n"]
        section = names.get(row["unit_id"], "所属不明")
        title = row["rule__title_ja"] or row["rule__title"]
        for tallies, key, name in ((sections, row["unit_id"], section), (rules, row["rule_id"], title)):
            tally = tallies.setdefault(key, Tally(key, name, {}))
            tally.by_level[row["level"]] = tally.by_level.get(row["level"], 0) + row["n"]
    return Board(statuses, levels, _most_first(sections), _most_first(rules))


def _most_first(tallies: dict[Any, Tally]) -> list[Tally]:
    def grave(tally: Tally) -> tuple[int, int, str]:
        heavy = tally.by_level.get("critical", 0) + tally.by_level.get("high", 0)
        return -heavy, -tally.total, tally.name

    return sorted(tallies.values(), key=grave)


def state_mark(by: Principal) -> str:
    """Return a mark that changes when an alert in *by*'s scope is raised, joined by a hit or changed. One query."""
    told = (
        Alert.objects.restrict(by, VIEW_ALERTS)
        .filter(Q(status__in=OPEN) | Q(closed_at__gte=clock.now() - timedelta(days=1)))
        .order_by()
        .aggregate(n=Count("pk"), newest=Max("pk"), hit=Max("received_at"), step=Max("steps"))
    )
    hit = f"{told['hit'].timestamp():.3f}" if told["hit"] else "0"
    return f"{told['n']}-{told['newest'] or 0}-{hit}-{told['step'] or 0}"


def rules_with_alerts(by: Principal) -> list[tuple[int, str]]:
    """Return the rules that raised alerts in *by*'s scope, for a filter. One query."""
    rows = Alert.objects.restrict(by, VIEW_ALERTS).order_by().values_list("rule_id").distinct()
    titles = DetectionRule.objects.filter(pk__in=rows).order_by("code")
    return [(rule.pk, rule.shown_title) for rule in titles.only("pk", "title", "title_ja")]


def handlers(by: Principal, alert: Alert | None = None) -> list[Person]:
    """Return who may be given an alert: those who handle alerts for the whole city or for its unit, but for whom it is
    about. Three queries."""
    roles = [
        role.pk for role in Role.objects.filter(city=by.city_id) if HANDLE_ALERTS.code in role.capabilities
    ]
    units = set(by.root_ids)
    if alert is not None and alert.unit_id:
        heirs = by.tree.lineage_forward([alert.unit_id])
        units |= heirs | {above for heir in heirs for above in by.tree.ancestors(heir)}
    posts = PostRole.objects.filter(valid_on(by.on), role__in=roles, unit__in=units).values("post_id")
    held = Assignment.objects.filter(valid_on(by.on), post__in=posts).values("person_id")
    about = concerned(alert) if alert is not None else frozenset[str]()
    return list(
        Person.objects.filter(city=by.city_id, pk__in=held).exclude(number__in=about).order_by("number")
    )


def exclusions_for(by: Principal) -> QuerySet[AlertExclusion]:
    """Return the exclusions of the city with their rule and how many hits each left out; for who sees the whole city."""
    rows = AlertExclusion.objects.restrict(by, VIEW_ALERTS).select_related("rule", "made_from")
    return rows.annotate(hit_total=Count("hits")) if by.everywhere(VIEW_ALERTS) else rows.none()


def incidents_for(by: Principal) -> QuerySet[AlertIncident]:
    """Return the incidents in *by*'s scope with their unit and alerts."""
    return AlertIncident.objects.restrict(by, VIEW_ALERTS).select_related("unit").prefetch_related("alerts")


def settings_for(by: Principal) -> AlertSettings:
    """Return how the city handles alerts; the unsaved defaults before anybody changed them."""
    return AlertSettings.objects.filter(city=by.city_id).first() or AlertSettings(city=by.city)
