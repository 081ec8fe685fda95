"""Prose drafted from the numbers, paragraph by paragraph (``rules/registry.py`` lists them). Pure."""

from __future__ import annotations

from tenken.reports.definition import Draft
from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.registry import PLANS


def drafts(figures: InspectionFigures) -> tuple[Draft, ...]:
    """Return a draft for every paragraph, in the order printed."""
    drafted = []
    for plan in PLANS:
        said = [(code, sentence) for code, rule in plan.rules if (sentence := rule(figures)) is not None]
        basis = {f"{code}.{name}": value for code, sentence in said for name, value in sentence.basis.items()}
        drafted.append(Draft(plan.key, plan.title, "".join(sentence.text for _, sentence in said), basis))
    return tuple(drafted)


def drafted_texts(figures: InspectionFigures) -> dict[str, str]:
    """Return the drafted text of every paragraph by key."""
    return {draft.key: draft.text for draft in drafts(figures)}


def paragraph_titles() -> dict[str, str]:
    """Return what each paragraph is called, by key: the keys that may be edited."""
    return {plan.key: plan.title for plan in PLANS}


__all__ = ["Draft", "drafted_texts", "drafts", "paragraph_titles"]
