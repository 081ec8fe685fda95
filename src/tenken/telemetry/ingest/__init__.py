"""From a parcel of a sender to durable rows: once, whole, with its alerts."""

from tenken.telemetry.ingest.identity import payload_number

__all__ = ["payload_number"]
