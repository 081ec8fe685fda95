"""What a row of 端末台帳 says, and what is wrong with it. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, replace

from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Problem
from tenken.telemetry.inventory.rules.identity import comparable_serial, comparable_uuid
from tenken.telemetry.models import Terminal

LABELS = {
    "number": "端末機番号",
    "kind": "種類",
    "procurement": "調達",
    "computer_name": "コンピューター名",
    "domain": "ドメイン・ワークグループ",
    "manufacturer": "メーカー",
    "model": "システムモデル",
    "serial": "システムシリアル",
    "uuid": "UUID",
    "segment": "ネットワークの区分",
    "note": "備考",
}
_KINDS, _PROCUREMENTS = frozenset(Terminal.Kind.values), frozenset(Terminal.Procurement.values)
_LENGTHS = {field.name: field.max_length for field in Terminal._meta.fields}


@dataclass(frozen=True)
class TerminalData:
    """One terminal as given. ``kind``, ``procurement``: codes of ``Terminal``."""

    number: str
    kind: str = Terminal.Kind.DESKTOP
    procurement: str = Terminal.Procurement.CENTRAL
    computer_name: str = ""
    domain: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    uuid: str = ""
    segment: str = ""
    note: str = ""

    def tidy(self) -> TerminalData:
        """Return the same with its text trimmed; serial and UUID as inventories are compared with, unless junk."""
        texts = {name: plain_text(getattr(self, name)) for name in LABELS}
        texts["number"] = "".join(unicodedata.normalize("NFKC", self.number).split())
        texts["serial"] = comparable_serial(self.serial) or texts["serial"]
        texts["uuid"] = comparable_uuid(self.uuid) or texts["uuid"]
        return replace(self, **texts)


def data_of(terminal: Terminal) -> TerminalData:
    """Return what the ledger says of a terminal."""
    return TerminalData(**{field.name: getattr(terminal, field.name) for field in fields(TerminalData)})


def terminal_problems(data: TerminalData) -> list[Problem]:
    """Return what is wrong with *data* (tidied)."""
    problems = []
    if not data.number:
        problems.append(Problem("入力してください。", LABELS["number"], "number"))
    for name, label in LABELS.items():
        value, longest = getattr(data, name), _LENGTHS[name]
        if longest and len(value) > longest:
            problems.append(Problem(f"{longest}字までです。", label, name))
    if data.kind not in _KINDS:
        problems.append(Problem("種類を選んでください。", LABELS["kind"], "kind"))
    if data.procurement not in _PROCUREMENTS:
        problems.append(Problem("調達を選んでください。", LABELS["procurement"], "procurement"))
    if data.uuid and not comparable_uuid(data.uuid, ()):
        problems.append(Problem("UUIDの形（8-4-4-4-12桁の16進数）ではありません。", LABELS["uuid"], "uuid"))
    return problems
