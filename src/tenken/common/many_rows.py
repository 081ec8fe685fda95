"""Many rows at once by the driver's ``executemany``: what ``bulk_create`` and ``bulk_update`` write, without an expression
for each value. For tables that take thousands of rows a second; no key is set, no signal sent, no default filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models


def insert_many(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert *rows*, each the values of the fields *names* of *model*, in their order. ``ValueError`` for a row of another
    length."""
    quote = connection.ops.quote_name
    fields = _fields(model, names)
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    _execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", fields, rows)  # noqa: S608


def update_many(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Give rows of *model* new values: *rows* are the values of the fields *names*, and the key last. ``ValueError`` for a
    row of another length."""
    quote = connection.ops.quote_name
    *fields, key = _fields(model, [*names, "pk"])
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table = quote(model._meta.db_table)
    _execute(f"UPDATE {table} SET {columns} WHERE {quote(key.column)} = %s", [*fields, key], rows)  # noqa: S608


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]


def _execute(sql: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    columns = list(zip(*rows, strict=True))
    if columns:
        prepared = (_prepared(field, values) for field, values in zip(fields, columns, strict=True))
        with connection.cursor() as cursor:
            cursor.executemany(sql, list(zip(*prepared, strict=True)))


def _prepared(field: Any, values: Sequence[Any]) -> Iterator[Any]:
    """Return *values* as the database takes them; whole numbers are so already."""
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return iter(values)
    return (field.get_db_prep_save(value, connection) for value in values)
