"""Write a paper to files, in the forms asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tenken.reports.blocks import Paper

FORMS = ("docx", "pdf", "xlsx")
PUBLISHED_FORMS = (*FORMS, "html")  # of papers that go on the city's website too
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


def render(paper: Paper, form: str) -> bytes:
    """Return *paper* as the bytes of one form (docx, pdf, xlsx, html). ``ValueError`` for any other form."""
    if form not in PUBLISHED_FORMS:
        raise ValueError(f"no form {form!r}: {', '.join(PUBLISHED_FORMS)}")
    # Word, Excel and Typst are each slow to load; only what is asked for is.
    written: bytes = getattr(import_module(f"tenken.reports.{form}"), form)(paper)
    return written


def file_name(paper: Paper, form: str) -> str:
    """Return the name a paper's file has: ``committee-2014.docx``. ASCII, for every file system and archive."""
    return f"{paper.code}-{paper.fiscal_year}.{form}"


def write_paper(paper: Paper, directory: Path, forms: Sequence[str] = FORMS, *, name: str = "") -> list[Path]:
    """Write *paper* into *directory* (made if missing), one file per form; return the paths in the order of *forms*.

    *name*: what the files are called, without their ending; by default after the paper's code and year.

    Each file appears whole or not at all; an existing one is replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for form in forms:
        content = render(paper, form)
        path = directory / (f"{name}.{form}" if name else file_name(paper, form))
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        paths.append(path)
    return paths
