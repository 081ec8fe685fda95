"""Mail about alerts: written with the alerts, one for each circle of readers and batch, never a flood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on
from tenken.telemetry.alerts.states import at_least
from tenken.telemetry.models import Alert, AlertSettings, DetectionRule
from tenken.telemetry.permissions import HANDLE_ALERTS, VIEW_ALERTS

KIND: Final = "telemetry.alerts"
_SHOWN: Final = 20
_MOST: Final = 2_000


def tell_waiting(by: Principal, settings: AlertSettings) -> int:
    """Write the mails for the alerts nobody was told of yet, inside the caller's transaction; return how many mails.

    Who handles alerts for the whole city is told of those at or above ``staff_from``; the managers of the section of
    those at or above ``managers_from``. When the hour's mails are used up, alerts wait for a later call, except those of
    the highest level. *settings* are locked by the caller.
    """
    waiting = list(
        Alert.objects.filter(city=by.city_id, told_at__isnull=True)
        .select_related("unit")
        .order_by("-severity", "number")[:_MOST]
    )
    if not waiting:
        return 0
    moment = clock.now()
    if not _may_mail(settings, moment, waiting):
        return 0
    sent = _tell_staff(by, settings, waiting) + _tell_managers(by, settings, waiting)
    Alert.objects.filter(pk__in=[alert.pk for alert in waiting]).update(told_at=moment)
    if sent:
        settings.mails_left = max(0.0, settings.mails_left - 1)
        settings.mailed_at = moment
        settings.save(update_fields=["mails_left", "mailed_at"])
    return sent


def _may_mail(settings: AlertSettings, moment: datetime, waiting: Sequence[Alert]) -> bool:
    limit = settings.mails_per_hour
    if not limit:
        return True
    passed = (moment - settings.mailed_at).total_seconds() / 3600 if settings.mailed_at else 1.0
    settings.mails_left = min(float(limit), settings.mails_left + max(0.0, passed) * limit)
    return settings.mails_left >= 1 or waiting[0].level == DetectionRule.Level.CRITICAL


def _tell_staff(by: Principal, settings: AlertSettings, waiting: Sequence[Alert]) -> int:
    alerts = [alert for alert in waiting if at_least(alert.level, settings.staff_from)]
    return _mail(by, alerts, staff_of(by)) if alerts else 0


def _tell_managers(by: Principal, settings: AlertSettings, waiting: Sequence[Alert]) -> int:
    of_unit: dict[int, list[Alert]] = defaultdict(list)
    for alert in waiting:
        if alert.unit_id and at_least(alert.level, settings.managers_from):
            of_unit[alert.unit_id].append(alert)
    if not of_unit:
        return 0
    managers = managers_of(by, set(of_unit))
    return sum(_mail(by, alerts, managers.get(unit, [])) for unit, alerts in of_unit.items())


def staff_of(by: Principal) -> list[Recipient]:
    """Return who handles alerts for the whole city and has a mail address. Three queries."""
    roles = _roles(by, HANDLE_ALERTS.code)
    posts = PostRole.objects.filter(valid_on(by.on), role__in=roles, unit__in=by.root_ids)
    rows = Assignment.objects.filter(valid_on(by.on), post__in=posts.values("post_id"))
    return _recipients(rows.values_list("person__number", "person__email").order_by("person__number"))


def managers_of(by: Principal, units: set[int]) -> dict[int, list[Recipient]]:
    """Return who sees the alerts of each of *units* by a role there (or at what became of it). Three queries."""
    roles = _roles(by, VIEW_ALERTS.code)
    heirs = {unit: by.tree.lineage_forward([unit]) for unit in units}
    grants = PostRole.objects.filter(
        valid_on(by.on), role__in=roles, unit__in=frozenset().union(*heirs.values())
    ).values_list("unit_id", "post_id")
    posts: dict[int, set[int]] = defaultdict(set)
    for unit, post in grants:
        posts[unit].add(post)
    held = Assignment.objects.filter(valid_on(by.on), post__in=set().union(*posts.values()))
    holders: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for post, number, address in held.order_by("person__number").values_list(
        "post_id", "person__number", "person__email"
    ):
        holders[post].append((number, address))
    return {
        unit: _recipients(
            [person for heir in sorted(after) for post in sorted(posts[heir]) for person in holders[post]]
        )
        for unit, after in heirs.items()
    }


def _roles(by: Principal, capability: str) -> list[int]:
    return [role.pk for role in Role.objects.filter(city=by.city_id) if capability in role.capabilities]


def _recipients(rows: Iterable[tuple[str, str]]) -> list[Recipient]:
    return [Recipient(code=number, address=address) for number, address in dict.fromkeys(rows) if address]


def _mail(by: Principal, alerts: Sequence[Alert], recipients: Sequence[Recipient]) -> int:
    if not recipients:
        return 0
    first = alerts[0]
    more = f"（ほか{len(alerts) - 1}件）" if len(alerts) > 1 else ""
    lines = [_line(alert) for alert in alerts[:_SHOWN]]
    if len(alerts) > _SHOWN:
        lines.append(f"・ほか{len(alerts) - _SHOWN}件")
    return queue(
        by=by,
        city_code=by.city_code,
        kind=KIND,
        recipients=recipients,
        subject=f"【アラート】{first.get_level_display()}：{_one_line(first.title)[:80]}{more}",
        body="端末の操作について、次のアラートが発生しました。\n\n"
        + "\n".join(lines)
        + "\n\n内容を確かめて、対応してください。",
        link=f"/terminals/alerts/{first.pk}/" if len(alerts) == 1 else "/terminals/alerts/",
    )


def _line(alert: Alert) -> str:
    when = f"{alert.last_at.astimezone(JAPAN):%m月%d日 %H:%M}"
    where = alert.unit.name if alert.unit else "所属不明"
    terminal = alert.device or alert.computer or "端末不明"
    return f"・{alert}　{alert.get_level_display()}　{_one_line(alert.title)[:80]}（{where}　{terminal}　{when}）"


def _one_line(text: str) -> str:
    return " ".join(text.split())
