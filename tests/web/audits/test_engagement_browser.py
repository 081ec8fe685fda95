"""Every page of audits and of auditors at the desk and on a phone: nothing axe knows of, nothing too wide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.audit.engagements.makers import answered, auditor, drafted, fresh, issued, manned, notified
from tests.factories import Scenario
from tests.inspection.makers import make_bank
from tests.web.audit.test_browser import _browser as looking

from tenken.audit.competence.operations import add_conflict, add_experience
from tenken.audit.models import Auditor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = 1366, 390


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-10T09:00:00+09:00"):
        yield


def test_the_pages_of_audits(scenario: Scenario, client_for: Any, live_server: Any) -> None:
    make_bank(scenario.city)
    lead = auditor(scenario)
    by = scenario.by("secretariat")
    add_experience(
        by=by, auditor=lead, what="情報セキュリティ監査", auditing=True, starts_on=date(2020, 4, 1)
    )
    add_conflict(by=by, auditor=lead, vendor="株式会社みなと情報", reason="株主", starts_on=date(2020, 4, 1))
    sent = drafted(scenario, notified(scenario, manned(scenario, lead)))
    answered(scenario, sent, **{"鍵の管理簿がない": "執務室にある。"})
    other = issued(scenario, drafted(scenario, notified(scenario, manned(scenario, lead))))
    assert Auditor.objects.get() == lead
    difference = fresh(sent).drafts.get().answers.get(answer="differs")
    item = sent.items.order_by("order")[0]
    office = [
        ("index", "audits-index", []),
        ("plan", "audits-plan", []),
        ("order", "audits-order", []),
        ("held", "audits-held", []),
        ("work", "audits-work", []),
        ("engagement", "audits-engagement", [sent.pk]),
        ("issued", "audits-engagement", [other.pk]),
        ("report", "audits-report", [other.pk]),
        ("notice", "audits-notice", [sent.pk]),
        ("appoint", "audits-appoint", [sent.pk]),
        ("notify", "audits-notify", [sent.pk]),
        ("viewpoints", "audits-viewpoints", [sent.pk]),
        ("item", "audits-item", [item.pk]),
        ("reply", "audits-reply", [difference.pk]),
        ("issue", "audits-issue", [sent.pk]),
        ("auditors", "audits-auditors", []),
        ("auditor", "audits-auditor", [lead.pk]),
        ("auditor-new", "audits-auditor-new", []),
        ("qualification", "audits-qualification-new", [lead.pk]),
        ("conflict", "audits-conflict-new", [lead.pk]),
        ("settings", "audits-settings", []),
    ]
    section = [("answer", "audits-answer", [sent.pk]), ("section", "audits-engagement", [sent.pk])]
    for role, pages in (("secretariat", office), ("section_manager", section)):
        with looking(live_server, client_for(scenario.people[role])) as looked:
            for name, page, args in pages:
                for width in (DESK, PHONE):
                    looked.look(reverse(page, args=args), f"audits-{name}", width)
        assert looked.wrong == []
