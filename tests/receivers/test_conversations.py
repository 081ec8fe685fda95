"""GLPI's agent and osquery, spoken by hand as they speak."""

from __future__ import annotations

import json
import zlib
from typing import Any

from tenken.telemetry.models import EnrolledNode, Terminal
from tenken.telemetry.reception.nodes import revoke_node
from tests.receivers.conftest import Running

PROLOG = b'<?xml version="1.0" encoding="UTF-8"?>\n<REQUEST><DEVICEID>pc-0001-2026-11-20-09-00-00</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>'
AGENT = {"GLPI-Agent-ID": "5f0e3d4e-0000-4c9b-8a6d-0123456789ab", "GLPI-Request-ID": "A1B2C3D4"}


def inventory(**content: Any) -> dict[str, Any]:
    return {
        "action": "inventory",
        "deviceid": "pc-0001-2026-11-20-09-00-00",
        "itemtype": "Computer",
        "content": {
            "hardware": {"name": "PC-0001", "uuid": "0b1c2d3e-4455-6677-8899-aabbccddeeff"},
            "bios": {"ssn": "SN-0001", "smanufacturer": "富士通", "smodel": "ESPRIMO"},
            "versionclient": "GLPI-Agent_v1.7",
            **content,
        },
    }


def test_glpi_agent_begins_in_xml_and_goes_on_in_json(running: Running) -> None:
    running.source("glpi-1", "glpi")
    status, headers, body = running.post("/inventory", zlib.compress(PROLOG), AGENT, key="glpi-1")
    assert status == 200
    assert headers["glpi-request-id"] == "A1B2C3D4"
    answer = json.loads(body)
    assert answer["status"] == "ok"
    assert 22 <= answer["expiration"] <= 26

    contact = {"action": "contact", "deviceid": "pc-0001-2026-11-20-09-00-00", "name": "GLPI-Agent"}
    kind = {"Content-Type": "Application/X-Compress-Zlib", **AGENT}
    assert (
        running.post("/front/inventory.php", zlib.compress(json.dumps(contact).encode()), kind, key="glpi-1")[
            0
        ]
        == 200
    )

    whole = inventory(
        softwares=[{"name": "一太郎", "version": "35.0"}],
        operatingsystem={"full_name": "Microsoft Windows 11 Pro", "version": "23H2"},
    )
    assert running.post("/inventory", zlib.compress(json.dumps(whole).encode()), kind, key="glpi-1")[0] == 200
    terminal = Terminal.objects.get()
    assert (terminal.computer_name, terminal.serial, terminal.os_name) == (
        "PC-0001",
        "SN-0001",
        "Microsoft Windows 11 Pro",
    )

    part = {**inventory(), "partial": True}
    part["content"] = {
        "bios": part["content"]["bios"],
        "antivirus": [{"name": "ウイルスバスター", "enabled": True}],
    }
    assert running.post("/inventory", part, AGENT, key="glpi-1")[0] == 200
    terminal = Terminal.objects.get()
    assert (terminal.os_name, terminal.antivirus) == ("Microsoft Windows 11 Pro", "ウイルスバスター")


def test_ocs_is_answered_in_its_own_compression(running: Running) -> None:
    running.source("ocs-1", "ocs")
    _, _, body = running.post("/ocsinventory", zlib.compress(PROLOG), key="ocs-1")
    assert b"<RESPONSE>SEND</RESPONSE>" in zlib.decompress(body)
    _, headers, body = running.post("/ocsinventory", PROLOG, key="ocs-1")
    assert b"<PROLOG_FREQ>2" in body
    assert headers["content-type"].startswith("application/xml")


