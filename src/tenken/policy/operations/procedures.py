"""実施手順 of important systems: written by the system manager, approved by the bureau manager, then in force."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.approvals import operations as approvals
from tenken.approvals.models import ApprovalRequest
from tenken.common.refusals import Invalid, Problem
from tenken.journal.canonical import canonical_json, sha256
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit
from tenken.policy import sealing
from tenken.policy.models import PolicyDocument, PolicyVersion
from tenken.policy.operations.drafts import copy_content
from tenken.policy.operations.guards import (
    PROCEDURE_ROUTE,
    SUBJECT,
    check_mark,
    locked_version,
    note,
    require_city,
    require_writer,
)
from tenken.policy.operations.publishing import check_publishable, put_into_force
from tenken.policy.permissions import APPROVE_PROCEDURE, WRITE_PROCEDURE
from tenken.policy.queries.versions import version_in_force
from tenken.policy.rules.codes import name_code
from tenken.policy.rules.inputs import Inputs
from tenken.policy.states import Event, next_status


@transaction.atomic
def create_procedure(
    *, by: Principal, owner: Unit, code: str, title: str, effective_from: date, reason: str, on: date
) -> PolicyVersion:
    """Begin the procedure of an important system of *owner* as a copy of the template, and return its draft."""
    require(by, WRITE_PROCEDURE, unit=owner)
    City.objects.select_for_update().get(pk=by.city_id)
    inputs = Inputs()
    plain = inputs.code("code", "コード", code, name_code)
    name = inputs.text("title", "名称", title, 120)
    why = inputs.text("reason", "制定の理由", reason, 2000)
    inputs.day("effective_from", "施行日", effective_from, not_before=on)
    if plain and PolicyDocument.objects.filter(city=by.city_id, code=plain).exists():
        inputs.add("code", "コード", f"「{plain}」はすでに使われています。")
    inputs.refuse()
    document = PolicyDocument.objects.create(
        city=by.city, code=plain, kind=PolicyDocument.Kind.PROCEDURE_SYSTEM, title=name, owner=owner
    )
    draft = PolicyVersion.objects.create(
        document=document, number="1.0", effective_from=effective_from, reason=why
    )
    template = _template(by.city_id, on)
    if template is not None:
        copy_content(template, draft)
    changes = {"title": name, "owner": owner.code, "effective_from": effective_from, "reason": why}
    note(by, draft, "procedure.create", changes, on)
    return draft


def _template(city_id: int, on: date) -> PolicyVersion | None:
    document = PolicyDocument.objects.filter(
        city=city_id, kind=PolicyDocument.Kind.PROCEDURE_SYSTEM, owner__isnull=True
    ).first()
    return version_in_force(document, on) if document else None


@transaction.atomic
def submit_procedure(*, by: Principal, version: PolicyVersion, seen: str, on: date) -> ApprovalRequest:
    """Put a procedure up to the bureau manager. *seen*: ``sealing.version_mark`` of what was confirmed.

    ``Invalid`` while blanks of the template (〔…〕) are left in it, with the place of each.
    """
    require_writer(by, version.document)
    draft = locked_version(version)
    status = next_status(draft.status, Event.SUBMIT, needs_approval=draft.document.needs_approval)
    check_mark(seen, sealing.version_mark(draft))
    _refuse_blanks(draft)
    check_publishable(draft, on)
    request = approvals.request_approval(
        by=by,
        unit=_owner(draft),
        route_code=PROCEDURE_ROUTE["code"],
        subject=(SUBJECT, draft.pk),
        snapshot=sealing.version_content(draft),
        on=on,
    )
    draft.status = status
    draft.save(update_fields=["status"])
    note(by, draft, "procedure.submit", {"round": request.round}, on)
    return request


def _owner(version: PolicyVersion) -> Unit:
    owner = version.document.owner
    if owner is None:
        raise Invalid("この規程には所管がありません。")
    return owner


def _refuse_blanks(draft: PolicyVersion) -> None:
    left = draft.clauses.filter(text__contains="〔").order_by("chapter__order", "order")
    problems = [
        Problem("〔　〕の中を、このシステムの内容に書き換えてください。", f"{clause.number} {clause.heading}")
        for clause in left
    ]
    if problems:
        raise Invalid("ひな形のままの箇所が残っています。", problems)


@transaction.atomic
def decide_procedure(
    *, by: Principal, version: PolicyVersion, outcome: str, comment: str = "", on: date
) -> PolicyVersion:
    """Approve ("approved") or return ("returned", with a comment) a procedure. Approved, it is in force from its date."""
    document = version.document
    require_city(by, document.city_id)
    require(by, APPROVE_PROCEDURE, unit=document.owner)
    pending = locked_version(version)
    request = approvals.pending_request((SUBJECT, pending.pk))
    request = approvals.decide(by=by, request=request, outcome=outcome, comment=comment, on=on)
    note(
        by, pending, "procedure.decide", {"outcome": outcome, "comment": comment, "round": request.round}, on
    )
    if request.status == ApprovalRequest.Status.RETURNED:
        pending.status = next_status(pending.status, Event.RETURN, needs_approval=True)
        pending.save(update_fields=["status"])
    elif request.status == ApprovalRequest.Status.APPROVED:
        next_status(pending.status, Event.PUBLISH, needs_approval=True)
        if sha256(canonical_json(sealing.version_content(pending))) != request.snapshot.sha256:
            raise Invalid("決裁に出した内容と、いまの内容が違います。差し戻してください。")
        check_publishable(pending, on)
        put_into_force(by, pending, on)
    return pending


@transaction.atomic
def withdraw_procedure(*, by: Principal, version: PolicyVersion, on: date) -> PolicyVersion:
    """Take a procedure back before it is decided on."""
    require_writer(by, version.document)
    pending = locked_version(version)
    status = next_status(pending.status, Event.WITHDRAW, needs_approval=True)
    approvals.withdraw(by=by, request=approvals.pending_request((SUBJECT, pending.pk)), on=on)
    pending.status = status
    pending.save(update_fields=["status"])
    note(by, pending, "procedure.withdraw", {}, on)
    return pending
