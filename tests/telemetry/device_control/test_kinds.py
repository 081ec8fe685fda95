"""What senders call a device."""

from __future__ import annotations

import pytest

from tenken.telemetry.device_control.kinds import (
    DEVICES,
    MEDIA,
    DeviceKind,
    device_key,
    kind_of,
    usb_identity,
)


def test_every_device_and_medium_of_the_document_is_there() -> None:
    assert (len(DEVICES), len(MEDIA)) == (8, 8)
    assert (DEVICES[-1], MEDIA[0], MEDIA[-1]) == (
        DeviceKind.FLOPPY,
        DeviceKind.SD,
        DeviceKind.MULTIMEDIA_CARD,
    )


@pytest.mark.parametrize(
    ("called", "drive", "kind"),
    [
        ("usb_disk", "", DeviceKind.USB_DISK),
        ("DiskDrive USB Flash Disk", "", DeviceKind.USB_MEMORY),
        ("CDROM", "", DeviceKind.OPTICAL),
        ("WPD Galaxy", "", DeviceKind.MOBILE),
        ("Image EPSON GT-X830", "", DeviceKind.IMAGING),
        ("ＳＤカード", "", DeviceKind.SD),
        ("DiskDrive WD My Passport", "", DeviceKind.USB_DISK),
        ("usb_memory Portable", "removable", DeviceKind.USB_DISK),
        ("", "removable", DeviceKind.USB_MEMORY),
        ("", "optical", DeviceKind.OPTICAL),
        ("Keyboard HID", "", None),
        ("", "fixed", None),
    ],
)
def test_kinds(called: str, drive: str, kind: DeviceKind | None) -> None:
    assert kind_of(called, drive) == kind


def test_a_code_of_ours_wins_over_the_name() -> None:
    assert kind_of("usb_memory", name="Portable SSD") == DeviceKind.USB_MEMORY
    assert kind_of("DiskDrive", name="Portable SSD") == DeviceKind.USB_DISK


def test_identities() -> None:
    assert [usb_identity(text) for text in ("0x58F", "０４１１", "", "ABCD")] == ["058f", "0411", "", "abcd"]
    with pytest.raises(ValueError, match="16進数"):
        usb_identity("12345")
    assert device_key("0411", "01E8", "A1") == "0411:01e8:a1"
    assert device_key("0411", "01e8", "") == "0411:01e8:*"
