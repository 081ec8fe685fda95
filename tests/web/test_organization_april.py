"""April on the page: lists in and out, who answered for a section when, passwords on paper."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.organization.list_files import workbook_of
from tests.web.test_organization_pages import address, run

from tenken.jobs.models import Job
from tenken.journal.models import Entry, Payload, PersonalDataAccess
from tenken.organization.imports.reorganization_list import REORGANIZATION_FORM
from tenken.organization.imports.transfer_list import TRANSFER_FORM
from tenken.organization.models import Account, Assignment, Person, Post, Unit
from tenken.organization.operations import assign, rename_unit

pytestmark = pytest.mark.django_db
APRIL = date(2014, 4, 1)
NOW = datetime(2014, 4, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_april():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def secretariat(scenario, client_for) -> Client:
    return client_for(scenario.people["secretariat"])


def post_of(person: Person) -> Post:
    return Post.objects.get(assignments__person=person, assignments__valid_to=None)


def send(client: Client, page: str, content: bytes, name: str = "一覧.xlsx", **fields):
    return client.post(address(page), {"file": SimpleUploadedFile(name, content), **fields})


@pytest.fixture
def transfers(scenario) -> bytes:
    """The deputy of 企画課 leaves and a newcomer follows; the manager of 保険課 retires and nobody follows."""
    deputy, other = scenario.people["deputy"], scenario.people["other_manager"]
    rows = [
        {"発令日": date(2014, 3, 31), "職員番号": one.number, "氏名": one.name, "区分": "退職"}
        for one in (deputy, other)
    ]
    new = {"発令日": APRIL, "職員番号": "7770001", "氏名": "若葉 一", "区分": "採用"}
    rows.append(new | {"新所属コード": scenario.section_a1.code, "新職": post_of(deputy).code})
    return workbook_of(TRANSFER_FORM, rows)


class TestTransfers:
    def preview(self, client: Client, content: bytes, last_day: str = "1") -> tuple[str, str]:
        response = send(client, "transfer", content, last_day=last_day)
        assert response.status_code == 302, response.content.decode()
        url = response.headers["Location"]
        return url, client.get(url).content.decode()

    def fields(self, page: str) -> dict[str, str]:
        return dict(re.findall(r'<input type="hidden" name="(token|shown|last_day)" value="([^"]*)"', page))

    def test_shown_then_written_by_a_job(self, scenario, secretariat, transfers):
        url, page = self.preview(secretariat, transfers)
        assert "健康福祉局 保険課　保険課 情報管理者（平成26年4月1日から）" in page
        assert "若葉 一" in page
        assert not Person.objects.filter(number="7770001").exists()
        job = run(secretariat.post(address("transfer-confirm"), self.fields(page)))
        assert job.status == Job.Status.DONE
        assert "採用・転入1件、退職・転出2件" in job.message
        assert "初期パスワード票" in job.message
        assert Assignment.objects.get(person__number="7770001").valid_from == APRIL
        gone = secretariat.get(url, follow=True).content.decode()
        assert "預かり期限が切れました" in gone, "what was written waits no more"
        done = secretariat.get(f"/jobs/{job.pk}/").content.decode()
        assert "完了" in done

    def test_sorted_filtered_exported(self, secretariat, transfers):
        url, _ = self.preview(secretariat, transfers)
        page = secretariat.get(url, {"what": "採用・転入"}).content.decode()
        assert "全1件" in page
        page = secretariat.get(url, {"q": "若葉"}).content.decode()
        assert "全1件" in page
        assert secretariat.get(url, {"sort": "-number"}).status_code == 200
        book = load_workbook(io.BytesIO(secretariat.get(url, {"export": "excel"}).content))
        assert any("若葉 一" in row for row in book.active.iter_rows(values_only=True))

    def test_the_day_of_leaving_is_kept_through_the_filter(self, scenario, secretariat, transfers):
        url, page = self.preview(secretariat, transfers, last_day="0")
        assert url.endswith("last_day=0")
        filtered = secretariat.get(url + "&what=採用・転入").content.decode()
        assert self.fields(filtered)["last_day"] == "0"
        assert 'name="last_day" value="0"' in filtered
        run(secretariat.post(address("transfer-confirm"), self.fields(page)))
        assert Account.objects.get(person=scenario.people["deputy"]).valid_to == date(2014, 3, 31)

    def test_problems_come_back_with_their_places(self, scenario, secretariat):
        rows = [{"発令日": 41730, "職員番号": "9999999", "氏名": "=だれ", "区分": "退職"}]
        response = send(secretariat, "transfer", workbook_of(TRANSFER_FORM, rows), last_day="1")
        page = response.content.decode()
        assert response.status_code == 422
        assert "シート「人事異動」2行「発令日」列" in page
        assert "data-error-summary" in page

    def test_a_job_of_who_may_no_more_fails(self, scenario, secretariat, transfers):
        _, page = self.preview(secretariat, transfers)
        response = secretariat.post(address("transfer-confirm"), self.fields(page))
        Assignment.objects.filter(person=scenario.people["secretariat"]).delete()
        assert run(response).status == Job.Status.FAILED
        assert not Person.objects.filter(number="7770001").exists()

    def test_blank_form_and_present_state(self, secretariat, scenario):
        form = load_workbook(io.BytesIO(secretariat.get(address("transfer-form")).content))
        assert form.sheetnames == ["人事異動", "記入例", "説明"]
        assert form["人事異動"].data_validations.count == 2
        present = secretariat.get(address("transfer-export")).content
        _, page = self.preview(secretariat, present)
        assert "変わるものはありません" in page
        assert secretariat.get(address("transfer-export"), {"export": "csv"}).status_code == 422


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize("page", ["transfer", "reorganization"])
class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("空.xlsx", b"x"),
            ("壊れ.xlsx", b"PK\x03\x04"),
            ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("文字.csv", b"\xff\xfe\x81\x20"),
            ("別.csv", "日付,名前\r\n1,2".encode("cp932")),
            ("写真.png", b"\x89PNG"),
        ],
    )
    def test_422_and_a_reason(self, secretariat, page, name, content):
        response = send(secretariat, page, content, name, last_day="1")
        assert response.status_code == 422
        assert "data-error-summary" in response.content.decode()

    def test_zip_bomb(self, secretariat, page):
        response = send(secretariat, page, zip_bomb(), last_day="1")
        assert response.status_code == 422
        assert "展開すると大きすぎる" in response.content.decode()

    def test_fifty_megabytes(self, secretariat, page):
        response = send(secretariat, page, b"\0" * (50 * 1024 * 1024), last_day="1")
        assert response.status_code in (413, 422)
        assert "大きすぎます" in response.content.decode()
        assert not Entry.objects.filter(operation="files.store").exists()


class TestReorganizationList:
    def test_shown_then_done_by_a_job(self, scenario, secretariat):
        codes = (scenario.section_a1.code, scenario.section_a2.code)
        rows = [
            {
                "施行日": APRIL,
                "区分": "統合",
                "旧所属コード": code,
                "新所属コード": "N2",
                "新名称": "企画計画課",
            }
            for code in codes
        ]
        url = send(secretariat, "reorganization", workbook_of(REORGANIZATION_FORM, rows)).headers["Location"]
        page = secretariat.get(url).content.decode()
        assert "N2 まちづくり局 企画計画課" in page
        assert not Unit.objects.filter(name="企画計画課").exists()
        assert load_workbook(io.BytesIO(secretariat.get(url, {"export": "excel"}).content))
        fields = dict(re.findall(r'<input type="hidden" name="(token|shown)" value="([^"]*)"', page))
        job = run(secretariat.post(address("reorganization-confirm"), fields))
        assert job.status == Job.Status.DONE, job.problems
        assert "統合1件" in job.message
        record = secretariat.get(address("reorganizations")).content.decode()
        assert "まちづくり局 企画課、まちづくり局 都市計画課" in record
        assert (
            secretariat.get(address("reorganizations"), {"kind": "rename"}).content.decode().count("企画課")
            == 0
        )
        again = secretariat.get(address("reorganization-export")).content
        assert load_workbook(io.BytesIO(again))["組織改正"].max_row > 2

    def test_what_the_city_refuses(self, scenario, secretariat):
        rows = [{"施行日": APRIL, "区分": "廃止", "旧所属コード": scenario.bureau_a.code}]
        response = send(secretariat, "reorganization", workbook_of(REORGANIZATION_FORM, rows))
        assert response.status_code == 422
        assert "シート「組織改正」2行「旧所属コード」列" in response.content.decode()


class TestTenures:
    def test_through_predecessors_on_any_date(self, scenario, secretariat, django_assert_max_num_queries):
        by = scenario.by("secretariat")
        new = rename_unit(by=by, unit=scenario.section_a1, name="企画調整課", on=date(2013, 4, 1))
        other = scenario.people["other_manager"]
        assign(
            by=by,
            person=other,
            post=new.posts.get(title="企画調整課 情報管理者"),
            on=date(2013, 10, 1),
            kind="acting",
        )
        with django_assert_max_num_queries(22):
            page = secretariat.get(address("unit-tenures", new.pk)).content.decode()
        assert "事務取扱" in page
        assert "全5件" in page
        then = secretariat.get(address("unit-tenures", new.pk), {"on": "平成24年6月1日"}).content.decode()
        assert "平成24年6月1日の情報管理者" in then
        assert "企画課 情報管理者" in then
        assert "企画調整課 情報管理者" not in then
        assert "全2件" in then
        one = secretariat.get(address("unit-tenures", new.pk), {"role": "deputy"}).content.decode()
        assert "全2件" in one
        book = secretariat.get(address("unit-tenures", new.pk), {"export": "excel"})
        assert len(list(load_workbook(io.BytesIO(book.content)).active.iter_rows())) >= 6
        assert PersonalDataAccess.objects.filter(purpose="在任の履歴の閲覧").count() == 4

    def test_staff_may_not(self, scenario, client_for):
        client = client_for(scenario.people["staff"])
        assert client.get(address("unit-tenures", scenario.section_a1.pk)).status_code == 403


class TestUnitList:
    def test_search_folds_and_names_the_bureau(self, scenario, secretariat):
        rename_unit(
            by=scenario.by("secretariat"), unit=scenario.section_b1, name="髙台保険課", on=date(2013, 4, 1)
        )
        page = secretariat.get(address("units"), {"q": "高台"}).content.decode()
        assert "髙台保険課" in page
        assert "健康福祉局" in page
        assert "全1件" in page
        wide = scenario.section_a1.code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert "企画課" in secretariat.get(address("units"), {"q": wide}).content.decode()

    def test_one_bureau(self, scenario, secretariat):
        page = secretariat.get(address("units"), {"bureau": scenario.bureau_b.pk}).content.decode()
        assert "保険課" in page
        assert "都市計画課" not in page
        assert secretariat.get(address("units"), {"bureau": "x"}).status_code == 200


class TestPasswords:
    def test_slips_are_shown_once_and_work(self, scenario, secretariat):
        person = Person.objects.create(city=scenario.city, number="7770001", name="若葉 一")
        Account.objects.create(
            username="7770001", person=person, valid_from=APRIL, must_change_password=True, password="!x"
        )
        page = secretariat.get(address("passwords"))
        assert "1人います" in page.content.decode()
        assert "no-store" in page.headers["Cache-Control"]
        slips = secretariat.post(address("passwords")).content.decode()
        password = re.search(r"<code>([a-z2-9-]{19})</code>", slips)
        assert password is not None
        assert Client().login(username="7770001", password=password[1])
        assert Account.objects.get(person=person).must_change_password
        again = secretariat.post(address("passwords")).content.decode()
        assert "<code>" not in again
        assert password[1] not in str(list(Payload.objects.values_list("body", flat=True)))

    def test_reissued_for_who_forgot(self, scenario, secretariat, client_for):
        staff = scenario.people["staff"]
        signed_in = client_for(staff)
        asked = secretariat.post(address("password-reissue"), {"person": staff.number}).content.decode()
        assert staff.name in asked
        shown = secretariat.post(address("password-person", staff.pk)).content.decode()
        password = re.search(r"<code>([a-z2-9-]{19})</code>", shown)
        assert password is not None
        assert Client().login(username=staff.number, password=password[1])
        assert signed_in.get("/").status_code == 302, "who was signed in by the old password is out"
        assert secretariat.post(address("password-reissue"), {"person": "0"}).status_code == 422

    def test_none_for_who_left(self, scenario, secretariat):
        Account.objects.filter(person=scenario.people["staff"]).update(valid_to=APRIL)
        response = secretariat.post(address("password-person", scenario.people["staff"].pk))
        assert response.status_code == 422
        assert "終わっています" in response.content.decode()

    def test_only_the_secretariat(self, scenario, client_for):
        client = client_for(scenario.people["section_manager"])
        for page in (address("passwords"), address("password-reissue")):
            assert client.post(page, {"person": "1"}).status_code == 403