class TestOsquery:
    DETAILS = {
        "system_info": {
            "computer_name": "PC-0002",
            "uuid": "11112222-3333-4444-5555-666677778888",
            "hardware_serial": "SN-2",
        },
        "os_version": {"name": "Ubuntu", "version": "24.04", "major": "24", "minor": "4", "build": ""},
    }

    def enroll(self, running: Running) -> str:
        running.source("osquery-1", "osquery")
        return self.again(running)

    def again(self, running: Running) -> str:
        said = {
            "enroll_secret": running.keys["osquery-1"],
            "host_identifier": "11112222-3333-4444-5555-666677778888",
            "host_details": self.DETAILS,
        }
        status, _, body = running.post("/osquery/enroll", said)
        answer = json.loads(body)
        assert (status, answer["node_invalid"]) == (200, False)
        return str(answer["node_key"])

    def result(self, key: str, user: str = "yamada") -> dict[str, Any]:
        columns = {
            "user": user,
            "host": "10.0.0.9",
            "type": "user",
            "tty": "pts/0",
            "pid": "1",
            "time": "1795000000",
        }
        row = {
            "name": "tenken_logged_in_users",
            "hostIdentifier": "11112222-3333-4444-5555-666677778888",
            "unixTime": 1795000000,
            "action": "added",
            "columns": columns,
        }
        return (
            {"node_key": key, "log_type": "result", "data": [row]}
            if key
            else {"log_type": "result", "data": [row]}
        )

    def test_enrols_is_told_what_to_report_and_reports(self, running: Running) -> None:
        key = self.enroll(running)
        terminal = Terminal.objects.get()
        assert terminal.computer_name == "PC-0002"
        assert EnrolledNode.objects.get().terminal == terminal
        config = json.loads(running.post("/osquery/config", {"node_key": key})[2])
        assert config["schedule"]["tenken_programs"]["snapshot"] is True
        assert running.post("/osquery/log", self.result(key))[0] == 200
        newer = {"Authorization": f"NodeKey {key}"}
        assert running.post("/osquery/log", self.result("", "suzuki"), newer)[0] == 200
        rows = running.rows("user, op, device, source")
        assert sorted(row["user"] for row in rows) == ["suzuki", "yamada"]
        assert {(row["op"], row["device"], row["source"]) for row in rows} == {
            ("logon", terminal.number, "osquery-1")
        }

    def test_is_asked_for_its_inventory_once(self, running: Running) -> None:
        key = self.enroll(running)
        asked = json.loads(running.post("/osquery/distributed/read", {"node_key": key})[2])
        assert "tenken_deb_packages" in asked["queries"]
        answers = {
            "node_key": key,
            "queries": {"tenken_deb_packages": [{"name": "openssl", "version": "3.0.11"}]},
            "statuses": {"tenken_deb_packages": 0},
        }
        assert running.post("/osquery/distributed/write", answers)[0] == 200
        assert json.loads(running.post("/osquery/distributed/read", {"node_key": key})[2])["queries"] == {}
        assert Terminal.objects.count() == 1

    def test_an_unknown_key_enrols_again(self, running: Running) -> None:
        key = self.enroll(running)
        for path in ("config", "log", "distributed/read", "distributed/write"):
            said = {**self.result("tnk_wrong"), "queries": {}}
            status, _, body = running.post(f"/osquery/{path}", said)
            assert (status, json.loads(body)) == (200, {"node_invalid": True})
        renewed = self.again(running)
        assert json.loads(running.post("/osquery/config", {"node_key": key})[2]) == {"node_invalid": True}
        assert json.loads(running.post("/osquery/config", {"node_key": renewed})[2])["node_invalid"] is False
        assert running.rows("count() AS n") == [{"n": 0}]

    def test_a_key_taken_away_is_worth_nothing(self, running: Running) -> None:
        key = self.enroll(running)
        running.post("/osquery/config", {"node_key": key})
        revoke_node(by=running.scenario.by("secretariat"), node_id=EnrolledNode.objects.get().pk)
        running.tell()
        assert json.loads(running.post("/osquery/config", {"node_key": key})[2]) == {"node_invalid": True}

    def test_a_wrong_secret_enrols_nobody(self, running: Running) -> None:
        running.source("osquery-1", "osquery")
        said = {"enroll_secret": "guess", "host_identifier": "x"}
        assert json.loads(running.post("/osquery/enroll", said)[2]) == {"node_invalid": True}
        assert running.post("/osquery/enroll", b"{")[0] == 400
        assert not EnrolledNode.objects.exists()
