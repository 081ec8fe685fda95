"""What pages and the API show in tests: one running inspection, a sheet per section, a finding, a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from tests.factories import Scenario

from tenken.common import clock
from tenken.files.models import StoredFile
from tenken.files.operations import store
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme, Question, Sheet, SheetForm, Stage
from tenken.policy.models import CheckCategory, CheckItem, CheckItemRevision


@dataclass
class Rows:
    """Sheets and findings by section: a1, a2, b1."""

    programme: Programme
    question: Question
    sheets: dict[str, Sheet]
    findings: dict[str, Finding]
    answer: Answer
    file: StoredFile


def make_rows(scenario: Scenario) -> Rows:
    """Write the rows directly: these tests look at reading, not at how the rows came about."""
    city, year = scenario.city, clock.today().year
    programme = Programme.objects.create(
        city=city,
        fiscal_year=year,
        name="情報セキュリティ点検",
        status="launched",
        launched_on=date(year, 4, 1),
    )
    for order, (kind, name) in enumerate((("self_inspection", "自己点検"), ("improvement", "改善取組"))):
        Stage.objects.create(
            programme=programme,
            order=order,
            kind=kind,
            name=name,
            starts_on=date(year, 7 + 2 * order, 1),
            ends_on=date(year, 8 + 2 * order, 31 if order == 0 else 30) if order == 0 else date(year, 10, 31),
            target="全課",
            purpose="目的",
            outline="概要",
        )
    form = SheetForm.objects.create(programme=programme, version=1)
    category = CheckCategory.objects.create(city=city, code="desk", name="クリアデスク", part="management")
    item = CheckItem.objects.create(city=city, code="M-01", category=category)
    revision = CheckItemRevision(
        item=item,
        number=1,
        effective_from=date(2010, 4, 1),
        question="離席時に書類を片付けているか",
        purpose="目的",
        how_to_check="確認方法",
        good="基準",
    )
    revision.save(force_insert=True)
    question = Question.objects.create(form=form, order=1, number="1", category=category, revision=revision)
    sections = {
        "a1": (scenario.section_a1, scenario.bureau_a),
        "a2": (scenario.section_a2, scenario.bureau_a),
        "b1": (scenario.section_b1, scenario.bureau_b),
    }
    sheets = {
        key: Sheet.objects.create(programme=programme, form=form, unit=unit, bureau=bureau)
        for key, (unit, bureau) in sections.items()
    }
    findings = {
        key: Finding.objects.create(
            city=city,
            unit=unit,
            fiscal_year=year,
            number=number,
            origin="self_inspection",
            origin_key=f"test:{number}",
            title=f"{unit.name}の課題",
            opened_on=clock.today(),
        )
        for number, (key, (unit, _)) in enumerate(sections.items(), start=1)
    }
    Sheet.objects.filter(pk=sheets["a1"].pk).update(status="drafting", issues=1)
    sheets["a1"].refresh_from_db()
    answer = Answer.objects.create(
        sheet=sheets["a1"],
        question=question,
        verdict="issue",
        reason="書類が残る",
        answered_by="1",
        answered_by_name="職員",
        answered_at=clock.now(),
    )
    file = store(
        by=scenario.by("deputy"),
        city_code=city.code,
        name="証拠.txt",
        stream=io.BytesIO("確認した\n".encode()),
        subject=("inspection.answer", answer.pk),
    )
    return Rows(programme, question, sheets, findings, answer, file)
