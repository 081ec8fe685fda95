"""Sign-in, the second factor and the person's own page."""
