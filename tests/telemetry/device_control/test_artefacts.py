"""Settings for the city's tools: read back, and by the tools themselves where they are installed."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tenken.telemetry.device_control.artefacts import defender, linux, windows_policy
from tenken.telemetry.device_control.artefacts.bundle import PLAINLY, files_of, zipped
from tenken.telemetry.device_control.artefacts.target import Permitted, Target
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.rules.deciding import Line, Place, decide

STICK = Permitted("M-00001", DeviceKind.USB_MEMORY, 'USB "秘" & <x>', "0411", "01e8", "A00123", Access.ALLOW)
MODEL = Permitted("M-00002", DeviceKind.USB_DISK, "HDD", "054c", "09c2", "", Access.READ)
DISC = Permitted("M-00003", DeviceKind.DVD_RAM, "保存用", "", "", "", Access.ALLOW)
STRICT = (Line(1, Access.FORBID, True), Line(2, Access.READ, kind=DeviceKind.OPTICAL))
REMOVABLE = "{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}"
CD = "{53f56308-b6bf-11d0-94f2-00a0c91efb8b}"


def target(lines: Sequence[Line] = STRICT, permitted: tuple[Permitted, ...] = ()) -> Target:
    return Target(
        city_code="991015",
        name="企画課\n（LGWAN）",
        policy=3,
        published_on=date(2026, 4, 1),
        sha256="ab" * 32,
        on=date(2026, 11, 20),
        verdicts={kind: decide(lines, kind, Place()) for kind in DeviceKind},
        permitted=permitted,
    )


def denied(said: Target) -> dict[str, set[str]]:
    """Return the values of registry.pol by the GUID of the class."""
    found: dict[str, set[str]] = {}
    content = windows_policy.registry_pol(windows_policy.settings(said))
    for key, value, kind, data in windows_policy.read_registry_pol(content):
        assert (kind, data) == (4, b"\x01\0\0\0")
        assert key.startswith("Software\\Policies\\Microsoft\\Windows\\RemovableStorageDevices\\")
        found.setdefault(key.rpartition("\\")[2], set()).add(value)
    return found


def test_group_policy_denies_what_is_forbidden_and_writing_where_only_reading_is_allowed() -> None:
    found = denied(target([Line(1, Access.READ)]))
    assert found[REMOVABLE] == found[CD] == {"Deny_Write", "Deny_Execute"}
    assert found["{6AC27878-A6FA-4155-BA85-F98F491D4F33}"] == {"Deny_Write"}
    assert denied(target([Line(1, Access.FORBID)]))[REMOVABLE] == {
        "Deny_Read",
        "Deny_Write",
        "Deny_Execute",
    }
    assert denied(target([Line(1, Access.ALLOW)])) == {}


def test_registry_pol_is_the_layout_that_windows_reads() -> None:
    content = windows_policy.registry_pol(
        [windows_policy.Setting("Software\\A", "B", 1, "")],
    )
    body = "[Software\\A\0;B\0;".encode("utf-16-le")
    assert content == (b"PReg\x01\0\0\0" + body + b"\x04\0\0\0;\0\x04\0\0\0;\0\x01\0\0\0]\0")
    for broken in (b"", b"PReg\x02\0\0\0", content[:-1] + b"\x01"):
        with pytest.raises(ValueError, match=r"registry\.pol|^no "):
            windows_policy.read_registry_pol(broken)


def test_group_policy_never_stops_what_is_approved_and_says_what_it_cannot_do() -> None:
    said = target(permitted=(STICK,))
    assert REMOVABLE not in denied(said)
    assert any("USBメモリ（使用不可）" in text for text in windows_policy.limits(said))
    # A disc that may only be read and a DVD-RAM that may not: Windows knows one drive.
    assert denied(said)[CD] == {"Deny_Write", "Deny_Execute"}
    assert any("DVD-RAM（使用不可）" in text for text in windows_policy.limits(said))


def test_texts_say_the_same_as_registry_pol() -> None:
    found = windows_policy.settings(target())
    reg = windows_policy.reg_file(found).decode("utf-16")
    inf = windows_policy.inf_file(found).decode("utf-16")
    table = windows_policy.csv_file(found).decode("cp932")
    assert reg.startswith("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\")
    for one in found:
        assert f'"{one.value}"=dword:00000001' in reg
        assert f"MACHINE\\{one.key}\\{one.value}=4,1" in inf
        assert one.label in table
    assert len(table.splitlines()) == len(found) + 1


def rules(said: Target) -> dict[str, list[tuple[str, int]]]:
    """Return the entries of Defender's rules by the names of the included groups, checking that all ids are known."""
    groups = ET.fromstring(defender.groups_xml(said))
    assert groups.tag == "Groups"
    names = {group.get("Id"): group.findtext("Name") for group in groups}
    root = ET.fromstring(defender.rules_xml(said))
    assert root.tag == "PolicyRules"
    ids = [element.get("Id") for element in root.iter() if element.get("Id")] + list(names)
    assert len(ids) == len(set(ids))
    found = {}
    for rule in root:
        included = [names[key.text] for key in rule.findall("IncludedIdList/GroupId")]
        assert all(key.text in names for key in rule.findall("ExcludedIdList/GroupId"))
        found["+".join(str(name) for name in included)] = [
            (str(entry.findtext("Type")), int(str(entry.findtext("AccessMask"))))
            for entry in rule.findall("Entry")
        ]
    return found


