"""Mappings of tables, kept under a name."""

from __future__ import annotations

from django.db import transaction

from tenken.audit.models import ScanMapping
from tenken.audit.permissions import MANAGE_AUDITS, RECORD_AUDITS
from tenken.audit.technical.operations.importing import mapping_data
from tenken.audit.technical.readers import TableMapping
from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Problem
from tenken.journal.operations import record
from tenken.organization.access import Principal


@transaction.atomic
def save_mapping(*, by: Principal, name: str, mapping: TableMapping) -> ScanMapping:
    """Keep *mapping* under *name*, in place of an earlier one of that name. ``Invalid`` without a name."""
    if not (by.holds(MANAGE_AUDITS) or by.holds(RECORD_AUDITS)):
        raise Denied("対応づけを登録できる役割ではありません。")
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid(
            "名称を確かめてください。", [Problem("名称を100字までで入力してください。", "名称", "name")]
        )
    row, _ = ScanMapping.objects.update_or_create(
        city=by.city,
        name=name,
        defaults={
            "mapping": mapping_data(mapping),
            "saved_by_name": by.actor.name,
            "saved_at": clock.now(),
        },
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.scan_mapping.save",
        subject=("audit.scan_mapping", row.pk),
        changes={"name": name, "mapping": row.mapping},
    )
    return row


def saved_mappings(by: Principal) -> list[ScanMapping]:
    """Return the mappings of the city of *by*, by name."""
    return list(ScanMapping.objects.filter(city=by.city_id))
