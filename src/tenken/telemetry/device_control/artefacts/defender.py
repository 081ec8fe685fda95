"""Microsoft Defender for Endpoint, device control: the groups and the rules that Group Policy points to.

``<Groups>`` and ``<PolicyRules>`` as in Microsoft's own samples (github.com/microsoft/mdatp-devicecontrol). A rule applies
to a device that is in all included and in none of the excluded groups. Access masks: 1, 2, 4 device read, write, execute;
8, 16, 32 file read, write, execute; 64 print.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from tenken.telemetry.device_control.artefacts.target import Permitted, Target
from tenken.telemetry.device_control.kinds import CARDS, Access, DeviceKind

_NAMESPACE: Final = uuid.UUID("6f6a2f6e-6f0e-5c57-9b53-64c1d0b1a3f1")
READ, WRITE, PRINT = 1 | 8, 2 | 4 | 16 | 32, 64
_NOTIFY_AND_EVENT: Final = 3


@dataclass(frozen=True)
class Family:
    """What Defender knows as one: ``primary``: its PrimaryId."""

    primary: str
    label: str
    kinds: tuple[DeviceKind, ...]

    def denied(self, access: Access) -> int:
        """Return the mask of what *access* does not allow."""
        if self.primary == "PrinterDevices":
            return 0 if access == Access.ALLOW else PRINT
        return {Access.ALLOW: 0, Access.READ: WRITE, Access.FORBID: READ | WRITE}[access]

    def allowed(self, access: Access) -> int:
        """Return the mask of what *access* allows."""
        everything = PRINT if self.primary == "PrinterDevices" else READ | WRITE
        return everything & ~self.denied(access)


FAMILIES: Final = (
    Family(
        "RemovableMediaDevices",
        "リムーバブル メディア",
        (
            DeviceKind.USB_MEMORY,
            DeviceKind.USB_DISK,
            DeviceKind.CARD_READER,
            DeviceKind.FLOPPY,
            DeviceKind.MO,
            *CARDS,
        ),
    ),
    Family("CdRomDevices", "CD・DVD", (DeviceKind.OPTICAL, DeviceKind.DVD_RAM)),
    Family("WpdDevices", "ポータブル デバイス", (DeviceKind.MOBILE, DeviceKind.IMAGING)),
    Family("PrinterDevices", "印刷", (DeviceKind.PRINT,)),
)


def groups_xml(target: Target) -> bytes:
    """Return the groups: each family that is restricted, and each approved device in it."""
    root = ET.Element("Groups")
    for family in _restricted(target):
        _group(root, target, family.primary, family.label, [("PrimaryId", family.primary)], "MatchAny")
        for device in target.excepted(family.kinds):
            descriptors = [("VID_PID", f"{device.vendor_id}_{device.product_id}".upper())]
            if device.serial:
                descriptors.append(("SerialNumberId", device.serial))
            _group(root, target, device.number, f"{device.number} {device.name}", descriptors, "MatchAll")
    return _written(root)


def rules_xml(target: Target) -> bytes:
    """Return the rules: what approved devices may do, then what the others may not."""
    root = ET.Element("PolicyRules")
    for family in _restricted(target):
        excepted = target.excepted(family.kinds)
        for device in excepted:
            name = f"{family.label}：許可した媒体 {device.number}（{device.access.label}）"
            rule = _rule(root, target, f"rule {device.number}", name, [device.number], [])
            _entry(rule, target, f"{device.number} Allow", "Allow", 0, family.allowed(device.access))
            _deny(rule, target, device.number, family.denied(device.access))
        access = target.shared(family.kinds)
        rule = _rule(
            root,
            target,
            f"rule {family.primary}",
            f"{family.label}：{access.label}",
            [family.primary],
            [device.number for device in excepted],
        )
        _deny(rule, target, family.primary, family.denied(access))
    return _written(root)


def _restricted(target: Target) -> Iterator[Family]:
    return (family for family in FAMILIES if target.shared(family.kinds) != Access.ALLOW)


def _group(
    root: ET.Element, target: Target, key: str, name: str, descriptors: list[tuple[str, str]], match: str
) -> None:
    group = ET.SubElement(root, "Group", {"Id": _id(target, f"group {key}"), "Type": "Device"})
    ET.SubElement(group, "Name").text = name
    ET.SubElement(group, "MatchType").text = match
    listed = ET.SubElement(group, "DescriptorIdList")
    for tag, text in descriptors:
        ET.SubElement(listed, tag).text = text


def _rule(
    root: ET.Element, target: Target, key: str, name: str, included: list[str], excluded: list[str]
) -> ET.Element:
    rule = ET.SubElement(root, "PolicyRule", {"Id": _id(target, key)})
    ET.SubElement(rule, "Name").text = name
    for tag, groups in (("IncludedIdList", included), ("ExcludedIdList", excluded)):
        listed = ET.SubElement(rule, tag)
        for group in groups:
            ET.SubElement(listed, "GroupId").text = _id(target, f"group {group}")
    return rule


def _deny(rule: ET.Element, target: Target, key: str, mask: int) -> None:
    if mask:
        _entry(rule, target, f"{key} Deny", "Deny", 0, mask)
        _entry(rule, target, f"{key} AuditDenied", "AuditDenied", _NOTIFY_AND_EVENT, mask)


def _entry(rule: ET.Element, target: Target, key: str, kind: str, options: int, mask: int) -> None:
    entry = ET.SubElement(rule, "Entry", {"Id": _id(target, f"entry {key}")})
    for tag, text in (("Type", kind), ("Options", str(options)), ("AccessMask", str(mask))):
        ET.SubElement(entry, tag).text = text


def _id(target: Target, key: str) -> str:
    """Return the GUID of a part: the same in every version, so that a new version replaces the old."""
    return f"{{{uuid.uuid5(_NAMESPACE, f'{target.city_code}|{target.name}|{key}')}}}"


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def limits(target: Target) -> Iterator[str]:
    """Yield what these rules cannot hold, in words."""
    for family in FAMILIES:
        held = target.shared(family.kinds)
        stricter = [kind for kind in family.kinds if target.access(kind) != held]
        if stricter:
            names = "、".join(f"{kind.label}（{target.access(kind).label}）" for kind in stricter)
            yield f"「{family.label}」は種類を区別できないため「{held.label}」に合わせました。制御できないもの：{names}"
    if target.access(DeviceKind.ESATA) != Access.ALLOW:
        yield "eSATA接続ハードディスクは内蔵ディスクとして扱われ、制御できません。UEFI（BIOS）の設定でポートを無効にしてください。"


def unknown_devices(target: Target) -> list[Permitted]:
    """Return the approved devices that no tool can know when they are plugged in: they carry no USB ids."""
    return [one for one in target.permitted if not one.identified]
