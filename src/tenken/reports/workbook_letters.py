"""Letters in a workbook: the words all of them have, and a row for each section, as a mail merge takes them."""

from __future__ import annotations

from tenken.reports.blocks import Cell, Column, Letter


def letter_columns(letters: tuple[Letter, ...]) -> tuple[Column, ...]:
    """Return the columns of the list: number, section, addressee, then each item any of the letters has."""
    return (
        Column("番号", "right", 0.6),
        Column("課公所", "left", 2.4),
        Column("宛先", "left", 2.0),
        *(Column(label, "left", 2.2) for label in _labels(letters)),
    )


def letter_rows(letters: tuple[Letter, ...]) -> tuple[tuple[Cell, ...], ...]:
    """Return a row for each letter, under ``letter_columns``."""
    labels = _labels(letters)
    rows: list[tuple[Cell, ...]] = []
    for number, letter in enumerate(letters, start=1):
        said = {item.label: "\n".join((item.text, *item.lines)) for item in letter.items}
        rows.append(
            (number, letter.section, f"{letter.addressee}　様", *(said.get(label) for label in labels))
        )
    return tuple(rows)


def _labels(letters: tuple[Letter, ...]) -> list[str]:
    return list(dict.fromkeys(item.label for letter in letters for item in letter.items))
