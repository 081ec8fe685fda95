"""送信元, 受信の状態, 読み取れなかった受信: who may, what is shown, what is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.factories import Scenario
from tests.telemetry.conftest import event_store
from tests.web.source_rows import RAW, RECEIVED, put_in_quarantine, quarantine_row

from tenken.common.refusals import Invalid
from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.telemetry.ingest import pipeline as roads
from tenken.telemetry.models import ReceiverState, Source, SourceDay
from tenken.telemetry.reception import quarantine, replaying
from tenken.telemetry.reception.activity import Tally, add_tallies, tell_state
from tenken.telemetry.reception.keys import key_hash
from tenken.telemetry.reception.nodes import enroll_node, find_node
from tenken.telemetry.reception.quarantine import QuarantineFilter
from tenken.telemetry.reception.registering import REPLAY_JOB
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tenken.telemetry.store import Store

__all__ = ["event_store"]

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ClientFor = Callable[[Any], Client]


@pytest.fixture
def web(scenario: Scenario, client_for: ClientFor, event_store: Store) -> Iterator[Client]:
    with time_machine.travel(NOW, tick=True):
        yield client_for(scenario.people["secretariat"])


def new_source(scenario: Scenario, code: str = "lines-1", protocol: str = "jsonl", **settings: Any) -> Source:
    return register_source(
        by=scenario.by("secretariat"),
        code=code,
        protocol=protocol,
        settings=SourceSettings(**{"name": f"送信元{code}", **settings}),
    )[0]


def form_of(**said: Any) -> dict[str, Any]:
    return {
        "code": "sv-koseki",
        "name": "戸籍サーバー",
        "protocol": "otlp",
        "dialect": "tenken",
        "retention_class": "operation",
        "keep_raw_days": "0",
        "events_per_second": "0",
        **said,
    }


def test_no_source_may_send_as_if_restored_from_an_archive(scenario: Scenario) -> None:
    with pytest.raises(Invalid):
        new_source(scenario, retention_class="restored")


def test_a_source_is_registered_and_its_key_shown_once(web: Client) -> None:
    page = web.post(reverse("telemetry-source-new"), form_of()).content.decode()
    found = re.search(r"data-key><code>(tnk_[\w-]+)<", page)
    assert found
    source = Source.objects.get()
    assert source.key_hash == key_hash(found[1])
    assert f"authorization: Bearer {found[1]}" in page
    detail = web.get(reverse("telemetry-source", args=[source.pk])).content.decode()
    assert found[1] not in detail
    assert "＜送信元の鍵＞" in detail
    entry = Entry.objects.latest("sequence")
    assert entry.operation == "telemetry.source.register"
    assert found[1] not in entry.payload.body
    assert source.key_hash not in entry.payload.body


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": "戸籍"}, "半角の英小文字"),
        ({"protocol": "syslog", "networks": "10.0.0.0/8\nどこか"}, "アドレスの範囲ではありません"),
        ({"protocol": "syslog", "networks": "0.0.0.0/0"}, "すべてのアドレス"),
        ({"networks": "10.0.0.0/8"}, "syslogだけ"),
        ({"certificate": "abc"}, "SHA-256の指紋"),
        ({"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "証明書"),
        ({"keep_raw_days": "-1"}, "0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(web: Client, said: dict[str, str], words: str) -> None:
    answer = web.post(reverse("telemetry-source-new"), form_of(**said))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Source.objects.exists()


def test_an_address_belongs_to_one_source(web: Client, scenario: Scenario) -> None:
    new_source(scenario, "fw-1", "syslog", networks=("10.20.0.0/16",))
    answer = web.post(reverse("telemetry-source-new"), form_of(protocol="syslog", networks="10.20.0.0/16"))
    assert answer.status_code == 422
    assert "「送信元fw-1」が使っています" in answer.content.decode()


def test_a_new_key_makes_the_old_one_worthless(web: Client, scenario: Scenario) -> None:
    source = new_source(scenario)
    before = source.key_hash
    url = reverse("telemetry-source-key", args=[source.pk])
    assert "使えなくなります" in web.get(url).content.decode()
    assert "data-key" in web.post(url, {"version": source.version}).content.decode()
    source.refresh_from_db()
    assert source.key_hash != before
    assert web.post(url, {"version": 1}).status_code == 409


def test_a_source_is_changed_and_stopped_with_a_reason(web: Client, scenario: Scenario) -> None:
    source = new_source(scenario)
    said = form_of(name="新しい名称", events_per_second="100", dialect="windows", version="1")
    web.post(reverse("telemetry-source-change", args=[source.pk]), said)
    source.refresh_from_db()
    assert (source.name, source.events_per_second, source.dialect) == ("新しい名称", 100, "windows")
    url = reverse("telemetry-source-switch", args=[source.pk])
    assert web.post(url, {"version": "2", "reason": ""}).status_code == 422
    assert web.post(url, {"version": "2", "reason": "入替え"}).status_code == 302
    source.refresh_from_db()
    assert not source.enabled
    page = web.get(reverse("telemetry-source", args=[source.pk])).content.decode()
    assert "受信を再開する" in page


def test_the_list_says_what_came_in_today_and_what_waits(
    web: Client, scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        new_source(scenario, f"lines-{number}")
    first = Source.objects.get(code="lines-1")
    add_tallies(
        {(first.pk, NOW.date()): Tally(payloads=3, events=1234, last_received_at=NOW, last_peer="10.1.2.3")}
    )
    add_tallies({(first.pk, NOW.date()): Tally(payloads=1, events=1, turned_away=2)})
    put_in_quarantine(quarantine_row("991015"), quarantine_row("991015", part=2))
    with django_assert_max_num_queries(12):
        page = web.get(reverse("telemetry-sources")).content.decode()
    assert "1,235" in page
    assert "受信中" in page
    assert page.count("まだ受信なし") == 12  # eleven rows and the filter's choice
    only = web.get(reverse("telemetry-sources"), {"state": "receiving"}).content.decode()
    assert "送信元lines-1<" in only
    assert "送信元lines-2<" not in only
    assert (
        web.get(reverse("telemetry-sources"), {"export": "csv"}).content.decode("cp932").count("\r\n") == 13
    )
    assert SourceDay.objects.get().payloads == 4
    detail = web.get(reverse("telemetry-source", args=[first.pk])).content.decode()
    assert "1,235" in detail
    assert "10.1.2.3" in detail


@pytest.mark.parametrize("protocol", Source.Protocol.values)
def test_every_protocol_has_its_lines(web: Client, scenario: Scenario, protocol: str) -> None:
    where = {"host": "127.0.0.1", "port": 8010, "tls": False, "syslog_port": None, "syslog_tls_port": None}
    tell_state(name="sv:1", started_at=NOW, state={"addresses": where})
    source = new_source(scenario, "one", protocol)
    page = web.get(reverse("telemetry-source", args=[source.pk])).content.decode()
    if protocol == "csv":
        assert "CSVの取込み" in page
    else:
        assert "config-lines" in page
        assert "このサーバーの中からだけ受信しています" in page
        assert ("http://testserver:8010" in page) is (protocol in ("ocs", "glpi", "otlp", "jsonl"))


def test_hosts_are_listed_and_their_key_taken_away(web: Client, scenario: Scenario) -> None:
    source = new_source(scenario, "osquery-1", "osquery")
    key = enroll_node(source_id=source.pk, host_identifier="HOST-1", terminal_id=None, received=NOW)
    assert find_node(key)
    page = web.get(reverse("telemetry-source-nodes", args=[source.pk]), {"q": "host"}).content.decode()
    assert "HOST-1" in page
    node = source.nodes.get()
    web.post(reverse("telemetry-node-revoke", args=[node.pk]))
    assert find_node(key) is None
    again = enroll_node(source_id=source.pk, host_identifier="HOST-1", terminal_id=None, received=NOW)
    assert find_node(again)


class TestReception:
    STATE = {
        "addresses": {
            "host": "10.0.0.5",
            "port": 8010,
            "tls": True,
            "syslog_port": 514,
            "syslog_tls_port": 6514,
        },
        "connections": {"http": 120, "syslog": 3},
        "in_memory": 5 * 1024 * 1024,
        "in_memory_most": 112 * 1024 * 1024,
        "waiting": 4,
        "turned_away": 17,
        "wrong_keys": 9,
        "wrong_from": [["10.9.9.9", 9]],
        "pipeline": {"running": True, "events": 123456, "lag_seconds": 0.3, "committed_at": NOW.isoformat()},
        "disk": {"free": 50 * 1024**3, "total": 100 * 1024**3},
    }

    def page(self, web: Client, **changes: Any) -> str:
        tell_state(name="sv:1", started_at=NOW, state={**self.STATE, **changes})
        return web.get(reverse("telemetry-reception")).content.decode()

    def test_says_how_it_stands(self, web: Client) -> None:
        page = self.page(web)
        for words in (
            "正常",
            "123,456",
            "0.3",
            "10.9.9.9",
            "50.0GB",
            "HTTPS 10.0.0.5:8010",
            "syslog（TLS） 6514",
        ):
            assert words in page
        part = web.get(reverse("telemetry-reception"), headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith('<div id="reception"')
        assert web.get(reverse("telemetry-reception"), {"export": "excel"}).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (
                {"pipeline": {"running": True, "trouble": "空き容量がありません"}},
                "保管庫に書き込めません：空き容量がありません",
            ),
            ({"pipeline": {"running": False}}, "書き込む処理が動いていません"),
            ({"pipeline": {"running": True, "lag_seconds": 45.0}}, "45秒遅れています"),
            ({"disk": {"free": 1024**3, "total": 100 * 1024**3}}, "ディスクの空きが1.0GB"),
        ],
    )
    def test_says_what_is_wrong(self, web: Client, changes: dict[str, Any], words: str) -> None:
        page = self.page(web, **changes)
        assert words in page
        assert "注意" in page

    def test_a_process_that_fell_silent_is_red(self, web: Client) -> None:
        self.page(web)
        ReceiverState.objects.update(told_at=NOW - timedelta(minutes=5))
        assert "応答なし" in web.get(reverse("telemetry-reception")).content.decode()

    def test_nobody_receives(self, web: Client) -> None:
        assert "受信しているプロセスがありません" in web.get(reverse("telemetry-reception")).content.decode()


class TestQuarantine:
    def test_is_listed_by_reason_and_one_by_one(self, web: Client, scenario: Scenario) -> None:
        new_source(scenario)
        rows = [quarantine_row("991015", part=number) for number in range(3)]
        put_in_quarantine(*rows, quarantine_row("991015", part=9, reason="項目がありません。"))
        put_in_quarantine(quarantine_row("992020", payload=7))
        page = web.get(reverse("telemetry-quarantine")).content.decode()
        assert "送信元lines-1" in page
        assert "（全2件）" in page
        assert "（全4件）" in page
        assert "2026/11/20,戸籍,山田" in page
        only = web.get(reverse("telemetry-quarantine"), {"reason": "項目がありません。", "state": "waiting"})
        assert "（全1件）" in only.content.decode()
        for name in ("excel", "csv"):
            assert web.get(reverse("telemetry-quarantine"), {"export": name}).status_code == 200
            assert (
                web.get(reverse("telemetry-quarantine"), {"export": name, "table": "reasons"}).status_code
                == 200
            )

    def test_shows_the_bytes(self, web: Client) -> None:
        put_in_quarantine(quarantine_row("991015"))
        name = f"{int(RECEIVED.timestamp() * 1000)}-{2**63 + 5}-1"
        page = web.get(reverse("telemetry-quarantine-part", args=[name])).content.decode()
        assert "32 30 32 36 2f" in page
        answer = web.get(reverse("telemetry-quarantine-raw", args=[name]))
        assert answer.content == RAW
        noted = PersonalDataAccess.objects.filter(subject_type="telemetry.quarantine", subject_id=name)
        assert noted.count() == 2, "the page and the bytes say what somebody did"
        for wrong in (
            "1-2-3",
            "x",
            "9" * 40 + "-1-1",
            f"1-{2**64}-1",
            f"1-1-{2**32}",
            "1--1-1",
            "9" * 13 + "-1-1",
        ):
            assert web.get(reverse("telemetry-quarantine-part", args=[wrong])).status_code == 404

    def test_its_list_is_noted_for_it_shows_what_was_sent(self, web: Client) -> None:
        put_in_quarantine(quarantine_row("991015"), quarantine_row("991015", part=2))
        web.get(reverse("telemetry-quarantine"))
        assert PersonalDataAccess.objects.get(subject_type="telemetry.quarantine").rows == 2

    def test_is_given_up_with_a_reason(self, web: Client) -> None:
        put_in_quarantine(quarantine_row("991015"), quarantine_row("991015", part=2, reason="ほか"))
        url = reverse("telemetry-quarantine-give-up") + "?source=lines-1&reason=JSONとして読み取れません。"
        assert web.post(url, {"because": ""}).status_code == 422
        assert web.post(url, {"because": "試験のデータ"}).status_code == 302
        page = web.get(reverse("telemetry-quarantine")).content.decode()
        assert "JSONとして読み取れません。" not in page
        assert "ほか" in page
        assert Entry.objects.latest("sequence").operation == "telemetry.quarantine.give_up"


@pytest.fixture
def road(
    event_store: Store, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[roads.Pipeline]:
    """The pipeline, running over the test's store."""
    opened = roads.Pipeline(event_store)
    opened.start()
    monkeypatch.setattr(replaying, "pipeline", lambda: opened)
    yield opened
    opened.stop()


