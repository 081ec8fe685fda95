"""Pages of 会議と職務."""
