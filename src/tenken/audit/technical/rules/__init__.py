"""Pure rules of technical audits, one a file."""
