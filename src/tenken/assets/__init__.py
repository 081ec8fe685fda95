"""Ledgers of what is protected: information assets and information systems."""
