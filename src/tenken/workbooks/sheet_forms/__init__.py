"""A section's sheet as a workbook: written, filled in offline, read back."""
