"""The pages of the Excel forms, as people walk through them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenken.inspection.models import Answer, Programme, Sheet
from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.workbooks.models import AnswerImport, FormTemplate
from tests.factories import Scenario
from tests.inspection.makers import give, sheet_of
from tests.workbooks.filled_forms import edited, issued, zipped
from tests.workbooks.own_form_made import HEADER_ROW, own_form

ClientFor = Callable[[Any], Client]


def upload(data: bytes, name: str = "様式.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def page(response: Any) -> str:
    return response.content.decode()


def work_off() -> Job:
    job = Job.objects.get(status="waiting")
    execute(job.pk)
    job.refresh_from_db()
    return job


class TestOneSection:
    def test_taken_along_filled_in_and_brought_back(
        self, city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["deputy"])
        assert f"/inspection/excel/sheets/{sheet.pk}/" in page(client.get(f"/inspection/sheets/{sheet.pk}/"))
        form = client.get(f"/inspection/excel/sheets/{sheet.pk}/form/")
        assert "filename*=utf-8''U0003_" in form.headers["Content-Disposition"]
        data = edited(form.content, {"F5": "課題あり", "G5": "書類がある。"})
        sent = client.post(f"/inspection/excel/sheets/{sheet.pk}/", {"filled": upload(data)})
        assert sent.status_code == 302
        shown = page(client.get(sent.url))
        assert "変更のある1個の様式の回答を、まとめて取り込みます。" in shown
        changes = page(client.get(sent.url, {"show": "changes"}))
        assert "まちづくり局 企画課" in changes
        assert "課題あり／書類がある。" in changes
        assert not Answer.objects.exists()
        row = AnswerImport.objects.get()
        done = client.post(
            f"/inspection/excel/imports/{row.pk}/apply/", {"version": row.version}, follow=True
        )
        assert "1枚の点検シートの回答1件を取り込みました。" in page(done)
        assert Answer.objects.get().reason == "書類がある。"

    def test_what_is_wrong_stands_with_its_cell(
        self, city: Scenario, sheet: Sheet, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["deputy"])
        data = edited(issued(city.by("deputy"), sheet), {"F5": "はい"})
        url = client.post(f"/inspection/excel/sheets/{sheet.pk}/", {"filled": upload(data)}).url
        problems = page(client.get(url, {"show": "problems"}))
        assert "「点検シート」F5" in problems
        assert "取り込む</button>" not in page(client.get(url))

    @pytest.mark.parametrize(
        ("name", "data", "expected"),
        [
            ("メモ.txt", b"memo", "Excel形式（.xlsx）かZIP形式（.zip）のファイルを選んでください。"),
            ("a.xlsx", b"", "空"),
            (None, b"", "選んでください"),
        ],
    )
    def test_what_cannot_be_taken_is_said_at_once(
        self,
        city: Scenario,
        sheet: Sheet,
        client_for: ClientFor,
        name: str | None,
        data: bytes,
        expected: str,
    ) -> None:
        client = client_for(city.people["deputy"])
        files = {"filled": upload(data, name)} if name else {}
        response = client.post(f"/inspection/excel/sheets/{sheet.pk}/", files)
        assert response.status_code == 422
        assert expected in page(response)
        assert not AnswerImport.objects.exists()

    def test_fifty_megabytes(self, city: Scenario, sheet: Sheet, client_for: ClientFor) -> None:
        client = client_for(city.people["deputy"])
        response = client.post(
            f"/inspection/excel/sheets/{sheet.pk}/", {"filled": upload(bytes(50 * 1024 * 1024))}
        )
        assert response.status_code == 413
        assert not AnswerImport.objects.exists()


class TestTheWholeInspection:
    def bring(
        self, client: Client, city: Scenario, programme: Programme, spoil: bool = False
    ) -> AnswerImport:
        by = city.by("secretariat")
        units = (city.section_a1, city.section_a2, city.section_b1)
        files = {}
        for unit in units:
            data = edited(issued(by, sheet_of(programme, unit)), {"F5": "適合", "F6": "適合"})
            files[f"{unit.name}.xlsx"] = data
        if spoil:
            files["保険課.xlsx"] = edited(files["保険課.xlsx"], {"G5": "=1+1"})
        sent = client.post(
            f"/inspection/excel/{programme.pk}/import/", {"filled": upload(zipped(files), "全部.zip")}
        )
        assert sent.status_code == 302
        return AnswerImport.objects.get()

    def test_all_forms_in_one_archive(
        self, city: Scenario, programme: Programme, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        response = client.post(f"/inspection/excel/{programme.pk}/issue/", follow=True)
        job = work_off()
        assert response.redirect_chain == [(f"/jobs/{job.pk}/", 302)]
        assert (job.status, job.message) == ("done", "3個の様式を1つのZIPにまとめました。")
        shown = page(client.get(f"/jobs/{job.pk}/"))
        address = re.search(r'href="(/files/[^"]+)"', shown)
        assert address is not None
        archive = client.get(address[1])
        assert archive.headers["Content-Type"] == "application/zip"
        assert len(zipfile.ZipFile(io.BytesIO(archive.content)).namelist()) == 3

    def test_read_with_progress_then_taken_over(
        self, city: Scenario, programme: Programme, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        row = self.bring(client, city, programme)
        address = f"/inspection/excel/imports/{row.pk}/"
        waiting = client.get(address, headers={"HX-Request": "true"})
        assert "待機中" in page(waiting)
        assert "HX-Refresh" not in waiting.headers
        assert work_off().message == "3個の様式を読み取りました。"
        assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        row.refresh_from_db()
        client.post(f"{address}apply/", {"version": row.version})
        assert "回答6件を取り込みました" in page(client.get(address))
        assert Answer.objects.count() == 6

    def test_the_bad_one_is_left_out_only_when_said(
        self, city: Scenario, programme: Programme, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        row = self.bring(client, city, programme, spoil=True)
        work_off()
        row.refresh_from_db()
        address = f"/inspection/excel/imports/{row.pk}/apply/"
        assert "取り込めない様式が1個あります" in page(
            client.post(address, {"version": row.version}, follow=True)
        )
        assert not Answer.objects.exists()
        client.post(address, {"version": row.version, "without_refused": "1"})
        assert Answer.objects.count() == 4

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    @pytest.mark.parametrize("show", ["", "problems", "changes"])
    def test_every_table_exports(
        self, city: Scenario, programme: Programme, client_for: ClientFor, show: str, kind: str
    ) -> None:
        client = client_for(city.people["secretariat"])
        row = self.bring(client, city, programme, spoil=True)
        work_off()
        response = client.get(f"/inspection/excel/imports/{row.pk}/", {"show": show, "export": kind})
        assert response.status_code == 200
        if kind == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
            texts = [str(cell.value) for one in sheet.iter_rows() for cell in one]
            assert any("企画課" in text or "保険課" in text for text in texts)

    def test_the_number_of_queries_is_fixed(
        self, city: Scenario, programme: Programme, client_for: ClientFor, django_assert_max_num_queries: Any
    ) -> None:
        client = client_for(city.people["secretariat"])
        row = self.bring(client, city, programme)
        work_off()
        client.get(f"/inspection/excel/imports/{row.pk}/")
        with django_assert_max_num_queries(24):
            client.get(f"/inspection/excel/imports/{row.pk}/")


class TestTheCitysOwnForm:
    def test_registered_mapped_and_used(
        self, city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        sent = client.post(
            "/inspection/excel/own-forms/new/", {"name": "様式1", "file": upload(own_form(), "様式1.xlsx")}
        )
        template = FormTemplate.objects.get()
        assert sent.url == f"/inspection/excel/own-forms/{template.pk}/"
        shown = page(client.get(sent.url))
        values = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', shown)) | {"sheet": "様式1"}
        assert values["verdict"] == "E"
        assert values["row-media.lock"] == str(HEADER_ROW + 4)
        values["mark-conforms"] = "○、はい"
        assert client.post(sent.url, values).status_code == 302
        template.refresh_from_db()
        assert dict(template.mapping["marks"]) == {
            "○": "conforms",
            "はい": "conforms",
            "×": "issue",
            "－": "not_applicable",
        }

        deputy = client_for(city.people["deputy"])
        give(city.by("deputy"), sheet, "media.lock", "issue", "鍵がない。")
        form = deputy.get(f"/inspection/excel/sheets/{sheet.pk}/form/?template={template.pk}")
        book = openpyxl.load_workbook(io.BytesIO(form.content))
        assert book["様式1"].cell(HEADER_ROW + 4, 5).value == "×"
        data = edited(form.content, {f"E{HEADER_ROW + 1}": "〇"}, "様式1")
        url = deputy.post(f"/inspection/excel/sheets/{sheet.pk}/", {"filled": upload(data)}).url
        assert "適合" in page(deputy.get(url, {"show": "changes"}))

    def test_a_wrong_mapping_is_refused_by_field(
        self, city: Scenario, programme: Programme, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        url = client.post(
            "/inspection/excel/own-forms/new/", {"name": "様式1", "file": upload(own_form(), "様式1.xlsx")}
        ).url
        values = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page(client.get(url)))) | {
            "sheet": "様式1"
        }
        response = client.post(url, values | {"row-media.lock": "あ", "verdict": "5"})
        assert response.status_code == 422
        assert 'href="#id_row-media.lock"' in page(response)
        again = client.post(url, values | {"row-media.lock": values["row-media.ledger"]})
        assert "2つの点検項目に使われています" in page(again)
        stale = client.post(url, values | {"version": "9"})
        assert stale.status_code == 409

    def test_what_is_no_workbook_is_refused(
        self, city: Scenario, programme: Programme, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        response = client.post(
            "/inspection/excel/own-forms/new/", {"name": "様式1", "file": upload(b"x", "様式1.xlsx")}
        )
        assert response.status_code == 422
        assert not FormTemplate.objects.exists()

    def test_retired_it_is_offered_no_more(
        self, city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor
    ) -> None:
        client = client_for(city.people["secretariat"])
        client.post(
            "/inspection/excel/own-forms/new/", {"name": "様式1", "file": upload(own_form(), "様式1.xlsx")}
        )
        template = FormTemplate.objects.get()
        assert "様式1（Excel）" in page(client.get(f"/inspection/excel/sheets/{sheet.pk}/"))
        client.post(f"/inspection/excel/own-forms/{template.pk}/retire/", {"version": template.version})
        assert "様式1（Excel）" not in page(client.get(f"/inspection/excel/sheets/{sheet.pk}/"))
        assert "廃止" in page(client.get("/inspection/excel/own-forms/"))
