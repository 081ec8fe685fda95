"""外部接続媒体: the kinds that a policy speaks of (document 004, chapter 9 第4 1), printing besides.

The codes are the values of the event column ``device_class``.
"""

from __future__ import annotations

import re
import unicodedata

from django.db import models


class DeviceKind(models.TextChoices):
    """（1）デバイス ア–ク、（2）メディア ア–ク, and 印刷 (第3 評価 1)."""

    USB_MEMORY = "usb_memory", "USBメモリ"
    USB_DISK = "usb_disk", "USBハードディスク"
    CARD_READER = "card_reader", "カードリーダー／ライター"
    OPTICAL = "optical", "CD／DVD／ブルーレイディスクドライブ"
    IMAGING = "imaging", "イメージスキャナー・デジタルカメラ"
    MOBILE = "mobile", "モバイル端末"
    ESATA = "esata", "eSATA接続ハードディスク"
    FLOPPY = "floppy", "フロッピーディスク"
    SD = "sd", "SDカード"
    DVD_RAM = "dvd_ram", "DVD-RAM"
    MO = "mo", "MOディスク"
    COMPACT_FLASH = "compact_flash", "コンパクトフラッシュ"
    MEMORY_STICK = "memory_stick", "メモリースティック"
    XD_PICTURE = "xd_picture", "xDピクチャーカード"
    SMART_MEDIA = "smart_media", "スマートメディア"
    MULTIMEDIA_CARD = "multimedia_card", "マルチメディアカード"
    PRINT = "print", "印刷"


class Access(models.TextChoices):
    """What is allowed, from most to least."""

    ALLOW = "allow", "使用可"
    READ = "read", "読み取り専用"
    FORBID = "forbid", "使用不可"


DEVICES = tuple(DeviceKind)[:8]
MEDIA = tuple(DeviceKind)[8:16]
CARDS = tuple(
    DeviceKind(code)
    for code in ("sd", "compact_flash", "memory_stick", "xd_picture", "smart_media", "multimedia_card")
)

# What senders call them: words of Windows' device classes and of agents, the more telling first.
_CALLED = (
    (DeviceKind.MOBILE, ("wpd", "mtp", "phone", "portable device", "mobile", "スマートフォン", "モバイル")),
    (DeviceKind.DVD_RAM, ("dvd-ram", "dvd_ram")),
    (DeviceKind.OPTICAL, ("cdrom", "cd-rom", "dvd", "optical", "blu-ray", "cd／dvd", "sr0")),
    (DeviceKind.FLOPPY, ("floppy", "フロッピー")),
    (DeviceKind.IMAGING, ("image", "imaging", "camera", "scanner", "カメラ", "スキャナ")),
    (DeviceKind.ESATA, ("esata",)),
    (
        DeviceKind.USB_DISK,
        (
            "usb_hdd",
            "usb hdd",
            "hdd",
            "external",
            "portable",
            "expansion",
            "passport",
            "harddisk",
            "hard disk",
            "ハードディスク",
        ),
    ),
    (DeviceKind.MO, ("magneto", "moディスク")),
    (DeviceKind.SD, ("sdcard", "sd card", "sdhc", "sdxc", "mmcblk", "sdカード")),
    (DeviceKind.COMPACT_FLASH, ("compactflash", "compact flash")),
    (DeviceKind.MEMORY_STICK, ("memorystick", "memory stick")),
    (DeviceKind.CARD_READER, ("card reader", "cardreader", "smartcard", "カードリーダ")),
    (DeviceKind.PRINT, ("printer", "プリンタ")),
    (
        DeviceKind.USB_MEMORY,
        (
            "usbstor",
            "diskdrive",
            "usb mass",
            "mass storage",
            "usb disk",
            "usb drive",
            "usb memory",
            "flash",
            "datatraveler",
            "cruzer",
            "jetflash",
            "usbメモリ",
            "removable",
        ),
    ),
)
_IDENTITY = re.compile(r"[0-9a-f]{4}")


def kind_of(called: str, drive: str = "", name: str = "") -> DeviceKind | None:
    """Return the kind that a sender means by *called* (a code of ours, a Windows class); the device's *name* tells
    it apart further, its drive where neither says anything. None for what is no such device (keyboards, mice …)."""
    plain = unicodedata.normalize("NFKC", called).casefold().strip()
    if plain in DeviceKind.values:
        return DeviceKind(plain)
    said = f"{plain}\n{unicodedata.normalize('NFKC', name).casefold()}"
    for kind, words in _CALLED:
        if any(word in said for word in words):
            return kind
    return {"removable": DeviceKind.USB_MEMORY, "optical": DeviceKind.OPTICAL}.get(drive.casefold())


def usb_identity(text: str) -> str:
    """Return a vendor or product id as four lower-case hex digits, '' for '' ("0x58F" → "058f"). ``ValueError`` else."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold().removeprefix("0x")
    if not plain:
        return ""
    plain = plain.zfill(4)
    if not _IDENTITY.fullmatch(plain):
        raise ValueError("16進数4桁で入力してください（例：0411）。")
    return plain


def device_key(vendor: str, product: str, serial: str) -> str:
    """Return what a device is known by: "vid:pid:serial", lower case; without a serial "vid:pid:*", the model."""
    return f"{vendor}:{product}:{serial or '*'}".casefold()
