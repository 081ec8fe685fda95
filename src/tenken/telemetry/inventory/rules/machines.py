"""What kind of terminal an agent speaks from, and what it is called until the ledger gives it a number. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.models import Terminal

_VIRTUAL = re.compile(
    r"vmware|virtualbox|kvm|qemu|virtual machine|hyper-v|xen|bochs|openstack|nutanix", re.IGNORECASE
)
_SERVER = re.compile(
    r"server|\besxi?\b|red hat|centos|rocky|alma|oracle linux|suse linux enterprise", re.IGNORECASE
)
_NOTEBOOK = re.compile(r"notebook|laptop|portable|convertible|detachable|sub notebook|ノート", re.IGNORECASE)
_TABLET = re.compile(r"tablet|hand held|ipad|タブレット", re.IGNORECASE)


def kind_of(inventory: Inventory) -> str:
    """Return the kind of a terminal (code of ``Terminal.Kind``) by chassis, model and operating system."""
    machine = f"{inventory.manufacturer} {inventory.model} {inventory.chassis}"
    if _VIRTUAL.search(machine):
        return Terminal.Kind.VIRTUAL_SERVER
    if _TABLET.search(inventory.chassis):
        return Terminal.Kind.TABLET
    if _NOTEBOOK.search(inventory.chassis):
        return Terminal.Kind.NOTEBOOK
    if _SERVER.search(inventory.os_name) or "server" in inventory.chassis.lower():
        return Terminal.Kind.SERVER
    return Terminal.Kind.DESKTOP


def numbers_for(inventory: Inventory) -> list[str]:
    """Return what a terminal may be called, best first: its tag, its computer name, its agent's id."""
    said = (inventory.tag, inventory.computer_name, inventory.agent_id, inventory.serial)
    plain = ("".join(unicodedata.normalize("NFKC", one).split())[:36] for one in said)
    return [one for one in dict.fromkeys(plain) if one and one.upper() != "NA"] or ["端末"]


def free_number(wanted: list[str], taken: Container[str]) -> str:
    """Return the first of *wanted* that is free, else the first with a figure behind it."""
    for one in wanted:
        if one not in taken:
            return one
    count = 2
    while (numbered := f"{wanted[0]}-{count}") in taken:
        count += 1
    return numbered
