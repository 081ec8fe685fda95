"""Scoped reads of the inspection."""
