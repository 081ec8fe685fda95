"""Technical audit: what scanners found, on which hosts, and what it is worth here."""
