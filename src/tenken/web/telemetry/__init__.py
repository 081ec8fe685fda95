"""Pages of terminals, operation logs, rules and alerts, and device control."""
