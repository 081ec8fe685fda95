"""Pure rules of the organisation, one per file."""
