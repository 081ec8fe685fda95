"""What enrolled osquery hosts are told to report, named as ``telemetry.wire.osquery`` knows the tables."""

from __future__ import annotations

from typing import Any, Final

_DAILY: Final = 86_400
_MINUTE: Final = 60

# What describes a machine: asked once when it enrols, then daily.
_MACHINE: Final = {
    "os_version": ("SELECT * FROM os_version", ""),
    "system_info": ("SELECT * FROM system_info", ""),
    "interface_addresses": (
        "SELECT * FROM interface_addresses WHERE address NOT LIKE '127.%' AND address <> '::1'",
        "",
    ),
    "interface_details": (
        "SELECT interface, mac FROM interface_details WHERE mac <> '00:00:00:00:00:00'",
        "",
    ),
    "programs": ("SELECT name, version, publisher, install_date FROM programs", "windows"),
    "patches": ("SELECT hotfix_id, caption, installed_on FROM patches", "windows"),
    "windows_security_products": ("SELECT * FROM windows_security_products", "windows"),
    "deb_packages": ("SELECT name, version, maintainer FROM deb_packages", "linux"),
    "rpm_packages": ("SELECT name, version, vendor, install_time FROM rpm_packages", "linux"),
    "apps": ("SELECT name, bundle_short_version FROM apps", "darwin"),
}
# What changes: each difference is an event.
_WATCHED: Final = {
    "logged_in_users": (
        "SELECT type, user, tty, host, time, pid FROM logged_in_users WHERE type = 'user'",
        "",
    ),
    "usb_devices": ("SELECT vendor, vendor_id, model, model_id, serial, class FROM usb_devices", "posix"),
}


def schedule() -> dict[str, Any]:
    """Return the configuration of an enrolled host."""
    queries = {
        f"tenken_{name}": {"query": query, "interval": _DAILY, "snapshot": True, **_on(platform)}
        for name, (query, platform) in _MACHINE.items()
    }
    queries |= {
        f"tenken_{name}": {"query": query, "interval": _MINUTE, **_on(platform)}
        for name, (query, platform) in _WATCHED.items()
    }
    return {
        "options": {"schedule_splay_percent": 10},
        "schedule": queries,
        "decorators": {"load": ["SELECT hostname FROM system_info"]},
    }


def machine_queries() -> dict[str, str]:
    """Return the distributed queries for a machine that enrolled just now; one that lacks a table answers nothing."""
    return {f"tenken_{name}": query for name, (query, _) in _MACHINE.items()}


def _on(platform: str) -> dict[str, str]:
    return {"platform": platform} if platform else {}