GOOD = '{"ts":"2026-11-20T10:00:00+09:00","op":"print","user":"yamada","document":"附票"}'.encode()
NOT_JSON = "JSONとして読み取れません。"


def users_in(store: Store) -> list[str]:
    rows = store.stage_query("SELECT user FROM events ORDER BY user", stage="events").to_pylist()
    return [row["user"] for row in rows]


def replayed(scenario: Scenario, **what: str) -> Job:
    """Ask for a replay and do its job."""
    job = replaying.ask_for_replay(by=scenario.by("secretariat"), **what)
    execute(job.pk)
    job.refresh_from_db()
    return job


class TestReplay:
    @pytest.fixture(autouse=True)
    def source(self, scenario: Scenario, road: roads.Pipeline) -> Source:
        return new_source(scenario)

    def put(self, count: int, received: datetime | None = None) -> None:
        at = received or datetime.now(UTC) - timedelta(minutes=1)
        raws = [GOOD.replace(b"yamada", b"u%d" % number) for number in range(count)]
        put_in_quarantine(
            *(quarantine_row("991015", part=at_, raw=raw, received=at) for at_, raw in enumerate(raws))
        )

    def test_is_a_job_that_tells_what_was_understood_and_why_not(
        self, scenario: Scenario, client_for: ClientFor, event_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(5)
        now = datetime.now(UTC)
        put_in_quarantine(
            quarantine_row("991015", part=8, raw=b"{", received=now),
            quarantine_row("991015", part=9, raw=b"defect", received=now),
        )
        reader = replaying._READERS["jsonl"]

        def defective(by: Any, source: Source, one: Any) -> Any:
            if one.raw == b"defect":
                raise RecursionError
            return reader(by, source, one)

        monkeypatch.setitem(replaying._READERS, "jsonl", defective)
        web = client_for(scenario.people["secretariat"])
        said = {"source": "lines-1", "reason": NOT_JSON}
        answer = web.post(reverse("telemetry-quarantine-replay"), said)
        job = Job.objects.get(kind=REPLAY_JOB)
        assert answer["Location"] == reverse("job", args=[job.pk])
        assert users_in(event_store) == [], "nothing is read inside the request"
        assert web.post(reverse("telemetry-quarantine-replay"), said).status_code == 409
        execute(job.pk)
        page = web.get(answer["Location"]).content.decode()
        assert "5件を読み取りました（操作ログ5件）。2件は、まだ読み取れません" in page
        assert "読み取りの処理が続けられませんでした。 1件" in page
        assert (job.refresh_from_db(), job.done, job.total)[1:] == (7, 7)
        assert users_in(event_store) == [f"u{number}" for number in range(5)]
        again = replayed(scenario, source="lines-1", reason=NOT_JSON)
        assert again.message.startswith("0件を読み取りました")
        assert len(users_in(event_store)) == 5
        last = Entry.objects.filter(operation="telemetry.quarantine.replay").latest("sequence")
        assert '"read":0,' in last.payload.body
        assert '"still":2' in last.payload.body

    @pytest.mark.parametrize("days", [0, 60], ids=["new", "older than numbers are remembered"])
    def test_killed_before_its_parts_are_marked_doubles_nothing(
        self, scenario: Scenario, event_store: Store, monkeypatch: pytest.MonkeyPatch, days: int
    ) -> None:
        self.put(4, datetime.now(UTC) - timedelta(days=days, minutes=1))

        class Killed(BaseException):
            pass

        def killed(*_: Any) -> None:
            raise Killed

        with monkeypatch.context() as dying:
            dying.setattr(replaying, "mark_replayed", killed)
            with pytest.raises(Killed):
                replaying.replay_parts(by=scenario.by("secretariat"), source="lines-1", reason=NOT_JSON)
        assert len(users_in(event_store)) == 4, "durable, and still waiting"
        event_store.command("OPTIMIZE TABLE payloads FINAL")
        job = replayed(scenario, source="lines-1", reason=NOT_JSON)
        assert job.message.startswith("4件を読み取りました")
        assert users_in(event_store) == ["u0", "u1", "u2", "u3"]
        with pytest.raises(Invalid):
            replayed(scenario, source="lines-1", reason=NOT_JSON)

    def test_takes_the_bytes_of_a_few_parts_at_a_time(
        self, scenario: Scenario, event_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(9)
        monkeypatch.setattr(replaying, "_LISTED", 4)
        monkeypatch.setattr(replaying, "_LOT_BYTES", 2 * len(GOOD))
        taken = []
        read = replaying.with_bytes
        monkeypatch.setattr(
            replaying, "with_bytes", lambda by, parts: taken.append(len(parts)) or read(by, parts)
        )
        job = replayed(scenario, source="lines-1", reason=NOT_JSON)
        assert (job.done, len(users_in(event_store))) == (9, 9)
        assert max(taken) == 2

    def test_one_part_alone(self, scenario: Scenario, event_store: Store) -> None:
        self.put(2)
        first, second = quarantine.quarantined(scenario.by("secretariat"), QuarantineFilter())
        assert first.size == second.size == len(GOOD) - 4
        assert replayed(scenario, part=first.pk).status == Job.Status.DONE
        assert len(users_in(event_store)) == 1

    def test_says_so_when_nothing_is_taken_in(
        self, scenario: Scenario, road: roads.Pipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(1)
        road.stop()
        monkeypatch.setattr(replaying, "_PATIENCE_SECONDS", 0.0)
        job = replayed(scenario, source="lines-1", reason=NOT_JSON)
        assert job.status == Job.Status.FAILED
        assert "受信の処理が動いていない" in job.message
