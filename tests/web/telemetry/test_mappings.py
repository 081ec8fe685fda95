"""CSVの対応づけ on its pages: sample → proposal → preview → saved → a file taken in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.factories import Scenario

from tenken.common import clock
from tenken.jobs.models import Job
from tenken.telemetry.mappings.operations import save_layout
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.wire.csv_mappings import CsvMapping, propose

pytestmark = pytest.mark.django_db

SAMPLE = (
    "日時,端末名,ユーザー名,操作,ファイル名,備考\r\n"
    "令和３年２月１０日　午後５時１３分,PC-001,髙橋,ファイル名変更,C:\\共有\\a.jpg,\r\n"
    "2021/2/10 17:20:00,PC-001,髙橋,閲覧,C:\\共有\\b.jpg,\r\n"
    "きのう,PC-001,髙橋,閲覧,C:\\共有\\c.jpg,\r\n"
).encode("cp932")


@pytest.fixture
def secretariat(scenario: Scenario, client: Client) -> Client:
    account = scenario.people["secretariat"].account
    assert account is not None
    client.force_login(account)
    return client


def _file(content: bytes = SAMPLE, name: str = "操作ログ.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


def _editor(client: Client, page: str, do: str, **changes: str) -> Any:
    """Send the editor's form as it was shown, with *changes*."""
    form = client.get(page).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | changes | {"do": do}
    return client.post(page, data)


def test_a_sample_becomes_a_saved_mapping(secretariat: Client) -> None:
    sent = secretariat.post(reverse("telemetry-mapping-new"), {"file": _file()})
    assert sent.status_code == 302
    seen = secretariat.get(sent["Location"])
    body = seen.content.decode()
    assert seen.status_code == 200
    assert "2021-02-10 17:13:00" in body
    assert "ファイル名変更" in body
    assert "4行目 A列（日時）" in body
    saved = _editor(secretariat, sent["Location"], "save", name="資産管理")
    layout = CsvLayout.objects.get()
    assert saved["Location"] == reverse("telemetry-mapping", args=[layout.pk])
    assert layout.name == "資産管理"
    assert CsvMapping.from_data(layout.data).columns[3].values["閲覧"] == "file_open"
    page = secretariat.get(saved["Location"]).content.decode()
    assert "閲覧→ファイル閲覧" in page
    assert "CSVの対応づけを登録（第1版）" in page


def test_preview_shows_what_is_typed_and_saves_nothing(secretariat: Client) -> None:
    page = secretariat.post(reverse("telemetry-mapping-new"), {"file": _file()})["Location"]
    seen = _editor(secretariat, page, "preview", values_3="閲覧＝ファイル削除", name="x")
    assert "ファイル削除" in seen.content.decode()
    assert not CsvLayout.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"column_0": ""}, "「起きた日時」にする列を決めてください。"),
        ({"values_3": "閲覧"}, "1行目を「もとの値＝置換え後」の形で書いてください。"),
        ({"values_3": "閲覧＝空を飛ぶ"}, "「空を飛ぶ」という操作はありません"),
        ({"constants": "所属長＝A"}, "「所属長」という項目はありません"),
        ({"name": ""}, "名称を入力してください。"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(
    secretariat: Client, changes: dict[str, str], said: str
) -> None:
    page = secretariat.post(reverse("telemetry-mapping-new"), {"file": _file()})["Location"]
    answer = _editor(secretariat, page, "save", **{"name": "資産管理"} | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CsvLayout.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"one\ntwo\n", b"1,2\n3,4\n"])
def test_what_is_no_csv_with_headings_is_refused(secretariat: Client, content: bytes) -> None:
    assert secretariat.post(reverse("telemetry-mapping-new"), {"file": _file(content)}).status_code == 422


def test_a_mapping_is_changed_with_a_sample_of_more_columns(secretariat: Client, scenario: Scenario) -> None:
    layout = _saved(scenario)
    page = reverse("telemetry-mapping-change", args=[layout.pk])
    more = secretariat.post(page, {"file": _file()})
    assert "?sample=" in more["Location"]
    form = secretariat.get(more["Location"]).context["form"]
    assert [row.heading for row in form.rows()] == [
        "日時",
        "操作",
        "端末名",
        "ユーザー名",
        "ファイル名",
        "備考",
    ]
    data = {name: form[name].value() or "" for name in form.fields}
    changed = secretariat.post(more["Location"], data | {"do": "save", "version": "1"})
    assert changed.status_code == 302
    layout.refresh_from_db()
    assert (layout.version, len(layout.data["columns"])) == (2, 6)
    stale = secretariat.post(more["Location"], data | {"do": "save", "version": "1"})
    assert stale.status_code == 409


def test_use_ends_and_begins_again(secretariat: Client, scenario: Scenario) -> None:
    layout = _saved(scenario)
    address = reverse("telemetry-mapping-switch", args=[layout.pk])
    secretariat.post(address, {"version": "1", "in_use": "0"})
    assert (
        "使用を終了しています"
        in secretariat.get(reverse("telemetry-mapping", args=[layout.pk])).content.decode()
    )
    secretariat.post(address, {"version": "2", "in_use": "1"})
    layout.refresh_from_db()
    assert layout.in_use


def test_the_list_is_filtered_sorted_and_exported(
    secretariat: Client, scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for name in ("資産管理", "メール"):
        _saved(scenario, name)
    address = reverse("telemetry-mappings")
    with django_assert_max_num_queries(14):
        listed = secretariat.get(f"{address}?sort=-name").content.decode()
    assert listed.index("資産管理") < listed.index("メール")
    assert "資産管理" not in secretariat.get(f"{address}?q=メール").content.decode().split("<table")[1]
    exported = secretariat.get(f"{address}?export=csv").content.decode("cp932")
    assert "資産管理" in exported
    assert "<a" not in exported


def test_a_file_is_taken_in_as_a_job(secretariat: Client, scenario: Scenario) -> None:
    layout = _saved(scenario)
    address = reverse("telemetry-mapping-import")
    assert "先に、方式が" in secretariat.get(address).content.decode()
    source = Source.objects.create(
        city=scenario.city,
        code="csv-1",
        name="資産管理",
        protocol=Source.Protocol.CSV,
        created_at=clock.now(),
    )
    data = {"layout": str(layout.pk), "source": str(source.pk)}
    refused = secretariat.post(address, data | {"file": _file(b"MZ\x00", "a.csv")})
    assert refused.status_code == 422
    assert secretariat.post(address, data | {"file": _file(name="a.exe")}).status_code == 422
    sent = secretariat.post(address, data | {"file": _file()})
    job = Job.objects.get()
    assert sent["Location"] == reverse("job", args=[job.pk])
    assert job.arguments["mapping"] == layout.data


def _saved(scenario: Scenario, name: str = "資産管理") -> CsvLayout:
    return save_layout(by=scenario.by("secretariat"), name=name, note="", mapping=propose(["日時", "操作"]))
