"""The rows of a table's body. Composed here and not by a template: a board has a thousand cells (docs/adr/0008)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as _text
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def table_body(table: Any) -> SafeString:
    """Return the ``<tr>`` of the rows of a django-tables2 *table* that its page shows; '' when there are none."""
    classes = {column.name: _class(column) for column in table.columns}
    return SafeString("".join(_rows(table, classes)))


def _class(column: Any) -> str:
    given = column.attrs.get("td", {}).get("class", "")
    return f' class="{_text(str(given))}"' if given else ""


def _rows(table: Any, classes: dict[str, str]) -> Iterator[str]:
    for row in table.paginated_rows:
        yield "<tr>"
        for column, cell in row.items():
            if column.name == table.row_header:
                yield f'<th scope="row"{classes[column.name]}>{conditional_escape(cell)}</th>'
            else:
                yield f"<td{classes[column.name]}>{conditional_escape(cell)}</td>"
        yield "</tr>\n"
