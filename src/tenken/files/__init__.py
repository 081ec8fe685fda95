"""Stored files: outside the web root, named by their hash, checked before they are kept."""
