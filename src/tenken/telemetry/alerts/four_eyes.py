"""Four eyes: whoever an alert is about neither sees to it nor closes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tenken.common.clock import JAPAN
from tenken.common.refusals import Denied
from tenken.organization.access import Principal
from tenken.telemetry.events.directory import day_number, directory
from tenken.telemetry.models import Alert

_SHOWN = 5


def concerned(alert: Alert) -> frozenset[str]:
    """Return the numbers (職員番号) of the persons an alert is about: those of its hits, and whose its accounts are, also
    where that was said only later."""
    known = directory(alert.city.code)
    day = day_number(alert.last_at.astimezone(JAPAN).date())
    accounts = (alert.user, *alert.seen.get("users", ()))
    persons = (alert.person, *alert.seen.get("persons", ()), *(known.person(one, day) for one in accounts))
    return frozenset(filter(None, persons))


def is_own(by: Principal, alert: Alert) -> bool:
    """Tell whether an alert is about *by*. No query where its city was fetched with it."""
    return by.actor.code in concerned(alert)


def refuse_own(by: Principal, alerts: Iterable[Alert]) -> None:
    """Raise ``Denied`` when one of *alerts* is about *by*."""
    if own := [alert for alert in alerts if is_own(by, alert)]:
        named = "、".join(map(str, own[:_SHOWN])) + ("ほか" if len(own) > _SHOWN else "")
        raise Denied(
            f"あなた自身の操作についてのアラート（{named}）です。対応や完了は、ほかの担当者が行います。"
        )


def refuse_own_exclusion(by: Principal, conditions: Mapping[str, str]) -> None:
    """Raise ``Denied`` when *conditions* would let what *by* does raise no alert."""
    account, person = conditions.get("user", ""), conditions.get("person", "")
    known = directory(by.city_code).person(account, day_number(by.on)) if account else ""
    if by.actor.code.casefold() in (person.casefold(), known.casefold()):
        raise Denied("あなた自身の操作は、除外できません。ほかの担当者が行います。")
