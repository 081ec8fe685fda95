"""``tenken import answers``: forms from a folder, with the same difference as on the page."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tenken.cli.cities import chosen_city, command_principal
from tenken.cli.terminal import say, tell
from tenken.common.refusals import Invalid, Missing
from tenken.inspection.models import Programme
from tenken.organization.access import Principal
from tenken.workbooks.imports.comparing import in_words
from tenken.workbooks.imports.operations import (
    SentFile,
    apply_import,
    discard_import,
    read_import,
    receive_forms,
)
from tenken.workbooks.models import AnswerImport, FormTemplate, ImportedForm
from tenken.workbooks.own_forms.operations import templates

_SHOWN = 200


def import_forms(args: argparse.Namespace) -> int:
    """Show what the forms would change, and write it with ``--apply``. Returns 1 when forms are refused."""
    by = command_principal(chosen_city(args.city))
    programme = _programme(by, args.programme)
    files = [SentFile(path.name, path.read_bytes()) for path in _paths(args.files)]
    row = receive_forms(by=by, programme=programme, files=files, template=_template(by, args.template))
    row = read_import(by=by, answer_import=row)
    refused = _show(row)
    if not args.apply:
        discard_import(by=by, answer_import=row)
        tell("まだ書き込んでいません。書き込むときは--applyを付けてください。")
        return int(refused > 0)
    say(
        apply_import(
            by=by, answer_import=row, version=row.version, without_refused=args.without_refused
        ).message
    )
    return int(refused > 0)


def _paths(given: list[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(one for one in path.glob("*.xlsx") if not one.name.startswith("~$"))
        elif path.is_file():
            yield path
        else:
            raise Missing(f"{path}がありません。")


def _programme(by: Principal, code: str | None) -> Programme:
    rows = Programme.objects.filter(city=by.city_id, status=Programme.Status.LAUNCHED).select_related("city")
    found = list((rows.filter(code=code) if code else rows).order_by("-fiscal_year", "code"))
    if not found:
        raise Missing("実施中の点検がありません。")
    if len(found) > 1:
        known = "、".join(f"{one.code}（{one.name}）" for one in found)
        raise Invalid(f"実施中の点検が複数あります。--programmeで選んでください：{known}")
    return found[0]


def _template(by: Principal, name: str | None) -> FormTemplate | None:
    if not name:
        return None
    found = templates(by).filter(name=name).first()
    if found is None:
        raise Missing(f"市の様式「{name}」は登録されていません。")
    return found


def _show(row: AnswerImport) -> int:
    """Print the difference; return how many forms are refused."""
    lines, counts = 0, dict.fromkeys(ImportedForm.Status.labels, 0)
    for form in row.forms.select_related("sheet__unit"):
        counts[form.get_status_display()] += 1
        unit = form.sheet.unit.name if form.sheet else ""
        said = [f"    {one['place'] or '全体'}：{one['message']}" for one in form.problems] or [
            f"    {one['place']} 設問{one['number']}：{in_words(one['before'])} → {in_words(one['after'])}"
            for one in form.changes
        ]
        if said and lines < _SHOWN:
            say(f"{form.file_name} {unit} {form.get_status_display()}")
            for line in said:
                say(line)
        lines += len(said)
    if lines > _SHOWN:
        say(f"ほかにもあります（全部で{lines}件）")
    say("、".join(f"{label}{count}個" for label, count in counts.items()))
    return counts[ImportedForm.Status.REFUSED.label]
