"""横展開の確認: made from one finding, its targets chosen with reasons, sent, and ended once all is confirmed.

When which: a 追跡調査 (``operations.tracing``) follows one 点検項目 through the sections until each has *improved*, with
proofs for a period. A 横展開の確認 asks only *whether* the same stands elsewhere, of sections and of systems, from one finding of any
origin; what is found becomes a finding of its own there and goes its own way (document 003 (10)2).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.assets.queries import systems_facts
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.findings.extent_states import (
    EVENT_LABELS,
    after_close,
    after_send,
    after_withdraw,
    preparing,
)
from tenken.findings.models import ExtentCheck, ExtentTarget, ExtentTargetEvent, Finding
from tenken.findings.operations.extent_mail import tell_asked
from tenken.findings.operations.opening import check_city
from tenken.findings.permissions import MANAGE_EXTENT
from tenken.findings.queries.alike import candidates, own_units
from tenken.findings.rules.alike import FACTS
from tenken.findings.states import WITHDRAWN
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.names import Checks

SUBJECT = "findings.extent"
QUESTION_LIMIT, TEXT_LIMIT, BECAUSE_LIMIT = 500, 2_000, 500


@dataclass(frozen=True)
class ExtentQuestion:
    """What is asked, why it is likely elsewhere, and until when."""

    question: str
    why: str
    due_on: date | None


@transaction.atomic
def make_extent(
    *, by: Principal, finding: Finding, data: ExtentQuestion, on: date | None = None
) -> ExtentCheck:
    """Begin to prepare a look across from *finding*. Nobody is asked yet.

    ``Invalid`` names the fields question, why, due_on; ``Stale`` for a finding that was withdrawn.
    """
    require(by, MANAGE_EXTENT)
    check_city(by, finding.city)
    if finding.status == WITHDRAWN:
        raise Stale("取り下げた課題からは、横展開できません。")
    day = on or by.on
    values = _checked(data, day)
    year = FiscalYear.of(day).year
    City.objects.select_for_update(no_key=True).get(pk=by.city_id)  # one number for each
    last = ExtentCheck.objects.filter(city=by.city_id, fiscal_year=year).aggregate(last=Max("number"))["last"]
    check = ExtentCheck(
        city=finding.city,
        fiscal_year=year,
        number=(last or 0) + 1,
        finding=finding,
        made_on=day,
        **values,
    )
    check.save(force_insert=True)
    note(by, check, "findings.extent.make", {"finding": str(finding), **values}, on)
    return check


@transaction.atomic
def edit_extent(
    *, by: Principal, check: ExtentCheck, data: ExtentQuestion, version: int, on: date | None = None
) -> ExtentCheck:
    """Change the words of a check that is not sent; of one that is, only the day: what was asked stays as it was read.

    ``Invalid`` names the fields as :func:`make_extent` does.
    """
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    values = _checked(data, on or by.on)
    if check.status != ExtentCheck.Status.DRAFT:
        if check.status != ExtentCheck.Status.SENT:
            raise Stale("この確認は終わっています。")
        values = {"due_on": values["due_on"]}
    before = {name: getattr(check, name) for name in values if getattr(check, name) != values[name]}
    if before:
        _change(check, values)
        after = {name: values[name] for name in before}
        note(by, check, "findings.extent.edit", {"before": before, "after": after}, on)
    return check


@transaction.atomic
def choose_targets(
    *,
    by: Principal,
    check: ExtentCheck,
    facts: Collection[str],
    word: str = "",
    keys: Collection[str],
    version: int,
    on: date | None = None,
) -> list[ExtentTarget]:
    """Add what was picked of ``queries.alike.candidates``; its reasons are kept with it.

    *facts*, *word*: what the candidates were proposed by; *keys*: ``Candidate.key`` of those picked. ``Invalid`` when
    nothing was picked, or something that is not proposed by these facts.
    """
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    preparing(check.status)
    if unknown := set(facts) - FACTS.keys():
        raise Invalid(f"「{min(unknown)}」という条件はありません。")
    known = {one.key: one for one in candidates(check, facts, on or by.on, word=word)}
    if not keys:
        raise _nothing("対象にするところに印を付けてください。")
    if not set(keys) <= known.keys():
        raise _nothing("候補が変わりました。もう一度、候補を表示してください。")
    rows = [
        ExtentTarget(
            check_of=check,
            unit_id=one.unit_id,
            system_id=one.system_id,
            because=one.because[:BECAUSE_LIMIT],
        )
        for key, one in known.items()
        if key in keys
    ]
    ExtentTarget.objects.bulk_create(rows, batch_size=500)
    _change(check, {"chosen_by": sorted({*check.chosen_by, *facts, *(["word"] if word else [])})})
    note(by, check, "findings.extent.choose", {"targets": _told(rows), "word": word}, on)
    return rows


@transaction.atomic
def add_targets(
    *,
    by: Principal,
    check: ExtentCheck,
    units: Sequence[int] = (),
    systems: Sequence[int] = (),
    because: str,
    version: int,
    on: date | None = None,
) -> list[ExtentTarget]:
    """Add sections and systems that no fact proposes, with the reason. What is asked already is passed over.

    ``Invalid`` names the fields units, systems, because; the finding's own section is refused.
    """
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    preparing(check.status)
    day = on or by.on
    checks = Checks()
    why = checks.name(because, label="選ぶ理由", limit=BECAUSE_LIMIT, field="because")
    if not units and not systems:
        checks.problem("課公所か情報システムを選んでください。", label="課公所", field="units")
    own = own_units(check.finding, day)
    standing = Unit.objects.filter(valid_on(day), city=check.city_id, kind__answers_sheets=True)
    known = set(standing.values_list("pk", flat=True)) - own
    if not set(units) <= known:
        checks.problem("元の課題の所管課と、いまない課公所は選べません。", label="課公所", field="units")
    owners = {one.id: one.owner_id for one in systems_facts(check.city, day)} if systems else {}
    if any(owners.get(system) is None or owners[system] in own for system in systems):
        checks.problem(
            "元の課題の所管課のものと、いまない情報システムは選べません。",
            label="情報システム",
            field="systems",
        )
    checks.done()
    asked: set[tuple[int, int | None]] = set(check.targets.values_list("unit_id", "system_id"))
    taken = {system for _, system in asked}
    rows = [
        ExtentTarget(check_of=check, unit_id=unit, because=why)
        for unit in dict.fromkeys(units)
        if (unit, None) not in asked
    ]
    rows += [
        ExtentTarget(check_of=check, unit_id=owners[system], system_id=system, because=why)
        for system in dict.fromkeys(systems)
        if system not in taken
    ]
    ExtentTarget.objects.bulk_create(rows, batch_size=500)
    if rows:
        _change(check, {"chosen_by": sorted({*check.chosen_by, "free"})})
        note(by, check, "findings.extent.choose", {"targets": _told(rows)}, on)
    return rows


@transaction.atomic
def remove_targets(
    *, by: Principal, check: ExtentCheck, targets: Collection[int], version: int, on: date | None = None
) -> int:
    """Take targets (keys) out of a check that is not sent, and return how many went."""
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    preparing(check.status)
    rows = list(check.targets.filter(pk__in=targets).order_by("pk"))
    if not rows:
        raise _nothing("外すところに印を付けてください。")
    told = _told(rows)
    check.targets.filter(pk__in=[row.pk for row in rows]).delete()
    _change(check, {})
    note(by, check, "findings.extent.remove", {"targets": told}, on)
    return len(rows)


@transaction.atomic
def send_extent(*, by: Principal, check: ExtentCheck, version: int, on: date | None = None) -> ExtentCheck:
    """Ask every target; those who answer are written to. ``Stale`` without targets, ``Invalid`` when the day has passed."""
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    day = on or by.on
    targets = list(check.targets.select_related("unit", "system").order_by("unit__code", "pk"))
    status = after_send(check.status, len(targets))
    if check.due_on < day:
        message = "回答の期限が過ぎています。期限を直してから依頼してください。"
        raise Invalid(message, [Problem(message, "回答の期限", "due_on")])
    _change(check, {"status": status, "asked_on": day})
    ExtentTargetEvent.objects.bulk_create(
        [event_of(by, target, "asked", target.because, day) for target in targets], batch_size=500
    )
    note(by, check, "findings.extent.send", {"targets": _told(targets), "due_on": check.due_on}, on)
    tell_asked(by=by, check=check, targets=targets, on=day)
    return check


@transaction.atomic
def withdraw_extent(
    *, by: Principal, check: ExtentCheck, version: int, on: date | None = None
) -> ExtentCheck:
    """Give up a check that was not sent. Its number stays its own."""
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    _change(check, {"status": after_withdraw(check.status), "closed_on": on or by.on})
    note(by, check, "findings.extent.withdraw", {}, on)
    return check


@transaction.atomic
def close_extent(*, by: Principal, check: ExtentCheck, version: int, on: date | None = None) -> ExtentCheck:
    """End a check once every answer is confirmed. ``Stale`` with how many are not."""
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check, version)
    statuses = list(check.targets.select_for_update(of=("self",)).values_list("status", flat=True))
    status = after_close(check.status, statuses)
    _change(check, {"status": status, "closed_on": on or by.on})
    note(by, check, "findings.extent.close", {"targets": len(statuses)}, on)
    return check


def locked_check(by: Principal, check: ExtentCheck, version: int | None = None) -> ExtentCheck:
    """Return the row of *check*, locked; ``Stale`` when it moved on since *version* (None: whatever it is)."""
    rows = ExtentCheck.objects.of_city(by.city_id).select_for_update(of=("self",))
    fresh = rows.select_related("city", "finding__city", "finding__unit").filter(pk=check.pk).first()
    if fresh is None:
        raise Missing("この横展開の確認はありません。")
    if version is not None and fresh.version != version:
        raise Stale("表示したあとに、ほかの人が変更しました。内容を確かめて、もう一度お試しください。")
    return fresh


def event_of(by: Principal, target: ExtentTarget, event: str, comment: str, on: date) -> ExtentTargetEvent:
    """Return the event that tells what happened to *target*, unsaved."""
    assert event in EVENT_LABELS
    return ExtentTargetEvent(
        target=target,
        event=event,
        by_name=by.actor.name,
        comment=comment,
        happened_on=on,
        recorded_at=clock.now(),
    )


def note(by: Principal, check: ExtentCheck, operation: str, changes: dict[str, Any], on: date | None) -> None:
    """Record what happened to *check* in the journal."""
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(SUBJECT, check.pk),
        changes={"number": str(check), **changes},
        business_date=on,
    )


def _checked(data: ExtentQuestion, day: date) -> dict[str, Any]:
    checks = Checks()
    values: dict[str, Any] = {
        "question": checks.name(
            data.question, label="確認すること", limit=QUESTION_LIMIT, field="question", lines=True
        ),
        "why": checks.name(
            data.why, label="ほかにもある可能性が高い理由", limit=TEXT_LIMIT, field="why", lines=True
        ),
        "due_on": data.due_on,
    }
    if data.due_on is None:
        checks.problem("回答の期限を入力してください。", label="回答の期限", field="due_on")
    elif not day <= data.due_on <= FiscalYear(FiscalYear.of(day).year + 1).ends_on:
        checks.problem("今日から来年度末までの日付を入力してください。", label="回答の期限", field="due_on")
    checks.done()
    return values


def _nothing(message: str) -> Invalid:
    return Invalid(message, [Problem(message, "対象", "targets")])


def _told(targets: Sequence[ExtentTarget]) -> list[list[Any]]:
    return [[target.pk, target.unit_id, target.system_id, target.because] for target in targets]


def _change(check: ExtentCheck, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(check, name, value)
    check.version += 1
    check.save(update_fields=[*values, "version"])
