"""What other programs make of the files."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from tenken.reports.paper1 import build_paper
from tenken.reports.render import write_paper
from tests.reports.specimen import FY2014, MANAGEMENT

pytestmark = pytest.mark.programs


def run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout


def plain(text: str) -> str:
    return "".join(text.split())


def test_pdftotext_reads_the_paper_in_order(tmp_path: Path) -> None:
    (path,) = write_paper(build_paper(FY2014, {}, issued_on=date(2015, 7, 29)), tmp_path, ["pdf"])
    text = plain(run("pdftotext", "-layout", str(path), "-"))
    places = [
        text.index(said)
        for said in ("資料１", "（１）実施内容", "（２）取組み結果", "図２", "表１", "③まとめ", "以上")
    ]
    assert places == sorted(places)
    assert "Tagged:yes" in plain(run("pdfinfo", str(path)))


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_libreoffice_opens_and_prints_it(form: str, tmp_path: Path) -> None:
    (path,) = write_paper(build_paper(FY2014, {}, issued_on=date(2015, 7, 29)), tmp_path, [form])
    office = shutil.which("soffice") or shutil.which("libreoffice") or ""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run(office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path))
    pages = PdfReader(path.with_suffix(".pdf")).pages
    text = plain("".join(page.extract_text() for page in pages))
    assert "422課公所" in text
    assert all(item.name in text for item in MANAGEMENT)
    assert all(
        abs(float(page.mediabox.width) * float(page.mediabox.height) - 595.3 * 841.9) < 900 for page in pages
    )
