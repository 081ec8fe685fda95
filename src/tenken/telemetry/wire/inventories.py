"""The inventory that OCS, FusionInventory and GLPI agents share: sections of named values, whatever carries them.

Sources: the inventory format of GLPI (github.com/glpi-project/inventory_format) and the FusionInventory and OCS
agents' own output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

from tenken.telemetry.inventory.report import AntivirusState, InstalledItem, Inventory, Part
from tenken.telemetry.wire.values import day, moment, text_of

Section: TypeAlias = Sequence[Mapping[str, Any]]

# A clock that is ahead of ours says nothing about when the agent looked.
_AHEAD: Final = timedelta(minutes=10)
_LONGEST: Final = 500
_UPDATE: Final = re.compile(r"\bKB\d{6,8}\b", re.IGNORECASE)
_OFFICE: Final = re.compile(
    r"^(Microsoft (Office|365)\b|Microsoft (Excel|Word|PowerPoint|Access|Outlook|Visio|Project) |一太郎|JUST Office|LibreOffice\b)",
    re.IGNORECASE,
)
_UPDATE_CATEGORIES: Final = {"update", "hotfix", "security_update", "security update", "service pack"}
_BUILD: Final = re.compile(r"\d+\.\d+\.(\d{4,5}(?:\.\d+)?)")

# Section of the agents → (kind of part, names of its name, of its serial, of its detail).
_PARTS: Final[Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    "cpus": ("cpu", ("name", "type"), ("serial",), ("manufacturer", "speed", "core", "cores")),
    "memories": (
        "memory",
        ("caption", "description", "type"),
        ("serialnumber",),
        ("capacity", "type", "speed"),
    ),
    "storages": (
        "disk",
        ("model", "name"),
        ("serialnumber", "serial"),
        ("manufacturer", "type", "disksize", "firmware"),
    ),
    "drives": (
        "volume",
        ("letter", "type", "volumn"),
        ("serial",),
        ("label", "filesystem", "total", "encrypt_status"),
    ),
    "monitors": ("monitor", ("caption", "description", "name"), ("serial",), ("manufacturer",)),
    "printers": ("printer", ("name",), ("serial",), ("driver", "port", "network")),
    "usbdevices": (
        "usb",
        ("name", "caption", "description"),
        ("serial",),
        ("manufacturer", "vendorid", "productid"),
    ),
    "modems": ("modem", ("name", "model"), (), ("type", "description")),
    "videos": ("video", ("name",), (), ("chipset", "memory")),
    "sounds": ("sound", ("name",), (), ("manufacturer",)),
    "batteries": ("battery", ("name",), ("serial",), ("manufacturer", "chemistry")),
    "simcards": ("sim", ("operator_name", "iccid"), ("iccid",), ()),
}


def inventory_of(
    content: Mapping[str, Section],
    *,
    agent_id: str,
    received: datetime,
    tag: str = "",
    partial: bool = False,
    software_kinds: frozenset[str] = frozenset({"software"}),
) -> Inventory:
    """Return what *content* says: lists of values by the section's name, names in lower case as GLPI writes them.

    *software_kinds*: which kinds of software a partial one speaks for, all by default. Environment variables and
    processes are not looked at.
    """
    hardware, bios, system = (_first(content, name) for name in ("hardware", "bios", "operatingsystem"))
    log = _first(content, "accesslog")
    addresses, macs, adapters = _networks(content)
    values: dict[str, Any] = {
        "computer_name": _pick(hardware, "name") or _pick(system, "fqdn").partition(".")[0],
        "domain": _pick(hardware, "workgroup", "userdomain") or _pick(system, "dns_domain"),
        "manufacturer": _pick(bios, "smanufacturer", "mmanufacturer"),
        "model": _pick(bios, "smodel", "mmodel"),
        "serial": _pick(bios, "ssn", "msn"),
        "uuid": _pick(hardware, "uuid"),
        "chassis": _pick(hardware, "chassis_type") or _pick(bios, "type"),
        **_operating_system(hardware, system),
        "last_user": _last_user(content, hardware),
        "addresses": _distinct([*_hardware_addresses(hardware), *addresses]),
        "macs": _distinct(macs),
        "software": _software(content),
        "antivirus": tuple(_antivirus(part) for part in content.get("antivirus", ()) if _pick(part, "name")),
        "parts": (*adapters, *_parts(content)),
    }
    return Inventory(
        agent_id=_plain(agent_id),
        reported_at=_reported_at(log, received),
        tag=_plain(tag) or _account_tag(content),
        partial=partial,
        sections=_sent(content, values, software_kinds) if partial else frozenset(),
        **values,
    )


def installed_kind(name: str, category: str = "") -> str:
    """Return the kind of ``InstalledItem`` a piece of software is, by its name and its agent's category."""
    if category.lower().replace(" ", "_") in {known.replace(" ", "_") for known in _UPDATE_CATEGORIES}:
        return "update"
    if _UPDATE.search(name):
        return "update"
    return "office" if _OFFICE.search(name) else "application"


def _first(content: Mapping[str, Section], name: str) -> Mapping[str, Any]:
    section = content.get(name, ())
    return section[0] if section else {}


