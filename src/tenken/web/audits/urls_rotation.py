"""Addresses below ``audits/``: rotation."""

from __future__ import annotations

from django.urls import path

from tenken.web.audits import rotation, rotation_plans, rotation_selection

_SELECTION, _PLAN = "rotation/selections/<int:selection_id>/", "rotation/mid-term/<int:plan_id>/"
_YEAR = "rotation/years/<int:fiscal_year>/"

urlpatterns = [
    path("rotation/", rotation.index, name="rotation-index"),
    path("rotation/draw/", rotation.draw, name="rotation-draw"),
    path("rotation/universe/", rotation.universe_list, name="rotation-universe"),
    path("rotation/rule/", rotation.rule_page, name="rotation-rule"),
    path("rotation/rule/new/", rotation.rule_new, name="rotation-rule-new"),
    path("rotation/before/", rotation.priors, name="rotation-priors"),
    path("rotation/before/new/", rotation.prior_new, name="rotation-prior-new"),
    path("rotation/before/import/", rotation.prior_import, name="rotation-prior-import"),
    path("rotation/before/<int:prior_id>/strike/", rotation.prior_strike, name="rotation-prior-strike"),
    path(_SELECTION, rotation_selection.selection, name="rotation-selection"),
    path(f"{_SELECTION}paper/", rotation_selection.paper, name="rotation-paper"),
    path(f"{_SELECTION}against/", rotation_selection.against, name="rotation-against"),
    path(f"{_SELECTION}adopt/", rotation_selection.adopt, name="rotation-adopt"),
    path(f"{_SELECTION}ask/", rotation_selection.ask, name="rotation-ask"),
    path(f"{_SELECTION}discard/", rotation_selection.discard, name="rotation-discard"),
    path("rotation/choices/<int:choice_id>/", rotation_selection.choice, name="rotation-choice"),
    path("rotation/mid-term/new/", rotation_plans.mid_term_new, name="rotation-midterm-new"),
    path(_PLAN, rotation_plans.mid_term, name="rotation-midterm"),
    path(f"{_PLAN}change/", rotation_plans.mid_term_change, name="rotation-midterm-change"),
    path(f"{_PLAN}adopt/", rotation_plans.mid_term_adopt, name="rotation-midterm-adopt"),
    path(
        f"{_PLAN}<int:system_id>/<int:fiscal_year>/",
        rotation_plans.mid_term_line,
        name="rotation-midterm-line",
    ),
    path(_YEAR, rotation_plans.year_plan, name="rotation-year"),
    path(f"{_YEAR}edit/", rotation_plans.year_edit, name="rotation-year-edit"),
    path(f"{_YEAR}adopt/", rotation_plans.year_adopt, name="rotation-year-adopt"),
]
