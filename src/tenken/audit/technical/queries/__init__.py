"""Scoped reads of technical audits."""
