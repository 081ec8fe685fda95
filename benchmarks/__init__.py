"""Bars for speed, measured: ``make bench``. Each area is a module; ``run`` prints one line per bar."""
