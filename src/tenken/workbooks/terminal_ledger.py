"""端末台帳 as a file, out and back, as ``system_ledger`` does with information systems.

A column that is not in the file leaves what stands. What agents report (OS, antivirus, the last receipt) is shown and never
read. A terminal that was only heard of is entered by its row, under the number it was called by.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from tenken.common.clock import JAPAN
from tenken.organization.access import Principal, decide, require_somewhere
from tenken.organization.models import Person, Unit
from tenken.telemetry.inventory.ledger import LABELS, TerminalData, data_of, terminal_problems
from tenken.telemetry.inventory.operations import LedgerRow, write_rows
from tenken.telemetry.inventory.states import Event, events_in, terminal_after
from tenken.telemetry.models import Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS
from tenken.workbooks.ledger_files import (
    ADDED,
    CHANGED,
    ENDED,
    SAME,
    Change,
    Difference,
    LedgerReader,
    Told,
    plain_label,
    row_place,
    told_details,
)

_REQUIRED: Final = ("端末機番号", "所属コード")
_TEXTS: Final = {
    "コンピューター名": "computer_name",
    "ドメイン・ワークグループ": "domain",
    "メーカー": "manufacturer",
    "システムモデル": "model",
    "システムシリアル": "serial",
    "UUID": "uuid",
    "ネットワークの区分": "segment",
    "備考": "note",
}
_OPTIONAL: Final = ("種類", "調達", "状態", "職員番号", *_TEXTS, "変更日", "理由")
TERMINAL_COLUMNS: Final = (
    "端末機番号",
    "種類",
    "調達",
    "状態",
    "所属コード",
    "所属",
    "職員番号",
    "使用者",
    *_TEXTS,
    "登録日",
    "廃棄・返却日",
    "OS",
    "OSの版",
    "ウイルス対策ソフト",
    "パターンファイルの日付",
    "最後の更新プログラムの日付",
    "最後の受信",
)
MOST_ROWS: Final = 10_000
_KINDS = {plain_label(kind.label): kind.value for kind in Terminal.Kind}
_PROCUREMENTS = {plain_label(one.label): one.value for one in Terminal.Procurement}
_STATES = {plain_label(state.label): state.value for state in Terminal.State}


def terminal_rows(rows: Iterable[Terminal], names: Mapping[int, str]) -> Iterable[Sequence[Any]]:
    """Return rows of the ledger under ``TERMINAL_COLUMNS``; *names*: of the units; unit and person fetched beforehand."""
    for row in rows:
        seen = row.last_seen.astimezone(JAPAN) if row.last_seen else None
        said = _told(row, data_of(row)) | {
            "所属": names.get(row.unit_id, row.unit.name) if row.unit_id and row.unit else "",
            "使用者": row.person.name if row.person else "",
            "登録日": row.registered_on,
            "廃棄・返却日": row.retired_on,
            "OS": row.os_name,
            "OSの版": row.os_version,
            "ウイルス対策ソフト": row.antivirus,
            "パターンファイルの日付": row.antivirus_updated_on,
            "最後の更新プログラムの日付": row.patched_on,
            "最後の受信": f"{seen:%Y-%m-%d %H:%M}" if seen else "",
        }
        yield [said[column] for column in TERMINAL_COLUMNS]


def terminal_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of terminals would change on a date. ``Invalid`` with every problem's place."""
    require_somewhere(by, MANAGE_TERMINALS)
    return _Terminals(by, on).difference(name, content, _REQUIRED, _OPTIONAL)


