"""Forms that go out: one section's, or all in one archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tenken.inspection.models import Programme
from tenken.organization.access import Principal
from tenken.workbooks.imports.bundles import pack
from tenken.workbooks.models import FormTemplate
from tenken.workbooks.own_forms.filling import write_own_form
from tenken.workbooks.own_forms.mapping import Mapping
from tenken.workbooks.own_forms.operations import template_bytes
from tenken.workbooks.sheet_forms.content import ProgrammeSheets, programme_sheets
from tenken.workbooks.sheet_forms.writing import form_name, write_forms

Told = Callable[[int, int], None]


def issue_form(
    *, by: Principal, programme: Programme, sheet_id: int, template: FormTemplate | None = None
) -> tuple[str, bytes]:
    """Return the name and content of one sheet's form; on the city's own form, if given. ``Missing`` out of sight."""
    return next(_forms(programme_sheets(by, programme, sheets=[sheet_id]), template))


def issue_forms(
    *,
    by: Principal,
    programme: Programme,
    template: FormTemplate | None = None,
    told: Told = lambda done, total: None,
) -> bytes:
    """Return one archive with the forms of all sheets that *by* may see. *told* hears (done, of how many)."""
    sheets = programme_sheets(by, programme)
    total = len(sheets.sections)

    def counted() -> Iterator[tuple[str, bytes]]:
        for done, form in enumerate(_forms(sheets, template), start=1):
            yield form
            told(done, total)

    return pack(counted())


def _forms(sheets: ProgrammeSheets, template: FormTemplate | None) -> Iterator[tuple[str, bytes]]:
    if template is None:
        for section, data in write_forms(sheets):
            yield form_name(sheets, section), data
        return
    source, mapping = template_bytes(template), Mapping.of(template.mapping)
    for section in sheets.sections:
        data = write_own_form(source, mapping, sheets, section, key=template.pk, version=template.version)
        yield form_name(sheets, section), data
