"""Fieldwork (往査): working papers, checklists, questions and answers, counts that must add up."""
