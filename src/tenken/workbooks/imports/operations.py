"""Forms that come back: received, read, taken over or put aside. Nothing reaches a sheet before somebody says so."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Refusal, Stale
from tenken.files.operations import open_file, store
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations.answers import GivenAnswer
from tenken.inspection.operations.imported_answers import (
    ImportedAssets,
    ImportedSheet,
    import_answers,
    import_assets,
    may_import,
)
from tenken.inspection.permissions import FILL_SHEETS, MANAGE_PROGRAMMES
from tenken.inspection.states import EDITABLE
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.workbooks.imports.bundles import ZIP, pack
from tenken.workbooks.imports.comparing import Compared, Told
from tenken.workbooks.imports.reading import compare_bundle
from tenken.workbooks.models import AnswerImport, FormTemplate, ImportedForm


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent."""

    name: str
    data: bytes


def may_import_any(by: Principal, programme: Programme) -> bool:
    """Tell whether *by* may bring in forms of *programme* at all."""
    return programme.city_id == by.city_id and (by.everywhere(MANAGE_PROGRAMMES) or by.holds(FILL_SHEETS))


def visible_imports(by: Principal) -> QuerySet[AnswerImport]:
    """Return the imports *by* may see: one's own, of sections that are still theirs; the secretariat sees the city's."""
    rows = AnswerImport.objects.filter(programme__city=by.city_id).select_related(
        "programme__city", "sheet__unit", "template", "file"
    )
    if by.everywhere(MANAGE_PROGRAMMES):
        return rows
    others = ImportedForm.objects.filter(sheet__isnull=False).exclude(
        sheet__unit__in=by.units_with(FILL_SHEETS)
    )
    return rows.filter(requested_by=by.actor.code).exclude(pk__in=others.values("answer_import"))


def find_import(by: Principal, key: int) -> AnswerImport:
    """Return one import; ``Missing`` when there is none *by* may see."""
    found = visible_imports(by).filter(pk=key).first()
    if found is None:
        raise Missing("取込みがないか、見ることのできる範囲にありません。")
    return found


@transaction.atomic
def receive_forms(
    *,
    by: Principal,
    programme: Programme,
    files: Sequence[SentFile],
    sheet: Sheet | None = None,
    template: FormTemplate | None = None,
) -> AnswerImport:
    """Keep the workbooks and archives *files* and return their import, not read yet.

    *sheet*: only this one's form is taken (a section's own page). *template*: the city's form that copies nobody issued
    are read by. ``Invalid`` when nothing, too much or something else than workbooks was sent.
    """
    if not may_import_any(by, programme) or (sheet is not None and not may_import(by, sheet)):
        raise Denied("Excelの様式を取り込める役割ではありません。")
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("実施中の点検だけに、様式を取り込めます。")
    if sheet is not None and sheet.status not in EDITABLE:
        raise Stale(f"この点検シートは「{sheet.get_status_display()}」のため、取り込めません。")
    if not files:
        raise Invalid("ファイルを選んでください。")
    _check_kinds(files)
    single = len(files) == 1
    name = files[0].name if single else f"{files[0].name}ほか{len(files) - 1}個"
    row = AnswerImport.objects.create(
        programme=programme,
        sheet=sheet,
        template=template,
        source=name[:255],
        requested_by=by.actor.code,
        requested_by_name=by.actor.name,
        requested_at=clock.now(),
    )
    content = files[0].data if single and _is_zip(files[0]) else pack((one.name, one.data) for one in files)
    row.file = store(
        by=by,
        city_code=by.city_code,
        name=f"様式の取込み_{row.pk}.zip",
        stream=io.BytesIO(content),
        subject=("workbooks.import", row.pk),
        allowed=(ZIP,),
    )
    row.save(update_fields=["file"])
    _record(by, row, "workbooks.import.receive", files=len(files), source=row.source)
    return row


def _is_zip(file: SentFile) -> bool:
    return file.name.lower().endswith(".zip")


def _check_kinds(files: Sequence[SentFile]) -> None:
    limit = settings.MAX_UPLOAD_BYTES
    problems = [
        Problem("Excel形式（.xlsx）かZIP形式（.zip）のファイルを選んでください。", one.name)
        for one in files
        if not one.name.lower().endswith((".xlsx", ".zip"))
    ]
    problems += [
        Problem(f"大きすぎます（{limit // (1024 * 1024)}MBまで）。", one.name)
        for one in files
        if len(one.data) > limit
    ]
    if len(files) > 1 and any(map(_is_zip, files)):
        problems.append(Problem("ZIPは1つだけを選んでください。ほかのファイルと一緒には送れません。"))
    if problems:
        raise Invalid("ファイルを受け取れません。", problems)


