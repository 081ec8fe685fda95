"""Terminals, what is installed on them and how it changed; identity, support dates, licences, counts."""
