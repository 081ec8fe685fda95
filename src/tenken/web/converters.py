"""What may stand in an address: anything else is no page (404), before a view or the database sees it."""

from __future__ import annotations

from django.urls import register_converter


class FiscalYearConverter:
    """A fiscal year of four digits that the eras and the calendar know."""

    regex = "(?:19|20|21)[0-9]{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class CodeConverter:
    """A code a city gives (点検項目, 条 …): one line without control characters, which PostgreSQL cannot hold."""

    regex = r"[^/\x00-\x1f\x7f]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FiscalYearConverter, "fiscal_year")
register_converter(CodeConverter, "code")
