"""Pure rules of this room, one a file."""
