"""The columnar store of events, embedded (chDB) or a ClickHouse cluster, behind one door."""

from tenken.telemetry.store.door import Store, close_store, store
from tenken.telemetry.store.errors import StoreUnavailable, TooMuchAsked

__all__ = ["Store", "StoreUnavailable", "TooMuchAsked", "close_store", "store"]
