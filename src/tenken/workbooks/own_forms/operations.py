"""The city's own forms: registered, mapped, retired."""

from __future__ import annotations

import io

from django.db import transaction
from django.db.models import QuerySet

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.common.workbook_cells import SheetCells, read_cells
from tenken.files.kinds import EXCEL
from tenken.files.operations import open_file, store
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.policy.queries.bank import items_on
from tenken.workbooks.models import FormTemplate
from tenken.workbooks.own_forms.filling import offered_choices
from tenken.workbooks.own_forms.mapping import Mapping
from tenken.workbooks.own_forms.proposal import KnownItem, propose
from tenken.workbooks.sheet_forms.identity import HIDDEN_SHEET

_NAME_LIMIT = 100


def templates(by: Principal, *, retired: bool = False) -> QuerySet[FormTemplate]:
    """Return the city's own forms in use (*retired*: all there ever were)."""
    rows = FormTemplate.objects.restrict(by, VIEW_PROGRAMMES).select_related("file", "city")
    return rows if retired else rows.filter(retired_on=None)


def find_template(by: Principal, key: int) -> FormTemplate:
    """Return one of the city's forms; ``Missing`` when there is none."""
    found = templates(by, retired=True).filter(pk=key).first()
    if found is None:
        raise Missing("市の様式がありません。")
    return found


def template_bytes(template: FormTemplate) -> bytes:
    """Return the workbook of a form as it was registered."""
    assert template.file is not None
    with open_file(template.file) as file:
        return file.read()


def template_cells(template: FormTemplate) -> dict[str, SheetCells]:
    """Return the cells of a form as it was registered."""
    return read_cells(template_bytes(template), "様式.xlsx")


@transaction.atomic
def register_template(
    *, by: Principal, name: str, programme_code: str = "", file_name: str, data: bytes
) -> FormTemplate:
    """Keep a city's workbook as a form, with a proposed mapping that somebody must look through. Return it.

    ``Invalid`` for a name that is taken or missing, or a file that is no plain workbook.
    """
    require(by, MANAGE_PROGRAMMES)
    name = plain_text(name)
    problems = []
    if not name or len(name) > _NAME_LIMIT:
        problems.append(Problem(f"1字から{_NAME_LIMIT}字までで入力してください。", "名称", "name"))
    elif FormTemplate.objects.filter(city=by.city_id, name=name).exists():
        problems.append(Problem("同じ名称の様式があります。", "名称", "name"))
    if problems:
        raise Invalid("様式を登録できませんでした。", problems)
    cells = read_cells(data, file_name)
    if HIDDEN_SHEET in cells:
        raise Invalid(
            "このシステムが発行した様式です。記入欄が空の、市の元の様式を登録してください。",
            [Problem("発行済みの様式です。", "ファイル", "file")],
        )
    items = [KnownItem(one.item.code, one.revision.question) for one in items_on(by.city_id, by.on)]
    mapping = propose(cells, items, offered_choices(data))
    template = FormTemplate.objects.create(
        city=by.city, name=name, programme_code=programme_code, mapping=mapping.plain()
    )
    template.file = store(
        by=by,
        city_code=by.city_code,
        name=file_name,
        stream=io.BytesIO(data),
        subject=("workbooks.template", template.pk),
        allowed=(EXCEL,),
    )
    template.save(update_fields=["file"])
    _record(
        by, template, "register", {"name": name, "rows": len(mapping.rows), "sha256": template.file.sha256}
    )
    return template


@transaction.atomic
def change_mapping(*, by: Principal, template: FormTemplate, mapping: Mapping, version: int) -> FormTemplate:
    """Make *mapping* the form's. *version*: of the form shown. Forms issued before are refused when they come back.

    ``Invalid`` names each field; ``Stale`` when somebody else changed it since.
    """
    row = _locked(by, template)
    if row.version != version:
        raise Stale("ほかの人が先に変更しました。ページを開き直してください。")
    cells = template_cells(row)
    items = {one.item.code for one in items_on(by.city_id, by.on)}
    if problems := mapping.problems(cells, items | set(row.mapping.get("rows", {}))):
        raise Invalid("対応づけを保存できませんでした。", problems)
    if mapping.plain() == row.mapping:
        return row
    before, row.mapping = row.mapping, mapping.plain()
    row.version += 1
    row.save()
    _record(by, row, "map", {"before": before, "after": row.mapping})
    return row


@transaction.atomic
def retire_template(*, by: Principal, template: FormTemplate, version: int) -> FormTemplate:
    """Take a form out of use. What was issued on it can still come back."""
    row = _locked(by, template)
    if row.version != version or row.retired_on:
        raise Stale("ほかの人が先に変更しました。ページを開き直してください。")
    row.retired_on = clock.today()
    row.save(update_fields=["retired_on"])
    _record(by, row, "retire", {"name": row.name})
    return row


def _locked(by: Principal, template: FormTemplate) -> FormTemplate:
    require(by, MANAGE_PROGRAMMES)
    row = (
        FormTemplate.objects.select_for_update(of=("self",))
        .select_related("file")
        .filter(pk=template.pk, city=by.city_id)
        .first()
    )
    if row is None:
        raise Missing("市の様式がありません。")
    return row


def _record(by: Principal, template: FormTemplate, event: str, changes: dict[str, object]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"workbooks.template.{event}",
        subject=("workbooks.template", template.pk),
        changes=changes,
    )
