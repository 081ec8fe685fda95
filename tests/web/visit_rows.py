"""A visit of each section on its day, told to the section; written directly, as ``rows``."""

from __future__ import annotations

from typing import Any

from tests.factories import Scenario
from tests.web.rows import Rows

from tenken.audit.models import (
    GoodPractice,
    Observation,
    SelectedUnit,
    Visit,
    VisitAuditor,
    VisitEvidence,
    VisitItem,
    VisitSelection,
)
from tenken.common import clock
from tenken.inspection.models import Stage
from tenken.organization.models import Unit

Places = dict[str, dict[str, tuple[Any, ...]]]


def visit_places(scenario: Scenario, rows: Rows) -> Places:
    """Return the place-holders of the pages of visits: *inside* is 企画課, *outside* 保険課."""
    day = clock.today()
    stage = Stage.objects.create(
        programme=rows.programme,
        order=9,
        kind="visit",
        name="訪問調査",
        starts_on=day,
        ends_on=day,
        target="全庁から抽出",
        purpose="目的",
        outline="概要",
    )
    inside, item = _visit(scenario, rows, stage, scenario.section_a1)
    outside, other = _visit(scenario, rows, stage, scenario.section_b1)
    third = scenario.section_a2
    selection = VisitSelection.objects.create(
        stage=stage,
        number=1,
        method="by_hand",
        universe=[[third.pk, None, third.code, ""]],
        reasons="理由",
        drawn_on=day,
        drawn_by="1",
        drawn_by_name="事務局",
        drawn_at=clock.now(),
    )
    selected = SelectedUnit.objects.create(selection=selection, unit=third, reason="理由")
    evidence = VisitEvidence.objects.create(item=item, file=rows.file, added_by="1", added_at=clock.now())
    observation = Observation.objects.create(visit=inside, number=1, title="台帳にない。")
    practice = GoodPractice.objects.create(visit=inside, text="見て回る。", permission="asked", asked_on=day)
    return {
        "visit_stage": {"inside": (stage.pk,)},
        "selection": {"inside": (selection.pk,)},
        "selected": {"inside": (selected.pk,)},
        "visit": {"inside": (inside.pk,), "outside": (outside.pk,)},
        "visit_item": {"inside": (inside.pk, item.pk), "outside": (outside.pk, other.pk)},
        "visit_evidence": {"inside": (evidence.pk,)},
        "observation": {"inside": (observation.pk,)},
        "practice": {"inside": (practice.pk,)},
    }


def _visit(scenario: Scenario, rows: Rows, stage: Stage, unit: Unit) -> tuple[Visit, VisitItem]:
    day = clock.today()
    visit = Visit.objects.create(
        stage=stage, unit=unit, status="notified", planned_on=day, letter_on=day, facts_asked_on=day
    )
    auditor = scenario.people["auditor"]
    VisitAuditor.objects.create(visit=visit, person=auditor, name=auditor.name, lead=True)
    revision = rows.question.revision
    item = VisitItem.objects.create(
        visit=visit, order=1, category=rows.question.category, revision=revision, said_on=day
    )
    return visit, item
