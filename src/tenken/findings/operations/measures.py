"""Dated measures of findings: proposed by the section, decided by the secretariat, kept, confirmed with what bears them out.

The section (``findings.measures.report``) proposes what it has done, as of which day, with its files: one proposal at a time
stands for a finding, and it may be changed until the secretariat (``findings.reports.manage``) decides on it or returns it
with a reason. The city answers the auditors with one voice, so only what was decided counts. The secretariat may lay down a
measure itself (the auditors' table filled in by hand, or a workbook). A 措置済 that promises is kept, with evidence, by the
section; the secretariat then confirms the measure and the finding is closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Missing, Stale
from tenken.files.kinds import clean_name
from tenken.files.operations import store
from tenken.findings.models import BudgetStep, Finding, FindingEvent, Measure, MeasureEvidence
from tenken.findings.operations.applying import changed_since, locked_finding
from tenken.findings.operations.measure_checks import (
    MeasureData,
    check_data,
    facts_of,
    invalid,
    next_number,
    read_day,
    read_words,
)
from tenken.findings.operations.notifying import tell_measure
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES
from tenken.findings.rules.promise import promise_words
from tenken.findings.states import NOTED, PROMISED, STATUS_LABELS, VERIFIED, WITHDRAWN
from tenken.findings.states.measures import (
    BUDGET_STAGES,
    DONE,
    first_status,
    latest_as_of,
    next_stages,
    status_as_of,
)
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability

ACCEPTED, RETURNED = "accepted", "returned"
_TEXT, _NOTE = 4_000, 500
SUBJECT = "findings.measure"
File = tuple[str, BinaryIO]


@transaction.atomic
def add_measure(
    *,
    by: Principal,
    finding: Finding,
    data: MeasureData,
    version: int,
    evidence: Sequence[File] = (),
    on: date | None = None,
) -> Measure:
    """Lay down a measure, decided by *by* (``findings.reports.manage``), with files (name, bytes) that bear it out.

    ``Invalid`` names the fields of *data* (a 措置済 in words of promise must say whether it promises); ``Stale`` when the
    finding changed since *version*, is closed, has a measure told to the auditors later than this one's day, or was
    措置済 already and would not be any more: that is for ``following.reopen_as_new``.
    """
    finding, day = _opened(by, finding, MANAGE_REPORTS, version), on or by.on
    measure = _new(by, finding, data, day)
    _decide(by, measure, day)
    _write(by, finding, measure, "added", day, data.text, files=evidence)
    return measure


@transaction.atomic
def propose_measure(
    *,
    by: Principal,
    finding: Finding,
    data: MeasureData,
    version: int,
    evidence: Sequence[File] = (),
    on: date | None = None,
) -> Measure:
    """Propose a measure as the section, or change the one that waits or was returned. Refusals as :func:`add_measure`."""
    finding, day = _opened(by, finding, REPORT_MEASURES, version), on or by.on
    standing = finding.measures.exclude(state=Measure.State.DECIDED).first()
    measure = standing or _new(by, finding, data, day)
    if standing is not None:
        check_data(finding, data, day, besides=standing)
        _fill(standing, data)
        standing.version += 1
    measure.state, measure.returned_because = Measure.State.PROPOSED, ""
    measure.proposed_by, measure.proposed_by_name = by.actor.code, by.actor.name
    measure.proposed_on = day
    _write(by, finding, measure, "proposed", day, data.text, files=evidence)
    return measure


@transaction.atomic
def decide_measure(
    *,
    by: Principal,
    measure: Measure,
    outcome: str,
    comment: str = "",
    version: int,
    on: date | None = None,
) -> Measure:
    """Decide on a proposal: *outcome* "accepted", or "returned" with a comment. The section is told by mail."""
    day = on or by.on
    finding, measure = _held(by, measure, MANAGE_REPORTS, version)
    if measure.state != Measure.State.PROPOSED:
        raise Stale(f"確認できるのは、確認待ちの措置だけです（いまは「{measure.get_state_display()}」）。")
    if outcome == ACCEPTED:
        check_data(finding, _data_of(measure), day, besides=measure)
        _decide(by, measure, day)
    elif outcome == RETURNED:
        measure.returned_because = read_words(comment, "差し戻す理由", "comment", _NOTE)
        measure.state = Measure.State.RETURNED
    else:
        raise invalid("「受け付ける」か「差し戻す」を選んでください。", "確認の結果", "outcome")
    _write(by, finding, measure, "decided" if outcome == ACCEPTED else "returned", day, comment.strip())
    tell_measure(by=by, finding=finding, measure=measure, comment=comment.strip(), on=day)
    return measure


@transaction.atomic
def correct_measure(
    *, by: Principal, measure: Measure, data: MeasureData, version: int, on: date | None = None
) -> Measure:
    """Correct a decided measure that no auditor has read and nobody has confirmed."""
    day = on or by.on
    finding, measure = _held(by, measure, MANAGE_REPORTS, version)
    _decided(measure)
    if measure.told_on is not None:
        raise Stale(
            f"この措置は{era_date(measure.told_on)}に通知済みのため、直せません。新しい措置を加えてください。"
        )
    if measure.kept_on is not None:
        raise Stale("予定を果たした措置は、直せません。")
    check_data(finding, data, day, besides=measure)
    _fill(measure, data)
    _write(by, finding, measure, "corrected", day, data.text)
    return measure


@transaction.atomic
def add_measure_evidence(
    *,
    by: Principal,
    measure: Measure,
    evidence: Sequence[File],
    shows: str = "",
    version: int,
    on: date | None = None,
) -> Measure:
    """Lay files beside a measure; also beside one that was told: they say no more than what bears it out."""
    day = on or by.on
    finding, measure = _held(by, measure, REPORT_MEASURES, version)
    if not evidence:
        raise invalid("ファイルを選んでください。", "証拠", "evidence")
    _write(by, finding, measure, "evidence", day, shows.strip(), files=evidence, shows=shows)
    return measure


@transaction.atomic
def advance_budget(
    *,
    by: Principal,
    measure: Measure,
    stage: str,
    happened_on: date | None,
    note: str = "",
    version: int,
    on: date | None = None,
) -> Measure:
    """Move a promise's money on: 要求 → 議決 → 業者選定 → 実施. Never back. ``Invalid`` names stage, happened_on, note."""
    day = on or by.on
    finding, measure = _held(by, measure, REPORT_MEASURES, version)
    _promised(measure)
    if stage not in next_stages(measure.budget_stage):
        stands = BUDGET_STAGES.get(measure.budget_stage, "なし")
        raise invalid(f"いまの段階（{stands}）より後の段階を選んでください。", "予算の段階", "stage")
    when = read_day(happened_on, finding.opened_on, day, "日付", "happened_on")
    note = read_words(note, "内容", "note", _NOTE, required=False)
    measure.budget_stage = stage
    step = BudgetStep(
        measure=measure,
        stage=stage,
        on=when,
        note=note,
        by_code=by.actor.code,
        by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    step.save(force_insert=True)
    said = f"{BUDGET_STAGES[stage]}（{era_date(when)}）{note}"
    _write(by, finding, measure, "budget", day, said)
    return measure


@transaction.atomic
def keep_promise(
    *,
    by: Principal,
    measure: Measure,
    kept_on: date | None,
    comment: str,
    evidence: Sequence[File],
    version: int,
    on: date | None = None,
) -> Measure:
    """Say that what was promised is done, when, and lay beside what shows it. ``Invalid`` names kept_on, comment, evidence."""
    day = on or by.on
    finding, measure = _held(by, measure, REPORT_MEASURES, version)
    _promised(measure)
    comment = read_words(comment, "行ったこと", "comment", _NOTE)
    measure.kept_on = read_day(kept_on, measure.on, day, "行った日", "kept_on")
    if not evidence:
        raise invalid("行ったことを示すファイルを選んでください。", "証拠", "evidence")
    _write(by, finding, measure, "kept", day, comment, files=evidence, shows=comment[:300])
    return measure


@transaction.atomic
def confirm_measure(
    *, by: Principal, measure: Measure, comment: str = "", version: int, on: date | None = None
) -> Measure:
    """Hold the finding's last 措置済 against its evidence and close the finding. ``Stale`` without evidence, or while it
    promises what is not kept."""
    day = on or by.on
    finding, measure = _held(by, measure, MANAGE_REPORTS, version)
    _decided(measure)
    last = latest_as_of(facts_of(finding), date.max)
    if last is None or last.number != measure.number or measure.status != DONE:
        raise Stale("確認できるのは、いちばん新しい措置済だけです。")
    if measure.promises and measure.kept_on is None:
        raise Stale("予定を果たした証拠が、まだありません。")
    if not measure.evidence.exists():
        raise Stale("証拠のファイルがありません。証拠を添えてから確認してください。")
    comment = read_words(comment, "コメント", "comment", _NOTE, required=False)
    measure.confirmed_on, measure.confirmed_by, measure.confirmed_by_name = (
        day,
        by.actor.code,
        by.actor.name,
    )
    _write(by, finding, measure, "confirmed", day, comment)
    tell_measure(by=by, finding=finding, measure=measure, comment=comment, on=day)
    return measure


# --- looking ------------------------------------------------------------------------------------------------


def _opened(by: Principal, finding: Finding, capability: Capability, version: int) -> Finding:
    """Return the locked finding, once *by* may, it is as *version* showed it and a measure may be said of it."""
    finding = locked_finding(by, finding, capability)
    _unchanged(finding, version)
    if finding.track != Finding.Track.MEASURES:
        raise Stale("この課題は、改善計画と改善報告で対応します。")
    if finding.status in (VERIFIED, NOTED, WITHDRAWN):
        raise Stale(
            f"いまは措置を加えられません（{STATUS_LABELS[finding.status]}）。続きがあるときは、新しい課題として登録します。"
        )
    return finding


def _held(by: Principal, measure: Measure, capability: Capability, version: int) -> tuple[Finding, Measure]:
    """Return the locked finding and its measure, as *version* of the finding showed them."""
    finding = _opened(by, measure.finding, capability, version)
    fresh = Measure.objects.select_for_update(of=("self",)).filter(pk=measure.pk).first()
    if fresh is None:
        raise Missing("措置が見つかりません。")
    fresh.finding = finding
    return finding, fresh


def _unchanged(finding: Finding, version: int) -> None:
    if finding.version != version:
        raise Stale(changed_since(finding, version))


def _decided(measure: Measure) -> None:
    if measure.state != Measure.State.DECIDED:
        raise Stale("事務局の確認が済んでいない措置です。")


def _promised(measure: Measure) -> None:
    _decided(measure)
    if not measure.promises or measure.kept_on is not None:
        raise Stale("予定が残っている措置ではありません。")


# --- writing ------------------------------------------------------------------------------------------------


def _new(by: Principal, finding: Finding, data: MeasureData, day: date) -> Measure:
    check_data(finding, data, day)
    measure = Measure(finding=finding, number=next_number(finding), recorded_at=clock.now())
    _fill(measure, data)
    return measure


def _fill(measure: Measure, data: MeasureData) -> None:
    """Set what *data*, which was checked, says; a promise belongs to 措置済 only."""
    promises = data.status == DONE and bool(data.promises)
    measure.status, measure.text = data.status, data.text.replace("\r\n", "\n").strip()
    measure.on = data.on or measure.on
    measure.promises = promises
    measure.promise_due_on = data.promise_due_on if promises else None
    measure.budget_stage = data.budget_stage if promises else ""


def _data_of(measure: Measure) -> MeasureData:
    return MeasureData(
        measure.status,
        measure.on,
        measure.text,
        measure.promises,
        measure.promise_due_on,
        measure.budget_stage,
    )


def _decide(by: Principal, measure: Measure, day: date) -> None:
    measure.state, measure.returned_because = Measure.State.DECIDED, ""
    measure.decided_by, measure.decided_by_name, measure.decided_on = by.actor.code, by.actor.name, day


def _write(
    by: Principal,
    finding: Finding,
    measure: Measure,
    event: str,
    day: date,
    comment: str,
    *,
    files: Sequence[File] = (),
    shows: str = "",
) -> None:
    """Save the measure and its files, what the finding is then, one event beside it and one row in the journal."""
    measure.version += 0 if measure._state.adding else 1
    measure.save()
    kept = [_keep(by, finding, measure, name, stream, shows) for name, stream in files]
    before = finding.status
    _settle(finding, measure)
    _event(by, finding, f"measure_{event}", comment[:_TEXT], day)
    finding.save(update_fields=["status", "closed_on", "action", "action_on", "plan_due_on", "version"])
    record(
        by=by,
        city_code=finding.city.code,
        operation=f"findings.measure.{event}",
        subject=(SUBJECT, measure.pk),
        changes={
            "finding": str(finding),
            "measure": _facts_for_journal(measure),
            "status": [before, finding.status],
            "files": [[one.file_id, one.file.sha256] for one in kept],
            "comment": comment,
        },
        business_date=day,
    )


def _settle(finding: Finding, measure: Measure) -> None:
    """Let *finding* be what its decided measures make of it; a confirmed one closes it with what was done and when."""
    facts = facts_of(finding)
    finding.status = status_as_of(facts, date.max) if facts else first_status(finding.kind)
    last = latest_as_of(facts, date.max)
    standing = finding.measures.get(number=last.number) if last else None
    finding.plan_due_on = standing.promise_due_on if standing and finding.status == PROMISED else None
    if finding.status == VERIFIED and standing is not None:
        finding.closed_on = standing.confirmed_on
        finding.action, finding.action_on = standing.text, standing.kept_on or standing.on


def _event(by: Principal, finding: Finding, event: str, comment: str, day: date) -> None:
    finding.version += 1
    FindingEvent(
        finding=finding,
        event=event,
        status=finding.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=comment,
        happened_on=day,
        recorded_at=clock.now(),
    ).save(force_insert=True)


def _facts_for_journal(measure: Measure) -> dict[str, Any]:
    names = (
        "number status on text state promises promise_due_on budget_stage kept_on confirmed_on "
        "proposed_by decided_by returned_because"
    )
    return {name: getattr(measure, name) for name in names.split()} | {
        "promise_words": promise_words(measure.text)
    }


def _keep(
    by: Principal, finding: Finding, measure: Measure, name: str, stream: BinaryIO, shows: str
) -> MeasureEvidence:
    stream.seek(0)
    digest = hashlib.sha256(stream.read()).hexdigest()
    stream.seek(0)
    same = (
        measure.evidence.filter(file__sha256=digest, file__name=clean_name(name))
        .select_related("file")
        .first()
    )
    if same is not None:
        return same
    file = store(
        by=by,
        city_code=finding.city.code,
        name=name,
        stream=stream,
        subject=("findings.finding", str(finding.pk)),
    )
    evidence = MeasureEvidence(
        measure=measure,
        file=file,
        shows=shows.strip()[:300],
        added_by=by.actor.code,
        added_at=clock.now(),
    )
    evidence.save(force_insert=True)
    return evidence
