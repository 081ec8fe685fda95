"""The usual steps of the chase."""

from __future__ import annotations

from tenken.inspection.models import Programme, ReminderStep
from tenken.inspection.rules.reminders_due import DEFAULT_STEPS


def give_default_steps(programme: Programme) -> None:
    """Set the usual steps for a programme that has none, inside the caller's transaction."""
    if not ReminderStep.objects.filter(programme=programme).exists():
        ReminderStep.objects.bulk_create(
            ReminderStep(programme=programme, days=days, audience=audience, weekly=weekly)
            for days, audience, weekly in DEFAULT_STEPS
        )
