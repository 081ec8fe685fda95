"""Saved mappings of CSV files: proposed from a sample, previewed, saved by name, and used to take files in."""
