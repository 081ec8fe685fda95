"""Pure rules of competence, one a file."""
