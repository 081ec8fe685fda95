"""Reading auditors."""
