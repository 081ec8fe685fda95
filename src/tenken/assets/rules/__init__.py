"""The rules of this room: pure, one a file."""
