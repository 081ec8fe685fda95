"""The councils and duties a city starts with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from django.db import transaction

from tenken.common.refusals import Stale
from tenken.journal.operations import record
from tenken.meetings.models import Council, OfficerDuty
from tenken.meetings.permissions import MANAGE_MEETINGS
from tenken.organization.access import Principal, require

_FILE = Path(__file__).parent.parent / "defaults" / "meetings.yaml"


@transaction.atomic
def adopt_default_councils_and_duties(*, by: Principal, on: date | None = None) -> int:
    """Write the councils and duties of ``defaults/meetings.yaml`` for *by*'s city; return how many duties.

    ``Stale`` when the city has some already.
    """
    require(by, MANAGE_MEETINGS)
    if (
        Council.objects.filter(city=by.city_id).exists()
        or OfficerDuty.objects.filter(city=by.city_id).exists()
    ):
        raise Stale("会議体と職務は、すでに設定されています。")
    data = yaml.safe_load(_FILE.read_text("utf-8"))
    Council.objects.bulk_create(
        Council(city_id=by.city_id, order=order, **row) for order, row in enumerate(data["councils"], start=1)
    )
    duties = [
        OfficerDuty(city_id=by.city_id, order=order, clause_codes=row.pop("clauses"), **row)
        for order, row in enumerate(data["duties"], start=1)
    ]
    OfficerDuty.objects.bulk_create(duties)
    record(
        by=by,
        city_code=by.city_code,
        operation="meetings.defaults.adopt",
        subject=("organization.city", by.city_id),
        changes={
            "councils": [row["code"] for row in data["councils"]],
            "duties": [duty.code for duty in duties],
        },
        business_date=on,
    )
    return len(duties)