def read_import(
    *, by: Principal, answer_import: AnswerImport, told: Told = lambda done, total: None
) -> AnswerImport:
    """Read the forms of an import and keep what they would change. Reading again replaces what was found before.

    What is wrong with one form is kept with it; what is wrong with the whole archive raises ``Invalid`` and is kept as
    the import's message.
    """
    row = find_import(by, answer_import.pk)
    if row.status in (AnswerImport.Status.APPLIED, AnswerImport.Status.DISCARDED):
        raise Stale("この取込みは終わっています。")
    assert row.file is not None
    try:
        with open_file(row.file) as stream:
            found = compare_bundle(by, row, stream, told)
    except Refusal as refusal:
        with transaction.atomic():
            row = _locked(by, row.pk)
            row.status, row.message = AnswerImport.Status.FAILED, refusal.message[:500]
            row.version += 1
            row.save()
        raise
    return _keep(by, row, found)


@transaction.atomic
def _keep(by: Principal, row: AnswerImport, found: Sequence[Compared]) -> AnswerImport:
    row = _locked(by, row.pk)
    if row.status in (AnswerImport.Status.APPLIED, AnswerImport.Status.DISCARDED):
        raise Stale("この取込みは終わっています。")
    row.forms.all().delete()
    ImportedForm.objects.bulk_create(
        [
            ImportedForm(
                answer_import=row,
                order=order,
                file_name=one.file_name[:255],
                sheet=one.sheet,
                status=one.status,
                changes=one.changes,
                assets=one.assets,
                problems=[{"place": problem.place, "message": problem.message} for problem in one.problems],
            )
            for order, one in enumerate(found, start=1)
        ],
        batch_size=200,
    )
    row.status, row.message = AnswerImport.Status.READY, ""
    row.version += 1
    row.save()
    _record(
        by,
        row,
        "workbooks.import.read",
        forms=len(found),
        refused=sum(1 for one in found if one.problems),
        answers=sum(len(one.changes) for one in found if not one.problems),
    )
    return row


@transaction.atomic
def apply_import(
    *,
    by: Principal,
    answer_import: AnswerImport,
    version: int,
    without_refused: bool = False,
    told: Told = lambda done, total: None,
) -> AnswerImport:
    """Write what the forms change, all of it or nothing. *version*: of the import whose difference was seen.

    ``Invalid`` when forms are refused, unless *without_refused* leaves those out. ``Stale`` when an answer or a sheet
    changed since the difference was made. No sheet is handed in by this.
    """
    row = _locked(by, answer_import.pk)
    if row.status != AnswerImport.Status.READY or row.version != version:
        raise Stale("差分が作り直されたか、すでに取り込まれています。ページを開き直してください。")
    refused = row.forms.filter(status=ImportedForm.Status.REFUSED).count()
    if refused and not without_refused:
        raise Invalid(f"取り込めない様式が{refused}個あります。除いて取り込むかを選んでください。")
    forms = list(row.forms.filter(status=ImportedForm.Status.CHANGED).select_related("sheet"))
    if not forms:
        raise Invalid("取り込む変更がありません。")
    changed = import_answers(
        by=by,
        sheets=[_imported(one) for one in forms if one.changes],
        told=lambda done: told(done, len(forms)),
    )
    with_assets = [one for one in forms if one.assets]
    import_assets(by=by, sheets=[_assets(one) for one in with_assets])
    row.status, row.applied_at = AnswerImport.Status.APPLIED, clock.now()
    assets = f"、情報資産の表{len(with_assets)}件" if with_assets else ""
    row.message = f"{len(forms)}枚の点検シートの回答{changed:,}件{assets}を取り込みました。"
    row.version += 1
    row.save()
    _record(by, row, "workbooks.import.apply", sheets=len(forms), answers=changed, left_out=refused)
    return row


def _imported(form: ImportedForm) -> ImportedSheet:
    assert form.sheet_id is not None
    return ImportedSheet(
        form.sheet_id,
        tuple(_given(one) for one in form.changes),
        form.file_name,
    )


def _given(change: dict[str, Any]) -> GivenAnswer:
    verdict, reason, comment = change["after"]
    return GivenAnswer(change["question"], verdict, reason, comment, change["version"])


def _assets(form: ImportedForm) -> ImportedAssets:
    assert form.sheet is not None
    assert form.assets is not None
    return ImportedAssets(form.sheet, form.assets["after"], form.assets["mark"])


@transaction.atomic
def discard_import(*, by: Principal, answer_import: AnswerImport) -> AnswerImport:
    """Put an import aside: nothing of it is taken over. The file stays as it was received."""
    row = _locked(by, answer_import.pk)
    if row.status in (AnswerImport.Status.APPLIED, AnswerImport.Status.DISCARDED):
        raise Stale("この取込みは終わっています。")
    row.status = AnswerImport.Status.DISCARDED
    row.version += 1
    row.save()
    _record(by, row, "workbooks.import.discard")
    return row


def _locked(by: Principal, key: int) -> AnswerImport:
    find_import(by, key)
    return (
        AnswerImport.objects.select_for_update(of=("self",))
        .select_related("programme__city", "sheet__unit")
        .get(pk=key)
    )


def _record(by: Principal, row: AnswerImport, operation: str, **changes: object) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("workbooks.import", row.pk),
        changes={"programme": row.programme_id, **changes},
    )
