"""Pure rules of the fieldwork, one subject a file."""
