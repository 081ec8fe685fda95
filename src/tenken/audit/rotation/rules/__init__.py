"""Pure rules of the rotation, one a file."""
