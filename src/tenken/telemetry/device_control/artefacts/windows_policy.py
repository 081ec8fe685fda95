"""Group Policy: Removable Storage Access (RemovableStorage.admx) of the computer, as registry.pol and as text.

registry.pol is "PReg", version 1, then records ``[key;value;type;size;data]`` in UTF-16LE ([MS-GPREG] 2.2.1).
"""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tenken.common.spreadsheets import safe_cell
from tenken.telemetry.device_control.artefacts.target import Target
from tenken.telemetry.device_control.kinds import CARDS, Access, DeviceKind

_KEY: Final = r"Software\Policies\Microsoft\Windows\RemovableStorageDevices"
_DWORD: Final = 4
_DENY = {"Deny_Read": "読み取りの拒否", "Deny_Write": "書き込みの拒否", "Deny_Execute": "実行の拒否"}


@dataclass(frozen=True)
class StorageClass:
    """A class of removable storage that Windows knows; WPD has no execute access, and two identities."""

    label: str
    guids: tuple[str, ...]
    kinds: tuple[DeviceKind, ...]
    executes: bool = True


CLASSES: Final = (
    StorageClass(
        "リムーバブル ディスク",
        ("{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}",),
        (DeviceKind.USB_MEMORY, DeviceKind.USB_DISK, DeviceKind.CARD_READER, DeviceKind.MO, *CARDS),
    ),
    StorageClass(
        "CDおよびDVD",
        ("{53f56308-b6bf-11d0-94f2-00a0c91efb8b}",),
        (DeviceKind.OPTICAL, DeviceKind.DVD_RAM),
    ),
    StorageClass("フロッピー ドライブ", ("{53f56311-b6bf-11d0-94f2-00a0c91efb8b}",), (DeviceKind.FLOPPY,)),
    StorageClass(
        "WPDデバイス",
        ("{6AC27878-A6FA-4155-BA85-F98F491D4F33}", "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"),
        (DeviceKind.MOBILE, DeviceKind.IMAGING),
        executes=False,
    ),
)


@dataclass(frozen=True)
class Setting:
    """One DWORD value of the computer's registry."""

    key: str
    value: str
    data: int
    label: str


def settings(target: Target) -> list[Setting]:
    """Return what is denied at *target*, in the order of ``CLASSES``. What is allowed has no setting."""
    return [
        setting for storage in CLASSES for setting in _denied(storage, target.used_by_approved(storage.kinds))
    ]


def _denied(storage: StorageClass, access: Access) -> Iterator[Setting]:
    values = {
        Access.ALLOW: (),
        Access.READ: ("Deny_Write", "Deny_Execute"),
        Access.FORBID: ("Deny_Read", "Deny_Write", "Deny_Execute"),
    }[access]
    for guid in storage.guids:
        for value in values:
            if value != "Deny_Execute" or storage.executes:
                yield Setting(rf"{_KEY}\{guid}", value, 1, f"{storage.label}：{_DENY[value]}")


def registry_pol(found: Sequence[Setting]) -> bytes:
    """Return *found* as the computer's registry.pol."""
    written = bytearray(b"PReg\x01\x00\x00\x00")
    for one in found:
        data = struct.pack("<I", one.data)
        parts = (
            _text(one.key),
            _text(one.value),
            struct.pack("<I", _DWORD),
            struct.pack("<I", len(data)),
            data,
        )
        written += "[".encode("utf-16-le") + ";".encode("utf-16-le").join(parts) + "]".encode("utf-16-le")
    return bytes(written)


def _text(text: str) -> bytes:
    return f"{text}\0".encode("utf-16-le")


def read_registry_pol(content: bytes) -> list[tuple[str, str, int, bytes]]:
    """Return (key, value, type, data) of each record. ``ValueError`` where it is no registry.pol."""
    if content[:8] != b"PReg\x01\x00\x00\x00":
        raise ValueError("no registry.pol of version 1")
    found, at = [], 8
    while at < len(content):
        at = _skip(content, at, "[")
        key, at = _until_null(content, at)
        at = _skip(content, at, ";")
        value, at = _until_null(content, at)
        at = _skip(content, at, ";")
        (kind,) = struct.unpack_from("<I", content, at)
        at = _skip(content, at + 4, ";")
        (size,) = struct.unpack_from("<I", content, at)
        at = _skip(content, at + 4, ";")
        found.append((key, value, kind, content[at : at + size]))
        at = _skip(content, at + size, "]")
    return found


def _skip(content: bytes, at: int, mark: str) -> int:
    if content[at : at + 2] != mark.encode("utf-16-le"):
        raise ValueError(f"no {mark} at {at}")
    return at + 2


def _until_null(content: bytes, at: int) -> tuple[str, int]:
    end = at
    while content[end : end + 2] not in (b"\0\0", b""):
        end += 2
    return content[at:end].decode("utf-16-le"), end + 2


def reg_file(found: Sequence[Setting]) -> bytes:
    """Return *found* as a .reg file, to read and to try on one terminal."""
    lines, key = ["Windows Registry Editor Version 5.00"], ""
    for one in found:
        if one.key != key:
            key = one.key
            lines += ["", rf"[HKEY_LOCAL_MACHINE\{key}]"]
        lines.append(f'"{one.value}"=dword:{one.data:08x}')
    return _windows_text(lines)


def inf_file(found: Sequence[Setting]) -> bytes:
    """Return *found* as a security template, which the security editor of Group Policy imports."""
    lines = [
        "[Unicode]",
        "Unicode=yes",
        "[Version]",
        'signature="$CHICAGO$"',
        "Revision=1",
        "[Registry Values]",
    ]
    lines += [rf"MACHINE\{one.key}\{one.value}={_DWORD},{one.data}" for one in found]
    return _windows_text(lines)


def _windows_text(lines: Sequence[str]) -> bytes:
    return b"\xff\xfe" + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")


def csv_file(found: Sequence[Setting]) -> bytes:
    """Return *found* as a list to read (CP932)."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(["設定", "キー", "値の名前", "種類", "値"])
    for one in found:
        writer.writerow(
            [safe_cell(one.label), rf"HKEY_LOCAL_MACHINE\{one.key}", one.value, "REG_DWORD", one.data]
        )
    return written.getvalue().encode("cp932", "replace")


def limits(target: Target) -> Iterator[str]:
    """Yield what these settings cannot hold, in words."""
    for storage in CLASSES:
        held = target.used_by_approved(storage.kinds)
        looser = [kind for kind in storage.kinds if target.access(kind) != held]
        if looser:
            names = "、".join(f"{kind.label}（{target.access(kind).label}）" for kind in looser)
            yield (
                f"「{storage.label}」は種類や媒体を区別できないため「{held.label}」に合わせました。"
                f"次のものは、Microsoft Defenderのデバイス制御など、ほかの手段が要ります：{names}"
            )
    for kind in (DeviceKind.ESATA, DeviceKind.PRINT):
        if target.access(kind) != Access.ALLOW:
            yield f"{kind.label}（{target.access(kind).label}）は、グループポリシーのリムーバブル記憶域では制御できません。"
