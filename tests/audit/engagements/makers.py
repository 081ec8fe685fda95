"""Audits as tests need them, written through the operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tenken.audit.engagements.operations import EngagementData, plan_engagement
from tenken.audit.models import Engagement
from tests.factories import Scenario

DAY = date(2026, 11, 10)


def data(city: Scenario, **changes: Any) -> EngagementData:
    """Return the plan of an audit of 企画課."""
    made = EngagementData(
        fiscal_year=2026,
        kind="section",
        unit_id=city.section_a1.pk,
        system_id=None,
        theme="情報セキュリティの管理について",
        purpose="情報資産の管理が規程に沿っているかを確かめる。",
        scope="執務室と書庫",
        criteria="情報セキュリティ対策基準",
        method="書面の確認、現地の確認、聴取り",
        chosen_because="5年監査していない。",
        starts_on=DAY,
        ends_on=date(2026, 12, 25),
        conduct="internal",
    )
    return replace(made, **changes)


def planned(city: Scenario, **changes: Any) -> Engagement:
    return plan_engagement(by=city.by("secretariat"), data=data(city, **changes))
