"""Where an alert leads: to the pages of its terminals, and to searches for what its accounts did on those days."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tenken.common.clock import JAPAN
from tenken.organization.access import Principal, decide
from tenken.telemetry.models import Alert, Terminal
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_TERMINALS


def linked_terminals(by: Principal, alert: Alert) -> SafeString:
    """Return the terminals of *alert*, each with its page where *by* may open it. One query."""
    seen = alert.seen.get("devices") or [alert.device or alert.computer]
    rows = Terminal.objects.restrict(by, VIEW_TERMINALS).filter(number__in=seen)
    keys = dict(rows.values_list("number", "pk"))
    return _joined(
        (one, reverse("telemetry-terminal", args=[keys[one]]) if one in keys else "") for one in seen
    )


def linked_accounts(by: Principal, alert: Alert) -> SafeString:
    """Return the accounts of *alert*, each with a search of the alert's days where *by* may search: by 職員番号 when it is
    known whose it is, else by the account as a word."""
    seen = alert.seen.get("users") or [alert.user]
    if not decide(by, SEARCH_EVENTS, unit=alert.unit):
        return _joined((one, "") for one in seen)
    first, last = (f"{at.astimezone(JAPAN):%Y-%m-%d}" for at in (alert.first_at, alert.last_at))
    return _joined(
        (
            one,
            f"{reverse('telemetry-search')}?{urlencode({'since': first, 'until': last} | _whose(alert, one))}",
        )
        if one
        else ("", "")
        for one in seen
    )


def _whose(alert: Alert, account: str) -> dict[str, str]:
    if alert.person and account == alert.user:
        return {"person": alert.person}
    return {"q": '"{}"'.format(account.replace('"', ""))}


def _joined(parts: Iterable[tuple[str, str]]) -> SafeString:
    linked = (
        format_html('<a href="{}">{}</a>', url, label) if url else format_html("{}", label)
        for label, url in parts
    )
    return format_html_join("、", "{}", ((one,) for one in linked))
