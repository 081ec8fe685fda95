"""Pure rules of audits, one a file."""
