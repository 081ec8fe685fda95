"""操作証跡: reading the journal."""
