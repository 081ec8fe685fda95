"""What the section does: plan, report, lay evidence beside, say why not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Stale
from tenken.files.kinds import clean_name
from tenken.files.operations import store
from tenken.findings.models import Finding, FindingEvidence
from tenken.findings.operations.applying import SUBJECT, apply, changed_since, locked_finding
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.findings.states import (
    ENVIRONMENT,
    TAKES_EVIDENCE,
    AddEvidence,
    CannotFix,
    NotImproved,
    Plan,
    Report,
)
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of


@transaction.atomic
def plan(
    *,
    by: Principal,
    finding: Finding,
    text: str,
    owner: str,
    due_on: date | None,
    needs_budget: bool = False,
    level: str = "",
    budget_yen: int | None = None,
    budget_year: int | None = None,
    cause: str | None = None,
    immediate_action: str | None = None,
    version: int,
    on: date | None = None,
) -> Finding:
    """Lay down what will be done, by whom and until when; again while it is open to revise it.

    *level*: "daily" or "environment" (``states.MEASURE_LEVELS``), '' leaves what stands; an environment is the section's
    bureau's. *cause* and *immediate_action*: why it came about, and what was done at once; None leaves what stands.
    ``Invalid`` names the fields text, owner, due_on, level, needs_budget, budget_yen, budget_year, cause,
    immediate_action; ``Stale`` says who changed the finding since *version*.
    """
    finding = locked_finding(by, finding, IMPROVE_FINDINGS)
    bureau = _bureau(by, finding, level, on)
    event = Plan(
        text, owner, due_on, needs_budget, level, bureau, budget_yen, budget_year, cause, immediate_action
    )
    apply(by=by, finding=finding, event=event, version=version, on=on)
    return finding


@transaction.atomic
def report(
    *,
    by: Principal,
    finding: Finding,
    action: str,
    action_on: date | None,
    evidence: Sequence[tuple[str, BinaryIO]] = (),
    version: int,
    on: date | None = None,
) -> Finding:
    """Report what was done and when, with files (name, bytes) that show it.

    ``Invalid`` names the fields action, action_on, or says what is wrong with a file; then nothing is written.
    """
    finding = locked_finding(by, finding, IMPROVE_FINDINGS)
    if apply(by=by, finding=finding, event=Report(action, action_on), version=version, on=on):
        for name, stream in evidence:
            _keep(by, finding, name, stream)
    return finding


@transaction.atomic
def add_evidence(
    *,
    by: Principal,
    finding: Finding,
    name: str,
    stream: BinaryIO,
    version: int,
    on: date | None = None,
) -> FindingEvidence:
    """Lay one more file beside a finding that is planned, reported or 未改善. The same file twice is kept once."""
    finding = locked_finding(by, finding, IMPROVE_FINDINGS)
    if finding.version > version and finding.status not in TAKES_EVIDENCE:
        raise Stale(changed_since(finding, version))
    evidence, added = _keep(by, finding, name, stream)
    if added:
        apply(by=by, finding=finding, event=AddEvidence(evidence.file.name), version=version, on=on)
    return evidence


@transaction.atomic
def close_not_improved(
    *,
    by: Principal,
    finding: Finding,
    reason: str,
    note: str = "",
    level: str = "",
    version: int,
    on: date | None = None,
) -> Finding:
    """Say that it cannot be improved within the stage, and why (``states.REASONS``; 「その他」 needs a note).

    *level* says whose measure it is, as :func:`plan` has it.

    The section may go on and report it later; then it is 改善済, and stays counted as 未改善 of the stage if that had
    ended by then.
    """
    finding = locked_finding(by, finding, IMPROVE_FINDINGS)
    event = NotImproved(reason, note, level, _bureau(by, finding, level, on))
    apply(by=by, finding=finding, event=event, version=version, on=on)
    return finding


@transaction.atomic
def declare_cannot_fix(
    *,
    by: Principal,
    finding: Finding,
    reason: str,
    note: str,
    compensating_measure: str,
    residual_risk: str,
    residual_risk_note: str,
    review_on: date | None,
    version: int,
    on: date | None = None,
) -> Finding:
    """Say that it cannot be fixed: why, what lowers the risk instead, what risk is left all the same (``states.RISKS``,
    and in words), and when that is looked at again. The secretariat or an auditor then holds the reason against the facts
    (``confirm_reason``). Said again of what is under a
    compensating measure, it is that review.

    ``Invalid`` names the fields reason, note, compensating_measure, residual_risk, residual_risk_note,
    review_on.
    """
    finding = locked_finding(by, finding, IMPROVE_FINDINGS)
    event = CannotFix(reason, note, compensating_measure, review_on, residual_risk, residual_risk_note)
    apply(by=by, finding=finding, event=event, version=version, on=on)
    return finding


def _bureau(by: Principal, finding: Finding, level: str, on: date | None) -> int | None:
    """Return whose environment it is: the section's 局・区, or the city itself where it stands below none."""
    if level != ENVIRONMENT:
        return None
    return directory_of(finding.city).bureau(finding.unit_id, on or by.on) or min(by.root_ids, default=None)


def _keep(by: Principal, finding: Finding, name: str, stream: BinaryIO) -> tuple[FindingEvidence, bool]:
    same = (
        FindingEvidence.objects.filter(
            finding=finding, file__sha256=_digest(stream), file__name=clean_name(name)
        )
        .select_related("file")
        .first()
    )
    if same is not None:
        return same, False
    file = store(
        by=by, city_code=finding.city.code, name=name, stream=stream, subject=(SUBJECT, str(finding.pk))
    )
    evidence = FindingEvidence(finding=finding, file=file, added_by=by.actor.code, added_at=clock.now())
    evidence.save(force_insert=True)
    return evidence, True


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 16):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()
