"""The scenario's city with a policy in force, a draft and a procedure: what the pages of policy/ are tried on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.test import Client
from tests.factories import Scenario

from tenken.organization.access import on_date
from tenken.policy import sealing
from tenken.policy.models import PolicyVersion
from tenken.policy.operations import adopt_default_policy, create_procedure, start_draft, submit_procedure

Clients = Callable[[Any], Client]
NOW = "2014-03-01T01:00:00+00:00"
TODAY = date(2014, 3, 1)
NEXT = date(2014, 4, 1)


def with_policy(scenario: Scenario) -> Scenario:
    """Return *scenario* with the default policy in force from 1 April 2013."""
    adopted = date(2013, 4, 1)
    adopt_default_policy(by=on_date(scenario.by("secretariat"), adopted), city=scenario.city, on=adopted)
    return scenario


def in_force(kind: str = "standard") -> PolicyVersion:
    return PolicyVersion.objects.get(document__kind=kind, document__owner=None, status="published")


def draft(city: Scenario) -> PolicyVersion:
    return start_draft(
        by=city.by("secretariat"),
        document=in_force().document,
        number="2.0",
        effective_from=NEXT,
        reason="点検の結果を反映する",
        on=TODAY,
    )


def procedure(city: Scenario, *, submitted: bool = False) -> PolicyVersion:
    made = create_procedure(
        by=city.by("system_manager"),
        owner=city.section_a1,
        code="juki",
        title="住民記録システム実施手順",
        effective_from=NEXT,
        reason="制定",
        on=TODAY,
    )
    if submitted:
        for clause in made.clauses.filter(text__contains="〔"):
            clause.text = clause.text.replace("〔", "").replace("〕", "")
            clause.save()
        by = city.by("system_manager")
        submit_procedure(by=by, version=made, seen=sealing.version_mark(made), on=TODAY)
        made.refresh_from_db()
    return made


def text_of(response: Any) -> str:
    return response.content.decode()
