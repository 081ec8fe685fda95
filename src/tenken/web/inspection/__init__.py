"""Pages of the inspection."""
