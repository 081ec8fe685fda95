"""Audits held under a plan of their own: planned, told, made, drafted, issued, closed."""
