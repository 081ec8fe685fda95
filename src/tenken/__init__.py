"""Tenken (点検): the system in which a Japanese city office runs its information security year."""

__version__ = "0.1.0"
