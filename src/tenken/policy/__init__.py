"""規程と点検項目: versioned policy documents, their clauses, and the bank of check items tied to them."""
