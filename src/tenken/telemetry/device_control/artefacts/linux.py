"""Linux: USBGuard decides what may be connected at all; udev makes what is connected read-only or unusable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tenken.telemetry.device_control.artefacts.target import Permitted, Target
from tenken.telemetry.device_control.kinds import CARDS, Access, DeviceKind

# USB interface classes: mass storage; still imaging (PTP, MTP); printers; network adaptors of telephones (RNDIS, CDC).
_USB: Final = (
    (
        "08:*:*",
        (
            DeviceKind.USB_MEMORY,
            DeviceKind.USB_DISK,
            DeviceKind.CARD_READER,
            DeviceKind.OPTICAL,
            DeviceKind.FLOPPY,
            *CARDS,
        ),
    ),
    ("06:*:*", (DeviceKind.MOBILE, DeviceKind.IMAGING)),
    ("07:*:*", (DeviceKind.PRINT,)),
    ("e0:01:03", (DeviceKind.MOBILE,)),
    ("02:06:*", (DeviceKind.MOBILE,)),
)
_OPENED = {
    DeviceKind.PRINT: "07:*:*",
    DeviceKind.MOBILE: "06:*:*",
    DeviceKind.IMAGING: "06:*:*",
}
# Block devices, by what udev knows of them; several kinds that look the same share a line.
_BLOCK: Final = (
    (
        'ENV{ID_BUS}=="usb", ENV{ID_TYPE}=="disk"',
        (DeviceKind.USB_MEMORY, DeviceKind.USB_DISK, DeviceKind.CARD_READER, *CARDS),
    ),
    ('KERNEL=="sr[0-9]*"', (DeviceKind.OPTICAL, DeviceKind.DVD_RAM)),
    ('KERNEL=="fd[0-9]*"', (DeviceKind.FLOPPY,)),
    ('ENV{ID_TYPE}=="optical"', (DeviceKind.MO,)),
    ('KERNEL=="mmcblk[0-9]*", ATTRS{type}=="SD"', (DeviceKind.SD,)),
    ('KERNEL=="mspblk[0-9]*"', (DeviceKind.MEMORY_STICK,)),
)
_USB_DEVICE: Final = (
    ('ENV{ID_MTP_DEVICE}=="1"', DeviceKind.MOBILE),
    ('ENV{ID_GPHOTO2}=="1"', DeviceKind.IMAGING),
    ('ENV{libsane_matched}=="yes"', DeviceKind.IMAGING),
)
# What both files' quoted strings take as it is; a serial is such, or the device is known by its model alone.
_PLAIN = re.compile(r"[0-9A-Za-z._:+-]+")


def usbguard_rules(target: Target) -> bytes:
    """Return rules.conf of USBGuard. The first rule that matches counts: approved devices, what is forbidden, the rest."""
    lines = [*_head(target), "# 許可した媒体"]
    for device in _exceptions(target):
        interface = _OPENED.get(device.kind, "08:*:*")
        serial = f' serial "{device.serial}"' if device.serial else ""
        lines.append(
            f"allow id {device.vendor_id}:{device.product_id}{serial} with-interface one-of {{ {interface} }}"
        )
    lines.append("# 使用不可のもの")
    for interface, kinds in _USB:
        if target.shared(kinds) == Access.FORBID:
            lines.append(f"block with-interface one-of {{ {interface} }}")
    lines += ["# そのほか（キーボード、マウスなど）", "allow"]
    return _written(lines)


def udev_rules(target: Target) -> bytes:
    """Return 99-tenken-devices.rules of udev."""
    lines = [*_head(target), 'ACTION=="remove", GOTO="tenken_end"', "", "# 許可した媒体"]
    lines += [line for device in _exceptions(target) for line in _excepted(device)]
    lines += ["", "# 記憶媒体"]
    for match, kinds in _BLOCK:
        if effect := _effect(target.shared(kinds)):
            lines.append(f'SUBSYSTEM=="block", {match}, {effect}')
    lines += ["", "# カメラ、スキャナー、モバイル端末"]
    for match, kind in _USB_DEVICE:
        if target.access(kind) == Access.FORBID:
            lines.append(f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {match}, ATTR{{authorized}}="0"')
    lines += ["", 'LABEL="tenken_end"']
    return _written(lines)


def _excepted(device: Permitted) -> Iterator[str]:
    match = f'ENV{{ID_VENDOR_ID}}=="{device.vendor_id}", ENV{{ID_MODEL_ID}}=="{device.product_id}"'
    if device.serial:
        match += f', ENV{{ID_SERIAL_SHORT}}=="{device.serial}"'
    if device.access == Access.READ:
        yield f'SUBSYSTEM=="block", {match}, {_effect(Access.READ)}'
    yield f'{match}, GOTO="tenken_end"'


def _effect(access: str) -> str:
    return {
        Access.ALLOW: "",
        Access.READ: 'RUN+="/sbin/blockdev --setro $devnode"',
        Access.FORBID: 'MODE="0000", OWNER="root", GROUP="root", ENV{UDISKS_IGNORE}="1"',
    }[Access(access)]


def _exceptions(target: Target) -> list[Permitted]:
    return [one for one in target.excepted(DeviceKind) if not one.serial or _PLAIN.fullmatch(one.serial)]


def _head(target: Target) -> list[str]:
    name = "".join(char for char in target.name if char.isprintable())
    return [
        f"# {name}：使用制限 第{target.policy}版（{target.published_on:%Y-%m-%d}）、媒体は{target.on:%Y-%m-%d}現在"
    ]


def _written(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def limits(target: Target) -> Iterator[str]:
    """Yield what these files cannot hold, in words."""
    for _, kinds in (*_BLOCK, *_USB[1:2]):
        held = target.shared(kinds)
        stricter = [kind for kind in kinds if target.access(kind) != held]
        if stricter:
            names = "、".join(f"{kind.label}（{target.access(kind).label}）" for kind in stricter)
            yield f"同じものに見える種類を「{held.label}」に合わせました。制御できないもの：{names}"
    if target.access(DeviceKind.ESATA) != Access.ALLOW:
        yield "eSATA接続ハードディスクは内蔵ディスクと区別できません。UEFI（BIOS）の設定でポートを無効にしてください。"
    if target.access(DeviceKind.PRINT) != Access.ALLOW:
        yield "印刷は、USB接続のプリンターだけを止めます。ネットワークのプリンターは、CUPSの設定で止めてください。"
    if target.access(DeviceKind.OPTICAL) == Access.READ:
        yield "光学ドライブの読み取り専用は、書込みソフトウェアによる記録までは止めません。"
    for one in target.excepted(DeviceKind):
        if one.serial and not _PLAIN.fullmatch(one.serial):
            yield f"媒体{one.number}は、シリアルに使えない文字があるため、例外にできません。"
