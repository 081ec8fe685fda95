"""The inspection on the page: per role, inside and outside; planning, visits, the board."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.factories import Scenario, make_other_city, make_unit
from tests.inspection.makers import (
    approved,
    give,
    planned,
    question,
    running,
    sheet_of,
    submitted,
    system,
)
from tests.web.inspection.addresses import url_of
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import close_programme

pytestmark = pytest.mark.django_db


# --- who sees what --------------------------------------------------------------------------------------------

_PAGES = (
    "",
    "{programme}/",
    "{programme}/sheets/",
    "sheets/{sheet}/",
    "sheets/{sheet}/submit/",
)
_SECRETARIAT_PAGES = (
    "new/",
    "{programme}/stages/",
    "{programme}/questions/",
    "{programme}/launch/",
    "{programme}/close/",
    "{programme}/accept/",
)
_SEES_SHEET = {"section_manager", "deputy", "bureau_manager", "secretariat", "auditor", "ciso"}
_SEES_PROGRAMME = _SEES_SHEET | {"other_manager", "system_manager", "network_manager"}


@pytest.mark.parametrize(
    "role",
    sorted(_SEES_PROGRAMME | {"staff", "committee", "commissioner"}),
)
def test_pages_per_role(
    city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor, role: str
) -> None:
    client = client_for(city.people[role])

    def status(page: str) -> int:
        address = page.format(programme=programme.pk, sheet=sheet.pk)
        return client.get(f"/inspection/{address}").status_code

    for page in _PAGES:
        seen = role in (_SEES_SHEET if "sheets/{sheet}" in page else _SEES_PROGRAMME)
        if page == "":
            assert status(page) == 200
        else:
            assert status(page) == (200 if seen else 404), page
    for page in _SECRETARIAT_PAGES:
        expected = 200 if role == "secretariat" else (404 if role not in _SEES_PROGRAMME else 403)
        assert status(page) == (403 if page == "new/" and role != "secretariat" else expected), page


def test_another_city_sees_nothing(
    city: Scenario, programme: Programme, sheet: Sheet, client_for: ClientFor
) -> None:
    give(system(city.city), sheet, "media.lock", "conforms")
    client = client_for(make_other_city().people["secretariat"])
    for page in (*_PAGES[1:], *_SECRETARIAT_PAGES[1:]):
        address = page.format(programme=programme.pk, sheet=sheet.pk)
        assert client.get(f"/inspection/{address}").status_code == 404, page
    key = question(sheet, "media.lock").pk
    for tail in (f"answers/{key}/", "withdraw/", "approve/", "return/", "accept/", "submit/", ""):
        response = client.post(url_of(sheet, tail), {"version": "1", "shown": "", "comment": "x"})
        assert response.status_code in (404, 422), tail
    assert Answer.objects.get().version == 1


def test_lists_show_only_ones_scope(city: Scenario, programme: Programme, client_for: ClientFor) -> None:
    expected = {
        "section_manager": {"企画課"},
        "bureau_manager": {"企画課", "都市計画課"},
        "other_manager": {"保険課"},
        "secretariat": {"企画課", "都市計画課", "保険課"},
        "auditor": {"企画課", "都市計画課", "保険課"},
        "system_manager": set(),
    }
    for role, names in expected.items():
        response = client_for(city.people[role]).get(f"/inspection/{programme.pk}/sheets/")
        assert {row.record.unit.name for row in response.context["table"].rows} == names, role


def test_signed_out_people_sign_in_first(sheet: Sheet, client: Client) -> None:
    assert client.get(url_of(sheet)).status_code == 302
    assert client.post(url_of(sheet, "accept/")).status_code == 302


# --- the year's board -----------------------------------------------------------------------------------------


def test_the_board_counts_by_bureau_and_every_number_opens_its_rows(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    root = system(city.city)
    approved(root, root, sheet_of(programme, city.section_a1), {"media.lock": "鍵がない。"})
    give(root, sheet_of(programme, city.section_b1), "media.lock", "issue", "鍵がない。")
    response = secretariat.get(f"/inspection/{programme.pk}/")
    numbers = [
        (row.name, row.total, row.handed_in, row.not_handed_in, row.accepted, row.sections_with_issues)
        for row in response.context["table"].data
    ]
    assert numbers == [("まちづくり局", 2, 1, 1, 0, 1), ("健康福祉局", 1, 0, 1, 0, 1)]
    page = response.content.decode()
    links = re.findall(rf'href="(/inspection/{programme.pk}/sheets/\?bureau=[^"]+)">(\d+)</a>', page)
    assert len(links) == 7
    for address, number in links:
        listed = secretariat.get(address.replace("&amp;", "&")).context["table"]
        assert len(listed.rows) == int(number), address
    cards = re.findall(
        rf'<a href="(/inspection/{programme.pk}/sheets/[^"]*)">[^<]+</a></p>\s*<p class="figure-card__number">'
        r'<span class="figure-card__value">(\d+)<',
        page,
    )
    assert [number for _, number in cards] == ["3", "1", "2", "2"]
    for address, number in cards:
        assert len(secretariat.get(address).context["table"].rows) == int(number)


def test_sections_of_no_bureau_have_their_own_row(city: Scenario, secretariat: Client) -> None:
    make_unit(city.city, "会計課")
    programme = running(city.city)
    page = secretariat.get(f"/inspection/{programme.pk}/")
    assert "（局・区なし）" in page.content.decode()
    listed = secretariat.get(f"/inspection/{programme.pk}/sheets/?bureau=0")
    assert [row.record.unit.name for row in listed.context["table"].rows] == ["会計課"]


def test_the_list_filters_searches_and_is_exported_as_filtered(
    city: Scenario, programme: Programme, secretariat: Client
) -> None:
    base = f"/inspection/{programme.pk}/sheets/"
    found = secretariat.get(f"{base}?q=ﾄｼ").context["table"]
    assert len(found.rows) == 0  # no kana was given
    found = secretariat.get(f"{base}?q=都市").context["table"]
    assert [row.record.unit.name for row in found.rows] == ["都市計画課"]
    assert len(secretariat.get(f"{base}?state=no-such").context["table"].rows) == 0
    page = secretariat.get(f"{base}?bureau={city.bureau_b.pk}")
    export = re.search(r'href="(\?[^"]*export=csv[^"]*)"', page.content.decode())
    assert export
    response = secretariat.get(base + export[1].replace("&amp;", "&"))
    rows = response.content.decode("cp932").splitlines()
    assert len(rows) == 2
    assert "保険課" in rows[1]
    assert secretariat.get(f"{base}?export=xlsx").content[:2] == b"PK"
    assert secretariat.get(f"/inspection/{programme.pk}/?export=csv").status_code == 200


def test_the_board_names_ones_own_sheet(programme: Programme, sheet: Sheet, deputy: Client) -> None:
    page = deputy.get(f"/inspection/{programme.pk}/").content.decode()
    assert f'href="{url_of(sheet)}">企画課の点検シートを開く' in page


# --- planning -------------------------------------------------------------------------------------------------


def _stages_data(programme_name: str = "令和9年度の点検", **values: str) -> dict[str, str]:
    data = {
        "fiscal_year": "２０２７",
        "name": programme_name,
        "purpose": "",
        "kind": "inspection",
        "code": "yearly",
        "stages-TOTAL_FORMS": "1",
        "stages-INITIAL_FORMS": "0",
        "stages-0-kind": "self_inspection",
        "stages-0-name": "自己点検",
        "stages-0-starts_on": "令和9年7月1日",
        "stages-0-ends_on": "2027-08-31",
        "stages-0-target": "全庁",
        "stages-0-purpose": "現状をつかむ。",
        "stages-0-outline": "記入する。",
    }
    return data | values


def test_a_year_is_planned_chosen_and_launched_on_pages(city: Scenario, secretariat: Client) -> None:
    assert "令和8年度情報セキュリティ点検" in secretariat.get("/inspection/new/").content.decode()
    response = secretariat.post("/inspection/new/", _stages_data())
    programme = Programme.objects.get(fiscal_year=2027)
    assert response["Location"] == f"/inspection/{programme.pk}/questions/"
    page = secretariat.get(response["Location"]).content.decode()
    assert page.count(" checked") == 6
    response = secretariat.post(response["Location"], {"version": "1"})
    assert response.status_code == 422
    assert "点検項目を1つ以上" in response.content.decode() or "選ばれていません" in response.content.decode()
    secretariat.post(
        f"/inspection/{programme.pk}/questions/", {"version": "1", "items": ["media.lock", "backup.copy"]}
    )
    confirm = secretariat.get(f"/inspection/{programme.pk}/launch/").content.decode()
    assert "3の課公所に、2問の点検シート" in confirm
    secretariat.post(f"/inspection/{programme.pk}/launch/", {"version": "2"})
    assert Sheet.objects.filter(programme=programme).count() == 3
    again = secretariat.post(f"/inspection/{programme.pk}/launch/", {"version": "2"})
    assert again.status_code == 409
    assert Sheet.objects.filter(programme=programme).count() == 3


def test_a_stage_nobody_wrote_in_is_no_stage(city: Scenario, secretariat: Client) -> None:
    empty = {
        f"stages-1-{name}": "" for name in ("name", "starts_on", "ends_on", "target", "purpose", "outline")
    }
    data = _stages_data() | empty | {"stages-1-kind": "self_inspection", "stages-TOTAL_FORMS": "2"}
    data["stages-INITIAL_FORMS"] = "1"
    assert secretariat.post("/inspection/new/", data).status_code == 302
    assert Programme.objects.get().stages.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"name": "点" * 300},
        {"stages-0-name": "段" * 300},
        {"stages-0-target": "対" * 300},
        {"stages-0-ends_on": "2027-06-30"},
        {"fiscal_year": "99999"},
        {"stages-0-starts_on": "きのう"},
    ],
)
def test_a_wrong_plan_is_said_on_the_page(
    city: Scenario, secretariat: Client, values: dict[str, str]
) -> None:
    response = secretariat.post("/inspection/new/", _stages_data() | values)
    assert response.status_code == 422
    assert "data-error-summary" in response.content.decode()
    assert not Programme.objects.exists()


def test_stages_are_changed_and_a_stale_change_refused(programme: Programme, secretariat: Client) -> None:
    address = f"/inspection/{programme.pk}/stages/"
    assert "訪問調査" in secretariat.get(address).content.decode()
    data = _stages_data() | {"version": str(programme.version)}
    assert secretariat.post(address, data).status_code == 302
    assert [stage.name for stage in programme.stages.all()] == ["自己点検"]
    assert secretariat.post(address, data).status_code == 409


def test_a_programme_is_closed_after_a_warning(programme: Programme, secretariat: Client) -> None:
    address = f"/inspection/{programme.pk}/close/"
    page = secretariat.get(address).content.decode()
    assert "終わっていないものがあります" in page
    assert ">3件</a>" in page
    assert secretariat.post(address, {"version": str(programme.version)}).status_code == 302
    assert "終了" in secretariat.get(f"/inspection/{programme.pk}/").content.decode()


def test_a_closed_years_sheet_is_read_only(
    city: Scenario, programme: Programme, sheet: Sheet, deputy: Client, manager: Client
) -> None:
    submitted(city.by("deputy"), sheet)
    close_programme(by=city.by("secretariat"), programme=programme, version=programme.version)
    for client in (deputy, manager):
        page = client.get(url_of(sheet)).content.decode()
        assert "承認する</button>" not in page
        assert "hx-post" not in page


def test_a_planned_programme_has_no_list_to_open(city: Scenario, secretariat: Client) -> None:
    programme = planned(city.city)
    page = secretariat.get(f"/inspection/{programme.pk}/").content.decode()
    assert "開始までの準備" in page
    assert "点検を開始する" not in page  # no question chosen yet
