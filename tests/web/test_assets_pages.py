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
