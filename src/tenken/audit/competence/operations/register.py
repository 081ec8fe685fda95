"""The register of auditors, and what a city settles about its audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenken.audit.competence.queries.settings import settings_of
from tenken.audit.engagements.rules.viewpoints import check_viewpoints
from tenken.audit.models import Auditor, AuditSettings
from tenken.audit.permissions import MANAGE_AUDITORS
from tenken.common.refusals import Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Person
from tenken.organization.names import Checks

NAME_LIMIT, ORGANIZATION_LIMIT = 100, 120


@transaction.atomic
def save_auditor(
    *,
    by: Principal,
    auditor: Auditor | None,
    person_id: int | None = None,
    name: str = "",
    organization_name: str = "",
    valid_from: date,
    valid_to: date | None = None,
    version: int | None = None,
) -> Auditor:
    """Register an auditor (*auditor* None) or change one: an employee (*person_id*), or somebody from outside by name and
    organization. Who they are does not change once registered; from when to when they are called upon does.

    ``Invalid`` names person, name, organization_name, valid_to.
    """
    require(by, MANAGE_AUDITORS)
    checks = Checks()
    if auditor is None:
        auditor = Auditor(city=by.city, version=0)
        person = None
        if person_id is not None:
            person = Person.objects.filter(pk=person_id, city=by.city_id).first()
            if person is None:
                checks.problem("この職員はいません。", label="職員", field="person")
            elif Auditor.objects.filter(city=by.city_id, person=person).exists():
                checks.problem(f"{person.name}さんは登録されています。", label="職員", field="person")
        auditor.person = person
    else:
        auditor = locked_auditor(by, auditor, version)
    if person_id is None and auditor.person_id is None:
        auditor.name = checks.name(name, label="氏名", limit=NAME_LIMIT, field="name")
        auditor.organization_name = checks.name(
            organization_name, label="所属する団体", limit=ORGANIZATION_LIMIT, field="organization_name"
        )
    elif auditor.person is not None:
        auditor.name = auditor.person.name
    checks.period(valid_from, valid_to)
    checks.done()
    auditor.valid_from, auditor.valid_to = valid_from, valid_to
    auditor.version += 1
    auditor.save()
    changes = {
        "name": auditor.name,
        "person": auditor.person.number if auditor.person else "",
        "organization": auditor.organization_name,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    tell_auditor(by, auditor, "audit.auditor.save", changes)
    return auditor


@transaction.atomic
def save_settings(
    *,
    by: Principal,
    independence_years: int,
    experience_instead_years: int | None,
    external_track: str,
    viewpoints: Sequence[dict[str, Any]],
    version: int,
) -> AuditSettings:
    """Settle 監査の決まり for the city (fields independence_years, experience_instead_years, external_track, viewpoints)."""
    require(by, MANAGE_AUDITORS)
    AuditSettings.objects.bulk_create([AuditSettings(city=by.city, version=0)], ignore_conflicts=True)
    settings = AuditSettings.objects.select_for_update().get(city=by.city_id)
    if settings.version != version:
        raise Stale("ほかの人が先に監査の決まりを変更しました。ページを開き直してください。")
    checks = Checks()
    if not 0 <= independence_years <= 20:
        checks.problem("0年から20年までです。", label="年数", field="independence_years")
    if experience_instead_years is not None and not 1 <= experience_instead_years <= 20:
        checks.problem("1年から20年までです。", label="実務経験", field="experience_instead_years")
    if external_track not in AuditSettings.Track.values:
        checks.problem("対応のしかたを選んでください。", label="対応", field="external_track")
    checks.done()
    before = settings_of(by.city_id)
    settings.independence_years = independence_years
    settings.experience_instead_years = experience_instead_years
    settings.external_track = external_track
    settings.viewpoints = check_viewpoints(viewpoints)
    settings.version += 1
    settings.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.settings.save",
        subject=("audit.settings", settings.pk),
        changes={"before": _said(before), "after": _said(settings)},
    )
    return settings


def locked_auditor(by: Principal, auditor: Auditor, version: int | None = None) -> Auditor:
    """Return the auditor with the row locked. ``Missing`` for another city's, ``Stale`` when *version* has passed."""
    found = (
        Auditor.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=auditor.pk, city=by.city_id)
        .first()
    )
    if found is None:
        raise Missing("この監査人は登録されていません。")
    if version is not None and found.version != version:
        raise Stale("ほかの人が先にこの監査人を変更しました。ページを開き直してください。")
    return found


def tell_auditor(by: Principal, auditor: Auditor, operation: str, changes: dict[str, Any]) -> None:
    """Write a change of an auditor into the journal."""
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("audit.auditor", auditor.pk),
        changes=changes,
    )


def _said(settings: AuditSettings) -> dict[str, Any]:
    return {
        "independence_years": settings.independence_years,
        "experience_instead_years": settings.experience_instead_years,
        "external_track": settings.external_track,
        "viewpoints": settings.viewpoints,
    }
