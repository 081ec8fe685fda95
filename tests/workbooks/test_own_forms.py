"""A city's own form: its mapping is proposed, it is written with its layout kept, and it is read back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.workbooks.imports.operations import apply_import
from tenken.workbooks.models import FormTemplate
from tenken.workbooks.own_forms.mapping import Mapping, is_address, mark_key, place_of
from tenken.workbooks.own_forms.operations import change_mapping, register_template, retire_template
from tests.factories import Scenario
from tests.inspection.makers import ITEMS, QUESTIONS, give, sheet_of
from tests.workbooks.filled_forms import edited, issued, only_form, received, said, through_libreoffice
from tests.workbooks.own_form_made import HEADER_ROW, SHEET, own_form

ROWS = {code: HEADER_ROW + number for number, code in enumerate(QUESTIONS, start=1)}


@pytest.fixture
def template(city: Scenario, programme: Programme) -> FormTemplate:
    by = city.by("secretariat")
    return register_template(by=by, name="取組状況確認表", file_name="様式1.xlsx", data=own_form())


def filled(data: bytes, cells: dict[str, Any]) -> bytes:
    return edited(data, cells, SHEET)


class TestProposal:
    def test_everything_is_found(self, template: FormTemplate) -> None:
        mapping = Mapping.of(template.mapping)
        assert mapping.rows == ROWS
        assert mapping.sheet == SHEET
        assert (mapping.unit_code, mapping.unit_name) == ("C4", "C5")
        assert (mapping.last, mapping.verdict, mapping.reason, mapping.comment) == ("D", "E", "F", "G")
        assert mapping.marks == {"○": "conforms", "×": "issue", "－": "not_applicable"}

    def test_a_slightly_different_wording_is_found(self, city: Scenario, programme: Programme) -> None:
        other = QUESTIONS | {"media.lock": "記録媒体を鍵のかかる場所へ保管していますか？"}
        data = own_form(other, "はい,いいえ,該当なし")
        made = register_template(by=city.by("secretariat"), name="x", file_name="x.xlsx", data=data)
        mapping = Mapping.of(made.mapping)
        assert mapping.rows == ROWS
        assert mapping.marks == {"はい": "conforms", "いいえ": "issue", "該当なし": "not_applicable"}

    def test_a_workbook_without_questions_proposes_nothing(
        self, city: Scenario, programme: Programme
    ) -> None:
        data = own_form({"x": "献立を決めたか"})
        made = register_template(by=city.by("secretariat"), name="x", file_name="x.xlsx", data=data)
        assert Mapping.of(made.mapping).rows == {}

    def test_only_the_secretariat(self, city: Scenario, programme: Programme, template: FormTemplate) -> None:
        by = city.by("deputy")
        with pytest.raises(Denied):
            register_template(by=by, name="y", file_name="y.xlsx", data=own_form())
        with pytest.raises(Denied):
            change_mapping(by=by, template=template, mapping=Mapping.of(template.mapping), version=1)
        with pytest.raises(Denied):
            retire_template(by=by, template=template, version=1)

    def test_an_issued_form_is_no_template(self, city: Scenario, sheet: Sheet) -> None:
        by = city.by("secretariat")
        with pytest.raises(Invalid, match="発行した様式"):
            register_template(by=by, name="y", file_name="y.xlsx", data=issued(by, sheet))


class TestBothWays:
    def test_written_with_its_layout_kept(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("deputy")
        give(by, sheet, "media.ledger", "issue", "=台帳がない。", "作成中")
        page = openpyxl.load_workbook(io.BytesIO(issued(by, sheet, template)))[SHEET]
        assert (page["C4"].value, page["C5"].value) == ("U0003", "まちづくり局 企画課")
        row = ROWS["media.ledger"]
        assert [page.cell(row, column).value for column in (5, 6, 7)] == ["×", "'=台帳がない。", "作成中"]
        assert "A1:G1" in {str(area) for area in page.merged_cells.ranges}
        assert page["A1"].font.name == "ＭＳ 明朝"
        assert page.row_dimensions[row].height == 30
        assert page.cell(HEADER_ROW + 8, 5).value.startswith("=COUNTIF"), "the city's own sums stay"

    def test_read_back(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("deputy")
        cells = {"E9": "〇", "E10": "✕", "F10": "置いてある。", "E11": "－", "G11": "台帳なし"}
        row = received(by, programme, filled(issued(by, sheet, template), cells))
        assert said(only_form(row)) == []
        apply_import(by=by, answer_import=row, version=row.version)
        found = Answer.objects.filter(sheet=sheet).order_by("question__order")
        assert [(one.verdict, one.reason, one.comment) for one in found] == [
            ("conforms", "", ""),
            ("issue", "置いてある。", ""),
            ("not_applicable", "", "台帳なし"),
        ]

    @pytest.mark.programs
    def test_read_back_from_libreoffice(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate, tmp_path: Path
    ) -> None:
        by = city.by("deputy")
        data = through_libreoffice(filled(issued(by, sheet, template), {"E9": "○", "E10": "×"}), tmp_path)
        form = only_form(received(by, programme, data))
        assert said(form) == []
        assert [one["after"][0] for one in form.changes] == ["conforms", "issue"]

    def test_a_copy_nobody_issued_is_known_by_its_code(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("secretariat")
        data = filled(own_form(), {"C4": "U0003", "E9": "○"})
        form = only_form(received(by, programme, data, template=template))
        assert (form.status, form.sheet_id) == ("changed", sheet.pk)
        assert [one["number"] for one in form.changes] == ["1-1"]

    def test_an_empty_cell_of_such_a_copy_takes_nothing_back(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        give(city.by("deputy"), sheet, "backup.test", "conforms")
        data = filled(own_form(), {"C4": "U0003"})
        assert (
            only_form(received(city.by("secretariat"), programme, data, template=template)).status
            == "unchanged"
        )

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"C4": "U9999"}, "所属コード「U9999」の点検シートがありません。"),
            ({"C4": None}, "様式の所属コードの欄が空です。どの課公所の様式か分かりません。"),
            ({"E9": "△"}, "「様式1」E9：「△」は回答の印ではありません（○・×・－）。"),
            ({"E9": "=1"}, "「様式1」E9：計算式が入っています。文字で入力してください。"),
            (
                {"C9": "別の文"},
                "「様式1」C9：設問の文が様式と違います。行を動かしたり、書き換えたりしないでください。",
            ),
        ],
    )
    def test_refused_by_cell(
        self,
        city: Scenario,
        programme: Programme,
        template: FormTemplate,
        cells: dict[str, Any],
        expected: str,
    ) -> None:
        data = filled(own_form(), {"C4": "U0003", "E10": "○"} | cells)
        assert said(only_form(received(city.by("secretariat"), programme, data, template=template))) == [
            expected
        ]

    def test_merged_over_two_questions(
        self, city: Scenario, programme: Programme, template: FormTemplate
    ) -> None:
        def merge(book: Any) -> None:
            book[SHEET]["C4"] = "U0003"
            book[SHEET].merge_cells("F9:F10")

        form = only_form(
            received(city.by("secretariat"), programme, edited(own_form(), merge), template=template)
        )
        assert len(said(form)) == 2
        assert "いくつかの設問にまたがって結合" in said(form)[0]

    def test_issued_before_the_mapping_changed(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("deputy")
        data = filled(issued(by, sheet, template), {"E9": "○"})
        mapping = Mapping.of(template.mapping | {"comment": ""})
        change_mapping(by=city.by("secretariat"), template=template, mapping=mapping, version=1)
        assert "対応づけが発行後に変わりました" in said(only_form(received(by, programme, data)))[0]

    def test_retired_what_was_issued_still_comes_back(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("deputy")
        data = filled(issued(by, sheet, template), {"E9": "○"})
        retire_template(by=city.by("secretariat"), template=template, version=1)
        assert only_form(received(by, programme, data)).status == "changed"

    def test_another_section_s_code_in_an_issued_form(
        self, city: Scenario, programme: Programme, sheet: Sheet, template: FormTemplate
    ) -> None:
        by = city.by("deputy")
        data = filled(issued(by, sheet, template), {"C4": "U0004"})
        assert said(only_form(received(by, programme, data))) == [
            "「様式1」C4：所属コードが「U0003」ではなく「U0004」です。"
        ]


class TestMapping:
    def change(self, city: Scenario, template: FormTemplate, **values: Any) -> FormTemplate:
        mapping = Mapping.of(template.mapping | values)
        return change_mapping(
            by=city.by("secretariat"), template=template, mapping=mapping, version=template.version
        )

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"sheet": "ない"}, "sheet"),
            ({"unit_code": "4C"}, "unit_code"),
            ({"verdict": ""}, "verdict"),
            ({"verdict": "5"}, "verdict"),
            ({"reason": "E"}, "verdict"),
            ({"rows": {"media.lock": 9, "media.ledger": 9}}, "row-media.lock"),
            ({"rows": {"media.lock": 0}}, "row-media.lock"),
            ({"rows": {}}, ""),
            ({"rows": {"unknown.item": 9}}, ""),
            ({"marks": {"○": "conforms"}}, "mark-issue"),
            ({"marks": {"○": "conforms", "〇": "issue", "－": "not_applicable"}}, "mark-conforms"),
        ],
    )
    def test_what_is_wrong_is_refused_by_field(
        self, city: Scenario, template: FormTemplate, values: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            self.change(city, template, **values)
        assert field in {problem.field for problem in refused.value.problems}
        template.refresh_from_db()
        assert template.version == 1

    def test_second_comes_too_late(self, city: Scenario, template: FormTemplate) -> None:
        self.change(city, template, comment="")
        with pytest.raises(Stale):
            self.change(city, template, comment="H")

    def test_names_are_taken_once(self, city: Scenario, template: FormTemplate) -> None:
        with pytest.raises(Invalid):
            register_template(
                by=city.by("secretariat"), name=template.name, file_name="x.xlsx", data=own_form()
            )

    def test_a_section_without_all_questions(
        self, city: Scenario, programme: Programme, template: FormTemplate
    ) -> None:
        rows = {code: row for code, row in ROWS.items() if code != next(iter(ITEMS))}
        changed = self.change(city, template, rows=rows)
        sheet = sheet_of(programme, city.section_a1)
        by = city.by("deputy")
        form = only_form(received(by, programme, filled(issued(by, sheet, changed), {"E9": "○", "E10": "○"})))
        assert [one["number"] for one in form.changes] == ["1-2"]


@given(st.text(max_size=6))
def test_folding_a_mark_twice_is_folding_it_once(text: str) -> None:
    assert mark_key(mark_key(text)) == mark_key(text)


@given(st.integers(1, 500), st.integers(1, 9999))
def test_addresses_come_back(column: int, row: int) -> None:
    from tenken.common.workbook_cells import cell_address

    address = cell_address(row, column)
    assert is_address(address)
    assert place_of(address) == (row, column)