def _pick(section: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if text := _plain(section.get(name)):
            return text
    return ""


def _plain(value: object) -> str:
    """Return *value* as text without NUL, which a database does not take."""
    return text_of(value).replace("\0", "").strip()[:_LONGEST]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _reported_at(log: Mapping[str, Any], received: datetime) -> datetime | None:
    found = moment(log.get("logdate"))
    return found if found and found <= received + _AHEAD else None


def _account_tag(content: Mapping[str, Section]) -> str:
    for part in content.get("accountinfo", ()):
        if _pick(part, "keyname").upper() == "TAG":
            return _pick(part, "keyvalue")
    return ""


def _operating_system(hardware: Mapping[str, Any], system: Mapping[str, Any]) -> dict[str, Any]:
    version = _pick(system, "version") or _pick(hardware, "osversion")
    kernel = _pick(system, "kernel_version") or _pick(hardware, "osversion")
    build = _BUILD.search(kernel)
    installed = day(system.get("install_date")) or day(hardware.get("installdate"))
    return {
        "os_name": _pick(system, "full_name", "name") or _pick(hardware, "osname"),
        "os_version": version,
        "os_build": build[1] if build and "windows" in _windows_words(hardware, system) else "",
        "os_installed_on": installed,
    }


def _windows_words(hardware: Mapping[str, Any], system: Mapping[str, Any]) -> str:
    return " ".join((_pick(system, "full_name", "kernel_name", "name"), _pick(hardware, "osname"))).lower()


def _last_user(content: Mapping[str, Section], hardware: Mapping[str, Any]) -> str:
    user = _first(content, "users")
    login, domain = _pick(user, "login"), _pick(user, "domain")
    if login:
        return f"{domain}\\{login}" if domain and "\\" not in login else login
    return _pick(hardware, "userid", "lastloggeduser")


def _hardware_addresses(hardware: Mapping[str, Any]) -> list[str]:
    return [text for part in _pick(hardware, "ipaddr").split("/") if (text := _address(part))]


def _address(text: str) -> str:
    """Return a usable IP address, '' for none, loopback and link-local ones (every machine has those)."""
    try:
        found = ip_address(text.strip().partition("%")[0].partition("/")[0])
    except ValueError:
        return ""
    return "" if found.is_loopback or found.is_link_local or found.is_unspecified else str(found)


def _networks(content: Mapping[str, Section]) -> tuple[list[str], list[str], list[Part]]:
    addresses: list[str] = []
    macs: list[str] = []
    adapters: dict[tuple[str, str], Part] = {}
    for part in content.get("networks", ()):
        kind = _pick(part, "type").lower()
        mac = _pick(part, "macaddr", "mac").lower().replace("-", ":")
        if kind == "loopback" or mac == "00:00:00:00:00:00":
            continue
        addresses += (
            address for name in ("ipaddress", "ipaddress6") if (address := _address(_pick(part, name)))
        )
        name = _pick(part, "model", "description", "driver")
        if _pick(part, "virtualdev").lower() in ("1", "true") or not name:
            continue
        macs.append(mac)
        adapters[name, mac] = Part("network", name, mac, kind)
    return addresses, macs, list(adapters.values())


def _software(content: Mapping[str, Section]) -> tuple[InstalledItem, ...]:
    found: dict[tuple[str, str], InstalledItem] = {}
    for part in (*content.get("softwares", ()), *content.get("officepack", ())):
        name = _pick(part, "name", "product", "officename", "guid")
        if not name:
            continue
        version = _pick(part, "version", "officeversion")
        category = _pick(part, "system_category", "release_type")
        found[name, version] = InstalledItem(
            name,
            version,
            _pick(part, "publisher", "editor"),
            day(part.get("install_date") or part.get("installdate")),
            "office" if "officename" in part or "officekey" in part else installed_kind(name, category),
        )
    for part in content.get("drivers", ()):
        if name := _pick(part, "name", "description"):
            version = _pick(part, "version")
            found[name, version] = InstalledItem(
                name, version, _pick(part, "manufacturer"), day(part.get("date")), "driver"
            )
    return tuple(found.values())


def _antivirus(part: Mapping[str, Any]) -> AntivirusState:
    definitions = _pick(part, "base_version", "signatures_version")
    return AntivirusState(
        _pick(part, "name"),
        _pick(part, "version"),
        _flag(part.get("enabled")),
        _flag(part.get("uptodate")),
        definitions,
        day(part.get("base_creation") or part.get("base_date")) or _definition_day(definitions),
    )


def _definition_day(definitions: str) -> Any:
    """Some products name their definitions by the day: 20261120.003."""
    match = re.match(r"20\d{6}", definitions)
    return day(match[0]) if match else None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = text_of(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    return False if text in ("0", "false", "no", "off") else None


def _parts(content: Mapping[str, Section]) -> list[Part]:
    found: list[Part] = []
    for section, (kind, names, serials, details) in _PARTS.items():
        for part in content.get(section, ()):
            name = _pick(part, *names)
            if not name:
                continue
            detail = " ".join(text for detail in details if (text := _pick(part, detail)))
            found.append(Part(_part_kind(kind, part), name, _pick(part, *serials), detail[:_LONGEST]))
    return found


def _part_kind(kind: str, part: Mapping[str, Any]) -> str:
    described = f"{_pick(part, 'type')} {_pick(part, 'description')}".lower()
    optical = kind == "disk" and re.search(r"\b(cd|dvd|bd|blu-?ray)\b|cd-?rom|optical", described)
    return "optical" if optical else kind


def _sent(
    content: Mapping[str, Section], values: Mapping[str, Any], software_kinds: frozenset[str]
) -> frozenset[str]:
    plain = {name for name, value in values.items() if value and isinstance(value, str)}
    named = {"system"} if plain or values["os_installed_on"] else set()
    if "softwares" in content:
        named |= software_kinds
    if "officepack" in content:
        named.add("office")
    if "antivirus" in content:
        named.add("antivirus")
    named |= {part[0] for section, part in _PARTS.items() if section in content}
    if "storages" in content:
        named.add("optical")
    if "networks" in content:
        named |= {"system", "network"}
    return frozenset(named)
