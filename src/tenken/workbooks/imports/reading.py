"""A whole archive of forms, held against the sheets as they stand."""

from __future__ import annotations

from dataclasses import asdict
from typing import BinaryIO

from tenken.common.refusals import Problem, Refusal
from tenken.common.workbook_cells import SheetCells
from tenken.inspection.models import Sheet
from tenken.inspection.queries.risk_part import assets_mark
from tenken.organization.access import Principal
from tenken.workbooks.imports.bundles import unpack
from tenken.workbooks.imports.comparing import Compared, Standing, Told, compare_answers, refuse_twice
from tenken.workbooks.models import AnswerImport, FormTemplate
from tenken.workbooks.own_forms.mapping import Mapping
from tenken.workbooks.own_forms.reading import read_own_form, sheets_by_unit, unit_code_in
from tenken.workbooks.sheet_forms import risk_part
from tenken.workbooks.sheet_forms.assets import assets_digest, main_assets
from tenken.workbooks.sheet_forms.identity import FormIdentity
from tenken.workbooks.sheet_forms.reading import ReadForm, open_form, read_form

Opened = tuple[Compared, dict[str, SheetCells], FormIdentity | None]
_NOT_ISSUED = Problem(
    "このシステムが発行した様式ではありません。様式を受け取って記入するか、市の様式を選んで取り込んでください。"
)


def compare_bundle(by: Principal, row: AnswerImport, stream: BinaryIO, told: Told) -> list[Compared]:
    """Return what each file of the archive would change. ``Invalid`` when the archive itself cannot be read."""
    files = list(unpack(stream))
    found: list[Compared] = []
    opened: list[Opened] = []
    for number, file in enumerate(files, start=1):
        compared = Compared(file.name)
        found.append(compared)
        if file.data is None:
            compared.problems.append(Problem(file.refused))
        else:
            try:
                opened.append((compared, *open_form(file.data, file.name)))
            except Refusal as refusal:
                compared.problems += refusal.problems or (Problem(refusal.message),)
        told(number, 2 * len(files))
    _Comparison(by, row, opened).run(found, told)
    refuse_twice(found)
    return found


class _Comparison:
    def __init__(self, by: Principal, row: AnswerImport, opened: list[Opened]) -> None:
        self.row = row
        self.opened = opened
        self.templates = FormTemplate.objects.filter(city=by.city_id).in_bulk()
        codes = {id(sheets): self._unit_code(sheets) for _, sheets, identity in opened if identity is None}
        self.codes = codes
        self.by_unit = sheets_by_unit(row.programme, {code for code in codes.values() if code})
        keys = {identity.sheet for _, _, identity in opened if identity}
        keys |= {sheet for found in self.by_unit.values() for sheet in found}
        self.standing = Standing(by, row.programme, sorted(keys))
        risky = sorted(self.standing.sheets) if row.programme.with_risk_part else []
        self.assets = main_assets(risky)

    def run(self, found: list[Compared], told: Told) -> None:
        for number, (compared, sheets, identity) in enumerate(self.opened, start=1):
            try:
                self._one(compared, sheets, identity)
            except Refusal as refusal:
                compared.problems += refusal.problems or (Problem(refusal.message),)
            told(len(found) + number, 2 * len(found))

    def _unit_code(self, sheets: dict[str, SheetCells]) -> str:
        template = self.row.template
        return unit_code_in(sheets, Mapping.of(template.mapping)) if template else ""

    def _one(self, compared: Compared, sheets: dict[str, SheetCells], identity: FormIdentity | None) -> None:
        only = self.row.sheet_id
        if identity is not None:
            sheet = self.standing.sheet_for(identity, only)
        elif self.row.template is None:
            sheet = _NOT_ISSUED
        else:
            sheet = self._of_unit(self.codes[id(sheets)], only)
        if isinstance(sheet, Problem):
            compared.problems.append(sheet)
            return
        compared.sheet = sheet
        template = self.templates.get(identity.template) if identity and identity.template else None
        if identity is None:
            template = self.row.template
        form = self._read(sheets, sheet, identity, template)
        now = self.standing.answers.get(sheet.pk, {})
        compare_answers(compared, form, now, identity.answers if identity else None)
        if identity is not None and identity.assets and template is None:
            self._compare_assets(compared, sheets, sheet, identity)

    def _of_unit(self, code: str, only: int | None) -> Sheet | Problem:
        keys = self.by_unit.get(code, [])
        if not code:
            return Problem("様式の所属コードの欄が空です。どの課公所の様式か分かりません。")
        if len(keys) != 1:
            return Problem(f"所属コード「{code}」の点検シートがありません。")
        return self.standing.fillable(self.standing.sheets[keys[0]], only)

    def _read(
        self,
        sheets: dict[str, SheetCells],
        sheet: Sheet,
        identity: FormIdentity | None,
        template: FormTemplate | None,
    ) -> ReadForm:
        questions = self.standing.questions(sheet)
        if template is not None:
            if identity is not None and identity.template_version != template.version:
                return ReadForm(
                    problems=[
                        Problem(
                            f"様式「{template.name}」の対応づけが発行後に変わりました。様式を受け取り直してください。"
                        )
                    ]
                )
            return read_own_form(sheets, Mapping.of(template.mapping), questions, sheet.unit.code)
        if identity is not None and identity.template:
            return ReadForm(problems=[Problem("この様式はもう登録されていません。")])
        return read_form(sheets, questions, sheet.unit.code)

    def _compare_assets(
        self, compared: Compared, sheets: dict[str, SheetCells], sheet: Sheet, identity: FormIdentity
    ) -> None:
        part = sheets.get(risk_part.RISK)
        if part is None:
            compared.problems.append(Problem(f"シート「{risk_part.RISK}」がありません。"))
            return
        rows = risk_part.read(part, compared.problems)
        now = self.assets.get(sheet.pk, ())
        if rows == now or assets_digest(rows) == identity.assets:
            return
        if assets_digest(now) != identity.assets:
            compared.problems.append(
                Problem(
                    "様式を受け取ったあとに、主要な情報資産が画面で変わりました。画面で直すか、様式を受け取り直してください。",
                    f"「{risk_part.RISK}」",
                )
            )
            return
        compared.assets = {
            "mark": assets_mark(sheet.pk),
            "before": [asdict(one) for one in now],
            "after": [asdict(one) for one in rows],
        }