class _Terminals(LedgerReader):
    most_rows = MOST_ROWS

    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = Terminal.objects.filter(city=by.city_id, merged_into=None)
        self.standing = {row.number: row for row in rows.select_related("unit__city", "person")}
        self.people = {row.number: row for row in Person.objects.filter(city=by.city_id)}
        self.seen: set[str] = set()

    def change(self) -> Change | None:
        number = "".join(unicodedata.normalize("NFKC", self.cells["端末機番号"]).split())
        if number in self.seen:
            self.problem("端末機番号", "同じ番号がファイルに二つあります。")
        self.seen.add(number)
        row = self.standing.get(number)
        if row is not None and row.unit is None and not self.cells["所属コード"]:
            return Change(self.row, SAME, number, (), None)  # nobody has placed it, nor does the file
        data = self.data(number, row)
        state = self.one_of("状態", _STATES, row.state if row else Terminal.State.IN_USE.value)
        person = self.person(row)
        day = (self.day("変更日") if "変更日" in self.cells else None) or self.on
        unit = self.place(row)
        if unit is None:
            return None
        if row is None:
            return self.added(data, unit, person, state, day)
        return self.changed(row, data, unit, person, state, day)

    def data(self, number: str, row: Terminal | None) -> TerminalData:
        base = data_of(row) if row else TerminalData(number)
        said: dict[str, str] = {
            "kind": self.one_of("種類", _KINDS, base.kind),
            "procurement": self.one_of("調達", _PROCUREMENTS, base.procurement),
        }
        said |= {field: self.cells[column] for column, field in _TEXTS.items() if column in self.cells}
        tidy = replace(base, **said).tidy()
        self.refuse(terminal_problems(tidy), LABELS)
        return tidy

    def one_of(self, column: str, choices: dict[str, str], standing: str) -> str:
        said = plain_label(self.cells.get(column, ""))
        if said and said not in choices:
            self.problem(column, f"「{'」「'.join(choices)}」のどれかにしてください。")
        return choices.get(said, standing)

    def person(self, row: Terminal | None) -> Person | None:
        if "職員番号" not in self.cells:
            return row.person if row else None
        code = unicodedata.normalize("NFKC", self.cells["職員番号"])
        if code and code not in self.people:
            self.problem("職員番号", f"職員番号「{code[:20]}」の職員はいません。")
        return self.people.get(code)

    def place(self, row: Terminal | None) -> Unit | None:
        """Return the section of the row; one that has ended may stand where it stood, and what was never placed may
        stay so only until it is entered."""
        code = unicodedata.normalize("NFKC", self.cells["所属コード"])
        if row is not None and row.unit is not None and code == row.unit.code:
            if not (allowed := decide(self.by, MANAGE_TERMINALS, unit=row.unit)):
                self.problem("所属コード", allowed.reason)
            return row.unit
        return self.unit("所属コード", MANAGE_TERMINALS)

    def added(
        self, data: TerminalData, unit: Unit, person: Person | None, state: str, day: date
    ) -> Change | None:
        if state not in (Terminal.State.IN_USE, Terminal.State.SPARE):
            self.problem("状態", "新しい端末は「使用中」か「予備」にしてください。")
            return None
        write = LedgerRow(row_place(self.row), data, unit, person, day, state=state)
        return Change(self.row, ADDED, f"{data.number} {unit.name}", (), write)

    def changed(
        self, row: Terminal, data: TerminalData, unit: Unit, person: Person | None, state: str, day: date
    ) -> Change | None:
        event = self.event(row, state)
        because = self.cells.get("理由", "")
        if event in (Event.LOSE, Event.RETIRE) and not because:
            self.problem("理由", "所在不明と、廃棄・返却には、「理由」の列に理由を書いてください。")
        if row.state == Terminal.State.RETIRED and (unit.pk, person and person.pk) != (
            row.unit_id,
            row.person_id,
        ):
            self.problem("所属コード", "廃棄・返却した端末は配置できません。")
        after = _told(row, data) | {
            "状態": Terminal.State(state).label,
            "所属コード": unit.code,
            "職員番号": person.number if person else "",
        }
        details = told_details(_told(row, data_of(row)), after)
        if not row.in_ledger:
            details = (*details, ("台帳", "受信のみ", "登録"))
        what = ENDED if event == Event.RETIRE else CHANGED if details else SAME
        write = LedgerRow(row_place(self.row), data, unit, person, day, row, row.state, event, because)
        return Change(self.row, what, f"{row.number} {unit.name}", details, write if details else None)

    def event(self, row: Terminal, state: str) -> Event | None:
        """Return what leads from the row's state to *state*."""
        if state == row.state:
            return None
        for event in events_in(row.state):
            if terminal_after(row.state, event) == state:
                return event
        self.problem("状態", f"「{row.get_state_display()}」から変えることはできません。")
        return None

    def write(self, writes: Sequence[tuple[int, LedgerRow]], told: Told) -> None:
        write_rows(by=self.by, rows=[row for _, row in writes], heard=told)


def _told(row: Terminal, data: TerminalData) -> dict[str, Any]:
    """Return what a row says in the file, by column that is read back."""
    return {
        "端末機番号": data.number,
        "種類": Terminal.Kind(data.kind).label,
        "調達": Terminal.Procurement(data.procurement).label,
        "状態": row.get_state_display(),
        "所属コード": row.unit.code if row.unit else "",
        "職員番号": row.person.number if row.person else "",
        **{column: getattr(data, field) for column, field in _TEXTS.items()},
    }
