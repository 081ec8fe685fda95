"""When two payloads are the same."""

from __future__ import annotations


def payload_number(source_key: str, body: bytes) -> int:
    """Return the number (64 bits) of *body* from the sender *source_key*: the same bytes of the same sender are the same
    payload, are taken in once, and are told so (``ingest.writing`` says how).

    *source_key* is the city's and the source's code ("991015/jsonl-1"). A sender that cannot be told whether its bytes
    arrived never sends them again, and two equal messages of it are two: its receiver adds the connection and a running
    number to the key (syslog). A sender that packs what was not acknowledged anew, with other lines beside it (osquery),
    is no longer the same bytes: its reader numbers each line instead, in the column ``payload`` of its events.
    """
    import xxhash

    return xxhash.xxh3_64_intdigest(source_key.encode() + b"\0" + body)
