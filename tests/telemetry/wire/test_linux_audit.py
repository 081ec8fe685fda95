"""Records of auditd in syslog: what they say becomes columns, whatever else comes stays a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.telemetry.store import store
from tenken.telemetry.wire import syslog
from tenken.telemetry.wire.linux_audit import MOST_KEYS, audit_columns
from tenken.telemetry.wire.syslog import read_syslog
from tests.telemetry.detection.evaluating import CITY, evaluated, rule_text

NOW = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
SYSCALL = (
    "type=SYSCALL msg=audit(1780455600.243:24287): arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c "
    'a1=7fffd19c5592 items=1 ppid=2686 pid=3538 auid=1000 uid=0 tty=pts0 comm="cat" exe="/usr/bin/cat" '
    'key="shadow_read"\x1dARCH=x86_64 SYSCALL=openat AUID="yamada" UID="root"'
)
EXECVE = 'type=EXECVE msg=audit(1780455600.243:24288): argc=3 a0="nc" a1=2D6C20703E a2="4444"'
PATH = (
    "type=PATH msg=audit(1780455600.243:24287): item=0 name=2F6574632FE7A798E5AF86 inode=1 mode=0100640 "
    "ouid=0 nametype=NORMAL cap_fp=0"
)
PROCTITLE = "type=PROCTITLE msg=audit(1780455600.243:24287): proctitle=636174002F6574632F736861646F77"
LOGIN = (
    "node=sv01 type=USER_LOGIN msg=audit(1780455600.001:7): pid=911 uid=0 auid=4294967295 ses=4294967295 "
    'msg=\'op=login acct="tanaka" exe="/usr/sbin/sshd" hostname=? addr=10.1.2.3 terminal=ssh res=failed\''
)
KERNEL = (
    'audit: type=1400 audit(1780455600.5:9): apparmor="DENIED" operation="open" name="/etc/x" pid=7 comm="a"'
)


def sent(*messages: str) -> list[bytes]:
    """Return *messages* as rsyslog forwards them, one as the old format does."""
    first, *others = (one.encode() for one in messages)
    return [b"<13>Jun  3 12:00:01 sv01 audit: " + first] + [
        b"<13>1 2026-06-03T12:00:01+09:00 sv01 audisp-syslog - - - " + one for one in others
    ]


def rows(*messages: str) -> list[dict[str, Any]]:
    parsed = read_syslog(sent(*messages), received=NOW)
    assert parsed.events is not None
    return [row | {"rest": dict(row["rest"])} for row in parsed.events.to_pylist()]


def test_what_a_record_says_becomes_columns() -> None:
    syscall, execve, path, title, login = rows(SYSCALL, EXECVE, PATH, PROCTITLE, LOGIN)
    assert {(row["log_product"], row["log_service"]) for row in (syscall, execve, path)} == {
        ("linux", "auditd")
    }
    assert (syscall["process"], syscall["user"], syscall["pid"]) == ("/usr/bin/cat", "yamada", 3538)
    assert (syscall["status"], syscall["event_code"]) == ("failure", "SYSCALL")
    assert syscall["ts"] == datetime(2026, 6, 3, 3, 0, 0, 243_000, tzinfo=UTC)
    said = {key: syscall["rest"][key] for key in ("type", "key", "comm", "a0", "SYSCALL", "uid", "auid")}
    assert said == {
        **{"type": "SYSCALL", "key": "shadow_read", "comm": "cat", "a0": "ffffff9c"},
        **{"SYSCALL": "openat", "uid": "0", "auid": "1000"},
    }
    assert (execve["command_line"], execve["rest"]["a1"]) == ("nc -l p> 4444", "-l p>")
    assert path["path"] == path["rest"]["name"] == "/etc/秘密"
    assert title["command_line"] == title["rest"]["proctitle"] == "cat /etc/shadow"
    assert (login["user"], login["address"], login["status"]) == ("tanaka", "10.1.2.3", "failure")
    assert login["process"] == "/usr/sbin/sshd"
    assert "hostname" not in login["rest"], "a question mark says nothing"
    assert syscall["message"] == SYSCALL, "what was sent stays"


def test_the_kernels_own_and_what_rsyslog_escaped() -> None:
    kernel = audit_columns(KERNEL)
    assert (kernel["event_code"], kernel["path"], kernel["rest"]["apparmor"]) == ("AVC", "/etc/x", "DENIED")
    escaped = audit_columns(SYSCALL.replace('key="shadow_read"\x1d', "key=(null)#035"))
    assert (escaped["rest"]["ARCH"], "key" in escaped["rest"]) == ("x86_64", False)
    bare = audit_columns("type=SYSCALL msg=audit(1780455600.243:1): auid=1000 uid=0")
    assert "user" not in bare, "a bare number is nobody's account"


@pytest.mark.parametrize(
    "text", ["type=1 x", "node=a b", "type=SYSCALL msg=audit(x:1): a=b", "type=X msg=audit(1.2:3)", "audit: "]
)
def test_what_only_begins_like_a_record_stays_a_message(text: str) -> None:
    assert audit_columns(text) == {}
    (row,) = rows(text)
    assert (row["message"].endswith(text.strip()), row["op"]) == (True, "log")


def test_other_messages_pay_for_their_beginning_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(message: str) -> dict[str, Any]:
        raise AssertionError(message)

    monkeypatch.setattr(syslog, "audit_columns", never)
    assert rows("session opened for user root type=SYSCALL msg=audit(1.2:3): ")[0]["op"] == "log"


_HEAD = "type=EXECVE msg=audit(1780455600.243:1): "


@given(st.text(max_size=300) | st.from_regex(r'(a\d+=[0-9A-F"\' ]{0,9} ?){0,40}'))
@example(" ".join(f"a{n}=41" for n in range(1000)))
@example("a" * 40_000)
@example("a=" * 20_000)
@example('msg="' * 5_000)
@example("exe=FF00FE")
@example("name=0000")
def test_anything_after_the_head_is_read_and_bounded(tail: str) -> None:
    said = audit_columns(_HEAD + tail)
    assert said["event_code"] == "EXECVE"
    assert len(said["rest"]) <= MOST_KEYS + 2
    assert all(len(key) <= 32 for key in said["rest"])
    assert read_syslog([b"<13>" + (_HEAD + tail).encode("utf-8", "replace")], received=NOW).rejects == ()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_what_is_encoded_comes_back(name: str) -> None:
    encoded = name.encode().hex().upper()
    assert audit_columns(f"{_HEAD}name={encoded}")["path"] == name


RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "exe and key": (
        {"selection": {"type": "SYSCALL", "exe|endswith": "/cat", "key": "shadow_read"}},
        SYSCALL,
        SYSCALL.replace("shadow_read", "other"),
    ),
    "translated": ({"selection": {"SYSCALL": "openat", "success": "no"}}, SYSCALL, EXECVE),
    "arguments": (
        {"selection": {"type": "EXECVE", "a0": "nc", "a1|contains": "-l"}},
        EXECVE,
        EXECVE.replace("2D6C", "2D7A"),
    ),
    "name": ({"selection": {"type": "PATH", "name|startswith": "/etc/秘"}}, PATH, SYSCALL),
    "proctitle": ({"selection": {"proctitle|contains": "/etc/shadow"}}, PROCTITLE, EXECVE),
    "keywords": ({"selection": ["/etc/shadow"]}, PROCTITLE, PATH),
}


@pytest.mark.parametrize("name", RULES)
def test_rules_of_auditd_fire_on_what_came_over_the_wire(name: str) -> None:
    detection, fires, silent = RULES[name]
    elsewhere = "session opened: " + fires
    events = [row | {"received": NOW, "city": CITY} for row in rows(fires, silent, elsewhere)]
    rule = rule_text(detection, {"product": "linux", "service": "auditd"})
    assert evaluated(store(), [rule], events) == {(0, 0)}
