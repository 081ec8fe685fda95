"""The pages of operation logs: purpose first, the search and its numbers, stories, files taken out, kept searches."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.search.world import Town, fill, make_town

from tenken.jobs.operations import execute
from tenken.journal.models import PersonalDataAccess
from tenken.telemetry.models import SavedSearch, SearchExport, SearchPurpose, SearchRecord
from tenken.telemetry.store import Store, store
from tenken.web.telemetry.stories import _as_text

pytestmark = pytest.mark.django_db

HOME = "/terminals/search/"
DAY = "since=2020-12-01&until=2020-12-01"


@pytest.fixture
def town(scenario: Scenario) -> Town:
    return make_town(scenario)


@pytest.fixture
def filled(town: Town) -> Town:
    opened: Store = store()
    for table in ("events", "raw_payloads", "counts", "device_days"):
        opened.command(f"TRUNCATE TABLE {table}")
    fill(opened, town)
    return town


@pytest.fixture
def client(filled: Town, client_for: Callable[..., Client]) -> Client:
    """The secretariat, about an inquiry."""
    signed_in = client_for(filled.scenario.people["secretariat"])
    asked = {"kind": "incident", "text": "持出しの疑いの調査", "next": HOME}
    assert signed_in.post(f"{HOME}purpose/", asked).status_code == 302
    return signed_in


def _text(response: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def test_the_purpose_comes_first(filled: Town, client_for: Callable[..., Client]) -> None:
    signed_in = client_for(filled.scenario.people["secretariat"])
    assert "はじめに目的を尋ねます" in _text(signed_in.get(HOME))
    sent = signed_in.get(f"{HOME}?{DAY}&q=戸籍")
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith(f"{HOME}purpose/?next=%2Fterminals")
    page = signed_in.get(sent.headers["Location"])
    back = page.context["next"]
    assert back.startswith(f"{HOME}?since=2020-12-01")
    refused = signed_in.post(f"{HOME}purpose/", {"kind": "", "text": "", "next": back})
    assert refused.status_code == 422
    assert not SearchPurpose.objects.exists()
    stated = signed_in.post(f"{HOME}purpose/", {"kind": "audit", "text": "監査の確認", "next": back})
    assert stated.headers["Location"] == back
    assert "監査・点検：監査の確認" in _text(signed_in.get(back))
    ended = signed_in.post(f"{HOME}purpose/end/")
    assert ended.status_code == 302
    assert signed_in.get(back).status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/accounts/logout/", ""])
def test_the_way_back_stays_inside(client: Client, elsewhere: str) -> None:
    sent = client.post(f"{HOME}purpose/", {"kind": "audit", "text": "監査", "next": elsewhere})
    assert sent.headers["Location"] == HOME


@pytest.mark.parametrize(
    ("section", "day", "word", "told"),
    [
        ("residents", "2020-12-01", "戸籍データx", "サーバから 戸籍データX を閲覧"),
        ("roads", "2021-01-20", "Ｙ土木建築会社", "メール「工事図面の送付（Y土木建築会社 K様）」を送信"),
        ("tourism", "令和3年2月10日", "桟橋", "桟橋.jpg の名前を Ｘ桟橋Ｘ.jpg に変更"),
    ],
)
def test_the_three_samples_are_on_the_page(
    filled: Town, client: Client, section: str, day: str, word: str, told: str
) -> None:
    unit = getattr(filled, section)
    found = client.get(HOME, {"since": day, "until": day, "unit": unit.pk, "q": word})
    assert found.status_code == 200
    assert told in _text(found)
    assert len(found.context["lines"]) == 1
    assert found.context["lines"][0]["section"].endswith(unit.name)


def test_an_address_of_words_alone_searches_the_last_week_and_says_so(client: Client) -> None:
    with time_machine.travel(datetime(2020, 12, 3, 12, tzinfo=UTC)):
        found = client.get(HOME, {"q": "戸籍データX"})
        assert "直近の7日間を検索しました" in _text(found)
        assert "サーバから 戸籍データX を閲覧" in _text(found)
        assert "since=2020-11-27&until=2020-12-03" in found.context["back_url"]
        half = client.get(HOME, {"q": "戸籍データX", "since": "2020-12-01"})
    assert half.status_code == 422
    assert "until" in half.context["form"].errors


def test_a_page_asks_the_database_little(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get(f"{HOME}?{DAY}")
    with django_assert_max_num_queries(24):
        found = client.get(f"{HOME}?{DAY}")
    assert len(found.context["lines"]) == 50


def test_the_next_pages_with_and_without_javascript(client: Client) -> None:
    found = client.get(f"{HOME}?{DAY}")
    plain = client.get(found.context["next_url"])
    assert "<h1>操作ログの検索（続き）</h1>" in plain.content.decode()
    part = client.get(found.context["next_url"], headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<tbody>")
    assert len(part.context["lines"]) == 50
    number = 50
    while following := part.context["next_url"]:
        part = client.get(following, headers={"HX-Request": "true"})
        number += len(part.context["lines"])
    assert number == 151
    record = SearchRecord.objects.get()
    assert record.shown == 50 + 50 + 151
    noted = PersonalDataAccess.objects.filter(subject_type="telemetry.search")
    assert sum(note.rows for note in noted) == record.shown
    assert client.get(f"{HOME}{record.pk}/more/kyou/").status_code == 404
    assert client.get(f"{HOME}999999/more/1-1-1/").status_code == 404


def test_the_numbers_and_what_narrows(filled: Town, client: Client) -> None:
    found = client.get(f"{HOME}?{DAY}")
    part = client.get(found.context["numbers_url"], headers={"HX-Request": "true"})
    assert "全部で201件" in _text(part)
    facets = {one["label"]: one["rows"] for one in part.context["facets"]}
    overridden = next(row for row in facets["操作"] if row["name"] == "フィルタリングの解除")
    assert overridden["events"] == 33
    narrowed = client.get(overridden["url"])
    assert {line["operation"] for line in narrowed.context["lines"]} == {"フィルタリングの解除"}
    section = next(row for row in facets["所属"] if row["name"].endswith("戸籍住民窓口課"))
    assert f"unit={filled.residents.pk}" in section["url"]
    picture = client.get(part.context["chart_url"])
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "<svg" in picture.content.decode()
    assert "件数と内訳" in client.get(found.context["numbers_url"]).content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2020-12-01", "until": "2020-12-01", "q": "戸籍 OR"}, "「OR」の後に語がありません"),
        ({"since": "きのう", "until": "2020-12-01"}, "日付として読めません"),
        ({"since": "2020-12-02", "until": "2020-12-01"}, "初日以後にしてください"),
        ({"since": "1990-12-02", "until": "2020-12-01"}, "20年まで"),
        ({"since": "2020-12-01", "until": "2020-12-01", "unit": "999999"}, "所属"),
        ({"since": "2020-12-01", "until": "2020-12-01", "op": "nothing"}, "操作"),
        ({"since": "2020-12-01", "until": "2020-12-01", "person": "郎"}, "複数います"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    client: Client, query: dict[str, str], words: str
) -> None:
    found = client.get(HOME, query)
    assert found.status_code == 422
    assert words in _text(found)
    assert not SearchRecord.objects.exists()


def test_a_person_by_name_and_a_terminal_by_computer_name(filled: Town, client: Client) -> None:
    from tenken.telemetry.models import Terminal

    city = filled.scenario.city
    Terminal.objects.create(
        city=city, number="PC-0101", computer_name="KOSEKI-01", registered_on=date(2020, 4, 1)
    )
    name = filled.clerk_a.name
    found = client.get(HOME, {"since": "2020-12-01", "until": "2020-12-01", "device": "koseki-01"})
    assert {line["device"] for line in found.context["lines"]} == {"PC-0101"}
    typed = client.get(HOME, {"since": "2020-12-01", "until": "2020-12-01", "person": filled.clerk_a.number})
    assert {line["person"] for line in typed.context["lines"]} == {f"{name}（{filled.clerk_a.number}）"}


def test_a_terminals_and_a_persons_day(filled: Town, client: Client) -> None:
    day = client.get(f"{HOME}terminal/", {"of": "PC-0101", "day": "2020-12-01"})
    told = _text(day)
    assert "10:30サーバから 戸籍データX を閲覧" in told
    assert "68件の操作" in told
    person = client.get(f"{HOME}person/", {"of": filled.clerk_a.number, "day": "2020-12-01"})
    assert f"職員の1日：{filled.clerk_a.name}（{filled.clerk_a.number}）" in _text(person)
    nothing = client.get(f"{HOME}terminal/", {"of": "PC-9999", "day": "2020-12-01"})
    assert "この日の操作の記録はありません" in _text(nothing)
    assert client.get(f"{HOME}terminal/").status_code == 200
    assert client.get(f"{HOME}terminal/", {"of": "PC-1", "day": "あす"}).status_code == 422


def test_one_event_and_its_files_life(client: Client) -> None:
    found = client.get(HOME, {"since": "2021-02-10", "until": "2021-02-10", "q": "桟橋"})
    line = found.context["lines"][0]
    page = client.get(line["url"])
    told = _text(page)
    assert "2021-02-10 17:13" in told
    assert "\\\\KANKO\\資料画像\\Ｘ桟橋Ｘ.jpg" in told
    assert "保存していません" in told
    life = client.get(line["file_url"])
    assert [row[0] for row in life.context["names"]] == [
        "\\\\KANKO\\資料画像\\桟橋.jpg",
        "\\\\KANKO\\資料画像\\Ｘ桟橋Ｘ.jpg",
    ]
    assert len(life.context["steps"]) == 1
    for wrong in ("1-1-1", "99999999999999999999-1-1", "x"):
        assert client.get(f"{HOME}events/{wrong}/").status_code == 404
    assert client.get(f"{HOME}file/").status_code == 200
    assert client.get(f"{HOME}file/", {"path": "a.txt"}).status_code == 200
    wrong_days = {"path": "a.txt", "since": "2021-02-02", "until": "2021-02-01"}
    assert client.get(f"{HOME}file/", wrong_days).status_code == 422


@pytest.mark.parametrize(
    "raw", [b"[" * 500 + b"]" * 500, b"[" * 9000, b'"\\ud800"', b"\xff\xfe\x81", b"9" * 5000]
)
def test_any_payload_can_be_shown(raw: bytes) -> None:
    assert _as_text(raw).encode()


def test_a_search_is_kept_shared_and_removed(
    filled: Town, client: Client, client_for: Callable[..., Client]
) -> None:
    found = client.get(f"{HOME}?{DAY}&q=戸籍&nonsense=1")
    page = client.get(found.context["save_url"])
    assert page.status_code == 200
    sent = client.post(found.context["save_url"], {"name": "戸籍の閲覧", "shared": "on"})
    assert sent.status_code == 302
    row = SavedSearch.objects.get()
    assert (row.shared, "nonsense" in row.query) == (True, False)
    listed = client.get(f"{HOME}saved/")
    assert "戸籍の閲覧" in _text(listed)
    assert "戸籍の閲覧" in client.get(f"{HOME}saved/?export=csv").content.decode("cp932")
    again = client.get(f"{HOME}?{row.query}")
    assert again.context["record"].summary == row.summary
    assert client.post(f"{HOME}saved/{row.pk}/remove/").status_code == 302
    assert client.get(f"{HOME}saved/{row.pk}/remove/").status_code == 404
    assert client.get(f"{HOME}saved/new/").status_code == 422


@pytest.mark.parametrize("format_", ["csv", "csv_utf8", "xlsx", "parquet"])
def test_what_is_found_is_taken_out_as_a_file(
    filled: Town, client: Client, client_for: Callable[..., Client], format_: str
) -> None:
    found = client.get(f"{HOME}?{DAY}&q=住民")
    assert client.get(found.context["export_url"]).status_code == 200
    assert client.post(found.context["export_url"], {"format": "exe"}).status_code == 422
    sent = client.post(found.context["export_url"], {"format": format_})
    export = SearchExport.objects.get()
    assert sent.headers["Location"] == f"/jobs/{export.job_id}/"
    execute(export.job_id)  # type: ignore[arg-type]
    export.refresh_from_db()
    assert export.rows == 34
    listed = client.get(f"{HOME}exports/")
    assert export.file is not None
    assert export.file.sha256 in _text(listed)
    url = f"/files/{export.file_id}/x"
    body = client.get(url).content
    assert _taken_out(body, format_) == 34
    assert client_for(filled.scenario.people["auditor"]).get(url).status_code == 404
    assert SearchRecord.objects.filter(exported=True, shown=34).count() == 2


def _taken_out(body: bytes, format_: str) -> int:
    if format_ == "parquet":
        import pyarrow.parquet as pq

        return pq.read_table(io.BytesIO(body)).num_rows
    if format_ == "xlsx":
        from openpyxl import load_workbook

        rows = list(load_workbook(io.BytesIO(body), read_only=True)["操作ログ"].values)
        assert rows[0][0] == "日時"
        return len(rows) - 1
    text = body.decode("cp932" if format_ == "csv" else "utf-8-sig")
    return len(list(csv.reader(io.StringIO(text)))) - 1


def test_the_auditor_reads_who_searched_for_what(
    filled: Town, client: Client, client_for: Callable[..., Client]
) -> None:
    client.get(f"{HOME}?{DAY}&q=戸籍データX")
    auditor = client_for(filled.scenario.people["auditor"])
    page = auditor.get(f"{HOME}records/?q=戸籍データX&kind=search&purpose=incident&sort=-shown")
    told = _text(page)
    assert "語「戸籍データX」" in told
    assert "持出しの疑いの調査" in told
    assert "戸籍データX" not in _text(auditor.get(f"{HOME}records/?purpose=audit"))
    for query in ("since=2999-01-01", "until=2001-01-01", "exported=on", "since=x"):
        listed = auditor.get(f"{HOME}records/?{query}")
        assert listed.status_code == 200
        assert "戸籍データX" not in _text(listed)
    assert "戸籍データX" in auditor.get(f"{HOME}records/?export=csv").content.decode("cp932")
    assert PersonalDataAccess.objects.filter(purpose="操作ログの検索の記録の出力").exists()
    for path in ("", f"?{DAY}", "saved/", "exports/", "terminal/", "person/", "file/", "purpose/"):
        assert auditor.get(f"{HOME}{path}").status_code == 403
    manager = client_for(filled.scenario.people["section_manager"])
    assert manager.get(f"{HOME}records/").status_code == 403
