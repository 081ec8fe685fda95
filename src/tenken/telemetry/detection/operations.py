"""Every write of rules."""

from tenken.telemetry.detection.importing import import_rules
from tenken.telemetry.detection.shipped import install_shipped
from tenken.telemetry.detection.writing import (
    RuleSettings,
    change_settings,
    fail_rule,
    save_rule,
    switch_off,
    switch_on,
)

__all__ = [
    "RuleSettings",
    "change_settings",
    "fail_rule",
    "import_rules",
    "install_shipped",
    "save_rule",
    "switch_off",
    "switch_on",
]
