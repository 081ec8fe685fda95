"""The real agents and forwarders of Debian's packages send over loopback."""

from __future__ import annotations

import base64
import platform
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tenken.telemetry.models import Terminal
from tests.receivers.agents import rsyslog, run_fusion, run_ocs, until
from tests.receivers.certificates import make_certificates
from tests.receivers.conftest import Running

pytestmark = pytest.mark.agents
LINES = [f"2026-11-20 戸籍 {number}件目を印刷" for number in range(200)]


def the_terminal() -> Terminal:
    terminal = Terminal.objects.get()
    assert terminal.computer_name.lower() == socket.gethostname().partition(".")[0].lower()
    assert platform.system().lower() in terminal.os_name.lower() or terminal.os_name
    assert terminal.reported
    assert terminal.inventoried_at
    return terminal


@pytest.mark.parametrize("manner", ["path", "basic"])
def test_ocs_agent(running: Running, tmp_path: Path, manner: str) -> None:
    running.source("ocs-1", "ocs")
    key = running.keys["ocs-1"]
    url, options = f"http://127.0.0.1:{running.port}/k/{key}/ocsinventory", []
    if manner == "basic":  # the agent wants user and password in base64
        user, password = (base64.b64encode(one.encode()).decode() for one in ("tenken", key))
        url = f"http://127.0.0.1:{running.port}/ocsinventory"
        options = [f"--user={user}", f"--password={password}", "--realm=Tenken"]
    done = run_ocs(url, tmp_path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    terminal = the_terminal()
    assert run_ocs(url, tmp_path, *options).returncode == 0
    assert the_terminal().pk == terminal.pk, "sent again it is the same terminal"


@pytest.mark.parametrize("manner", ["path", "basic"])
def test_fusioninventory_agent(running: Running, manner: str) -> None:
    running.source("fusion-1", "ocs")
    key = running.keys["fusion-1"]
    base = f"http://127.0.0.1:{running.port}"
    if manner == "path":
        done = run_fusion(f"{base}/k/{key}/glpi")
    else:
        done = run_fusion(f"{base}/glpi/front/inventory.php", "--user=tenken", f"--password={key}")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr.lower().replace("errors", ""), done.stderr
    the_terminal()


def forwarded(running: Running) -> list[str]:
    rows = until(
        lambda: (
            (found := running.rows("message, app, received", where="source = 'syslog-1'"))
            and len(found) >= len(LINES) + 1
            and found
        )
    )
    assert {row["app"] for row in rows} == {"kakei"}
    return sorted(row["message"].strip() for row in rows)


@pytest.mark.parametrize("framing", ["traditional", "octet-counted"])
def test_rsyslog_over_tcp(start: Callable[..., Running], tmp_path: Path, framing: str) -> None:
    running = start(syslog_port=0)
    running.source("syslog-1", "syslog", networks=("127.0.0.0/8",))
    action = (
        f'action(type="omfwd" target="127.0.0.1" port="{running.addresses["syslog_port"]}" protocol="tcp" '
        f'TCP_Framing="{framing}" template="RSYSLOG_SyslogProtocol23Format")'
    )
    with rsyslog(tmp_path, action, LINES) as source:
        with source.open("a") as more:
            more.write("最後の行\n")
        assert forwarded(running) == sorted([*LINES, "最後の行"])


def test_rsyslog_over_tls_with_a_certificate(start: Callable[..., Running], tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls")
    running = start(syslog_tls_port=0, certificate=made.server, key=made.server_key, client_ca=made.authority)
    running.source("syslog-1", "syslog", certificate=made.client_text)
    globals_ = (
        f'defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{made.authority}" '
        f'defaultNetstreamDriverCertFile="{made.client}" defaultNetstreamDriverKeyFile="{made.client_key}"'
    )
    action = (
        f'action(type="omfwd" target="127.0.0.1" port="{running.addresses["syslog_tls_port"]}" protocol="tcp" '
        'StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid" '
        'TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")'
    )
    with rsyslog(tmp_path / "rsyslog", action, [*LINES, "最後の行"], globals_):
        assert forwarded(running) == sorted([*LINES, "最後の行"])
