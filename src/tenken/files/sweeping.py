"""Bytes that no row speaks of: left by a transaction that failed after its file was written, or by a crash."""

from __future__ import annotations

from itertools import islice

from tenken.files import store
from tenken.files.models import StoredFile

OLD_SECONDS = 24 * 60 * 60
_BATCH = 500


def sweep(older_than_seconds: float = OLD_SECONDS) -> int:
    """Remove bytes without a row that nobody touched for a day; return how many files went."""
    removed = sum(store.remove_if_old(path, older_than_seconds) for path in store.incoming())
    names = store.names_on_disk()
    while batch := list(islice(names, _BATCH)):
        known = set(StoredFile.objects.filter(sha256__in=batch).values_list("sha256", flat=True))
        for name in batch:
            if name not in known:
                removed += store.remove_if_old(store.path_of(name), older_than_seconds)
    return removed
