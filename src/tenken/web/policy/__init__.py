"""規程と点検項目: documents and versions, drafts, procedures, the bank, and what asks about what."""
