"""What a city settled about its audits, and what holds where it settled nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tenken.audit.models import AuditSettings

_FILE = Path(__file__).resolve().parent.parent.parent / "defaults" / "viewpoints.yaml"


def settings_of(city_id: int) -> AuditSettings:
    """Return the city's 監査の決まり; one with the defaults, not stored, where it has settled nothing. One query."""
    return AuditSettings.objects.filter(city=city_id).first() or AuditSettings(city_id=city_id, version=0)


def viewpoints_of(settings: AuditSettings) -> list[dict[str, Any]]:
    """Return the viewpoints (着眼点) a new audit begins with, in order."""
    return [dict(one) for one in settings.viewpoints or default_viewpoints()]


@lru_cache(maxsize=1)
def default_viewpoints() -> tuple[dict[str, Any], ...]:
    """Return the seven of document 002; the text of those not printed there is ''."""
    return tuple(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
