"""The ledgers on their pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.assets.makers import make_asset, make_system
from tests.factories import Scenario

from tenken.assets.models import InformationAsset, InformationSystem

pytestmark = pytest.mark.django_db

ASSET = {"name": "申請書", "classification": "2", "amount": "１２", "forms": ["paper"], "version": "1"}


@pytest.fixture
def deputy(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["deputy"])


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


def test_an_asset_is_added_changed_and_taken_off(scenario: Scenario, deputy: Client) -> None:
    response = deputy.post("/assets/new/", ASSET | {"unit": scenario.section_a1.pk})
    asset = InformationAsset.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/assets/{asset.pk}/")
    assert deputy.post(f"/assets/{asset.pk}/change/", ASSET | {"amount": "13"}).status_code == 302
    assert deputy.post(f"/assets/{asset.pk}/change/", ASSET | {"amount": "14"}).status_code == 409
    shown = deputy.get(f"/assets/{asset.pk}/").content.decode()
    assert "まちづくり局 企画課" in shown
    assert "件数：12 → 13" in shown
    response = deputy.post(f"/assets/{asset.pk}/retire/", {"valid_to": "2100-01-01", "version": "2"})
    assert response.status_code == 302
    assert "2100" in str(InformationAsset.objects.get().valid_to)


def test_a_section_elsewhere_is_not_offered(scenario: Scenario, deputy: Client) -> None:
    response = deputy.post("/assets/new/", ASSET | {"unit": scenario.section_b1.pk})
    assert response.status_code == 422
    assert not InformationAsset.objects.exists()


def test_mistakes_are_said_beside_their_fields(scenario: Scenario, deputy: Client) -> None:
    response = deputy.post("/assets/new/", {"unit": scenario.section_a1.pk, "amount": "x"})
    assert response.status_code == 422
    said = response.content.decode()
    assert all(words in said for words in ("情報資産を入力してください", "数として読めません", "重要性分類"))


def test_a_system_is_added_changed_and_taken_off(scenario: Scenario, secretariat: Client) -> None:
    said = {
        "code": "SYS-9",
        "name": "税システム",
        "owner": scenario.section_a1.pk,
        "kind": "system",
        "outage_is_grave": "on",
        "version": "1",
    }
    assert secretariat.post("/assets/systems/new/", said).status_code == 302
    system = InformationSystem.objects.get()
    changed = said | {"name": "税務システム", "owner": scenario.section_b1.pk}
    assert secretariat.post(f"/assets/systems/{system.pk}/change/", changed).status_code == 302
    shown = secretariat.get(f"/assets/systems/{system.pk}/").content.decode()
    assert "健康福祉局 保険課" in shown
    assert "税システム → 税務システム" in shown
    assert secretariat.post("/assets/systems/new/", said).status_code == 422
    gone = {"valid_to": "2100-01-01", "version": "2"}
    assert secretariat.post(f"/assets/systems/{system.pk}/retire/", gone).status_code == 302


@pytest.mark.parametrize("address", ["/assets/", "/assets/systems/"])
def test_a_ledger_goes_out_and_comes_back_without_a_difference(
    scenario: Scenario, secretariat: Client, address: str
) -> None:
    system = make_system(scenario.section_b1)
    make_asset(scenario.section_a1, "台帳A", system_id=system.pk)
    for kind, ending in (("excel", "xlsx"), ("csv", "csv")):
        content = secretariat.get(address, {"export": kind}).content
        sent = SimpleUploadedFile(f"台帳.{ending}", content)
        shown = secretariat.post(f"{address}import/", {"file": sent}).content.decode()
        assert "変わるものはありません" in shown


def test_a_file_is_shown_as_a_difference_and_then_written(scenario: Scenario, deputy: Client) -> None:
    make_asset(scenario.section_a1, "台帳A")
    header = (
        "所属コード,番号,情報資産,重要性分類,件数,保管の形,保管場所,個人情報,主要,情報システム,開始日,終了日"
    )
    code = scenario.section_a1.code
    text = f"{header}\r\n{code},1,台帳A,Ⅰ,5,紙,,,○,,,\r\n{code},,名簿,Ⅱ,,紙,,,,,,\r\n"
    sent = SimpleUploadedFile("台帳.csv", text.encode("cp932"))
    shown = deputy.post("/assets/import/", {"file": sent}).content.decode()
    assert "1,200 → 5" in shown
    assert InformationAsset.objects.count() == 1
    fields = dict(re.findall(r'name="(token|shown)" value="([0-9a-f]+)"', shown))
    assert deputy.post("/assets/import/confirm/", fields).status_code == 302
    assert list(InformationAsset.objects.values_list("name", "amount")) == [("台帳A", 5), ("名簿", None)]
    assert deputy.post("/assets/import/confirm/", fields).status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "所属コード,番号\r\n1,2\r\n".encode(), b'"'])
def test_a_file_that_is_none_is_refused(deputy: Client, content: bytes) -> None:
    response = deputy.post("/assets/import/", {"file": SimpleUploadedFile("台帳.csv", content)})
    assert response.status_code == 422


def test_the_list_sorts_filters_and_costs_the_same(
    scenario: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_asset(scenario.section_a1, f"台帳{number}", classification="S" if number == 7 else "2")
    secretariat.get("/assets/")
    with django_assert_max_num_queries(17):
        shown = secretariat.get("/assets/", {"sort": "classification"}).content.decode()
    assert shown.index("台帳7<") < shown.index("台帳1<")
    assert "台帳7<" in secretariat.get("/assets/", {"classification": "S"}).content.decode()
    assert secretariat.get("/assets/", {"unit": "x", "form": "y"}).status_code == 200


SYSTEM = {
    "code": "SYS-9",
    "kind": "system",
    "name": "税システム",
    "users": "",
    "classification": "1",
    "networks": ["lgwan"],
    "support_ends_on": "令和9年3月31日",
    "version": "1",
}


def test_a_system_says_why_it_is_important(scenario: Scenario, secretariat: Client) -> None:
    said = SYSTEM | {"owner": scenario.section_a1.pk}
    assert secretariat.post("/assets/systems/new/", said | {"users": "保険課\nU9999"}).status_code == 422
    sent = said | {"users": f"{scenario.section_b1.code}　健康福祉局 保険課"}
    assert secretariat.post("/assets/systems/new/", sent).status_code == 302
    system = InformationSystem.objects.get()
    shown = secretariat.get(f"/assets/systems/{system.pk}/").content.decode()
    assert "次の条件に当たるため、重要な情報システムです" in shown
    assert "所管課のほかに1の課公所が利用" in shown
    form = secretariat.get(f"/assets/systems/{system.pk}/change/").content.decode()
    assert f"{scenario.section_b1.code}　保険課" in form
    change = said | {"name": "税務システム"}
    assert secretariat.post(f"/assets/systems/{system.pk}/change/", change).status_code == 302
    assert not InformationSystem.objects.get().important


def test_products_and_what_happened_are_kept_on_the_system_s_page(
    scenario: Scenario, secretariat: Client
) -> None:
    system = make_system(scenario.section_a1)
    page = f"/assets/systems/{system.pk}/"
    forms = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "version": "1"}
    first = {"form-0-kind": "os", "form-0-name": "Windows Server", "form-0-release": "2012 R2"}
    wrong = forms | first | {"form-0-support_ends_on": "いつか"}
    assert secretariat.post(f"{page}products/", wrong).status_code == 422
    right = forms | first | {"form-0-support_ends_on": "令和5年10月10日"}
    assert secretariat.post(f"{page}products/", right).status_code == 302
    assert secretariat.post(f"{page}products/", right).status_code == 409
    second = {"form-1-kind": "os", "form-1-name": "Windows Server", "form-1-release": "2012 R2"}
    twice = right | second | {"form-INITIAL_FORMS": "1", "version": "2"}
    assert secretariat.post(f"{page}products/", twice).status_code == 422
    happened = {"kind": "failure", "happened_on": "2014-05-01", "outline": "半日止まった。"}
    assert secretariat.post(f"{page}occurrences/new/", happened | {"outline": ""}).status_code == 422
    assert secretariat.post(f"{page}occurrences/new/", happened).status_code == 302
    shown = secretariat.get(page).content.decode()
    assert "令和5年10月10日" in shown
    assert "半日止まった。" in shown
    key = system.occurrences.get().pk
    assert secretariat.post(f"/assets/occurrences/{key}/strike/", {"because": ""}).status_code == 422
    assert secretariat.post(f"/assets/occurrences/{key}/strike/", {"because": "誤り"}).status_code == 302
    assert "取消し</strong>：誤り" in secretariat.get(page).content.decode()
    assert secretariat.post(f"/assets/occurrences/{key}/strike/", {"because": "誤り"}).status_code == 409


def test_the_list_of_systems_filters_and_costs_the_same(
    scenario: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_system(scenario.section_a1, f"S{number:02}", f"台帳{number}", used_by_all=number == 7)
    secretariat.get("/assets/systems/")
    with django_assert_max_num_queries(18):
        shown = secretariat.get("/assets/systems/", {"sort": "first_end"}).content.decode()
    assert "台帳8<" in shown
    asked = {"importance": "yes", "support": "", "network": ""}
    shown = secretariat.get("/assets/systems/", asked).content.decode()
    assert "台帳7<" in shown
    assert "台帳8<" not in shown
    assert "台帳7<" not in secretariat.get("/assets/systems/", {"support": "12"}).content.decode()
    with django_assert_max_num_queries(18):
        assert secretariat.get("/assets/systems/", {"export": "csv"}).status_code == 200


@pytest.mark.parametrize(("asked", "rows"), [("-1", 1), ("0", 3), ("2", 2), ("9" * 30, 3), ("x", 3)])
def test_how_many_rows_the_address_asks_for(
    scenario: Scenario, secretariat: Client, asked: str, rows: int
) -> None:
    for number in range(3):
        make_system(scenario.section_a1, f"SYS-{number}")
    response = secretariat.get("/assets/systems/", {"per_page": asked, "page": "1"})
    assert response.status_code == 200
    assert response.content.decode().count("SYS-") >= rows
    assert len(response.context["table"].page) == rows
