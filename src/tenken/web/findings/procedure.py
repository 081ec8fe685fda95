"""One form on the page of a finding."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.web.findings.forms import ProcedureForm


@dataclass(frozen=True)
class Procedure:
    """One form on the page. The first is what is to be done next; the others are folded below it."""

    code: str
    title: str
    submit: str
    form: ProcedureForm
    url: str
    has_files: bool = False
