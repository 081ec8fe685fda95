"""操作証跡: the append-only, hash-chained record of every change (docs/adr/0002-journal-row.md)."""
