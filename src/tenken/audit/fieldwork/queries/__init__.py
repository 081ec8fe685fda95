"""Reading the fieldwork of audits."""
