"""Pages of the annual plans."""
