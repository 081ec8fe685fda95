"""What senders send, as bytes, read into events and inventories. Pure: no database, no network."""
