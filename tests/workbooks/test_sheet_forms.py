"""A section's form: what stands in it, and what its cells change when it comes back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import close_programme
from tenken.journal.models import Entry
from tenken.journal.queries import contents
from tenken.workbooks.imports.operations import (
    SentFile,
    apply_import,
    discard_import,
    find_import,
    read_import,
    receive_forms,
)
from tenken.workbooks.issuing import issue_form, issue_forms
from tenken.workbooks.models import AnswerImport
from tests.common.workbook_bytes import rebuilt
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import LAUNCHED, give, make_bank, running, sheet_of, submitted, system
from tests.workbooks.filled_forms import (
    edited,
    issued,
    only_form,
    received,
    said,
    through_libreoffice,
    zipped,
)

FILLED = {
    "F5": "適合",
    "F6": "課題あり",
    "G6": "印刷物が残っている。",
    "F7": "該当なし",
    "G7": "台帳がない。",
    "H7": "秋に作る。",
}


def answers(sheet: Sheet) -> dict[str, tuple[str, str, str]]:
    rows = Answer.objects.filter(sheet=sheet).select_related("question")
    return {row.question.number: (row.verdict, row.reason, row.comment) for row in rows}


class TestWritten:
    def test_what_stands_in_it(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        give(city.by("deputy"), sheet, "clear-desk.leave", "issue", "=1+1", "来月片付ける。")
        name, data = issue_form(by=city.by("deputy"), programme=programme, sheet_id=sheet.pk)
        assert name == "U0003_企画課_2026年度情報セキュリティ点検.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert book.sheetnames == ["記入のしかた", "点検シート", "_tenken"]
        assert book["_tenken"].sheet_state == "veryHidden"
        page = book["点検シート"]
        assert [page[a].value for a in ("B2", "C2", "D2")] == [
            "U0003",
            "まちづくり局 企画課",
            "令和8年度　提出期限：令和8年8月31日",
        ]
        assert [cell.value for cell in page[5]] == [
            "1-1",
            "クリアデスク",
            "机の上に、個人情報を記した書類を置いたまま席を離れていないか。",
            "机の上に何もない。",
            None,
            "課題あり",
            "'=1+1",
            "来月片付ける。",
        ]
        kinds = {cell.data_type for row in page.iter_rows() for cell in row}
        assert "f" not in kinds

    def test_only_input_is_unlocked_and_the_rest_prints(self, city: Scenario, sheet: Sheet) -> None:
        page = openpyxl.load_workbook(io.BytesIO(issued(city.by("deputy"), sheet)))["点検シート"]
        unlocked = {c.coordinate for row in page.iter_rows() for c in row if not c.protection.locked}
        assert unlocked == {f"{column}{row}" for column in "FGH" for row in range(5, 11)}
        assert page.protection.sheet
        assert (page.page_setup.orientation, int(page.page_setup.paperSize)) == ("landscape", 9)
        assert page.print_title_rows == "$4:$4"
        lists = {
            str(rule.sqref): rule.formula1
            for rule in page.data_validations.dataValidation
            if rule.type == "list"
        }
        assert lists == {"F5:F10": '"適合,課題あり,該当なし"'}

    def test_last_year_stands_beside(self, city: Scenario) -> None:
        with time_machine.travel("2025-07-15T09:00:00+09:00", tick=False):
            before = sheet_of(running(city.city, 2025), city.section_a1)
            give(system(city.city), before, "media.ledger", "issue", "台帳にない。")
        sheet = sheet_of(running(city.city), city.section_a1)
        page = openpyxl.load_workbook(io.BytesIO(issued(city.by("deputy"), sheet)))["点検シート"]
        assert [page[f"E{row}"].value for row in (5, 6, 7)] == [None, None, "課題あり：台帳にない。"]

    def test_out_of_sight_there_is_none(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        with pytest.raises(Missing):
            issue_form(by=city.by("other_manager"), programme=programme, sheet_id=sheet.pk)

    def test_all_in_one_archive(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        told: list[tuple[int, int]] = []
        data = issue_forms(by=city.by("secretariat"), programme=programme, told=lambda *one: told.append(one))
        import zipfile

        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert [name.split("_")[:2] for name in names] == [
            ["U0003", "企画課"],
            ["U0004", "都市計画課"],
            ["U0005", "保険課"],
        ]
        assert told == [(1, 3), (2, 3), (3, 3)]

    def test_queries_do_not_grow_with_sections(
        self, city: Scenario, programme: Programme, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(12):
            issue_forms(by=city.by("secretariat"), programme=programme)


class TestComesBack:
    def test_a_difference_first_then_taken_over(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("deputy")
        row = received(by, programme, edited(issued(by, sheet), FILLED))
        assert answers(sheet) == {}, "nothing is written before somebody says so"
        form = only_form(row)
        assert (form.status, form.sheet_id) == ("changed", sheet.pk)
        assert [(one["number"], one["place"], one["after"]) for one in form.changes] == [
            ("1-1", "「点検シート」F5", ["conforms", "", ""]),
            ("1-2", "「点検シート」F6", ["issue", "印刷物が残っている。", ""]),
            ("2-1", "「点検シート」F7", ["not_applicable", "台帳がない。", "秋に作る。"]),
        ]
        done = apply_import(by=by, answer_import=row, version=row.version)
        assert done.message == "1枚の点検シートの回答3件を取り込みました。"
        assert answers(sheet) == {
            "1-1": ("conforms", "", ""),
            "1-2": ("issue", "印刷物が残っている。", ""),
            "2-1": ("not_applicable", "台帳がない。", "秋に作る。"),
        }
        sheet.refresh_from_db()
        assert (sheet.status, sheet.issues) == ("drafting", 1)
        assert {row.answered_by for row in Answer.objects.filter(sheet=sheet)} == {by.actor.code}

    def test_one_journal_row_a_sheet_holds_the_changes(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("deputy")
        give(by, sheet, "clear-desk.leave", "conforms")
        row = received(
            by, programme, edited(issued(by, sheet), FILLED | {"F5": "課題あり", "G5": "散らかっている。"})
        )
        apply_import(by=by, answer_import=row, version=row.version)
        entries = Entry.objects.filter(operation="inspection.answers.import")
        changes = contents(entries)[entries.get().pk].changes
        assert changes["source"] == "様式.xlsx"
        assert len(changes["answers"]) == 3
        assert changes["answers"][0] == {
            "question": "1-1",
            "before": {"verdict": "conforms", "reason": "", "comment": ""},
            "after": {"verdict": "issue", "reason": "散らかっている。", "comment": ""},
        }

    def test_an_untouched_form_changes_nothing(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("deputy")
        give(by, sheet, "clear-desk.leave", "issue", "=1+1\n二行目", "'引用符")
        data = issued(by, sheet)
        give(by, sheet, "media.lock", "conforms")  # on the page meanwhile, not in the form
        assert only_form(received(by, programme, data)).status == "unchanged"

    def test_what_changed_meanwhile_is_a_conflict_with_both_values(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("deputy")
        data = edited(issued(by, sheet), {"F5": "課題あり", "G5": "机に書類。"})
        give(city.by("section_manager"), sheet, "clear-desk.leave", "conforms")
        form = only_form(received(by, programme, data))
        assert form.status == "refused"
        assert said(form) == [
            "「点検シート」F5：様式を受け取ったあとに、設問1-1の回答が画面で変わりました"
            "（いまの回答：適合、様式：課題あり／机に書類。）。画面で直すか、様式を受け取り直してください。"
        ]

    def test_a_change_after_the_difference_stops_everything(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("deputy")
        row = received(by, programme, edited(issued(by, sheet), FILLED))
        give(by, sheet, "clear-desk.printer", "conforms")
        with pytest.raises(Stale, match="設問1-2"):
            apply_import(by=by, answer_import=row, version=row.version)
        assert set(answers(sheet)) == {"1-2"}
        again = read_import(by=by, answer_import=row)
        assert only_form(again).status == "refused"

    def test_taken_over_once(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        by = city.by("deputy")
        row = received(by, programme, edited(issued(by, sheet), FILLED))
        apply_import(by=by, answer_import=row, version=row.version)
        for version in (row.version, row.version + 1):
            with pytest.raises(Stale):
                apply_import(by=by, answer_import=row, version=version)
        with pytest.raises(Stale):
            discard_import(by=by, answer_import=row)

    def test_put_aside_nothing_is_written(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        by = city.by("deputy")
        row = discard_import(by=by, answer_import=received(by, programme, edited(issued(by, sheet), FILLED)))
        with pytest.raises(Stale):
            apply_import(by=by, answer_import=row, version=row.version)
        assert answers(sheet) == {}


class TestManyAtOnce:
    def forms(self, city: Scenario, programme: Programme) -> dict[str, bytes]:
        by = city.by("secretariat")
        sheets = [sheet_of(programme, unit) for unit in (city.section_a1, city.section_a2, city.section_b1)]
        return {f"様式_{one.unit.name}.xlsx": edited(issued(by, one), FILLED) for one in sheets}

    @pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
    def test_the_secretariat_brings_in_all(self, city: Scenario, programme: Programme, encoding: str) -> None:
        by = city.by("secretariat")
        told: list[tuple[int, int]] = []
        files = self.forms(city, programme) | {"__MACOSX/._x.xlsx": b"x", "~$様式.xlsx": b"x"}
        sent = [SentFile("全部.zip", zipped(files, encoding))]
        row = receive_forms(by=by, programme=programme, files=sent)
        row = read_import(by=by, answer_import=row, told=lambda *one: told.append(one))
        assert [one.file_name for one in row.forms.all()] == [
            "様式_企画課.xlsx",
            "様式_都市計画課.xlsx",
            "様式_保険課.xlsx",
        ]
        assert told[-1] == (6, 6)
        done = apply_import(by=by, answer_import=row, version=row.version)
        assert done.message == "3枚の点検シートの回答9件を取り込みました。"
        assert Answer.objects.count() == 9

    def test_one_bad_form_stops_all_until_left_out(self, city: Scenario, programme: Programme) -> None:
        by = city.by("secretariat")
        files = self.forms(city, programme)
        files["様式_保険課.xlsx"] = edited(files["様式_保険課.xlsx"], {"F5": "はい"})
        row = received(by, programme, [("全部.zip", zipped(files))])
        with pytest.raises(Invalid, match="1個"):
            apply_import(by=by, answer_import=row, version=row.version)
        assert not Answer.objects.exists()
        apply_import(by=by, answer_import=row, version=row.version, without_refused=True)
        assert set(Answer.objects.values_list("sheet__unit__name", flat=True)) == {"企画課", "都市計画課"}

    def test_two_forms_of_one_section_are_both_refused(
        self, city: Scenario, programme: Programme, sheet: Sheet
    ) -> None:
        by = city.by("secretariat")
        one = issued(by, sheet)
        row = received(
            by,
            programme,
            [("a.xlsx", edited(one, {"F5": "適合"})), ("b.xlsx", edited(one, {"F5": "該当なし"}))],
        )
        assert [said(form) for form in row.forms.all()] == [
            ["「企画課」の様式が2つ以上あります（「a.xlsx」、「b.xlsx」）。"]
        ] * 2

    def test_a_file_that_is_no_workbook_is_named(self, city: Scenario, programme: Programme) -> None:
        files = {"メモ.txt": b"memo", "古い.xls": b"old", **self.forms(city, programme)}
        row = received(city.by("secretariat"), programme, [("全部.zip", zipped(files))])
        assert [said(form) for form in row.forms.all()[:2]] == [["Excel形式（.xlsx）ではありません。"]] * 2


class TestRefused:
    """A wrong form: why and where, and nothing is written."""

    def refusal(
        self, city: Scenario, programme: Programme, data: bytes, role: str = "deputy", **more: Any
    ) -> list[str]:
        row = received(city.by(role), programme, data, **more)
        form = only_form(row)
        assert form.status == "refused"
        with pytest.raises(Invalid):
            apply_import(by=city.by(role), answer_import=row, version=row.version, without_refused=True)
        return said(form)

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"F5": "はい"}, "「点検シート」F5：「はい」は選べません。適合・課題あり・該当なしから選んでください。"),
            ({"G6": "=A1"}, "「点検シート」G6：計算式が入っています。文字で入力してください。"),
            ({"H7": "あ" * 2001}, "「点検シート」H7：2,000字までです（いま2,001字）。"),
            ({"B2": "U0004"}, "「点検シート」B2：所属コードが書き換えられています（発行したのは「U0003」の様式、いまは「U0004」）。"),
            ({"C5": "別の問い"}, "「点検シート」C5：点検内容の文が書き換えられています。"),
            ({"A6": "1-1"}, "「点検シート」A6：番号「1-1」の行が2つあります（5行と6行）。"),
            ({"A6": "9-9"}, "「点検シート」A6：この点検にない番号「9-9」です。"),
            ({"F4": "答え"}, "「点検シート」F4：見出しが「回答」ではなく「答え」です。列を動かさないでください。"),
            ({"F20": "適合"}, "「点検シート」A20：番号のない行に記入があります。"),
        ],
    )  # fmt: skip
    def test_by_cell(
        self, city: Scenario, programme: Programme, sheet: Sheet, cells: dict[str, Any], expected: str
    ) -> None:
        data = edited(issued(city.by("deputy"), sheet), cells)
        assert expected in self.refusal(city, programme, data)

    def test_cells_that_became_dates(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = edited(issued(city.by("deputy"), sheet), {"A5": LAUNCHED, "G6": LAUNCHED})
        found = self.refusal(city, programme, data)
        words = "日付の形になっています（2026-07-01）。セルの表示形式を「文字列」にして入力し直してください。"
        assert {f"「点検シート」A5：{words}", f"「点検シート」G6：{words}"} <= set(found)

    def test_merged_cells(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = edited(issued(city.by("deputy"), sheet), lambda book: book["点検シート"].merge_cells("G5:G6"))
        assert self.refusal(city, programme, data) == [
            "「点検シート」G5：セルが結合されています。結合を解除してください。",
            "「点検シート」G6：セルが結合されています。結合を解除してください。",
        ]

    def test_a_row_taken_out(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = edited(issued(city.by("deputy"), sheet), lambda book: book["点検シート"].delete_rows(7))
        assert self.refusal(city, programme, data) == ["「点検シート」：番号「2-1」の行がありません。"]

    def test_another_section_s(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        other = sheet_of(programme, city.section_b1)
        data = issued(city.by("secretariat"), other)
        assert self.refusal(city, programme, data) == ["あなたの課公所の様式ではありません。"]
        assert self.refusal(city, programme, data, "secretariat", sheet=sheet) == [
            "「保険課」の様式です。この点検シートのものではありません。"
        ]

    def test_another_year_s(self, city: Scenario, programme: Programme) -> None:
        with time_machine.travel("2025-07-15T09:00:00+09:00", tick=False):
            data = issued(city.by("deputy"), sheet_of(running(city.city, 2025), city.section_a1))
        assert self.refusal(city, programme, data) == ["令和7年度の様式です。この点検は令和8年度です。"]

    def test_another_city_s(self, city: Scenario, programme: Programme) -> None:
        other = make_other_city()
        make_bank(other.city)
        theirs = sheet_of(running(other.city), other.section)
        data = issued(other.by("section_manager"), theirs)
        assert self.refusal(city, programme, data) == [f"ほかの市（団体コード{other.city.code}）の様式です。"]

    def test_a_form_nobody_issued(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        def forget(book: Any) -> None:
            del book["_tenken"]

        data = edited(issued(city.by("deputy"), sheet), forget)
        assert "このシステムが発行した様式ではありません" in self.refusal(city, programme, data)[0]

    def test_a_tampered_identity(
        self, city: Scenario, programme: Programme, sheet: Sheet, settings: Any
    ) -> None:
        data = issued(city.by("deputy"), sheet)

        def swap(book: Any) -> None:
            cell = book["_tenken"]["A1"]
            cell.value = cell.value[:-2] + ("AA" if not cell.value.endswith("AA") else "BB")

        assert "書き換えられています" in self.refusal(city, programme, edited(data, swap))[0]
        settings.SECRET_KEY = "of another installation" * 3
        assert "書き換えられています" in self.refusal(city, programme, data)[0]

    def test_handed_in_meanwhile(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = edited(issued(city.by("deputy"), sheet), FILLED)
        submitted(city.by("deputy"), sheet)
        assert self.refusal(city, programme, data) == [
            "「企画課」の点検シートは「承認待ち」のため、取り込めません。"
        ]

    def test_who_may_not_fill_may_not_send(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = issued(city.by("auditor"), sheet)
        for role in ("auditor", "bureau_manager", "ciso", "staff"):
            with pytest.raises(Denied):
                receive_forms(by=city.by(role), programme=programme, files=[SentFile("a.xlsx", data)])

    def test_a_closed_programme(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = issued(city.by("deputy"), sheet)
        close_programme(by=system(city.city), programme=programme, version=programme.version)
        programme.refresh_from_db()
        with pytest.raises(Stale):
            receive_forms(by=city.by("deputy"), programme=programme, files=[SentFile("a.xlsx", data)])

    def test_others_imports_are_not_seen(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        row = received(city.by("deputy"), programme, issued(city.by("deputy"), sheet))
        with pytest.raises(Missing):
            find_import(city.by("other_manager"), row.pk)
        assert find_import(city.by("secretariat"), row.pk) == row


class TestHostile:
    def test_links_to_other_files(self, city: Scenario, programme: Programme, sheet: Sheet) -> None:
        data = rebuilt(issued(city.by("deputy"), sheet), {"xl/externalLinks/externalLink1.xml": b"<x/>"})
        assert said(only_form(received(city.by("deputy"), programme, data))) == [
            "ほかのファイルへのリンクがあります。リンクを解除して保存し直してください。"
        ]

    @pytest.mark.parametrize("name", ["a.xlsm", "a.xls", "a.csv", "a"])
    def test_other_kinds(self, city: Scenario, programme: Programme, name: str) -> None:
        with pytest.raises(Invalid) as refused:
            receive_forms(by=city.by("deputy"), programme=programme, files=[SentFile(name, b"x")])
        assert refused.value.problems[0].place == name
        assert not AnswerImport.objects.exists()

    def test_nothing_was_sent(self, city: Scenario, programme: Programme) -> None:
        with pytest.raises(Invalid):
            receive_forms(by=city.by("deputy"), programme=programme, files=[])

    def test_too_large(self, city: Scenario, programme: Programme) -> None:
        with pytest.raises(Invalid, match="受け取れません"):
            receive_forms(
                by=city.by("deputy"), programme=programme, files=[SentFile("a.xlsx", bytes(50 * 1024 * 1024))]
            )

    def test_a_bomb(self, city: Scenario, programme: Programme) -> None:
        by = city.by("secretariat")
        bomb = zipped({"a.xlsx": bytes(15 * 1024 * 1024), "b.xlsx": bytes(15 * 1024 * 1024)})
        row = receive_forms(by=by, programme=programme, files=[SentFile("a.zip", bomb)])
        with pytest.raises(Invalid, match="展開すると大きすぎる"):
            read_import(by=by, answer_import=row)
        row.refresh_from_db()
        assert row.status == "failed"

    @pytest.mark.parametrize("data", [b"PK\x03\x04 not really", b"plain", b""])
    def test_damaged(self, city: Scenario, programme: Programme, data: bytes) -> None:
        with pytest.raises(Invalid):
            received(city.by("deputy"), programme, [("a.zip", data)])
        form = only_form(received(city.by("deputy"), programme, [("a.xlsx", data)]))
        assert form.status == "refused"

    @pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
    def test_damaged_within(self, city: Scenario, programme: Programme, packing: int) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", packing) as archive:
            archive.writestr("a.xlsx", bytes(range(256)) * 8)
        data = bytearray(out.getvalue())
        data[46:90] = bytes(byte ^ 0xFF for byte in data[46:90])
        with pytest.raises(Invalid, match="壊れている"):
            received(city.by("deputy"), programme, [("a.zip", bytes(data))])


@pytest.mark.programs
def test_saved_by_libreoffice_it_is_read(
    city: Scenario, programme: Programme, sheet: Sheet, tmp_path: Path
) -> None:
    by = city.by("deputy")
    give(by, sheet, "backup.test", "issue", "=戻していない。", "二行\n書いた。")
    data = through_libreoffice(edited(issued(by, sheet), FILLED), tmp_path)
    form = only_form(received(by, programme, data))
    assert said(form) == []
    assert [(one["number"], one["after"][0]) for one in form.changes] == [
        ("1-1", "conforms"),
        ("1-2", "issue"),
        ("2-1", "not_applicable"),
    ]
