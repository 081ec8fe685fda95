"""Pure rules of the plans, one per file."""
