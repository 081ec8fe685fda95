"""The columnar store of events, embedded (chDB) or a ClickHouse cluster, behind one door."""

from tenken.telemetry.store.door import Store, StoreUnavailable, close_store, store

__all__ = ["Store", "StoreUnavailable", "close_store", "store"]
