"""Pages of audits: whose turn it is, who audits, one audit from its plan to its report, fieldwork, technical results."""
