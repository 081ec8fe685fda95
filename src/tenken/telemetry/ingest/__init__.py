"""From a parcel of a sender to durable rows: once, whole, with its alerts."""
