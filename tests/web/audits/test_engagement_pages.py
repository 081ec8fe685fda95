"""The pages of audits: what each may see and do, the whole road by forms, and how many questions they ask the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.audit.engagements.makers import (
    answered,
    auditor,
    drafted,
    fresh,
    issued,
    manned,
    notified,
    outsider,
    planned,
)
from tests.factories import Scenario
from tests.inspection.makers import make_bank

from tenken.audit.models import Appointment, Auditor, Engagement
from tenken.organization.access import system_principal

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


def page(client: Client, name: str, *args: Any, status: int = 200) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def send(client: Client, name: str, *args: Any, status: int = 302, **data: Any) -> str:
    response = client.post(reverse(name, args=args), data)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


PLAN = {
    "fiscal_year": "2026",
    "kind": "section",
    "conduct": "internal",
    "theme": "情報セキュリティの管理について",
    "purpose": "確かめる。",
    "starts_on": "R8.11.10",
    "ends_on": "令和8年12月25日",
}


def test_the_whole_road_by_forms(city: Scenario, client_for: ClientFor) -> None:
    office, expert = client_for(city.people["secretariat"]), client_for(city.people["auditor"])
    section = client_for(city.people["section_manager"])
    lead = auditor(city)
    send(office, "audits-plan", unit=city.section_a1.pk, **PLAN)
    made = Engagement.objects.get()
    key = made.pk
    page(section, "audits-engagement", key, status=404)
    said = page(office, "audits-appoint", key)
    assert lead.name in said
    send(office, "audits-appoint", key, auditor=lead.pk, part="lead", valid_from="2026-11-10")
    letter = {"drafted_by": "主査", "drafted_on": "2026-11-10", "letter_to": "課長", "letter_from": "局長"}
    send(office, "audits-notify", key, letter_number="8総情第1号", **letter)
    assert "8総情第1号" in page(section, "audits-notice", key)
    send(expert, "audits-begin", key, version=fresh(made).version)
    one = {"kind": "exception", "title": "台帳にない媒体", "detail": "3本ある。", "viewpoint": "(3)"}
    send(expert, "audits-item-new", key, **one)
    send(expert, "audits-item-new", key, **one | {"title": "鍵の管理簿がない"})
    first, second = made.items.order_by("order")
    send(expert, "audits-item-move", second.pk, to="up", version=second.version)
    send(expert, "audits-item", first.pk, version=first.version, **one | {"title": "台帳にない媒体がある"})
    send(expert, "audits-item-drop", second.pk, version=second.version, reason="管理簿があった。")
    send(expert, "audits-head", key, summary="課題がある。", opinion="おおむね良好。")
    assert "台帳にない" not in page(section, "audits-engagement", key)
    page(section, "audits-report", key, status=404)
    send(expert, "audits-send", key, due_on="2026-11-20")
    assert "台帳にない媒体がある" in page(section, "audits-report", key)
    assert "台帳にない媒体がある" in page(section, "audits-answer", key)
    item = made.items.get(dropped_because="")
    differs = {f"answer_{item.pk}": "differs"}
    assert "入力してください" in send(section, "audits-answer", key, status=422, **differs)
    send(section, "audits-answer", key, **differs, **{f"words_{item.pk}": "1本は廃棄した。"})
    difference = item.answers.get()
    assert "1本は廃棄した。" in page(expert, "audits-engagement", key)
    send(expert, "audits-reply", difference.pk, outcome="kept", reply="廃棄の記録がない。")
    page(expert, "audits-issue", key)
    send(expert, "audits-issue", key)
    assert "指摘1(3)" in page(section, "audits-report", key)
    assert "発行した" in page(office, "audits-engagement", key) or "報告した" in page(
        office, "audits-engagement", key
    )
    send(office, "audits-close", key, version=fresh(made).version)
    assert fresh(made).status == "issued"  # its finding is not settled


def test_the_ciso_orders(city: Scenario, client_for: ClientFor) -> None:
    ciso = client_for(city.people["ciso"])
    assert "特命監査を命じる" in page(ciso, "audits-index")
    send(ciso, "audits-order", unit=city.section_a1.pk, because="疑いがあるため。", **PLAN)
    assert city.people["ciso"].name in page(ciso, "audits-engagement", Engagement.objects.get().pk)
    office = client_for(city.people["secretariat"])
    said = send(office, "audits-order", status=422, unit=city.section_a1.pk, because="x", **PLAN)
    assert "命じた者" in said


def test_a_form_filled_in_over_what_changed_is_refused(city: Scenario, client_for: ClientFor) -> None:
    made = planned(city)
    office = client_for(city.people["secretariat"])
    send(office, "audits-change", made.pk, version=made.version, unit=city.section_a1.pk, **PLAN)
    send(office, "audits-change", made.pk, status=409, version=made.version, unit=city.section_a1.pk, **PLAN)


def test_a_transfer_into_the_audited_section_shows_at_once(city: Scenario, client_for: ClientFor) -> None:
    """The appointment stands, the conflict is shown, the auditor works no more; ending it keeps history."""
    made = notified(city)
    office, expert = client_for(city.people["secretariat"]), client_for(city.people["auditor"])
    for name, args in (("audits-engagement", [made.pk]), ("audits-index", []), ("audits-auditors", [])):
        assert "利害が生じた任命" not in page(office, name, *args)
    _move_in(city)
    for name, args in (("audits-engagement", [made.pk]), ("audits-index", []), ("audits-work", [])):
        said = page(office, name, *args)
        assert "利害が生じた任命" in said
        assert "令和8年11月10日からまちづくり局 企画課に所属しています" in said
    said = send(expert, "audits-item-new", made.pk, status=403, title="x")
    assert "独立性がないため" in said
    row = Appointment.objects.get()
    send(office, "audits-appointment-end", row.pk, reason="異動のため", valid_to="2026-11-10")
    after = page(office, "audits-engagement", made.pk)
    assert "利害が生じた任命" not in after
    assert "異動のため" in after
    second = outsider(city)
    send(office, "audits-appoint", made.pk, auditor=second.pk, part="lead", valid_from="2026-11-10")


def _move_in(city: Scenario) -> None:
    from datetime import date

    from tests.factories import make_post

    from tenken.organization.operations import assign

    assign(
        by=system_principal(city.city, "test"),
        person=city.people["auditor"],
        post=make_post(city.city, role=None, unit=city.section_a1),
        on=date(2026, 11, 10),
        kind="concurrent",
    )


def test_the_refusal_to_appoint_says_why_with_dates(city: Scenario, client_for: ClientFor) -> None:
    made = planned(city)
    insider = auditor(city, role="deputy")
    office = client_for(city.people["secretariat"])
    assert "独立性なし" in page(office, "audits-appoint", made.pk)
    said = send(
        office,
        "audits-appoint",
        made.pk,
        status=422,
        auditor=insider.pk,
        part="lead",
        valid_from="2026-11-10",
    )
    assert "平成22年4月1日から" in said
    assert not Appointment.objects.exists()


def test_the_list_is_narrowed_and_exported(city: Scenario, client_for: ClientFor) -> None:
    planned(city, theme="媒体の管理")
    office = client_for(city.people["secretariat"])
    url = reverse("audits-index")

    def listed(
        **only: str,
    ) -> bool:  # above the list stands what waits for the reader, whatever it is narrowed to
        return "媒体の管理" in office.get(url, only).content.decode().partition("<table")[2]

    assert listed(q="媒体", status="live", year="2026")
    assert not listed(kind="special")
    assert not listed(status="none")
    assert "媒体の管理".encode("cp932") in office.get(url, {"export": "csv"}).content
    assert "媒体の管理" in page(office, "audits-held")
    assert office.get(reverse("audits-held"), {"export": "excel"}).status_code == 200


def test_pages_ask_no_more_however_many_rows(
    city: Scenario, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    lead = auditor(city)
    for _ in range(4):
        notified(city, manned(city, lead))
    drafted(city, fresh(Engagement.objects.order_by("pk")[0]))
    office, section = client_for(city.people["secretariat"]), client_for(city.people["section_manager"])
    key = Engagement.objects.order_by("pk")[0].pk
    for client, name, args, most in (
        (office, "audits-index", [], 25),
        (section, "audits-index", [], 15),
        (office, "audits-engagement", [key], 38),
        (section, "audits-engagement", [key], 26),
        (office, "audits-held", [], 20),
        (office, "audits-work", [], 20),
        (office, "audits-auditors", [], 27),
        (office, "audits-auditor", [lead.pk], 22),
    ):
        client.get(reverse(name, args=args))
        with django_assert_max_num_queries(most):
            page(client, name, *args)


def test_auditors_are_kept_by_forms(city: Scenario, client_for: ClientFor) -> None:
    office = client_for(city.people["secretariat"])
    number = city.people["auditor"].number
    said = send(office, "audits-auditor-new", status=422, person="nobody", valid_from="2026-04-01")
    assert "この職員番号の職員はいません" in said
    send(office, "audits-auditor-new", person=number, valid_from="2026-04-01")
    row = Auditor.objects.get()
    held = {"kind": "CISA", "number": "99", "obtained_on": "2020-04-01", "expires_on": "2026-12-31"}
    send(office, "audits-qualification-new", row.pk, **held)
    done = {"what": "情報セキュリティ監査", "auditing": "on", "starts_on": "2022-04-01"}
    send(office, "audits-experience-new", row.pk, **done)
    interest = {"vendor": "みどり情報", "reason": "株主", "starts_on": "2026-04-01"}
    send(office, "audits-conflict-new", row.pk, **interest)
    shown = page(office, "audits-auditor", row.pk)
    assert "公認情報システム監査人（CISA）" in shown
    assert "なれる" in shown
    assert "有効期限が近い資格" in page(office, "audits-auditors")
    send(office, "audits-record-strike", "qualification", row.qualifications.get().pk, reason="誤記")
    assert "取消し（誤記）" in page(office, "audits-auditor", row.pk)
    assert "なれない" in page(office, "audits-auditor", row.pk)
    expert = client_for(city.people["auditor"])
    page(expert, "audits-auditor", row.pk)
    page(expert, "audits-auditor-change", row.pk, status=403)
    send(office, "audits-auditor-change", row.pk, valid_from="2026-04-01", valid_to="2027-04-01")
    send(
        office,
        "audits-settings",
        independence_years="3",
        experience_instead_years="4",
        external_track="improvement",
        viewpoints="(1) 体制は整っているか。\n(2)",
    )
    assert "監査の実務経験が4年以上" in page(office, "audits-auditor", row.pk)
    assert planned(city).viewpoints[0]["text"] == "体制は整っているか。"


def test_a_reported_audit_reads_the_same_to_all(city: Scenario, client_for: ClientFor) -> None:
    made = issued(city)
    for role in ("secretariat", "ciso", "section_manager", "bureau_manager", "auditor"):
        assert "意見2(1)" in page(client_for(city.people[role]), "audits-report", made.pk), role
    page(client_for(city.people["other_manager"]), "audits-report", made.pk, status=404)
    assert answered


def test_everybody_is_told_whose_turn_it_is(city: Scenario, client_for: ClientFor) -> None:
    made = notified(city)
    section, expert = client_for(city.people["section_manager"]), client_for(city.people["auditor"])
    assert "監査を始める" in page(expert, "audits-index")
    assert "あなたの番" not in page(section, "audits-index")
    drafted(city, made)
    assert "報告書案を確認する" in page(section, "audits-index")
    assert "あなたの番" not in page(expert, "audits-index")
    answered(city, fresh(made))
    assert "回答に対応し、報告する" in page(expert, "audits-index")
    assert "あなたの番" not in page(section, "audits-index")
    for role in ("other_manager", "bureau_manager", "ciso"):
        assert "あなたの番" not in page(client_for(city.people[role]), "audits-index"), role
