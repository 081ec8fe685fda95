"""The pages of visits: the whole road through forms, without JavaScript, as files, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.audit.makers import chosen_visit, finished, line, notified_visit, reported, visited
from tests.factories import Scenario, make_unit

from tenken.audit.models import Observation, Visit, VisitEvidence, VisitItem, VisitSelection
from tenken.audit.operations import ask_facts
from tenken.findings.models import Finding
from tenken.inspection.models import Stage
from tenken.web.inspection.numbers import answer_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretariat(city: Scenario, client_for: Any) -> Client:
    return client_for(city.people["secretariat"])


@pytest.fixture
def auditor(city: Scenario, client_for: Any) -> Client:
    return client_for(city.people["auditor"])


@pytest.fixture
def manager(city: Scenario, client_for: Any) -> Client:
    return client_for(city.people["section_manager"])


def _post(client: Client, name: str, key: int, status: int = 302, **data: Any) -> str:
    response = client.post(reverse(name, args=[key]), data)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def test_the_whole_road(
    city: Scenario, stage: Stage, secretariat: Client, auditor: Client, manager: Client
) -> None:
    _post(secretariat, "audit-select", stage.pk, 422, way="draw", method="random", wanted="9", reasons="理由")
    _post(
        secretariat, "audit-select", stage.pk, way="draw", method="random", wanted="３", rested_years="0",
        reasons="全庁から選ぶ。", seed="42",
    )  # fmt: skip
    selection = VisitSelection.objects.get()
    assert (
        "random.Random(42)"
        in secretariat.get(reverse("audit-selection", args=[selection.pk])).content.decode()
    )
    kept = secretariat.get(reverse("audit-selection", args=[selection.pk]) + "?export=csv")
    assert kept.content.decode("cp932").count("抽出") == 3
    _post(secretariat, "audit-selection-adopt", selection.pk, version=selection.version)
    visit = Visit.objects.get(unit=city.section_a1)
    lead = city.people["auditor"].pk
    page = _post(secretariat, "audit-plan", visit.pk, 422, planned_on="令和8年11月9日", lead=lead)
    assert "これからの日にしてください。" in page
    _post(secretariat, "audit-plan", visit.pk, planned_on="令和8年11月10日", begins_at="13時30分", lead=lead)
    visit.refresh_from_db()
    offered = secretariat.get(reverse("audit-items", args=[visit.pk])).content.decode()
    assert "課題ありと回答" in offered
    _post(secretariat, "audit-items", visit.pk, version=visit.version, items=["media.lock", "media.ledger"])
    assert manager.get(reverse("audit-visit", args=[visit.pk])).status_code == 404
    _post(secretariat, "audit-notify", visit.pk, letter_number="8総情第12号")
    assert (
        "訪問調査の実施について（通知）"
        in manager.get(reverse("audit-letter", args=[visit.pk])).content.decode()
    )
    _record(auditor, visit, "media.lock", "agree")
    _record(auditor, visit, "media.ledger", "disagree", "<b>3本</b>がない。")
    _post(
        auditor, "audit-observation-new", visit.pk, item=line(visit, "media.ledger").pk, title="台帳にない。"
    )
    new = reverse("audit-observation-new", args=[visit.pk])
    assert auditor.get(new, {"item": "9" * 5_000}).status_code == 422
    _post(auditor, "audit-practice-new", visit.pk, text="当番が見て回る。")
    _post(auditor, "audit-finish", visit.pk, attended_by="課長")
    assert "3本" not in manager.get(reverse("audit-visit", args=[visit.pk])).content.decode()
    _post(auditor, "audit-facts-ask", visit.pk, due_on="2026-11-20")
    page = manager.get(reverse("audit-visit", args=[visit.pk])).content.decode()
    assert "&lt;b&gt;3本&lt;/b&gt;がない。" in page
    assert "訪問調査の事実を確認してください" in page
    _post(manager, "audit-facts", visit.pk, 422, answer="commented")
    _post(manager, "audit-facts", visit.pk, answer="accepted")
    _post(auditor, "audit-report", visit.pk, summary="おおむね良好。")
    assert Finding.objects.get(origin="visit").title == "台帳にない。"
    _post(
        secretariat, "audit-meeting", stage.programme_id, visits=[visit.pk], held_on="2026-11-10",
        attendees="課長", minutes="説明した。",
    )  # fmt: skip
    visit.refresh_from_db()
    assert visit.status == "follow_up"
    page = secretariat.post(
        reverse("audit-close", args=[visit.pk]), {"version": visit.version}, follow=True
    ).content.decode()
    assert "改善計画の作成待ち" in page


def _record(client: Client, visit: Visit, code: str, seen: str, note: str = "") -> None:
    item = line(visit, code)
    response = client.post(
        reverse("audit-checklist-save", args=[visit.pk, item.pk]),
        {f"seen-{item.pk}": seen, f"note-{item.pk}": note, "version": f"{item.version}.0"},
    )
    assert response.status_code == 200
    assert f'id="id_seen-{item.pk}_version"' in response.content.decode()


def test_without_javascript_the_form_saves_what_was_changed(
    city: Scenario, visit: Visit, auditor: Client
) -> None:
    notified_visit(city, visit)
    items = list(visit.items.all())
    data: dict[str, Any] = {
        "shown": ",".join(str(item.pk) for item in items),
        "version": [answer_mark(0, "", "", "") for _ in items],
        f"seen-{items[0].pk}": "agree",
        f"photo-{items[1].pk}": SimpleUploadedFile("書庫.jpg", b"\xff\xd8\xff\xe0" + b"0" * 50),
    }
    assert auditor.post(reverse("audit-checklist", args=[visit.pk]), data).status_code == 302
    assert [item.seen for item in VisitItem.objects.filter(visit=visit)] == ["agree", "", ""]
    assert VisitEvidence.objects.get().item == items[1]
    data |= {f"seen-{items[0].pk}": "disagree", f"photo-{items[1].pk}": ""}
    response = auditor.post(reverse("audit-checklist", args=[visit.pk]), data)
    assert response.status_code == 409
    assert "先に記録しました" in response.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"shown": "x", "version": "1"},
        {"shown": "1,2", "version": "1"},
        {"shown": "999999", "version": "0.0", "seen-999999": "agree"},
    ],
)
def test_a_checklist_nobody_was_shown_is_refused(
    city: Scenario, visit: Visit, auditor: Client, data: dict[str, str]
) -> None:
    notified_visit(city, visit)
    assert auditor.post(reverse("audit-checklist", args=[visit.pk]), data).status_code in (404, 422)


def test_a_photograph_that_is_none_is_refused_beside_its_line(
    city: Scenario, visit: Visit, auditor: Client
) -> None:
    notified_visit(city, visit)
    item = line(visit, "media.lock")
    data = {
        "version": "0.0",
        f"seen-{item.pk}": "agree",
        f"photo-{item.pk}": SimpleUploadedFile("写真.jpg", b"MZ"),
    }
    response = auditor.post(reverse("audit-checklist-save", args=[visit.pk, item.pk]), data)
    assert response.status_code == 422
    assert (VisitEvidence.objects.count(), line(visit, "media.lock").version) == (0, 0)


def test_who_reads_the_photographs(city: Scenario, visit: Visit, auditor: Client, manager: Client) -> None:
    notified_visit(city, visit)
    item = line(visit, "media.lock")
    auditor.post(
        reverse("audit-checklist-save", args=[visit.pk, item.pk]),
        {
            "version": "0.0",
            f"photo-{item.pk}": SimpleUploadedFile("書庫.jpg", b"\xff\xd8\xff\xe0" + b"0" * 50),
        },
    )
    file = VisitEvidence.objects.get().file
    address = reverse("file-download", args=[file.pk, file.name])
    assert auditor.get(address).status_code == 200
    assert manager.get(address).status_code == 404


def test_the_paper_has_empty_boxes_and_what_the_section_said(
    city: Scenario, visit: Visit, auditor: Client
) -> None:
    visited(city, visit)
    address = reverse("audit-checklist-paper", args=[visit.pk])
    blank, filled = (auditor.get(address + query).content.decode() for query in ("?blank=1", ""))
    assert "書庫に鍵がない。" in blank
    assert "□ 一致" in blank
    assert "☑" not in blank
    assert "☑ 相違" in filled
    assert "台帳にないUSBメモリが3本ある。" in filled


def test_lists_are_narrowed_and_exported(
    city: Scenario, visit: Visit, secretariat: Client, manager: Client
) -> None:
    visit = reported(city, visit)
    chosen_visit(city, visit.stage, city.section_b1)
    address = reverse("audit-visits")
    pages = {
        query: secretariat.get(f"{address}?{query}").content.decode()
        for query in ("status=made", "status=coming", "status=left", f"programme={visit.stage.programme_id}")
    }
    assert ["企画課" in pages[one] for one in pages] == [True, False, True, True]
    assert ["保険課" in pages[one] for one in pages] == [False, True, False, True]
    assert "保険課" not in manager.get(address).content.decode()
    assert "企画課" not in secretariat.get(f"{address}?status=nothing").content.decode()
    for page in (address, reverse("audit-against", args=[visit.stage.programme_id])):
        for kind in ("excel", "csv"):
            assert "attachment" in secretariat.get(f"{page}?export={kind}").headers["Content-Disposition"]
    text = secretariat.get(
        reverse("audit-against", args=[visit.stage.programme_id]) + "?show=contradicts&export=csv"
    ).content.decode("cp932")
    assert "USBメモリを、台帳と突き合わせて確かめているか。" in text
    assert "机の上に" not in text


def test_a_visit_of_before_is_brought_in(city: Scenario, stage: Stage, secretariat: Client) -> None:
    data = {
        "unit": city.section_a1.pk,
        "visited_on": "令和8年11月9日",
        "good_practices": "当番が見て回る。\n鍵に札がある。",
        "item_1": "media.ledger",
        "seen_1": "台帳にない。",
    }
    for wrong in ({"seen_1": ""}, {"visited_on": "2026-11-11"}, {"unit": "0"}):
        _post(secretariat, "audit-past", stage.programme_id, 422, **(data | wrong))
    assert Visit.objects.count() == 0
    _post(secretariat, "audit-past", stage.programme_id, **data)
    _post(secretariat, "audit-past", stage.programme_id, 409, **data)
    assert (Visit.objects.get().good_practices.count(), Observation.objects.count()) == (2, 1)


def test_the_pages_take_the_same_queries_whatever_the_number(
    city: Scenario, stage: Stage, visit: Visit, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    reported(city, visit)
    for number in range(12):
        unit = make_unit(city.city, f"第{number}課", parent=city.bureau_b)
        Visit.objects.create(stage=stage, unit=unit, planned_on=visit.planned_on)
    pages = {
        reverse("audit-visits"): 12,
        reverse("audit-against", args=[stage.programme_id]): 9,
        reverse("audit-select", args=[stage.pk]): 18,
        reverse("audit-visit", args=[visit.pk]): 32,
        reverse("audit-checklist", args=[visit.pk]): 18,
    }
    for page, most in pages.items():
        secretariat.get(page)
        with django_assert_max_num_queries(most):
            assert secretariat.get(page).status_code == 200


def test_home_tells_each_what_waits(city: Scenario, visit: Visit, client_for: Any) -> None:
    def waits(role: str) -> tuple[str, ...]:
        page = client_for(city.people[role]).get("/").content.decode()
        steps = ("訪問を計画する", "訪問する", "事実の確認を求める", "事実を確認する", "報告する")
        return tuple(step for step in steps if f">{step}<" in page)

    assert (waits("secretariat"), waits("auditor"), waits("section_manager")) == (("訪問を計画する",), (), ())
    notified_visit(city, visit)
    assert (waits("secretariat"), waits("auditor"), waits("section_manager")) == ((), ("訪問する",), ())
    visit.refresh_from_db()
    made = finished(city, visit)
    assert waits("auditor") == ("事実の確認を求める",)
    ask_facts(by=city.by("auditor"), visit=made, due_on=date(2026, 11, 20), version=made.version)
    assert (waits("auditor"), waits("section_manager"), waits("other_manager")) == (
        (),
        ("事実を確認する",),
        (),
    )
