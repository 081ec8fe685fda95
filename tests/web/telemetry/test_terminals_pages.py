"""端末台帳 on its pages: list, one terminal, entering, assigning, files, doubts, settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.inventory.makers import UUIDS, inventory, machine, make_terminal, record
from time_machine import travel

from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.journal.models import Entry
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import add_terminal
from tenken.telemetry.models import DoubtfulMatch, InventorySetting, Terminal, TerminalAssignment
from tenken.workbooks import ledger_imports

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
LIST = "/terminals/list/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with travel(NOW, tick=False):
        yield


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def manager(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["section_manager"])


def fill(scenario: Scenario, count: int = 60) -> None:
    by = scenario.by("secretariat", date(2026, 4, 1))
    for number in range(1, count + 1):
        unit = scenario.section_a1 if number % 2 else scenario.section_b1
        add_terminal(by=by, data=TerminalData(f"N{number:04d}", serial=f"SER{number:05d}"), unit=unit)
    for number in (1, 2, 3):
        record(scenario.city, machine(number), NOW - timedelta(days=number * 10))


def test_the_list_is_scoped_and_bounded(
    scenario: Scenario, secretariat: Client, manager: Client, django_assert_max_num_queries: Any
) -> None:
    fill(scenario)
    with django_assert_max_num_queries(24):
        page = secretariat.get(LIST).content.decode()
    assert "まちづくり局 企画課" in page
    assert "健康福祉局 保険課" in page
    own = manager.get(LIST).content.decode()
    assert "N0001" in own
    assert "N0002" not in own
    assert "端末を登録する" not in own


def test_filters_ask_for_what_they_say(scenario: Scenario, secretariat: Client) -> None:
    fill(scenario, 6)

    def shown(**query: Any) -> set[str]:
        page = secretariat.get(LIST, query).content.decode()
        return {f"N000{n}" for n in range(1, 7) if f">N000{n}<" in page}

    assert shown(condition="silent") == {"N0002", "N0003"}
    assert shown(condition="never") == {"N0004", "N0005", "N0006"}
    assert shown(unit=scenario.bureau_a.pk) == {"N0001", "N0003", "N0005"}
    assert shown(q="ser00004") == {"N0004"}
    assert shown(system="Microsoft Windows 11 Pro") == {"N0001", "N0002", "N0003"}
    assert shown(condition="nonsense") == set()
    assert shown(state="retired") == set()


@pytest.mark.parametrize("kind", ["excel", "csv"])
def test_the_ledger_goes_out_and_comes_back_without_a_difference(
    scenario: Scenario, secretariat: Client, kind: str
) -> None:
    fill(scenario, 5)
    record(scenario.city, machine(900), NOW)  # heard of, in no ledger, nowhere placed
    sent = SimpleUploadedFile(
        "台帳.xlsx" if kind == "excel" else "台帳.csv", secretariat.get(LIST, {"export": kind}).content
    )
    response = secretariat.post(f"{LIST}import/", {"file": sent})
    assert response.status_code == 200
    assert "変わるものはありません" in response.content.decode()


def upload(client: Client, text: str) -> Any:
    sent = SimpleUploadedFile("台帳.csv", text.encode("cp932"))
    return client.post(f"{LIST}import/", {"file": sent})


def test_a_file_is_shown_and_then_written(scenario: Scenario, secretariat: Client) -> None:
    fill(scenario, 3)
    code_b, person = scenario.section_b1.code, scenario.people["staff"].number
    lines = (
        "端末機番号,所属コード,種類,職員番号,状態,理由",
        f"N0001,{code_b},ノートパソコン,{person},,",
        f"N0002,{code_b},,,廃棄・返却,リース満了",
        f"N0100,{scenario.section_a1.code},仮想サーバ,,予備,",
        f"N0003,{scenario.section_a1.code},,,,",
    )
    response = upload(secretariat, "\r\n".join(lines))
    page = response.content.decode()
    assert response.status_code == 200
    assert "デスクトップ → ノートパソコン" in page
    shown = {"token": response.context["token"], "shown": response.context["found"].digest}
    assert secretariat.post(f"{LIST}import/confirm/", shown).status_code == 302
    first = Terminal.objects.get(number="N0001")
    assert (first.kind, first.unit, first.person) == (
        "notebook",
        scenario.section_b1,
        scenario.people["staff"],
    )
    assert Terminal.objects.get(number="N0002").state == "retired"
    assert Terminal.objects.get(number="N0100").state == "spare"
    assert TerminalAssignment.objects.filter(terminal=first).count() == 2


class TestALongFile:
    """More rows than a page waits for are written by a job."""

    @pytest.fixture(autouse=True)
    def long(self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(scenario, 4)
        monkeypatch.setattr(ledger_imports, "MOST_AT_ONCE", 5)

    def confirmed(self, scenario: Scenario, client: Client) -> Job:
        """Send six rows, see the difference, agree to it; return the job that waits."""
        code = scenario.section_a1.code
        lines = ["端末機番号,所属コード,備考", *(f"N000{at},{code},棚卸済み" for at in range(1, 5))]
        lines += [f"N0100,{code},新規", f"N0101,{code},新規"]
        response = upload(client, "\r\n".join(lines))
        shown = {"token": response.context["token"], "shown": response.context["found"].digest}
        answer = client.post(f"{LIST}import/confirm/", shown)
        job = Job.objects.get(kind=ledger_imports.LEDGER_JOB)
        assert answer["Location"] == f"/jobs/{job.pk}/"
        assert not Terminal.objects.filter(note="棚卸済み").exists(), "nothing is written inside the request"
        return job

    def test_is_written_by_a_job_with_progress(
        self, scenario: Scenario, secretariat: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[tuple[int, int]] = []
        monkeypatch.setattr(
            ledger_imports, "progress", lambda job, done, total, message="": seen.append((done, total))
        )
        job = self.confirmed(scenario, secretariat)
        execute(job.pk)
        assert seen == [(0, 6), *((done, 6) for done in range(7))]
        page = secretariat.get(f"/jobs/{job.pk}/").content.decode()
        assert "端末台帳に取り込みました（追加2件、変更4件、終了0件）。" in page
        assert Terminal.objects.filter(note="棚卸済み").count() == 4
        assert Terminal.objects.filter(note="新規").count() == 2

    def test_refuses_what_changed_meanwhile_with_its_row(
        self, scenario: Scenario, secretariat: Client
    ) -> None:
        job = self.confirmed(scenario, secretariat)
        Terminal.objects.filter(number="N0002").update(note="貸出中")
        execute(job.pk)
        job.refresh_from_db()
        assert (job.status, len(job.problems)) == (Job.Status.FAILED, 1)
        assert job.problems[0]["place"] == "3行"
        assert "備考：貸出中 → 棚卸済み" in job.problems[0]["message"]
        assert not Terminal.objects.filter(note__in=("棚卸済み", "新規")).exists()

    @pytest.mark.parametrize("at", range(6))
    def test_leaves_nothing_of_itself_wherever_it_stops(
        self, scenario: Scenario, secretariat: Client, monkeypatch: pytest.MonkeyPatch, at: int
    ) -> None:
        job = self.confirmed(scenario, secretariat)

        def stopped(job: Job, done: int, total: int, message: str = "") -> None:
            if done == at and message == "取り込んでいます":
                raise OSError

        monkeypatch.setattr(ledger_imports, "progress", stopped)
        execute(job.pk)
        job.refresh_from_db()
        assert job.status == Job.Status.FAILED
        assert not Terminal.objects.filter(note__in=("棚卸済み", "新規")).exists()
        assert not Entry.objects.filter(operation="telemetry.terminal.change").exists()

    def test_names_the_row_that_is_refused_while_it_is_written(
        self, scenario: Scenario, secretariat: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = self.confirmed(scenario, secretariat)

        def told(job: Job, done: int, total: int, message: str = "") -> None:
            if message == "取り込んでいます" and not done:
                Terminal.objects.filter(number="N0003").update(version=9)

        monkeypatch.setattr(ledger_imports, "progress", told)
        execute(job.pk)
        job.refresh_from_db()
        assert [problem["place"] for problem in job.problems] == ["4行"]
        assert not Terminal.objects.filter(note="棚卸済み").exists()


def test_what_is_wrong_in_a_file_is_said_with_its_place(scenario: Scenario, secretariat: Client) -> None:
    fill(scenario, 2)
    lines = (
        "端末機番号,所属コード,種類,状態,職員番号",
        "N0001,U9999,ロボット,廃棄・返却,x",
        "N0002,,,,",
        ",U0001,,,",
    )
    response = upload(secretariat, "\r\n".join(lines))
    page = response.content.decode()
    assert response.status_code == 422
    for words in ("2行「所属コード」列", "2行「種類」列", "2行「職員番号」列", "3行「所属コード」列"):
        assert words in page
    assert Terminal.objects.get(number="N0001").state == "in_use"


def test_a_terminal_shows_all_there_is(
    scenario: Scenario, secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    fill(scenario, 1)
    terminal = Terminal.objects.get(number="N0001")
    with django_assert_max_num_queries(24):
        page = secretariat.get(f"/terminals/{terminal.pk}/").content.decode()
    for words in ("まちづくり局 企画課", "OptiPlex 7080", "SER00001", "KIOXIA 256GB", "Apex One", "18.123"):
        assert words in page
    assert "台帳に登録" in page  # the journal's row
    software = secretariat.get(f"/terminals/{terminal.pk}/software/", {"q": "office"}).content.decode()
    assert "Microsoft Office Standard 2019" in software
    assert "に終了" in software
    assert "KB5031455" not in software
    assert "初めて" in secretariat.get(f"/terminals/{terminal.pk}/history/").content.decode()
    for page_of in ("software", "history"):
        answer = secretariat.get(f"/terminals/{terminal.pk}/{page_of}/", {"export": "excel"})
        assert answer.headers["Content-Type"].startswith("application/vnd.openxml")


def test_a_terminal_elsewhere_is_not_there(scenario: Scenario, manager: Client) -> None:
    elsewhere = make_terminal(scenario.city, "X", scenario.section_b1)
    for page in ("", "software/", "history/", "change/", "assign/", "state/"):
        assert manager.get(f"/terminals/{elsewhere.pk}/{page}").status_code == 404
    mine = make_terminal(scenario.city, "Y", scenario.section_a1)
    assert manager.get(f"/terminals/{mine.pk}/").status_code == 200
    assert manager.get(f"/terminals/{mine.pk}/change/").status_code == 403


def test_a_terminal_is_entered_assigned_and_retired(scenario: Scenario, secretariat: Client) -> None:
    said = {
        "number": "N1",
        "kind": "desktop",
        "procurement": "central",
        "unit": scenario.section_a1.pk,
        "person": "",
        "on": "2026-11-01",
    }
    assert secretariat.post(f"{LIST}new/", said | {"person": "nobody"}).status_code == 422
    assert secretariat.post(f"{LIST}new/", said).status_code == 302
    terminal = Terminal.objects.get()
    assert secretariat.post(f"{LIST}new/", said).status_code == 422
    base = f"/terminals/{terminal.pk}/"
    moved = {"unit": scenario.section_b1.pk, "person": "", "on": "令和8年11月10日", "version": "1"}
    assert secretariat.post(f"{base}assign/", moved).status_code == 302
    assert secretariat.post(f"{base}assign/", moved).status_code == 409
    change = {"number": "N1", "kind": "tablet", "procurement": "section", "version": "2"}
    assert secretariat.post(f"{base}change/", change).status_code == 302
    gone = {"event": "retire", "on": "2026-11-20", "because": "", "version": "3"}
    assert secretariat.post(f"{base}state/", gone).status_code == 422
    assert secretariat.post(f"{base}state/", gone | {"because": "返却"}).status_code == 302
    terminal.refresh_from_db()
    assert (terminal.state, terminal.kind, terminal.unit) == ("retired", "tablet", scenario.section_b1)


def test_a_terminal_that_was_heard_of_is_entered_under_the_ledgers_number(
    scenario: Scenario, secretariat: Client
) -> None:
    terminal = record(scenario.city, machine(7), NOW)
    page = secretariat.get(LIST, {"condition": "unlisted"}).content.decode()
    assert "台帳にない" in page
    said = {"number": "N-7", "kind": "desktop", "procurement": "central", "version": "1"}
    assert secretariat.post(f"/terminals/{terminal.pk}/change/", said).status_code == 302
    terminal.refresh_from_db()
    assert (terminal.number, terminal.former_number, terminal.in_ledger) == ("N-7", "PC-0007", True)


def test_doubts_are_compared_decided_and_taken_back(scenario: Scenario, secretariat: Client) -> None:
    record(scenario.city, at=NOW)
    record(scenario.city, inventory(agent_id="other", uuid=UUIDS[1]), NOW)
    doubt = DoubtfulMatch.objects.get()
    assert "確認待ち" in secretariat.get("/terminals/doubts/").content.decode()
    page = secretariat.get(f"/terminals/doubts/{doubt.pk}/").content.decode()
    assert UUIDS[0] in page
    assert UUIDS[1] in page
    said = {"same": "same", "because": "現物を確認", "version": "1"}
    assert secretariat.post(f"/terminals/doubts/{doubt.pk}/", said | {"because": ""}).status_code == 422
    assert secretariat.post(f"/terminals/doubts/{doubt.pk}/", said).status_code == 302
    assert Terminal.objects.filter(merged_into=None).count() == 1
    assert "現物を確認" in secretariat.get("/terminals/doubts/", {"decided": "1"}).content.decode()
    back = {"because": "2台あった", "version": "2"}
    assert secretariat.post(f"/terminals/doubts/{doubt.pk}/split/", back).status_code == 302
    assert Terminal.objects.filter(merged_into=None).count() == 2


def test_settings_are_the_citys(scenario: Scenario, secretariat: Client, manager: Client) -> None:
    said = {"silent_days": "７", "antivirus_days": "3", "patch_days": "30", "junk": "ABC*\n", "version": "1"}
    assert secretariat.get(f"{LIST}settings/").status_code == 200
    assert secretariat.post(f"{LIST}settings/", said).status_code == 302
    assert InventorySetting.objects.get().silent_days == 7
    assert (
        secretariat.post(f"{LIST}settings/", said | {"silent_days": "0", "version": "2"}).status_code == 422
    )
    assert manager.get(f"{LIST}settings/").status_code == 403


def test_what_is_nowhere_is_404_or_an_empty_list(scenario: Scenario, secretariat: Client) -> None:
    assert secretariat.get("/terminals/999999/").status_code == 404
    assert secretariat.get(LIST, {"unit": "x", "title": "９"}).status_code == 200
    assert secretariat.get("/terminals/doubts/99/").status_code == 404
    assert secretariat.post(f"{LIST}follow/").status_code == 302
