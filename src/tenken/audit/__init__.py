"""Audits: visits of sections and systems, from the choice of whom to visit to the last finding verified."""
