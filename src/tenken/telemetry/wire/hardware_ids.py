"""What Windows' device instance paths say of a device.

Source: Microsoft, "Standard USB Identifiers" and "Identifiers for USB Storage Devices".
"""

from __future__ import annotations

import re
from typing import Final

from tenken.telemetry.device_control.kinds import kind_of

_VENDOR: Final = re.compile(r"VID_([0-9A-F]{4})", re.IGNORECASE)
_PRODUCT: Final = re.compile(r"PID_([0-9A-F]{4})", re.IGNORECASE)
_STORAGE: Final = re.compile(r"VEN_([^&\\]*)&PROD_([^&\\]*)", re.IGNORECASE)


def device_of(instance: str, class_name: str = "", description: str = "") -> dict[str, str]:
    """Return the columns that a device fills, by its instance path (``USB\\VID_0781&PID_5581\\4C53…``), the name of its
    class and its description; empty values are left out.

    A serial that Windows made up itself (its second character is ``&``) is none: it tells a port, not a device.
    """
    # Paths of portable devices hold the storage's own path, written with "#".
    path = instance.replace("#", "\\")
    vendor, product, storage = _VENDOR.search(path), _PRODUCT.search(path), _STORAGE.search(path)
    found = {
        "vendor_id": vendor[1].lower() if vendor else "",
        "product_id": product[1].lower() if product else "",
        "device_serial": _serial(path),
        "device_name": description
        or (" ".join(storage.groups()).replace("_", " ").strip() if storage else ""),
        "device_class": kind_of(f"{class_name} {path} {description}") or class_name.lower(),
    }
    return {column: str(value) for column, value in found.items() if value}


def _serial(path: str) -> str:
    parts = [part for part in path.split("\\") if part and not part.startswith("{")]
    if len(parts) < 3:
        return ""
    serial = parts[-1]
    return "" if serial[1:2] == "&" else serial.partition("&")[0]