def test_defender_denies_all_but_approved_devices_and_lets_them_do_what_they_may() -> None:
    found = rules(target(permitted=(STICK, MODEL)))
    assert found["リムーバブル メディア"] == [("Deny", 63), ("AuditDenied", 63)]
    assert found['M-00001 USB "秘" & <x>'] == [("Allow", 63)]
    assert found["M-00002 HDD"] == [("Allow", 9), ("Deny", 54), ("AuditDenied", 54)]
    assert found["CD・DVD"] == [("Deny", 54), ("AuditDenied", 54)]
    assert found["印刷"] == [("Deny", 64), ("AuditDenied", 64)]
    groups = ET.fromstring(defender.groups_xml(target(permitted=(STICK, MODEL))))
    stick = next(one for one in groups if one.findtext("Name") == 'M-00001 USB "秘" & <x>')
    assert stick.findtext("MatchType") == "MatchAll"
    assert [(one.tag, one.text) for one in stick.findall("DescriptorIdList/*")] == [
        ("VID_PID", "0411_01E8"),
        ("SerialNumberId", "A00123"),
    ]


def test_what_is_allowed_has_no_rule() -> None:
    assert rules(target([Line(1, Access.ALLOW)])) == {}


def test_linux_lets_approved_devices_pass_before_anything_is_blocked() -> None:
    said = target([Line(1, Access.FORBID, True)], (STICK, MODEL))
    guard = linux.usbguard_rules(said).decode().splitlines()
    allowed = 'allow id 0411:01e8 serial "A00123" with-interface one-of { 08:*:* }'
    assert guard.index(allowed) < guard.index("block with-interface one-of { 08:*:* }")
    assert guard[-1] == "allow"
    udev = linux.udev_rules(said).decode()
    assert udev.index('ENV{ID_SERIAL_SHORT}=="A00123", GOTO="tenken_end"') < udev.index('ENV{ID_BUS}=="usb"')
    assert 'ENV{ID_MODEL_ID}=="09c2", RUN+="/sbin/blockdev --setro $devnode"' in udev


def test_a_serial_that_would_break_the_file_makes_no_exception_and_is_named() -> None:
    said = target(permitted=(replace(STICK, serial='A" GOTO="x'),))
    assert 'GOTO="x' not in linux.udev_rules(said).decode() + linux.usbguard_rules(said).decode()
    assert any("M-00001" in text for text in linux.limits(said))


def test_the_same_policy_gives_the_same_bytes_and_says_what_tenken_does_not_do() -> None:
    said = target(permitted=(STICK, MODEL, DISC))
    assert zipped(said) == zipped(target(permitted=(STICK, MODEL, DISC)))
    with zipfile.ZipFile(io.BytesIO(zipped(said))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(files_of(said))
        readme = archive.read("README.txt").decode("utf-8-sig")
    assert PLAINLY in readme
    assert "媒体M-00003（保存用）" in readme
    assert "USBメモリ：使用不可（許可した媒体を除く）　1行目" in readme


# --- the tools themselves ---------------------------------------------------------------------------------

_VARIED = (
    target(permitted=(STICK, MODEL)),
    target([Line(1, Access.FORBID, True)], (STICK, MODEL)),
    target([Line(1, Access.READ)]),
    target([Line(1, Access.ALLOW)]),
)


@pytest.mark.device_tools
@pytest.mark.parametrize("said", _VARIED)
def test_usbguard_reads_its_rules(said: Target, tmp_path: Path) -> None:
    path = tmp_path / "rules.conf"
    path.write_bytes(linux.usbguard_rules(said))
    read = subprocess.run(["usbguard-rule-parser", "-f", path], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    given = [one for one in path.read_text().splitlines() if one and not one.startswith("#")]
    assert [one[8:] for one in read.stdout.splitlines() if one.startswith("OUTPUT: ") and one[8:]] == given


def _udev_complaints(content: bytes, folder: Path) -> list[str]:
    """Return what udev says against a rules file; it reads it in a folder of its own, not the machine's."""
    path = folder / "99-tenken-devices.rules"
    path.write_bytes(content)
    script = (
        'mount -t tmpfs none /run && mkdir -p /run/udev/rules.d && cp "$1" /run/udev/rules.d/ '
        "&& udevadm test /sys/devices/virtual/net/lo"
    )
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", path], capture_output=True, text=True, check=False
    )
    said = (ran.stdout + ran.stderr).splitlines()
    mine = [line for line in said if path.name in line]
    if not any(line.startswith("Reading rules file") for line in mine):
        pytest.skip("udev cannot be asked here")
    return [line for line in mine if not line.startswith("Reading rules file")]


@pytest.mark.device_tools
def test_udev_reads_its_rules(tmp_path: Path) -> None:
    assert _udev_complaints(b'NOSUCHKEY=="x"\n', tmp_path) != []
    for said in _VARIED:
        assert _udev_complaints(linux.udev_rules(said), tmp_path) == []


@pytest.mark.device_tools
def test_xml_is_well_formed_to_another_reader_too(tmp_path: Path) -> None:
    for number, said in enumerate(_VARIED):
        for name, content in (("g", defender.groups_xml(said)), ("r", defender.rules_xml(said))):
            path = tmp_path / f"{name}{number}.xml"
            path.write_bytes(content)
            subprocess.run(["xmllint", "--noout", "--nonet", path], check=True)
