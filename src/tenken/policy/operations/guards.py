"""What every operation on versions asks first: who may write this document, and is this version still open."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.common import clock
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.policy import sealing
from tenken.policy.models import PolicyDocument, PolicyVersion
from tenken.policy.permissions import CHANGE_POLICY, WRITE_PROCEDURE
from tenken.policy.states import Event, next_status

PROCEDURE_ROUTE: dict[str, Any] = {
    "code": "policy.procedure",
    "name": "システムの実施手順の承認",
    "steps": (("局（区）情報管理者の承認", "bureau_manager", ""),),
}
SUBJECT = "policy.version"


def require_city(by: Principal, city_id: int) -> None:
    """Raise ``Denied`` when what is acted on belongs to another city."""
    if city_id != by.city_id:
        raise Denied("ほかの市の規程や点検項目は扱えません。")


def require_writer(by: Principal, document: PolicyDocument) -> None:
    """Raise ``Denied`` unless *by* may write *document*: the secretariat, or for a system's procedure its owner."""
    require_city(by, document.city_id)
    if document.needs_approval:
        require(by, WRITE_PROCEDURE, unit=document.owner)
    else:
        require(by, CHANGE_POLICY)


def locked_version(version: PolicyVersion) -> PolicyVersion:
    """Return *version* anew with its document and owner, locked until the transaction ends."""
    rows = PolicyVersion.objects.select_for_update(of=("self",)).select_related("document__owner")
    found = rows.filter(pk=version.pk).first()
    if found is None:
        raise Missing("この案は、破棄されたか、見つかりません。")
    return found


def open_draft(by: Principal, version: PolicyVersion) -> PolicyVersion:
    """Return the locked draft that *by* may edit; refused when it is no draft (any more)."""
    require_writer(by, version.document)
    locked = locked_version(version)
    next_status(locked.status, Event.EDIT, needs_approval=locked.document.needs_approval)
    return locked


def check_mark(seen: str, present: str) -> None:
    """Raise ``Stale`` unless the mark that was *seen* is the *present* one: nobody changed it since it was shown."""
    if seen != present:
        raise Stale("表示したあとに、ほかの人が変更しました。ページを開き直して、内容を確かめてください。")


def seal_version(version: PolicyVersion, by: Principal) -> PolicyVersion:
    """Publish *version* as it stands: status, hash, who and when change together. The caller decided and journals."""
    now = clock.now()
    digest = sealing.content_sha256(sealing.version_content(version), by.actor.code, now)
    PolicyVersion.objects.filter(pk=version.pk).exclude(status=PolicyVersion.Status.PUBLISHED).update(
        status=PolicyVersion.Status.PUBLISHED, sha256=digest, published_by=by.actor.code, published_at=now
    )
    version.refresh_from_db(fields=["status", "sha256", "published_by", "published_at"])
    return version


def note(
    by: Principal, version: PolicyVersion, operation: str, changes: dict[str, Any], on: date | None
) -> None:
    """Journal what was done to *version*."""
    record(
        by=by,
        city_code=by.city_code,
        operation=f"policy.{operation}",
        subject=(SUBJECT, version.pk),
        changes={"document": version.document.code, "version": version.number, **changes},
        business_date=on,
    )


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Return what changed, field by field: [before, after]."""
    return {name: [before[name], after[name]] for name in after if before.get(name) != after[name]}
