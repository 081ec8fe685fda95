"""The rows of a table's body. Composed here and not by a template: a board has a thousand cells (docs/adr/0008)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape as _text
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django_tables2.utils import signature


def table_body(table: Any) -> SafeString:
    """Return the ``<tr>`` of the rows of a django-tables2 *table* that its page shows; '' when there are none."""
    classes = {column.name: _class(column) for column in table.columns}
    return SafeString("".join(_rows(table, classes)))


def _class(column: Any) -> str:
    given = column.attrs.get("td", {}).get("class", "")
    return f' class="{_text(str(given))}"' if given else ""


def _rows(table: Any, classes: dict[str, str]) -> Iterator[str]:
    columns = list(table.columns)
    # What a column's render function wants is the same in each row; the library would ask its signature of every cell.
    wanted = {column.name: signature(column.render) for column in columns}
    for row in table.paginated_rows:
        yield "<tr>"
        for column in columns:
            cell = row._get_and_render_with(
                column, render_func=partial(_rendered, row, wanted[column.name]), default=column.default
            )
            if column.name == table.row_header:
                yield f'<th scope="row"{classes[column.name]}>{conditional_escape(cell)}</th>'
            else:
                yield f"<td{classes[column.name]}>{conditional_escape(cell)}</td>"
        yield "</tr>\n"


def _rendered(row: Any, wanted: tuple[tuple[str, ...], str | None], column: Any, value: Any = None) -> Any:
    """Return a cell as ``BoundRow`` of the library does; *wanted*: the arguments of its function, and its catch-all."""
    given = row._optional_cell_arguments(column, value)
    names, takes_all = wanted
    content = column.render(**(given if takes_all else {name: given[name] for name in names}))
    return column.link(content, **given) if column.link else content
