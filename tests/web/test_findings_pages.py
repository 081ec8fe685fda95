"""Pages of findings: who sees what, what comes next, what is refused and how the reader's words survive it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.factories import make_other_city
from tests.findings import makers

from tenken.findings.models import Finding

pytestmark = pytest.mark.django_db

NOW = "2026-10-06T03:00:00Z"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PLAN = {"text": "書棚を増やす。", "owner": "髙橋", "due_on": "令和８年１０月１５日", "version": "1"}
Clients = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def finding(scenario: Any) -> Finding:
    return makers.opened(scenario.section_a1)[0]


def _client(scenario: Any, client_for: Clients, role: str) -> Client:
    return client_for(scenario.people[role])


def _text(response: Any) -> str:
    return response.content.decode()


# --- the list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("section_manager", {"企画課"}),
        ("deputy", {"企画課"}),
        ("other_manager", {"保険課"}),
        ("bureau_manager", {"企画課", "都市計画課"}),
        ("secretariat", {"企画課", "都市計画課", "保険課"}),
        ("auditor", {"企画課", "都市計画課", "保険課"}),
        ("ciso", {"企画課", "都市計画課", "保険課"}),
    ],
)
def test_the_list_shows_what_one_may_see(
    scenario: Any, client_for: Clients, role: str, seen: set[str]
) -> None:
    sections = [scenario.section_a1, scenario.section_a2, scenario.section_b1]
    for section in sections:
        makers.opened(section)
    response = _client(scenario, client_for, role).get(reverse("findings-list"))
    assert response.status_code == 200
    assert 'class="tag tag--neutral" data-status="open"' in _text(response)
    rows = {record.record.unit.name for record in response.context["table"].rows}
    assert rows == seen


@pytest.mark.parametrize("role", ["staff", "committee", "commissioner", "system_manager", "network_manager"])
def test_without_the_capability_there_is_no_list(
    scenario: Any, client_for: Clients, finding: Finding, role: str
) -> None:
    client = _client(scenario, client_for, role)
    assert client.get(reverse("findings-list")).status_code == 403
    assert client.get(reverse("findings-detail", args=[finding.pk])).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(scenario: Any, client: Client, finding: Finding) -> None:
    for name, args in (("list", []), ("detail", [finding.pk]), ("check-many", []), ("close", [2026])):
        assert client.get(reverse(f"findings-{name}", args=args)).status_code == 302


def test_the_list_is_filtered_by_each_field(scenario: Any, client_for: Clients) -> None:
    by = scenario.by("section_manager")
    makers.planned(makers.opened(scenario.section_a1)[0], by)
    makers.opened(scenario.section_b1, category_code="password", title="パスワードを紙に書いていないか。")
    makers.opened(scenario.section_a2, year=2025)
    client = _client(scenario, client_for, "secretariat")

    def found(**query: Any) -> int:
        response = client.get(reverse("findings-list"), query)
        assert response.status_code == 200
        return len(response.context["table"].rows)

    assert found() == 3
    assert found(fiscal_year=2026) == 2
    assert found(fiscal_year=2026, unit=scenario.bureau_a.pk) == 1
    assert found(unit=scenario.section_b1.pk) == 1
    assert found(status="planned") == 1
    assert found(q="パスワード") == 1
    assert found(q="都市計画") == 1
    assert found(overdue="on") == 1
    assert found(status="nonsense") == 0
    assert found(sort="-status") == 3


def test_the_list_goes_out_as_excel_and_csv(scenario: Any, client_for: Clients, finding: Finding) -> None:
    client = _client(scenario, client_for, "secretariat")
    excel = client.get(reverse("findings-list"), {"export": "excel"})
    sheet = openpyxl.load_workbook(io.BytesIO(excel.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(place for place, row in enumerate(rows) if row[0] == "番号")
    assert rows[header][:5] == ["番号", "課題", "状態", "期限", "課公所"]
    assert rows[header + 1][:3] == ["2026-1", makers.TITLE, "改善計画の作成待ち"]
    assert rows[header + 1][4] == "まちづくり局 企画課"
    csv = client.get(reverse("findings-list"), {"export": "csv"})
    assert "企画課" in csv.content.decode("cp932")


def test_the_list_of_five_hundred_takes_few_queries(
    scenario: Any, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    makers.past(scenario.city, [scenario.section_a1, scenario.section_b1], 2025, 500)
    client = _client(scenario, client_for, "secretariat")
    client.get(reverse("findings-list"))
    with django_assert_max_num_queries(14):
        assert client.get(reverse("findings-list"), {"fiscal_year": 2025}).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(reverse("findings-list"), {"export": "excel"}).status_code == 200


# --- one finding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [("section_manager", 200), ("bureau_manager", 200), ("secretariat", 200), ("other_manager", 404)],
)
def test_a_finding_is_there_for_who_may_see_it(
    scenario: Any, client_for: Clients, finding: Finding, role: str, status: int
) -> None:
    response = _client(scenario, client_for, role).get(reverse("findings-detail", args=[finding.pk]))
    assert response.status_code == status


def test_another_city_sees_nothing(scenario: Any, client_for: Clients, finding: Finding) -> None:
    other = make_other_city()
    client = client_for(other.people["secretariat"])
    assert client.get(reverse("findings-detail", args=[finding.pk])).status_code == 404
    assert len(client.get(reverse("findings-list")).context["table"].rows) == 0
    posted = client.post(
        reverse("findings-check", args=[finding.pk]), {"outcome": "verified", "version": "1"}
    )
    assert posted.status_code == 404


def test_the_whole_road_through_the_pages(scenario: Any, client_for: Clients, finding: Finding) -> None:
    section = _client(scenario, client_for, "section_manager")
    office = _client(scenario, client_for, "secretariat")
    page = reverse("findings-detail", args=[finding.pk])
    assert "改善計画を作成してください" in _text(section.get(page))
    assert section.post(reverse("findings-plan", args=[finding.pk]), PLAN).status_code == 302
    assert "改善を進めて、報告してください" in _text(section.get(page))
    files = [SimpleUploadedFile("前.jpg", JPEG), SimpleUploadedFile("後.jpg", JPEG + b"\x00")]
    report = {"action": "書棚を増やした。", "action_on": "R8.10.5", "version": "2", "evidence": files}
    assert section.post(reverse("findings-report", args=[finding.pk]), report).status_code == 302
    assert "事務局の確認を待っています" in _text(section.get(page))
    assert "改善報告を確認してください" in _text(office.get(page))
    back = {"outcome": "returned", "comment": "棚の中も写してください。", "version": "3"}
    assert office.post(reverse("findings-check", args=[finding.pk]), back).status_code == 302
    text = _text(section.get(page))
    assert "改善報告が差し戻されました" in text
    assert "棚の中も写してください。" in text
    again = {"action": "中も写した。", "action_on": "2026-10-06", "version": "4"}
    assert section.post(reverse("findings-report", args=[finding.pk]), again).status_code == 302
    done = {"outcome": "verified", "comment": "", "version": "5"}
    assert office.post(reverse("findings-check", args=[finding.pk]), done).status_code == 302
    text = _text(section.get(page))
    assert "改善済です" in text
    assert "前.jpg" in text
    assert "<form" not in text.partition('<main id="main"')[2]
    finding.refresh_from_db()
    assert (finding.status, finding.closed_on, finding.action_on) == (
        "verified",
        date(2026, 10, 6),
        date(2026, 10, 6),
    )


@pytest.mark.parametrize("role", ["secretariat", "bureau_manager", "auditor"])
def test_who_may_not_improve_is_refused(
    scenario: Any, client_for: Clients, finding: Finding, role: str
) -> None:
    client = _client(scenario, client_for, role)
    for name in ("plan", "not-improved", "cannot-fix", "report", "evidence"):
        url = reverse(f"findings-{name}", args=[finding.pk])
        # Who may is asked before what was typed is looked at.
        assert [client.post(url, data).status_code for data in (PLAN | {"reason": "budget"}, {})] == [
            403,
            403,
        ]
    finding.refresh_from_db()
    assert finding.version == 1


def test_wrong_input_is_said_beside_its_field(scenario: Any, client_for: Clients, finding: Finding) -> None:
    client = _client(scenario, client_for, "section_manager")
    url = reverse("findings-plan", args=[finding.pk])
    response = client.post(url, PLAN | {"due_on": "2026-10-05", "text": "𠮷" * 4_001})
    assert response.status_code == 422
    text = _text(response)
    assert "今日以降の日付を入力してください。" in text
    assert "4,000字までです" in text
    assert "𠮷𠮷" in text
    assert client.post(url, {"version": "1"}).status_code == 422
    assert client.post(url, PLAN | {"version": "１"}).status_code == 422
    not_improved = reverse("findings-not-improved", args=[finding.pk])
    response = client.post(not_improved, {"reason": "other", "note": "", "level": "daily", "version": "1"})
    assert response.status_code == 422
    assert "未改善の説明を入力してください。" in _text(response)


def test_a_wrong_kind_of_file_is_refused_and_nothing_is_written(
    scenario: Any, client_for: Clients, finding: Finding
) -> None:
    makers.planned(finding, scenario.by("section_manager"))
    client = _client(scenario, client_for, "section_manager")
    data = {
        "action": "書棚を増やした。",
        "action_on": "2026-10-05",
        "version": "2",
        "evidence": [SimpleUploadedFile("手順.exe", b"MZ\x90\x00")],
    }
    response = client.post(reverse("findings-report", args=[finding.pk]), data)
    assert response.status_code == 422
    assert "書棚を増やした。" in _text(response)
    finding.refresh_from_db()
    assert (finding.version, finding.evidence.count()) == (2, 0)


def test_a_stale_page_says_what_changed_and_keeps_the_words(
    scenario: Any, client_for: Clients, finding: Finding
) -> None:
    makers.planned(finding, scenario.by("deputy"))
    client = _client(scenario, client_for, "section_manager")
    response = client.post(reverse("findings-plan", args=[finding.pk]), PLAN | {"text": "私の案です。"})
    assert response.status_code == 409
    text = _text(response)
    assert f"{scenario.by('deputy').actor.name}さんが9月10日付けで「改善計画を提出」" in text
    assert text.count("私の案です。") == 2
    assert "書棚を増やし、退庁時に当番が確かめる。" in text
    assert 'name="version" value="2"' in text
    response = client.post(
        reverse("findings-plan", args=[finding.pk]), PLAN | {"text": "私の案です。", "version": "2"}
    )
    assert response.status_code == 302


def test_a_procedure_that_is_over_keeps_the_words_too(
    scenario: Any, client_for: Clients, finding: Finding
) -> None:
    makers.reported(finding, scenario.by("deputy"))
    client = _client(scenario, client_for, "section_manager")
    response = client.post(reverse("findings-plan", args=[finding.pk]), PLAN | {"text": "私の案です。"})
    assert response.status_code == 409
    assert "私の案です。" in _text(response)


def test_pressed_twice_ends_on_the_same_page(scenario: Any, client_for: Clients, finding: Finding) -> None:
    client = _client(scenario, client_for, "section_manager")
    for _ in range(2):
        assert client.post(reverse("findings-plan", args=[finding.pk]), PLAN).status_code == 302
    finding.refresh_from_db()
    assert (finding.version, finding.events.count()) == (2, 2)


def test_files_are_reached_by_who_sees_the_finding(
    scenario: Any, client_for: Clients, finding: Finding
) -> None:
    makers.planned(finding, scenario.by("section_manager"))
    client = _client(scenario, client_for, "section_manager")
    data = {"version": "2", "evidence": [SimpleUploadedFile("写真.jpg", JPEG)]}
    assert client.post(reverse("findings-evidence", args=[finding.pk]), data).status_code == 302
    file = finding.evidence.get().file
    url = reverse("file-download", args=[file.pk, file.name])
    assert f'href="{url}"' in _text(client.get(reverse("findings-detail", args=[finding.pk])))

    def got(role: str) -> int:
        response = _client(scenario, client_for, role).get(url)
        if response.streaming:
            assert b"".join(response.streaming_content) == JPEG  # type: ignore[arg-type]
        return int(response.status_code)

    assert [got(role) for role in ("section_manager", "secretariat", "other_manager")] == [200, 200, 404]


def test_a_finding_takes_few_queries(
    scenario: Any, client_for: Clients, finding: Finding, django_assert_max_num_queries: Any
) -> None:
    makers.reported(finding, scenario.by("section_manager"))
    client = _client(scenario, client_for, "section_manager")
    url = reverse("findings-detail", args=[finding.pk])
    client.get(url)
    with django_assert_max_num_queries(15):
        assert client.get(url).status_code == 200


# --- the secretariat ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor", "staff"])
def test_the_secretariat_s_pages_are_the_secretariat_s(scenario: Any, client_for: Clients, role: str) -> None:
    client = _client(scenario, client_for, role)
    for url in (
        reverse("findings-check-many"),
        reverse("findings-close", args=[2026]),
        reverse("findings-close-index"),
    ):
        assert client.get(url).status_code == 403
    for url in (reverse("findings-check-many"), reverse("findings-close", args=[2026])):
        assert client.post(url).status_code == 403


def test_many_are_checked_and_the_changed_one_is_named(scenario: Any, client_for: Clients) -> None:
    by = scenario.by("section_manager")
    one, two = (makers.reported(row, by) for row in makers.opened(scenario.section_a1, 2))
    client = _client(scenario, client_for, "secretariat")
    url = reverse("findings-check-many")
    assert _text(client.get(url)).count('type="checkbox"') == 2
    assert client.post(url).status_code == 422
    assert client.post(url, {"finding": ["x:1"]}).status_code == 422
    response = client.post(url, {"finding": [f"{one.pk}:3", f"{two.pk}:2"]})
    assert response.status_code == 409
    assert f"{two}（企画課）" in _text(response)
    assert client.post(url, {"finding": [f"{two.pk}:3"]}).status_code == 302
    assert Finding.objects.filter(status="verified").count() == 2
    assert "確認を待っている改善報告はありません" in _text(client.get(url))


def test_the_stage_ends_with_a_reason_for_each(scenario: Any, client_for: Clients) -> None:
    by = scenario.by("section_manager")
    one, two, three = makers.opened(scenario.section_a1, 3)
    makers.reported(one, by)
    client = _client(scenario, client_for, "secretariat")
    assert client.get(reverse("findings-close-index")).url == reverse("findings-close", args=[2026])
    url = reverse("findings-close", args=[2026])
    text = _text(client.get(url))
    assert "1件の改善報告が確認待ちです" in text
    data = {f"reason-{row.pk}": "" for row in (one, two, three)}
    data |= {f"reason-{two.pk}": "other", f"note-{two.pk}": ""}
    response = client.post(url, data)
    assert response.status_code == 422
    assert f'href="#id_reason-{one.pk}"' in _text(response)
    assert f'href="#id_note-{two.pk}"' in _text(response)
    data |= {f"note-{two.pk}": "庁舎の建替えを待つため。", "reason-all": "budget"}
    assert client.post(url, data).status_code == 302
    found = dict(Finding.objects.filter(closed_as_not_improved=True).values_list("pk", "not_improved_reason"))
    assert found == {one.pk: "budget", two.pk: "other", three.pk: "budget"}
    assert "未改善として記録する課題はありません" in _text(client.get(url))
    assert client.get("/findings/close/9999/").status_code == 404


def test_closing_five_hundred_takes_few_queries(
    scenario: Any, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    makers.opened(scenario.section_a1, 250)
    makers.opened(scenario.section_b1, 250)
    client = _client(scenario, client_for, "secretariat")
    url = reverse("findings-close", args=[2026])
    client.get(url)
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200
    data = {f"reason-{key}": "staff" for key in Finding.objects.values_list("pk", flat=True)}
    with django_assert_max_num_queries(80):
        assert client.post(url, data).status_code == 302
    assert Finding.objects.filter(closed_as_not_improved=True).count() == 500
