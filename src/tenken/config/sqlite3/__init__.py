"""SQLite for many threads of one process: writers wait for each other in a fair queue (docs/adr/0001)."""
