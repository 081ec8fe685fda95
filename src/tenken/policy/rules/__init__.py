"""Pure rules of the room, one per file."""
