"""The rules of this room. Pure, one per file."""
