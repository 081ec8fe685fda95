"""Inventories of agents: real ones of Debian's agents (scrubbed), and a Windows one as OCS and GLPI write it."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.telemetry.inventory.report import AntivirusState, InstalledItem, Inventory, Part
from tenken.telemetry.wire.glpi import read_glpi
from tenken.telemetry.wire.inflating import TooLarge
from tenken.telemetry.wire.ocs import inventory_reply, prolog_reply, read_ocs

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
WINDOWS = """<?xml version="1.0" encoding="{encoding}" ?>
<REQUEST><CONTENT>
<ACCOUNTINFO><KEYNAME>TAG</KEYNAME><KEYVALUE>戸籍住民窓口課</KEYVALUE></ACCOUNTINFO>
<BIOS><SMANUFACTURER>FUJITSU</SMANUFACTURER><SMODEL>ESPRIMO D7011</SMODEL><SSN>YLNZ000001</SSN><TYPE>Desktop</TYPE></BIOS>
<HARDWARE><NAME>PC-0001</NAME><WORKGROUP>CITY</WORKGROUP><OSNAME>Microsoft Windows 10 Pro</OSNAME><OSVERSION>10.0.19045</OSVERSION>
<UUID>01234567-89AB-CDEF-0123-456789ABCDEF</UUID><USERID>takahashi</USERID><IPADDR>10.1.2.3</IPADDR></HARDWARE>
<SOFTWARES><NAME>住民記録システム 端末\x01部</NAME><VERSION>3.2</VERSION><PUBLISHER>髙橋電算</PUBLISHER><INSTALLDATE>2024/04/01 00:00:00</INSTALLDATE></SOFTWARES>
<SOFTWARES><NAME>Windows 10 更新プログラム (KB5032189)</NAME><INSTALLDATE>11/14/2026</INSTALLDATE></SOFTWARES>
<SOFTWARES><NAME>Microsoft Office Professional Plus 2019 - ja-jp</NAME><VERSION>16.0</VERSION></SOFTWARES>
<ANTIVIRUS><NAME>ウイルスバスター</NAME><VERSION>7.0</VERSION><ENABLED>1</ENABLED><UPTODATE>0</UPTODATE><BASE_VERSION>20261120.003</BASE_VERSION></ANTIVIRUS>
<NETWORKS><DESCRIPTION>Intel Ethernet</DESCRIPTION><MACADDR>00-53-00-AA-BB-CC</MACADDR><IPADDRESS>10.1.2.3</IPADDRESS><TYPE>ethernet</TYPE></NETWORKS>
<STORAGES><NAME>HL-DT-ST DVDRAM</NAME><TYPE>CD-ROM</TYPE></STORAGES>
<PRINTERS><NAME>複合機１階</NAME><DRIVER>RICOH</DRIVER></PRINTERS>
<USBDEVICES><CAPTION>BUFFALO USB Flash Disk</CAPTION><SERIAL>A7</SERIAL></USBDEVICES>
<MONITORS><CAPTION>DELL P2419H</CAPTION><SERIAL>M1</SERIAL></MONITORS>
<ENVS><KEY>PASSWORD</KEY><VAL>planted-secret-3</VAL></ENVS>
<PROCESSES><CMD>net use /user:x planted-secret-4</CMD></PROCESSES>
</CONTENT><DEVICEID>PC-0001-2026-01-01-00-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>"""


def _inventory(xml: bytes) -> Inventory:
    (inventory,) = read_ocs(xml, received=NOW).parsed.inventories
    return inventory


@pytest.mark.parametrize(
    ("name", "domain", "installed_on"),
    [("ocs.xml", "WORKGROUP", date(2025, 4, 20)), ("fusioninventory.xml", "", None)],
)
def test_real_agents_of_debian(name: str, domain: str, installed_on: date | None) -> None:
    found = _inventory((SAMPLES / name).read_bytes())
    assert found.agent_id.startswith("pc0001-2026-11-21")
    assert (found.computer_name, found.domain, found.partial) == ("pc0001", domain, False)
    assert found.os_name.startswith("Debian GNU/Linux 12")
    assert found.addresses[0] == "192.0.2.2"
    adduser = found.software[0]
    assert (adduser.name, adduser.version, adduser.installed_on) == ("adduser", "3.134", installed_on)
    assert {"cpu", "disk", "network"} <= {part.kind for part in found.parts}
    assert "planted" not in repr(found)


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "cp932"),
        ("Shift_JIS", "cp932"),
        ("Windows-31J", "cp932"),
        ("ISO-8859-1", "cp932"),
        ("ISO-8859-1", "utf-8"),
        ("no-such", "cp932"),
        ("UTF-16", "utf-16"),
    ],
)
def test_windows_in_every_encoding_agents_write(declared: str, written: str) -> None:
    found = _inventory(WINDOWS.format(encoding=declared).encode(written))
    assert (found.manufacturer, found.model, found.serial) == ("FUJITSU", "ESPRIMO D7011", "YLNZ000001")
    assert (found.os_name, found.os_version, found.os_build) == (
        "Microsoft Windows 10 Pro",
        "10.0.19045",
        "19045",
    )
    assert (found.last_user, found.tag, found.macs) == ("takahashi", "戸籍住民窓口課", ("00:53:00:aa:bb:cc",))
    assert found.software == (
        InstalledItem("住民記録システム 端末部", "3.2", "髙橋電算", date(2024, 4, 1)),
        InstalledItem(
            "Windows 10 更新プログラム (KB5032189)", installed_on=date(2026, 11, 14), kind="update"
        ),
        InstalledItem("Microsoft Office Professional Plus 2019 - ja-jp", "16.0", kind="office"),
    )
    assert found.antivirus == (
        AntivirusState("ウイルスバスター", "7.0", True, False, "20261120.003", date(2026, 11, 20)),
    )
    assert {(part.kind, part.name) for part in found.parts} == {
        ("network", "Intel Ethernet"),
        ("optical", "HL-DT-ST DVDRAM"),
        ("printer", "複合機１階"),
        ("usb", "BUFFALO USB Flash Disk"),
        ("monitor", "DELL P2419H"),
    }
    assert "planted" not in repr(found)


def test_latin_text_stays_latin() -> None:
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?><REQUEST><CONTENT><HARDWARE><NAME>Société</NAME></HARDWARE></CONTENT><DEVICEID>a</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>'
    assert _inventory(xml.encode("latin-1")).computer_name == "Société"


def test_prolog_and_replies() -> None:
    message = read_ocs(b"<REQUEST><DEVICEID>pc-1</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>", received=NOW)
    assert (message.query, message.agent_id, message.parsed.inventories) == ("PROLOG", "pc-1", ())
    assert b"<PROLOG_FREQ>6</PROLOG_FREQ><RESPONSE>SEND</RESPONSE>" in prolog_reply(hours=6)
    assert b"<RESPONSE>STOP</RESPONSE>" in prolog_reply(send=False)
    assert b"NO_ACCOUNT_UPDATE" in inventory_reply()


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<REQUEST>",
        b"<OTHER/>",
        b"<REQUEST><QUERY>PROLOG</QUERY></REQUEST>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><REQUEST><DEVICEID>&b;</DEVICEID></REQUEST>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><REQUEST/>',
        b"<a>" * 100_000,
    ],
)
def test_what_is_no_message_is_refused(xml: bytes) -> None:
    with pytest.raises(Invalid):
        read_ocs(xml, received=NOW)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(b"<REQUEST><DEVICEID>a</DEVICEID><CONTENT/></REQUEST>")
@example(b"<REQUEST><DEVICEID>&#xD800;</DEVICEID></REQUEST>")
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (
        lambda: read_ocs(body, received=NOW),
        lambda: read_ocs(b"<REQUEST><DEVICEID>a</DEVICEID><CONTENT>" + body, received=NOW),
        lambda: read_glpi(body, agent_id="a", received=NOW),
    ):
        try:
            read()
        except Invalid:
            continue


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_SECTION = st.sampled_from(
    [
        "hardware",
        "bios",
        "operatingsystem",
        "softwares",
        "antivirus",
        "networks",
        "users",
        "storages",
        "accesslog",
    ]
)
_FIELDS = st.sampled_from(
    [
        "name",
        "version",
        "install_date",
        "macaddr",
        "ipaddress",
        "enabled",
        "uptodate",
        "type",
        "logdate",
        "login",
    ]
)


@given(
    st.dictionaries(
        _SECTION, st.lists(st.dictionaries(_FIELDS, _JSON, max_size=5), max_size=3) | _JSON, max_size=6
    )
)
def test_any_content_of_glpi_gives_an_inventory(content: Any) -> None:
    body = json.dumps({"action": "inventory", "deviceid": "a", "content": content}).encode()
    (found,) = read_glpi(body, agent_id="", received=NOW).parsed.inventories
    assert isinstance(found.computer_name, str)


def test_glpi_partial_says_what_it_speaks_for() -> None:
    body = {
        "action": "inventory",
        "deviceid": "pc-1",
        "partial": True,
        "tag": "t",
        "content": {
            "softwares": [
                {"name": "Excel", "version": "16", "install_date": "2026-04-01"},
                {"name": "Definition", "system_category": "security_update"},
            ],
            "antivirus": [
                {"name": "Defender", "enabled": True, "uptodate": False, "base_creation": "2026-11-01"}
            ],
            "monitors": [],
        },
    }
    message = read_glpi(json.dumps(body).encode(), agent_id="header", received=NOW)
    (found,) = message.parsed.inventories
    assert (message.action, message.agent_id, message.partial) == ("inventory", "pc-1", True)
    assert found.sections == {"software", "antivirus", "monitor"}
    assert [item.kind for item in found.software] == ["application", "update"]
    assert found.antivirus[0].definitions_on == date(2026, 11, 1)


def test_what_no_database_takes_is_left_out() -> None:
    body = json.dumps(
        {"deviceid": "a\0b", "content": {"hardware": {"name": "PC\0-1", "uuid": "\0"}}, "tag": "\0T"}
    )
    (found,) = read_glpi(body.encode(), agent_id="", received=NOW).parsed.inventories
    assert (found.agent_id, found.computer_name, found.uuid, found.tag) == ("ab", "PC-1", "", "T")


def test_more_parts_than_an_inventory_has_are_refused() -> None:
    with pytest.raises(TooLarge):
        read_glpi(b'{"deviceid":"a","x":[' + b"{}," * 4_000_000 + b"{}]}", agent_id="", received=NOW)
    with pytest.raises(TooLarge):
        read_ocs(b"<REQUEST>" + b"<a/>" * 2_000_000 + b"</REQUEST>", received=NOW)


def test_glpi_contact_and_refusals() -> None:
    contact = read_glpi(b'{"action":"contact","name":"GLPI-Agent"}', agent_id="header", received=NOW)
    assert (contact.action, contact.agent_id) == ("contact", "header")
    for body in (b"[]", b"{", b'{"action":"inventory","deviceid":"a"}', b'{"action":"contact"}'):
        with pytest.raises(Invalid):
            read_glpi(body, agent_id="", received=NOW)


def test_glpi_whole_inventory_has_parts_and_no_sections() -> None:
    content = {
        "hardware": {"name": "PC-1", "uuid": "U", "chassis_type": "Notebook"},
        "operatingsystem": {
            "full_name": "Microsoft Windows 11",
            "kernel_version": "10.0.22631",
            "install_date": "2024-02-03 04:05:06",
        },
        "users": [{"login": "taro", "domain": "CITY"}],
        "networks": [
            {
                "description": "Wi-Fi",
                "macaddr": "00:53:00:00:00:01",
                "ipaddress": "fe80::1",
                "virtualdev": False,
            }
        ],
        "envs": [{"key": "a", "val": "planted"}],
    }
    body = json.dumps({"deviceid": "a", "content": content}).encode()
    (found,) = read_glpi(body, agent_id="", received=NOW).parsed.inventories
    assert (found.chassis, found.os_build, found.os_installed_on) == ("Notebook", "22631", date(2024, 2, 3))
    assert (found.last_user, found.addresses, found.sections) == ("CITY\\taro", (), frozenset())
    assert found.parts == (Part("network", "Wi-Fi", "00:53:00:00:00:01"),)
    assert "planted" not in repr(found)


@pytest.mark.agents
@pytest.mark.parametrize("agent", ["ocsinventory-agent", "fusioninventory-agent"])
def test_the_agents_of_this_machine(agent: str, tmp_path: Path) -> None:
    program = shutil.which(agent)
    assert program is not None
    arguments = [f"--local={tmp_path}"] if agent.startswith("ocs") else ["--local", str(tmp_path)]
    subprocess.run([program, *arguments], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    (written,) = (path for path in tmp_path.iterdir() if path.suffix in (".ocs", ".xml"))
    found = _inventory(written.read_bytes())
    assert found.computer_name
    assert len(found.software) > 100
