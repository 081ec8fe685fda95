"""Auditors: who they are, what they can do (qualifications, experience), what binds them."""
