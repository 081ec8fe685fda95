"""The risk part on its page, and across sections."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from tests.assets.makers import make_asset
from tests.factories import Scenario
from tests.inspection.makers import add_item, give, running, sheet_of
from tests.web.inspection.addresses import url_of
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.models import NoMainAssets, Programme, Sheet, SheetAsset, SheetRisk
from tenken.inspection.operations.risk import AssetRow, decide_risk, save_assets
from tenken.policy.models import CheckCategory

pytestmark = pytest.mark.django_db

ASKED = {"M-CD-01": "clear-desk", "M-MD-03": "media", "R-BK-01": "backup"}
ASSET = {"name": "被保険者台帳", "classification": "1", "amount": "１，２００", "forms": ["paper", "server"]}


@pytest.fixture
def programme(city: Scenario) -> Programme:
    for code, category in ASKED.items():
        add_item(
            city.city, code, CheckCategory.objects.get(city=city.city, code=category), f"{code}を行っている。"
        )
    return running(city.city, items=tuple(ASKED), with_risk_part=True)


def page(client: Client, sheet: Sheet) -> str:
    response = client.get(url_of(sheet, "risk/"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_manager_fills_the_part_in(city: Scenario, sheet: Sheet, manager: Client) -> None:
    assert "主要な情報資産：一つ以上挙げてください" in page(manager, sheet)
    assert "主要な情報資産とリスク" in manager.get(url_of(sheet)).content.decode()
    response = manager.post(url_of(sheet, "risk/assets/new/"), ASSET)
    assert (response.status_code, response.headers["Location"]) == (302, url_of(sheet, "risk/"))
    asset = SheetAsset.objects.get()
    assert (asset.amount, asset.forms) == (1200, ["paper", "server"])
    give(city.by("deputy"), sheet, "M-CD-01", "issue", "机に残る。")
    shown = page(manager, sheet)
    assert "高 36" in shown
    assert "Ⅰ・件数が多い（4）×起こりやすさ3×対策の不足3＝36→高" in shown
    assert f"{url_of(sheet)}#id_question-" in shown
    key = f"{asset.pk}-peeping"
    sent = {"risk": key, f"treatment-{key}": "reduce", f"note-{key}": "書庫を買う。", f"version-{key}": "0"}
    assert manager.post(url_of(sheet, "risk/decide/"), sent).status_code == 302
    assert SheetRisk.objects.get().note == "書庫を買う。"
    stale = manager.post(url_of(sheet, "risk/decide/"), sent | {f"note-{key}": "別の手。"})
    assert stale.status_code == 409
    assert "別の手。" in stale.content.decode()


def test_one_threat_is_decided_once_for_all_its_assets(city: Scenario, sheet: Sheet, manager: Client) -> None:
    by = city.by("deputy")
    rows = [AssetRow(name, "1", 2000, ("paper",)) for name in ("台帳", "申請書")]
    first, second = save_assets(by=by, sheet=sheet, rows=rows, mark=None)
    give(by, sheet, "M-CD-01", "issue", "机に残る。")
    shown = page(manager, sheet)
    assert f'name="also-{first.pk}-peeping" value="{second.pk}-peeping"' in shown
    key, other = f"{first.pk}-peeping", f"{second.pk}-peeping"
    sent = {
        f"treatment-{key}": "accept",
        f"note-{key}": "狭いため。",
        f"version-{key}": "0",
        f"version-{other}": "0",
    }
    assert (
        manager.post(url_of(sheet, "risk/decide/"), sent | {"risk": key, f"also-{key}": other}).status_code
        == 302
    )
    assert SheetRisk.objects.filter(note="狭いため。").count() == 2
    decide_risk(
        by=by,
        sheet=sheet,
        asset_id=second.pk,
        threat="peeping",
        treatment="avoid",
        note="捨てる。",
        version=1,
    )
    assert f'name="risk" value="{other}"' in page(manager, sheet)  # decided differently: each by itself


def test_what_is_wrong_is_said_beside_its_field(sheet: Sheet, manager: Client) -> None:
    response = manager.post(url_of(sheet, "risk/assets/new/"), {"name": "", "amount": "たくさん"})
    assert response.status_code == 422
    said = response.content.decode()
    assert "情報資産を入力してください" in said
    assert "数として読めません" in said
    manager.post(url_of(sheet, "risk/assets/new/"), ASSET)
    key = f"{SheetAsset.objects.get().pk}-loss"
    response = manager.post(
        url_of(sheet, "risk/decide/"),
        {"risk": key, f"treatment-{key}": "", f"note-{key}": "何か", f"version-{key}": "0"},
    )
    assert response.status_code == 422
    assert "対応を選んでください" in response.content.decode()


def test_an_asset_is_changed_and_taken_off(sheet: Sheet, manager: Client) -> None:
    manager.post(url_of(sheet, "risk/assets/new/"), ASSET)
    asset = SheetAsset.objects.get()
    address = url_of(sheet, f"risk/assets/{asset.pk}/")
    assert "1200" in manager.get(address).content.decode()
    assert manager.post(address, ASSET | {"amount": "5", "version": "1"}).status_code == 302
    assert manager.post(address, ASSET | {"amount": "6", "version": "1"}).status_code == 409
    assert manager.post(f"{address}remove/", {"version": "2"}).status_code == 302
    assert not SheetAsset.objects.exists()
    response = manager.post(url_of(sheet, "risk/none/"), {"reason": "貸館だけの公所。"})
    assert response.status_code == 302
    assert NoMainAssets.objects.get().reason == "貸館だけの公所。"


def test_the_ledger_fills_the_list_with_one_click(city: Scenario, sheet: Sheet, manager: Client) -> None:
    make_asset(city.section_a1, "台帳A", main=True)
    make_asset(city.section_a1, "台帳B", main=True)
    assert "情報資産台帳の2件をすべて取り込む" in page(manager, sheet)
    assert manager.post(url_of(sheet, "risk/take/"), {"source": "ledger"}).status_code == 302
    assert SheetAsset.objects.count() == 2
    assert manager.post(url_of(sheet, "risk/take/"), {"source": "elsewhere"}).status_code == 422
    SheetAsset.objects.filter(name="台帳A").update(amount=3)
    assert "情報資産台帳と違うものが1件あります" in page(manager, sheet)
    assert manager.post(url_of(sheet, "risk/ledger/")).status_code == 302
    assert "情報資産台帳と違うもの" not in page(manager, sheet)


def test_readers_see_and_do_not_write(
    city: Scenario, sheet: Sheet, manager: Client, client_for: ClientFor
) -> None:
    manager.post(url_of(sheet, "risk/assets/new/"), ASSET)
    auditor = client_for(city.people["auditor"])
    shown = page(auditor, sheet)
    assert "被保険者台帳" in shown
    assert "<form" not in shown.split("<main", 1)[1]
    assert auditor.post(url_of(sheet, "risk/none/"), {"reason": "x"}).status_code == 403
    other = client_for(city.people["other_manager"])
    assert other.get(url_of(sheet, "risk/")).status_code == 404


def test_a_sheet_without_the_part_says_so(
    city: Scenario, programme: Programme, sheet: Sheet, manager: Client
) -> None:
    Programme.objects.filter(pk=programme.pk).update(with_risk_part=False)
    assert "リスク対策状況点検がありません" in page(manager, sheet)
    assert "主要な情報資産とリスク" not in manager.get(url_of(sheet)).content.decode()


def test_the_page_costs_the_same_whatever_its_length(
    city: Scenario, sheet: Sheet, manager: Client, django_assert_max_num_queries: Any
) -> None:
    rows = [AssetRow(f"資産{n}", "1", 10, ("paper", "server", "terminal")) for n in range(20)]
    save_assets(by=city.by("deputy"), sheet=sheet, rows=rows, mark=None)
    page(manager, sheet)
    with django_assert_max_num_queries(23):
        page(manager, sheet)


# --- across sections ---------------------------------------------------------------------------------------------


@pytest.fixture
def filled_city(city: Scenario, programme: Programme) -> Programme:
    """Two sections with assets: one where a countermeasure is missing and its risk is decided, one where nothing is."""
    by = city.by("deputy")
    sheet = sheet_of(programme, city.section_a1)
    (asset,) = save_assets(by=by, sheet=sheet, rows=[AssetRow("台帳", "S", 2000, ("paper",))], mark=None)
    give(by, sheet, "M-CD-01", "issue", "机に残る。")
    give(by, sheet, "M-MD-03", "conforms")
    decide_risk(
        by=by, sheet=sheet, asset_id=asset.pk, threat="peeping", treatment="reduce", note="x", version=0
    )
    other = city.by("other_manager")
    sheet = sheet_of(programme, city.section_b1)
    save_assets(by=other, sheet=sheet, rows=[AssetRow("名簿", "2", None, ("server",))], mark=None)
    give(other, sheet, "M-MD-03", "conforms")
    return programme


def overview_url(programme: Programme, rest: str = "") -> str:
    return f"/inspection/{programme.pk}/risk/{rest}"


def test_the_secretariat_sees_the_whole_city(
    city: Scenario, filled_city: Programme, secretariat: Client
) -> None:
    response = secretariat.get(overview_url(filled_city))
    shown = response.content.decode()
    assert response.status_code == 200
    assert "M-CD-01を行っている。" in shown
    assert "まちづくり局" in shown
    assert (
        secretariat.get(overview_url(filled_city, "missing.svg")).headers["Content-Type"] == "image/svg+xml"
    )
    rows = secretariat.get(overview_url(filled_city, "missing/"), {"item": "M-CD-01"}).content.decode()
    assert "まちづくり局 企画課" in rows
    assert "机に残る。" in rows
    rows = secretariat.get(overview_url(filled_city, "high/"), {"level": "high"}).content.decode()
    assert "のぞき見" in rows
    assert "低減する" in rows
    assert "まちづくり局 企画課" in rows
    undecided = secretariat.get(overview_url(filled_city, "high/"), {"level": "high", "undecided": "on"})
    assert "のぞき見・机上からの漏えい</td>" not in undecided.content.decode()
    rows = secretariat.get(overview_url(filled_city, "assets/"), {"form": "server"}).content.decode()
    assert "名簿" in rows
    assert "台帳</th>" not in rows


def test_what_moved_is_held_against_the_year_before(
    city: Scenario, filled_city: Programme, secretariat: Client
) -> None:
    following = running(city.city, 2027, items=tuple(ASKED), with_risk_part=True)
    by = city.by("deputy")
    rows = [AssetRow("台帳", "S", 2500, ("paper",)), AssetRow("録音", "1", 5, ("server",))]
    save_assets(by=by, sheet=sheet_of(following, city.section_a1), rows=rows, mark=None)
    response = secretariat.get(overview_url(following), {"export": "excel", "table": "assets"})
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    said = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]
    assert ["重要性分類", "Ｓ", 1, 1, 0, 2500, 2000] in said
    assert ["重要性分類", "Ⅰ", 1, 0, 1, 5, 0] in said


def test_a_manager_sees_their_own_section_only(
    city: Scenario, filled_city: Programme, manager: Client
) -> None:
    rows = manager.get(overview_url(filled_city, "assets/")).content.decode()
    assert "台帳" in rows
    assert "名簿" not in rows


@pytest.mark.parametrize(
    ("query", "name"),
    [("", "不足している対策"), ("&table=bureaus", "局・区別の残るリスク"), ("&table=assets", "動向")],
)
@pytest.mark.parametrize("kind", ["excel", "csv"])
def test_each_table_goes_out(
    filled_city: Programme, secretariat: Client, query: str, name: str, kind: str
) -> None:
    response = secretariat.get(overview_url(filled_city, f"?export={kind}{query}"))
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("rest", ["high/", "assets/", "missing/"])
def test_rows_go_out_and_unknown_choices_are_no_error(
    filled_city: Programme, secretariat: Client, rest: str
) -> None:
    assert secretariat.get(overview_url(filled_city, f"{rest}?export=excel")).status_code == 200
    assert (
        secretariat.get(overview_url(filled_city, f"{rest}?unit=x&level=y&item=z&form=q")).status_code == 200
    )


@pytest.mark.parametrize(
    "address",
    [
        *(
            f"high/?sort={column}"
            for column in ("unit", "asset", "threat", "-level", "treatment", "classification")
        ),
        *(f"assets/?sort={column}" for column in ("unit", "name", "classification", "-amount")),
        *(f"missing/?sort={column}" for column in ("unit", "-assets")),
        *(f"?missing-sort={column}" for column in ("part", "missing", "-missing_before")),
        *(f"?bureau-sort={column}" for column in ("name", "high", "-undecided", "low")),
    ],
)
def test_every_list_sorts(filled_city: Programme, secretariat: Client, address: str) -> None:
    assert secretariat.get(overview_url(filled_city, address)).status_code == 200


def test_the_overview_costs_the_same_however_many_sections(
    filled_city: Programme, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    secretariat.get(overview_url(filled_city))
    with django_assert_max_num_queries(20):
        secretariat.get(overview_url(filled_city))
