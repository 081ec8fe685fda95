"""Who may send, as the receivers keep it in memory: all sources that are switched on, read in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tenken.telemetry.models import Source, SourceAddress


@dataclass(frozen=True)
class Sender:
    """A source that may send now."""

    source_id: int
    city: str
    code: str
    name: str
    protocol: str
    dialect: str
    retention: str
    keep_raw: bool
    events_per_second: int

    @property
    def key(self) -> str:
        """What makes its payloads its own among those of all cities."""
        return f"{self.city}/{self.code}"


@dataclass(frozen=True)
class Senders:
    """All that may send: by the hash of their key, by certificate and protocol, by network (the narrowest first)."""

    by_key: Mapping[str, Sender] = field(default_factory=dict)
    by_certificate: Mapping[str, tuple[Sender, ...]] = field(default_factory=dict)
    by_network: tuple[tuple[IPv4Network | IPv6Network, Sender], ...] = ()
    by_id: Mapping[int, Sender] = field(default_factory=dict)

    def at_address(self, address: str) -> Sender | None:
        """Return the syslog source *address* belongs to."""
        try:
            plain: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
        except ValueError:
            return None
        plain = getattr(plain, "ipv4_mapped", None) or plain
        return next((sender for network, sender in self.by_network if plain in network), None)

    def with_certificate(self, fingerprint: str, protocols: frozenset[str]) -> Sender | None:
        """Return the source of one of *protocols* that shows itself by this certificate."""
        shown = self.by_certificate.get(fingerprint, ())
        return next((sender for sender in shown if sender.protocol in protocols), None)


def read_senders() -> Senders:
    """Read who may send now."""
    rows = list(Source.objects.filter(enabled=True).select_related("city"))
    by_id = {row.pk: _sender(row) for row in rows}
    by_certificate: dict[str, tuple[Sender, ...]] = defaultdict(tuple)
    for row in rows:
        if row.certificate:
            by_certificate[row.certificate] += (by_id[row.pk],)
    networks = [
        (ip_network(network), by_id[source_id])
        for network, source_id in SourceAddress.objects.values_list("network", "source_id")
        if source_id in by_id
    ]
    return Senders(
        by_key={row.key_hash: by_id[row.pk] for row in rows if row.key_hash},
        by_certificate=dict(by_certificate),
        by_network=tuple(sorted(networks, key=lambda one: -one[0].prefixlen)),
        by_id=by_id,
    )


def _sender(row: Source) -> Sender:
    return Sender(
        source_id=row.pk,
        city=row.city.code,
        code=row.code,
        name=row.name,
        protocol=row.protocol,
        dialect=row.dialect,
        retention=row.retention_class,
        keep_raw=row.keep_raw_days > 0,
        events_per_second=row.events_per_second,
    )
