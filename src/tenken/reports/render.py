"""Write a paper to files, in the forms asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tenken.reports.blocks import Paper

FORMS = ("docx", "pdf", "xlsx")
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def render(paper: Paper, form: str) -> bytes:
    """Return *paper* as the bytes of one form (docx, pdf, xlsx). ``ValueError`` for any other form."""
    if form not in FORMS:
        raise ValueError(f"no form {form!r}: {', '.join(FORMS)}")
    # Word, Excel and Typst are each slow to load; only what is asked for is.
    written: bytes = getattr(import_module(f"tenken.reports.{form}"), form)(paper)
    return written


def file_name(paper: Paper, form: str) -> str:
    """Return the name a paper's file has: ``committee-2014.docx``. ASCII, for every file system and archive."""
    return f"{paper.code}-{paper.fiscal_year}.{form}"


def write_paper(paper: Paper, directory: Path, forms: Sequence[str] = FORMS) -> list[Path]:
    """Write *paper* into *directory* (made if missing), one file per form; return the paths in the order of *forms*.

    Each file appears whole or not at all; an existing one is replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for form in forms:
        content = render(paper, form)
        path = directory / file_name(paper, form)
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        paths.append(path)
    return paths
