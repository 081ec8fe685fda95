"""Putting a new version of a document into force."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Problem
from tenken.organization.access import Principal
from tenken.policy import sealing
from tenken.policy.models import PolicyVersion
from tenken.policy.operations.guards import check_mark, locked_version, note, require_writer, seal_version
from tenken.policy.queries.versions import compare_versions, published_versions, version_before
from tenken.policy.states import Event, next_status


@transaction.atomic
def publish_version(*, by: Principal, version: PolicyVersion, seen: str, on: date) -> PolicyVersion:
    """Publish a draft: from its date on it is in force, and nothing in it changes any more.

    *seen*: ``sealing.version_mark`` of what was confirmed. A system's procedure is published by its approval instead
    (``decide_procedure``).
    """
    require_writer(by, version.document)
    draft = locked_version(version)
    next_status(draft.status, Event.PUBLISH, needs_approval=draft.document.needs_approval)
    check_mark(seen, sealing.version_mark(draft))
    check_publishable(draft, on)
    return put_into_force(by, draft, on)


def check_publishable(draft: PolicyVersion, on: date) -> None:
    """Raise ``Invalid`` unless *draft* may come into force: its date, and that it says anything new."""
    last = published_versions(draft.document).last()
    if last and draft.effective_from <= last.effective_from:
        _refuse_date(f"前の版の施行日（{last.effective_from.isoformat()}）より後の施行日にしてください。")
    if draft.effective_from < on:
        _refuse_date("施行日が過ぎています。施行日を改めてください。")
    if compare_versions(last, draft).is_empty:
        raise Invalid("前の版から何も変わっていません。条を変更してから施行してください。")


def _refuse_date(message: str) -> None:
    raise Invalid("この施行日では施行できません。", [Problem(message, "施行日", "effective_from")])


def put_into_force(by: Principal, draft: PolicyVersion, on: date) -> PolicyVersion:
    """Seal *draft* and journal it; the caller has decided."""
    change = compare_versions(version_before(draft), draft)
    published = seal_version(draft, by)
    note(
        by,
        published,
        "version.publish",
        {
            "effective_from": published.effective_from,
            "reason": published.reason,
            "sha256": published.sha256,
            "added": [clause.code for clause in change.added],
            "removed": [clause.code for clause in change.removed],
            "changed": [clause.code for clause in change.changed],
        },
        on,
    )
    return published
