"""Tables as every list of the product has them: a numbered caption, a row header, columns of few kinds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.common.clock import JAPAN
from tenken.common.era import era_date

MOST_ROWS = 500


class Table(tables.Table):
    """Base of all lists. Subclasses say ``caption`` (「表1　…」), and ``row_header``: the column that names the row."""

    caption = ""
    row_header = ""

    class Meta:
        template_name = "web/components/table.html"
        empty_text = "該当するものはありません。"
        attrs = {"class": "table"}

    @property
    def pages_label(self) -> str:
        """What its pages are called: a page may have several tables."""
        return f"{self.caption}のページの移動"

    def paginate(self, *args: Any, per_page: int | None = None, **kwargs: Any) -> Any:
        """Show one page. How many rows it has may come from the address: between one and ``MOST_ROWS``."""
        return super().paginate(*args, per_page=per_page and min(max(per_page, 1), MOST_ROWS), **kwargs)


class NumberColumn(tables.Column):
    """A figure, flush right with thousands separated; a dash where there is none."""

    attrs: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"th": {"class": "num"}, "td": {"class": "num"}})
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> str:
        return f"{value:,}" if isinstance(value, int | float) else str(value)


# A date stays on one line (tenken.css); a time may follow on the next.
_WHEN: dict[str, Any] = {"td": {"class": "when"}}
# Long names of one word, which may break anywhere.
LOOSE: dict[str, Any] = {"td": {"class": "loose"}}


class DateColumn(tables.Column):
    """A date as offices write it; of a moment, its day in Japan."""

    attrs: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", _WHEN)
        super().__init__(*args, **kwargs)

    def render(self, value: date | datetime) -> str:
        day = value.astimezone(JAPAN).date() if isinstance(value, datetime) else value
        return era_date(day)


def moment(value: datetime | None) -> str:
    """Return a moment as offices write it: the day and the time in Japan, a dash for none."""
    if value is None:
        return "—"
    local = value.astimezone(JAPAN)
    return f"{era_date(local.date())} {local:%H:%M}"


class MomentColumn(tables.Column):
    """A moment in Japan, to the minute. A file says it by numbers, so that it sorts."""

    attrs: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", _WHEN)
        super().__init__(*args, **kwargs)

    def render(self, value: datetime) -> str:
        return moment(value)

    def value(self, value: datetime) -> str:
        return f"{value.astimezone(JAPAN):%Y-%m-%d %H:%M}"


class StatusColumn(tables.Column):
    """A state as a small label. *statuses* maps the stored code to ``(label, tone)``."""

    def __init__(self, statuses: Mapping[str, tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        self.statuses = statuses
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        # Of a field with choices the library hands over the label; the code is what the states are known by.
        code = str(bound_column.accessor.resolve(record, quiet=True))
        label, tone = self.statuses.get(code, (str(value), "neutral"))
        return format_html('<span class="tag tag--{}" data-status="{}">{}</span>', tone, code, label)
