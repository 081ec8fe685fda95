"""Alerts: raised from what rules hit, handled, excluded, turned into findings and incidents."""
