"""A visit of 企画課 on its day, and people signed in to it."""

from __future__ import annotations

from tests.audit.conftest import _in_november, city, programme, stage, visit

__all__ = ["_in_november", "city", "programme", "stage", "visit"]
