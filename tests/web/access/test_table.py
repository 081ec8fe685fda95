"""The table of the access walk knows every address."""

from __future__ import annotations

from tests.web.access_table import TABLE
from tests.web.walking import api_operations, page_names


def test_every_address_is_in_the_table_and_nothing_else() -> None:
    assert sorted(TABLE) == sorted({*page_names(), *api_operations()})
