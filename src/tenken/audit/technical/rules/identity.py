"""What makes two results the same weakness, two places the same place, and which hosts the internet reaches."""

from __future__ import annotations

import hashlib
import ipaddress

from tenken.audit.technical.records import ScanRecord

MAX_TOOL = 40
MAX_RULE = 200


def tool_and_rule(record: ScanRecord) -> tuple[str, str]:
    """Return what tells the weakness of *record* from others: the scanner and its rule; a CVE, else the title, where
    the scanner has no rule. What is too long keeps its beginning and a digest of the whole."""
    rule = record.rule.strip() or (record.cves[0] if record.cves else "") or record.title.strip()
    return _within(record.tool.strip().lower() or "table", MAX_TOOL), _within(rule, MAX_RULE)


def host_key(host: str) -> str:
    """Return *host* (an address or a name) as it is kept."""
    return host.strip().rstrip(".").lower()[:255]


def place_key(record: ScanRecord) -> str:
    """Return the key of the place of *record*, 32 hexadecimal digits: host, port, protocol, location."""
    parts = (host_key(record.host), str(record.port or ""), record.protocol.lower(), record.location.strip())
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def exposed(host: str, *, system_public: bool) -> bool:
    """Tell whether the internet reaches *host*: by its address where it has one; else as the ledger says of the system."""
    try:
        address = ipaddress.ip_address(host_key(host))
    except ValueError:
        return system_public
    return address.is_global


def _within(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{text[: most - 17]}~{digest}"
