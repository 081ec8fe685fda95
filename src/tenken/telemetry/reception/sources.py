"""Registering senders and changing what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.models import Source, SourceAddress
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception.keys import key_hash, new_key_text, read_fingerprint

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_KEYLESS: Final = frozenset({Source.Protocol.SYSLOG.value, Source.Protocol.CSV.value})
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class SourceSettings:
    """What may be changed of a source. ``certificate``: PEM or fingerprint; ``networks``: where plain syslog comes from."""

    name: str
    dialect: str = Source.Dialect.TENKEN.value
    certificate: str = ""
    networks: tuple[str, ...] = ()
    retention_class: str = "operation"
    keep_raw_days: int = 0
    events_per_second: int = 0


def has_key(protocol: str) -> bool:
    """Tell whether senders of *protocol* show a key (syslog has no place for one; files are brought by people)."""
    return protocol not in _KEYLESS


@transaction.atomic
def register_source(
    *, by: Principal, code: str, protocol: str, settings: SourceSettings
) -> tuple[Source, str]:
    """Register a source and return it with its key, which is shown this once ('' where the protocol has none)."""
    require(by, MANAGE_SOURCES)
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(Problem("半角の英小文字・数字・-・_で20文字まで。", "コード", "code"))
    elif Source.objects.filter(city=by.city_id, code=code).exists():
        problems.append(Problem("ほかの送信元が使っています。", "コード", "code"))
    if protocol not in Source.Protocol.values:
        problems.append(Problem("一覧から選んでください。", "方式", "protocol"))
    source = Source(city_id=by.city_id, code=code, protocol=protocol, created_at=clock.now())
    networks = _apply(source, settings, problems)
    key = new_key_text() if has_key(protocol) else ""
    source.key_hash = key_hash(key) if key else ""
    source.save(force_insert=True)
    _set_networks(source, networks)
    _record(by, source, "telemetry.source.register", _told(source, networks))
    return source, key


@transaction.atomic
def change_source(*, by: Principal, source_id: int, version: int, settings: SourceSettings) -> Source:
    """Change a source. Code and protocol stay: the store knows events by them."""
    source = _locked(by, source_id, version)
    before = _told(source, _networks_of(source))
    networks = _apply(source, settings, [])
    _set_networks(source, networks)
    _save(source)
    after = _told(source, networks)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _record(by, source, "telemetry.source.change", changes)
    return source


@transaction.atomic
def renew_key(*, by: Principal, source_id: int, version: int) -> tuple[Source, str]:
    """Give a source a new key and return it; the one before is worth nothing within seconds."""
    source = _locked(by, source_id, version)
    if not has_key(source.protocol):
        raise Invalid("この方式の送信元には鍵がありません。")
    key = new_key_text()
    source.key_hash = key_hash(key)
    _save(source)
    _record(by, source, "telemetry.source.renew_key", {})
    return source, key


@transaction.atomic
def switch_source(*, by: Principal, source_id: int, version: int, enabled: bool, reason: str) -> Source:
    """Stop taking in what a source sends, or begin again. ``Invalid`` without a reason."""
    source = _locked(by, source_id, version)
    if not reason.strip():
        raise Invalid("理由を入力してください。", [Problem("入力してください。", "理由", "reason")])
    source.enabled = enabled
    _save(source)
    code = "telemetry.source.resume" if enabled else "telemetry.source.stop"
    _record(by, source, code, {"reason": reason.strip()})
    return source


def _locked(by: Principal, source_id: int, version: int) -> Source:
    require(by, MANAGE_SOURCES)
    rows = Source.objects.restrict(by, MANAGE_SOURCES).select_for_update()
    source = rows.filter(pk=source_id).first()
    if source is None:
        raise Missing("送信元がありません。")
    if source.version != version:
        raise Stale("ほかの人が先に変更しました。開き直してください。")
    return source


def _save(source: Source) -> None:
    source.version += 1
    source.save()


def _record(by: Principal, source: Source, operation: str, changes: dict[str, Any]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("telemetry.source", source.pk),
        changes={"code": source.code, **changes},
    )


def _apply(source: Source, settings: SourceSettings, problems: list[Problem]) -> list[Network]:
    """Set *settings* on *source*; ``Invalid`` with all that is wrong, *problems* among it."""
    if not settings.name.strip():
        problems.append(Problem("入力してください。", "名称", "name"))
    if settings.dialect not in Source.Dialect.values:
        problems.append(Problem("一覧から選んでください。", "行の形式", "dialect"))
    # "restored" is what archives come back as: not counted, and dropped again with them.
    if not re.fullmatch(r"(?!restored$)[a-z][a-z0-9_]{0,19}", settings.retention_class):
        problems.append(Problem("保存区分のコードを入れてください。", "保存区分", "retention_class"))
    if not 0 <= settings.keep_raw_days <= 3650:
        problems.append(Problem("0から3650日までにしてください。", "受信原本の保存日数", "keep_raw_days"))
    if not 0 <= settings.events_per_second <= 1_000_000:
        problems.append(Problem("0から1,000,000までにしてください。", "毎秒の上限", "events_per_second"))
    fingerprint = ""
    try:
        fingerprint = read_fingerprint(settings.certificate)
    except Invalid as refusal:
        problems.extend(refusal.problems)
    if fingerprint and _certificate_taken(source, fingerprint):
        problems.append(
            Problem("同じ方式のほかの送信元が、この証明書を使っています。", "証明書", "certificate")
        )
    networks = _read_networks(source, settings.networks, problems)
    if problems:
        raise Invalid("送信元を登録できません。", problems)
    source.name = settings.name.strip()[:100]
    source.dialect = settings.dialect
    source.certificate = fingerprint
    source.retention_class = settings.retention_class
    source.keep_raw_days = settings.keep_raw_days
    source.events_per_second = settings.events_per_second
    return networks


def _certificate_taken(source: Source, fingerprint: str) -> bool:
    # One certificate is one machine; in another city it would be nobody's.
    others = Source.objects.filter(certificate=fingerprint).exclude(pk=source.pk)
    return any(other.protocol == source.protocol or other.city_id != source.city_id for other in others)


def _read_networks(source: Source, texts: Sequence[str], problems: list[Problem]) -> list[Network]:
    networks: list[Network] = []
    for number, text in enumerate((text.strip() for text in texts), 1):
        place = f"送信元のアドレス{number}行目"
        if not text:
            continue
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            problems.append(Problem(f"「{text[:43]}」はアドレスの範囲ではありません。", place, "networks"))
            continue
        if network.prefixlen == 0:
            problems.append(Problem("すべてのアドレスは指定できません。", place, "networks"))
        elif network not in networks:
            networks.append(network)
    if networks and source.protocol != Source.Protocol.SYSLOG:
        problems.append(Problem("アドレスで見分けるのはsyslogだけです。", "送信元のアドレス", "networks"))
    taken = SourceAddress.objects.exclude(source=source.pk).select_related("source")
    for address in taken:
        if ip_network(address.network) in networks:
            # Whose it is in another city is not this city's to know.
            whose = f"「{address.source.name}」が" if address.source.city_id == source.city_id else "すでに"
            problems.append(
                Problem(f"{address.network}は{whose}使っています。", "送信元のアドレス", "networks")
            )
    return networks


def _networks_of(source: Source) -> list[Network]:
    return [ip_network(one.network) for one in source.addresses.all()]


def _set_networks(source: Source, networks: Iterable[Network]) -> None:
    source.addresses.all().delete()
    SourceAddress.objects.bulk_create(
        SourceAddress(source=source, network=str(network)) for network in networks
    )


def _told(source: Source, networks: Iterable[Network]) -> dict[str, Any]:
    return {
        "name": source.name,
        "protocol": source.protocol,
        "dialect": source.dialect,
        "certificate": source.certificate,
        "networks": sorted(str(network) for network in networks),
        "retention_class": source.retention_class,
        "keep_raw_days": source.keep_raw_days,
        "events_per_second": source.events_per_second,
    }
