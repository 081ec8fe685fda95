"""What those answer who are asked whether they have the same, and what the secretariat says to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Missing, Stale
from tenken.files.operations import store
from tenken.findings.extent_states import (
    EVENT_LABELS,
    FOUND,
    NOT_APPLICABLE,
    Standing,
    after_answer,
    after_confirm,
    after_return,
)
from tenken.findings.models import ExtentCheck, ExtentEvidence, ExtentTarget, ExtentTargetEvent, Finding
from tenken.findings.operations.extent_mail import tell_returned
from tenken.findings.operations.extents import event_of, locked_check
from tenken.findings.operations.opening import NewFinding, open_findings
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_EXTENT
from tenken.findings.states import NOT_DONE
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide, require
from tenken.organization.names import Checks
from tenken.organization.tree import tree_of

SUBJECT = "findings.extent_target"
TEXT_LIMIT, TITLE_LIMIT = 2_000, 500


def answers_for(by: Principal, target: ExtentTarget) -> bool:
    """Tell whether *by* answers for *target*: the section's 情報管理者 or deputy; of a system, also its システム管理者.

    Who runs the check keeps all ledgers too, and yet does not answer what they will confirm themselves.
    """
    if decide(by, IMPROVE_FINDINGS, unit=target.unit):
        return True
    keeps = target.system_id is not None and decide(by, MANAGE_SYSTEMS, unit=target.unit)
    return bool(keeps) and not by.holds(MANAGE_EXTENT)


def may_set_aside(by: Principal, target: ExtentTarget) -> bool:
    """Tell whether *by* may say of *target* that it does not apply, for a section that is no more or cannot be reached."""
    return bool(decide(by, MANAGE_EXTENT, unit=target.unit))


@transaction.atomic
def answer_target(
    *,
    by: Principal,
    target: ExtentTarget,
    answer: str,
    note: str,
    evidence: Sequence[tuple[str, BinaryIO]] = (),
    version: int,
    on: date | None = None,
) -> ExtentTarget:
    """Say whether the same stands here: "found", "none" or "not_applicable", with how it was looked at, and files.

    Who runs the check may only say "not_applicable". ``Invalid`` names the fields answer, note; ``Stale`` when the target
    moved on since *version*, is confirmed, or its check is not running.
    """
    target = _locked(by, target, version)
    if not answers_for(by, target) and not (answer == NOT_APPLICABLE and may_set_aside(by, target)):
        raise Denied("この確認に回答できるのは、対象の課公所の情報管理者と副情報管理者、システム管理者です。")
    day = on or by.on
    status = after_answer(_standing(target))
    words = _words(answer, note)
    for name, stream in evidence:
        _keep(by, target, name, stream)
    _move(
        target,
        {
            "status": status,
            "answer": answer,
            "note": words,
            "answered_on": day,
            "answered_by_name": by.actor.name,
            "confirmed_on": None,
            "confirmed_by_name": "",
        },
    )
    label = ExtentTarget.Answer(answer).label
    _tell(by, target, "answered", f"{label}：{words}", day)
    return target


@transaction.atomic
def confirm_target(
    *, by: Principal, target: ExtentTarget, comment: str = "", version: int, on: date | None = None
) -> ExtentTarget:
    """Accept an answer. 同種の課題あり opens a finding there (origin 横展開の確認), or is tied to the one that stands open."""
    require(by, MANAGE_EXTENT)
    target = _locked(by, target, version)
    status = after_confirm(_standing(target))
    words = _comment(comment, required=False)
    _accept(by, target, status, words, on or by.on)
    return target


@transaction.atomic
def confirm_targets(
    *, by: Principal, check: ExtentCheck, versions: Mapping[int, int], on: date | None = None
) -> tuple[list[ExtentTarget], list[tuple[ExtentTarget, str]]]:
    """Accept many answers of a check: *versions* maps each target's key to the version shown.

    Returns those done, and those passed over with the reason. Keys of other checks are passed over silently.
    """
    require(by, MANAGE_EXTENT)
    check = locked_check(by, check)
    done: list[ExtentTarget] = []
    passed: list[tuple[ExtentTarget, str]] = []
    for target in _rows(by).filter(check_of=check, pk__in=versions).order_by("pk"):
        try:
            if target.version != versions[target.pk]:
                raise Stale("表示したあとに変更されました。")
            status = after_confirm(_standing(target))
        except Stale as refusal:
            passed.append((target, refusal.message))
            continue
        _accept(by, target, status, "", on or by.on)
        done.append(target)
    return done, passed


@transaction.atomic
def return_target(
    *, by: Principal, target: ExtentTarget, comment: str, version: int, on: date | None = None
) -> ExtentTarget:
    """Send an answer back, and say why; who answers is written to. ``Invalid`` names the field comment."""
    require(by, MANAGE_EXTENT)
    target = _locked(by, target, version)
    status = after_return(_standing(target))
    words = _comment(comment, required=True)
    day = on or by.on
    _move(target, {"status": status, "confirmed_on": None, "confirmed_by_name": ""})
    _tell(by, target, "returned", words, day)
    tell_returned(by=by, target=target, comment=words, on=day)
    return target


def _accept(by: Principal, target: ExtentTarget, status: str, comment: str, day: date) -> None:
    finding = _finding_there(by, target, day) if target.answer == FOUND else None
    _move(
        target,
        {"status": status, "finding": finding, "confirmed_on": day, "confirmed_by_name": by.actor.name},
    )
    _tell(by, target, "confirmed", comment, day)


def _finding_there(by: Principal, target: ExtentTarget, day: date) -> Finding:
    """Return the open finding of the same item there (of the same system), through its lineage; else open one."""
    check, origin = target.check_of, target.check_of.finding
    tree = tree_of(check.city, day)
    lineage = tree.lineage_back(tree.lineage_forward([target.unit_id]))
    if origin.item_code:
        standing = (
            Finding.objects.of_city(check.city_id)
            .filter(
                unit__in=lineage, item_code=origin.item_code, system=target.system_id, status__in=NOT_DONE
            )
            .order_by("-fiscal_year", "-number")
            .first()
        )
        if standing is not None:
            return standing
    return open_findings(
        by=by,
        city=check.city,
        fiscal_year=FiscalYear.of(day).year,
        origin=Finding.Origin.EXTENT,
        rows=[
            NewFinding(
                unit_id=target.unit_id,
                origin_key=f"{SUBJECT}:{target.pk}",
                title=check.question.replace("\n", " ")[:TITLE_LIMIT],
                item_code=origin.item_code,
                category_code=origin.category_code,
                detail=f"横展開の確認（{check}）で「同種の課題あり」と回答した課題。\n{target.note}",
                aspect=origin.aspect,
                system_id=target.system_id,
            )
        ],
        on=day,
    )[0]


def _words(answer: str, text: str) -> str:
    checks = Checks()
    if answer not in ExtentTarget.Answer.values:
        checks.problem("回答を選んでください。", label="回答", field="answer")
    labels = {FOUND: "課題の内容", NOT_APPLICABLE: "該当しない理由"}
    kept = checks.name(
        text, label=labels.get(answer, "確かめた方法"), limit=TEXT_LIMIT, field="note", lines=True
    )
    checks.done()
    return kept


def _comment(text: str, *, required: bool) -> str:
    checks = Checks()
    label = "差し戻す理由" if required else "コメント"
    kept = checks.name(text, label=label, limit=TEXT_LIMIT, field="comment", required=required, lines=True)
    checks.done()
    return kept


def _keep(by: Principal, target: ExtentTarget, name: str, stream: BinaryIO) -> None:
    file = store(
        by=by,
        city_code=by.city_code,
        name=name,
        stream=stream,
        subject=(SUBJECT, target.pk),
    )
    ExtentEvidence(target=target, file=file, added_by=by.actor.code, added_at=clock.now()).save(
        force_insert=True
    )


def _standing(target: ExtentTarget) -> Standing:
    return Standing(target.status, target.answer, target.check_of.status)


def _rows(by: Principal) -> Any:
    rows = ExtentTarget.objects.of_city(by.city_id).select_for_update(of=("self",))
    return rows.select_related("unit", "system", "check_of__city", "check_of__finding")


def _locked(by: Principal, target: ExtentTarget, version: int) -> ExtentTarget:
    # The check first: it does not end while one of its targets moves.
    locked_check(by, target.check_of)
    fresh: ExtentTarget | None = _rows(by).filter(pk=target.pk).first()
    if fresh is None:
        raise Missing("この回答欄はありません。")
    if fresh.version != version:
        last: ExtentTargetEvent | None = fresh.events.last()
        who = f"{last.by_name}さんが「{EVENT_LABELS[last.event]}」を行いました。" if last else ""
        raise Stale(f"表示したあとに変更されました。{who}内容を確かめて、もう一度お試しください。")
    return fresh


def _move(target: ExtentTarget, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(target, name, value)
    target.version += 1
    target.save(update_fields=[*values, "version"])


def _tell(by: Principal, target: ExtentTarget, event: str, comment: str, day: date) -> None:
    event_of(by, target, event, comment, day).save(force_insert=True)
    record(
        by=by,
        city_code=by.city_code,
        operation=f"findings.extent_target.{event}",
        subject=(SUBJECT, target.pk),
        changes={
            "check": str(target.check_of),
            "unit": target.unit.code,
            "system": target.system.code if target.system else "",
            "status": target.status,
            "answer": target.answer,
            "comment": comment,
            "finding": str(target.finding) if target.finding else "",
        },
        business_date=day,
    )
