"""Every write people make about alerts: permission first, one transaction, journalled, the step kept with the alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import NewFinding, open_findings
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require, require_somewhere
from tenken.telemetry.alerts.four_eyes import refuse_own, refuse_own_exclusion
from tenken.telemetry.alerts.grouping import EXCLUDABLE
from tenken.telemetry.alerts.mail import KIND
from tenken.telemetry.alerts.queries import handlers
from tenken.telemetry.alerts.raising import locked_settings
from tenken.telemetry.alerts.states import (
    CLOSED,
    LEVELS,
    Assign,
    Close,
    Event,
    Reopen,
    Take,
    transition,
)
from tenken.telemetry.models import Alert, AlertExclusion, AlertIncident, AlertSettings, AlertStep
from tenken.telemetry.permissions import HANDLE_ALERTS, MANAGE_RULES

MOST_AT_ONCE: Final = 500
COMMENT: Final = 2_000


@transaction.atomic
def assign(
    *, by: Principal, alert_id: int, person_id: int, comment: str = "", seen: int | None = None
) -> Alert:
    """Give an alert to a person who handles alerts there; they are told by mail. *seen*: the version that was shown."""
    alert = _locked(by, alert_id, seen)
    person = next((one for one in handlers(by, alert) if one.pk == person_id), None)
    if person is None:
        raise Invalid(
            "担当者にできません。",
            [Problem("アラートに対応する役割の人を選んでください。", "担当者", "person")],
        )
    _apply(by, [alert], Assign(person.pk), "assign", _comment(comment), who=person.name)
    if person.email and person.pk != by.person_id:
        queue(
            by=by,
            city_code=by.city_code,
            kind=KIND,
            recipients=[Recipient(code=person.number, address=person.email)],
            subject=f"【アラート】担当をお願いします（{alert}）",
            body=f"{alert}　{alert.title}\n\n{comment}".rstrip(),
            link=f"/terminals/alerts/{alert.pk}/",
        )
    return alert


@transaction.atomic
def take(*, by: Principal, alert_ids: Sequence[int], seen: int | None = None) -> list[Alert]:
    """Begin to see to alerts oneself. Those in hand by the same person already are passed over where several are given."""
    if by.person_id is None:
        raise Denied("対応は人が始めます。")
    alerts = _locked_many(by, alert_ids, seen)
    if len(alerts) > 1:
        mine = [a for a in alerts if a.status == Alert.Status.IN_HAND and a.assignee_id == by.person_id]
        alerts = [alert for alert in alerts if alert not in mine]
    _apply(by, alerts, Take(by.person_id), "take", "")
    return alerts


@transaction.atomic
def close(
    *, by: Principal, alert_ids: Sequence[int], reason: str, comment: str = "", seen: int | None = None
) -> list[Alert]:
    """Close alerts with a reason, all or none. Of several, those closed already are passed over."""
    alerts = _locked_many(by, alert_ids, seen)
    if len(alerts) > 1:
        alerts = [alert for alert in alerts if alert.status != CLOSED]
    _apply(by, alerts, Close(reason, comment), "close", _comment(comment))
    return alerts


@transaction.atomic
def reopen(*, by: Principal, alert_id: int, comment: str, seen: int | None = None) -> Alert:
    """Open a closed alert again, with the reason why."""
    alert = _locked(by, alert_id, seen)
    _apply(by, [alert], Reopen(comment), "reopen", _comment(comment))
    return alert


@transaction.atomic
def note(*, by: Principal, alert_id: int, comment: str) -> AlertStep:
    """Write a note to an alert, whatever its state; whom it is about may too."""
    alert = _locked(by, alert_id, None, own=True)
    text = _comment(comment)
    if not text:
        raise Invalid("記録できません。", [Problem("内容を入力してください。", "内容", "comment")])
    step = _step(by, alert, "note", text)
    step.save(force_insert=True)
    _journal(by, "note", [alert], {"comment": text})
    return step


@transaction.atomic
def exclude(
    *, by: Principal, alert_id: int, conditions: Mapping[str, str], reason: str, expires_on: date
) -> AlertExclusion:
    """Let hits like this alert's raise nothing until *expires_on*: of the same rule, with all of *conditions* (field →
    value; of ``EXCLUDABLE`` or what the rule groups by).

    Who handles alerts for some sections only excludes for the alert's section only. ``Invalid`` without a condition, a
    reason, or past the longest time the city allows.
    """
    alert = _locked(by, alert_id, None)
    kept = {name: value.strip() for name, value in conditions.items() if value.strip()}
    if not by.everywhere(HANDLE_ALERTS):
        kept["section"] = alert.section
    refuse_own_exclusion(by, kept)
    _check_exclusion(by, alert, kept, reason, expires_on)
    made = AlertExclusion.objects.create(
        city=by.city,
        rule_id=alert.rule_id,
        conditions=kept,
        reason=reason.strip(),
        expires_on=expires_on,
        made_from=alert,
        made_by=by.actor.code,
        made_by_name=by.actor.name,
        made_at=clock.now(),
    )
    _step(by, alert, "exclude", f"{era_date(expires_on)}まで：{reason.strip()}").save(force_insert=True)
    changes = {"exclusion": made.pk, "conditions": kept, "reason": made.reason, "expires_on": expires_on}
    _journal(by, "exclude", [alert], changes)
    return made


def _check_exclusion(
    by: Principal, alert: Alert, conditions: Mapping[str, str], reason: str, expires_on: date
) -> None:
    settings = AlertSettings.objects.filter(city=by.city).first() or AlertSettings(city=by.city)
    problems = []
    if not any(conditions.values()):
        problems.append(
            Problem("条件を1つは選んでください。条件がないと、すべてが除外されます。", "条件", "conditions")
        )
    if unknown := [name for name in conditions if name not in EXCLUDABLE and name not in alert.group]:
        problems.append(Problem(f"「{'」「'.join(unknown)}」では除外できません。", "条件", "conditions"))
    if not 0 < len(reason.strip()) <= 500:
        problems.append(Problem("除外する理由を500字までで入力してください。", "理由", "reason"))
    latest = by.on + timedelta(days=settings.exclusion_days)
    if not by.on <= expires_on <= latest:
        problems.append(
            Problem(
                f"今日から{settings.exclusion_days}日以内（{era_date(latest)}まで）の日にしてください。",
                "有効期限",
                "expires_on",
            )
        )
    if problems:
        raise Invalid("除外できません。", problems)


@transaction.atomic
def end_exclusion(*, by: Principal, exclusion_id: int) -> AlertExclusion:
    """End an exclusion before its date: from now on such hits raise alerts again."""
    require(by, HANDLE_ALERTS)
    rows = AlertExclusion.objects.select_for_update(of=("self",)).filter(city=by.city, pk=exclusion_id)
    if (found := rows.first()) is None:
        raise Missing("除外が見つかりません。")
    if found.ended_at is not None or found.expires_on < by.on:
        raise Invalid("もう有効でない除外です。")
    found.ended_at, found.ended_by = clock.now(), by.actor.code
    found.save(update_fields=["ended_at", "ended_by"])
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.alert.end_exclusion",
        subject=("telemetry.alert_exclusion", found.pk),
        changes={"rule": found.rule_id, "conditions": found.conditions},
    )
    return found


@transaction.atomic
def open_incident(
    *, by: Principal, alert_ids: Sequence[int], kind: str, outline: str, happened_at: datetime | None = None
) -> AlertIncident:
    """Open an incident from alerts; they are in hand then. *happened_at*: when it began (their first event)."""
    alerts = _locked_many(by, alert_ids, None)
    problems = []
    if kind not in AlertIncident.Kind.values:
        problems.append(Problem("種別を選んでください。", "種別", "kind"))
    if not 0 < len(outline.strip()) <= 2_000:
        problems.append(Problem("概要を2,000字までで入力してください。", "概要", "outline"))
    if problems:
        raise Invalid("インシデントにできません。", problems)
    year = FiscalYear.of(by.on).year
    locked_settings(by.city)  # numbers are given one after another
    last = AlertIncident.objects.filter(city=by.city, fiscal_year=year).aggregate(n=Max("number"))["n"]
    made = AlertIncident.objects.create(
        city=by.city,
        fiscal_year=year,
        number=(last or 0) + 1,
        unit_id=alerts[0].unit_id,
        happened_at=happened_at or min(alert.first_at for alert in alerts),
        kind=kind,
        outline=outline.strip(),
        opened_by=by.actor.code,
        opened_by_name=by.actor.name,
        opened_at=clock.now(),
    )
    made.alerts.set(alerts)
    _begin(by, alerts)
    AlertStep.objects.bulk_create([_step(by, alert, "incident", f"{made}") for alert in alerts])
    changes = {"incident": str(made), "kind": kind, "outline": made.outline}
    _journal(by, "open_incident", alerts, changes)
    return made


@transaction.atomic
def open_finding(*, by: Principal, alert_id: int, title: str = "", detail: str = "") -> Finding:
    """Make an alert a finding of its section, once; it is in hand then. ``Invalid`` where the section is not known."""
    alert = _locked(by, alert_id, None)
    if alert.unit_id is None:
        raise Invalid("所属が分からないアラートは、課題にできません。")
    if alert.finding_id is not None:
        raise Invalid("もう課題になっています。")
    first = f"{alert.first_at.astimezone(JAPAN):%Y年%m月%d日 %H:%M}"
    heir = max(by.tree.lineage_forward([alert.unit_id]))
    made = open_findings(
        by=by,
        city=by.city,
        fiscal_year=FiscalYear.of(by.on).year,
        origin=Finding.Origin.ALERT,
        rows=[
            NewFinding(
                unit_id=heir,
                origin_key=f"telemetry.alert:{alert.pk}",
                title=title.strip() or alert.title,
                detail=detail.strip() or f"{alert}（{first}から{alert.hit_count}件）",
            )
        ],
        on=by.on,
    )[0]
    alert.finding = made
    alert.save(update_fields=["finding"])
    _begin(by, [alert])
    _step(by, alert, "finding", f"課題{made}").save(force_insert=True)
    _journal(by, "open_finding", [alert], {"finding": str(made)})
    return made


@dataclass(frozen=True)
class SettingsData:
    """What a city settles about its alerts; levels by code, '' in ``managers_from`` for never."""

    staff_from: str
    managers_from: str
    exclusion_days: int
    mails_per_hour: int


@transaction.atomic
def save_settings(*, by: Principal, data: SettingsData) -> AlertSettings:
    """Settle whom alerts are mailed to from which level, how often, and how long an exclusion may hold."""
    require(by, MANAGE_RULES)
    problems = []
    if data.staff_from not in LEVELS:
        problems.append(Problem("重要度を選んでください。", "事務局に知らせる重要度", "staff_from"))
    if data.managers_from and data.managers_from not in LEVELS:
        problems.append(Problem("重要度を選んでください。", "情報管理者に知らせる重要度", "managers_from"))
    if not 1 <= data.exclusion_days <= 366:
        problems.append(Problem("1日から366日までです。", "除外の最長日数", "exclusion_days"))
    if not 0 <= data.mails_per_hour <= 3_600:
        problems.append(Problem("3,600通までです。", "1時間の通知の上限", "mails_per_hour"))
    if problems:
        raise Invalid("設定できません。", problems)
    settings = locked_settings(by.city)
    before = _settled(settings)
    settings.staff_from, settings.managers_from = data.staff_from, data.managers_from
    settings.exclusion_days, settings.mails_per_hour = data.exclusion_days, data.mails_per_hour
    settings.mails_left = float(data.mails_per_hour)
    settings.version += 1
    settings.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.alert.settings",
        subject=("telemetry.alert_settings", settings.pk),
        changes={"before": before, "after": _settled(settings)},
    )
    return settings


def _settled(settings: AlertSettings) -> dict[str, Any]:
    names = ("staff_from", "managers_from", "exclusion_days", "mails_per_hour")
    return {name: getattr(settings, name) for name in names}


# --- what they share --------------------------------------------------------------------------------------


def _locked(by: Principal, alert_id: int, seen: int | None, *, own: bool = False) -> Alert:
    return _locked_many(by, [alert_id], seen, own=own)[0]


def _locked_many(
    by: Principal, alert_ids: Sequence[int], seen: int | None, *, own: bool = False
) -> list[Alert]:
    """Return the alerts with their rows locked, each one *by* may handle. ``Missing`` for one out of sight, ``Denied`` for
    one about *by* unless *own*."""
    require_somewhere(by, HANDLE_ALERTS)
    wanted = sorted(set(alert_ids))
    if not wanted:
        raise Invalid("アラートを選んでください。")
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"一度に{MOST_AT_ONCE}件までです。")
    rows = Alert.objects.restrict(by, HANDLE_ALERTS).filter(pk__in=wanted)
    found = list(rows.select_related("unit", "city").select_for_update(of=("self",)).order_by("pk"))
    if len(found) != len(wanted):
        raise Missing("アラートが見つかりません。")
    if seen is not None and found[0].version != seen:
        raise Stale("ほかの人が先に対応しました。ページを開き直して、内容を確かめてください。")
    if not own:
        refuse_own(by, found)
    return found


def _apply(
    by: Principal, alerts: Sequence[Alert], event: Event, name: str, comment: str, who: str = ""
) -> None:
    """Let *event* happen to each of *alerts*, write it, its step and one row of the journal."""
    if not alerts:
        return
    moment = clock.now()
    for alert in alerts:
        outcome = transition(alert.status, alert.assignee_id, event)
        alert.status, alert.assignee_id, alert.reason = outcome.status, outcome.assignee, outcome.reason
        alert.closed_at = moment if outcome.status == CLOSED else None
        alert.version += 1
    Alert.objects.bulk_update(
        alerts, ["status", "assignee", "reason", "closed_at", "version"], batch_size=200
    )
    words = "：".join(word for word in (who or _reason_of(event), comment) if word)
    AlertStep.objects.bulk_create([_step(by, alert, name, words) for alert in alerts], batch_size=500)
    _journal(by, name, alerts, {"status": alerts[0].status, "comment": words})


def _begin(by: Principal, alerts: Sequence[Alert]) -> None:
    """What became an incident or a finding is in hand by who made it so, unless somebody sees to it already."""
    fresh = [alert for alert in alerts if alert.status == Alert.Status.NEW]
    if fresh and by.person_id is not None:
        _apply(by, fresh, Take(by.person_id), "take", "")


def _reason_of(event: Event) -> str:
    return str(Alert.Reason(event.reason).label) if isinstance(event, Close) else ""


def _comment(text: str) -> str:
    kept = text.strip()
    if len(kept) > COMMENT:
        raise Invalid("入力が長すぎます。", [Problem(f"{COMMENT:,}字までです。", "内容", "comment")])
    return kept


def _step(by: Principal, alert: Alert, event: str, comment: str) -> AlertStep:
    return AlertStep(
        alert=alert,
        event=event,
        status=alert.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=comment[:COMMENT],
        recorded_at=clock.now(),
    )


def _journal(by: Principal, what: str, alerts: Sequence[Alert], changes: dict[str, Any]) -> None:
    one = len(alerts) == 1
    record(
        by=by,
        city_code=by.city_code,
        operation=f"telemetry.alert.{what}",
        subject=("telemetry.alert", alerts[0].pk) if one else ("telemetry.alerts", alerts[0].number),
        changes={"alerts": [[alert.pk, alert.number] for alert in alerts], **changes},
    )
