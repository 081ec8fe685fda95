"""One file's life: renamed, copied, moved, mailed, uploaded, printed; the same path before and after is another file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.telemetry.events.rows import table_of
from tenken.telemetry.search import lives
from tenken.telemetry.search.language import fold
from tenken.telemetry.search.lives import follow, path_key
from tenken.telemetry.search.stories import file_name

DAY = datetime(2021, 1, 4, 0, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return DAY + timedelta(minutes=minutes)


def rows_of(*said: dict[str, Any]) -> list[dict[str, Any]]:
    numbered = [
        {"city": "991015", "seq": number, **one, "ts": at(one["ts"])} for number, one in enumerate(said)
    ]
    found: list[dict[str, Any]] = table_of(numbered).to_pylist()
    return sorted(found, key=lambda row: (row["ts"], row["seq"]))


def finder(rows: list[dict[str, Any]]) -> Any:
    def find(names: Sequence[str]) -> list[dict[str, Any]]:
        def texts(row: dict[str, Any]) -> str:
            return fold(
                "\n".join([row["path"], row["destination"], row["document"], row["url"], *row["attachments"]])
            )

        return [row for row in rows if any(name in texts(row) for name in names)]

    return find


STORY = rows_of(
    {"ts": 0, "op": "file_create", "path": "C:\\作業\\名簿.xlsx", "device": "PC-1"},
    {
        "ts": 10,
        "op": "file_rename",
        "path": "C:\\作業\\名簿.xlsx",
        "destination": "C:\\作業\\メモ.xlsx",
        "device": "PC-1",
    },
    {
        "ts": 20,
        "op": "file_copy",
        "path": "C:\\作業\\メモ.xlsx",
        "destination": "\\\\FS\\共有\\メモ.xlsx",
        "device": "PC-1",
    },
    {"ts": 30, "op": "file_open", "path": "\\\\fs\\共有\\メモ.XLSX", "device": "PC-2"},
    {
        "ts": 40,
        "op": "file_copy",
        "path": "\\\\FS\\共有\\メモ.xlsx",
        "destination": "E:\\メモ2.xlsx",
        "device": "PC-2",
    },
    {"ts": 50, "op": "mail_send", "attachments": ["メモ2.xlsx"], "device": "PC-2", "mail_to": ["x@y"]},
    {"ts": 55, "op": "print", "document": "メモ.xlsx", "device": "PC-2", "printer": "3F"},
    {"ts": 60, "op": "web_upload", "path": "E:\\メモ2.xlsx", "host": "up.example", "device": "PC-2"},
    {"ts": 70, "op": "file_delete", "path": "E:\\メモ2.xlsx", "device": "PC-2"},
    # another file, later, of the first name; and one of the same name elsewhere
    {"ts": 80, "op": "file_create", "path": "C:\\作業\\名簿.xlsx", "device": "PC-1"},
    {"ts": 90, "op": "file_open", "path": "D:\\別\\メモ.xlsx", "device": "PC-9"},
    {"ts": 95, "op": "file_open", "path": "C:\\関係なし.txt", "device": "PC-9"},
)
WHOLE = [0, 10, 20, 30, 40, 50, 55, 60, 70]


@pytest.mark.parametrize(
    ("path", "moment"),
    [
        ("C:\\作業\\名簿.xlsx", 0),
        ("C:\\作業\\名簿.xlsx", 10),
        ("c:/作業/メモ.xlsx", 15),
        ("\\\\FS\\共有\\メモ.xlsx", 30),
        ("E:\\メモ2.xlsx", 60),
    ],
)
def test_from_any_of_its_names_the_whole_life_is_told(path: str, moment: int) -> None:
    life = follow(path, at(moment), finder(STORY))
    told = [round((step.row["ts"] - DAY).total_seconds() / 60) for step in life.steps]
    assert told == WHOLE
    assert {path_key(name.path) for name in life.names} == {
        path_key(one)
        for one in ("C:\\作業\\名簿.xlsx", "C:\\作業\\メモ.xlsx", "\\\\FS\\共有\\メモ.xlsx", "E:\\メモ2.xlsx")
    }
    assert [step.row["op"] for step in life.steps if not step.sure] == ["mail_send", "print"]
    assert [row["path"] for row in life.namesakes if row["device"] == "PC-9"] == ["D:\\別\\メモ.xlsx"]
    assert not life.cut


def test_the_later_file_of_the_same_path_is_another() -> None:
    life = follow("C:\\作業\\名簿.xlsx", at(85), finder(STORY))
    assert [step.row["ts"] for step in life.steps] == [at(80)]
    assert [(name.born, name.died) for name in life.names] == [(at(80), None)]


def test_when_each_name_was_born_and_died() -> None:
    life = follow("C:\\作業\\名簿.xlsx", at(5), finder(STORY))
    spans = {name.path: (name.born, name.died, name.how) for name in life.names}
    assert spans["C:\\作業\\名簿.xlsx"] == (at(0), at(10), "はじめに見たもの")
    assert spans["C:\\作業\\メモ.xlsx"] == (at(10), None, "名前の変更")
    assert spans["E:\\メモ2.xlsx"] == (at(40), at(70), "コピー")


def test_bounds_are_kept_and_told() -> None:
    chain = rows_of(
        *(
            {"ts": n, "op": "file_copy", "path": "C:\\元.txt", "destination": f"D:\\写し{n}.txt"}
            for n in range(lives.MOST_NAMES + 5)
        )
    )
    life = follow("C:\\元.txt", at(0), finder(chain))
    assert len(life.names) == lives.MOST_NAMES
    assert life.cut
    far = rows_of(
        *(
            {"ts": n, "op": "file_rename", "path": f"C:\\{n}.a", "destination": f"C:\\{n + 1}.a"}
            for n in range(20)
        )
    )
    assert follow("C:\\0.a", at(0), finder(far)).cut
    assert follow("C:\\nothing.a", at(0), finder([])).steps == []


_PATHS = st.sampled_from(["C:\\a.txt", "C:\\b.txt", "D:\\a.txt", "D:\\c.txt"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["file_rename", "file_copy", "file_move", "file_delete", "file_create", "file_open"]
            ),
            _PATHS,
            _PATHS,
        ),
        max_size=25,
    ),
    _PATHS,
    st.integers(0, 25),
)
def test_any_tangle_ends_and_tells_each_event_once(
    said: list[tuple[str, str, str]], path: str, moment: int
) -> None:
    rows = rows_of(*({"ts": n, "op": op, "path": a, "destination": b} for n, (op, a, b) in enumerate(said)))
    life = follow(path, at(moment), finder(rows))
    told = [row["seq"] for row in (*[step.row for step in life.steps], *life.namesakes)]
    assert len(told) == len(set(told))
    names = {path_key(name.path) for name in life.names}
    for step in life.steps:
        assert names & {path_key(step.row["path"]), path_key(step.row["destination"])}
        assert file_name(step.row["path"])
