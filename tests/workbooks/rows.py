"""Rows of this room for the walk over all pages."""

from __future__ import annotations

import io

import openpyxl

from tenken.common import clock
from tenken.files.models import StoredFile
from tenken.inspection.models import Programme
from tenken.organization.models import Person
from tenken.workbooks.models import AnswerImport
from tenken.workbooks.own_forms.operations import register_template
from tests.factories import Scenario


def make_answer_import(programme: Programme, person: Person, file: StoredFile) -> int:
    """Write an import of *person* that waits to be looked at; return its key."""
    row = AnswerImport.objects.create(
        programme=programme,
        source="様式.zip",
        file=file,
        status="ready",
        requested_by=person.number,
        requested_by_name=person.name,
        requested_at=clock.now(),
    )
    return row.pk


def make_own_form(scenario: Scenario) -> int:
    """Register a city's form that holds nothing; return its key."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    by = scenario.by("secretariat")
    return register_template(by=by, name="様式1", file_name="様式1.xlsx", data=out.getvalue()).pk
