"""Counts for the boards: by section, by day."""
