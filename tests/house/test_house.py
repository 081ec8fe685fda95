"""Tests that close the world: what is in the code is in the documents, and the house keeps its order."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tenken"

# A file over 500 lines needs a reason; it is listed here with it, or split.
LONG_FILES = {
    "src/tenken/policy/defaults/bank.yaml": "data: the question bank",
    "src/tenken/policy/defaults/standard.yaml": "data: the standard's clauses",
    "tests/web/test_components.py": "one test for each component",
    "tests/web/access_table.py": "one line for each address",
}
# Not a page of ours: it leaves as a file, and has nothing beside it to keep its looks in.
_HANDED_OUT = "reports/templates/reports/paper.html"


def _python(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def _tracked() -> list[str]:
    """The files of the project; outside a clone, those of its folders."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]


def test_imports_point_downward() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout


def test_import_contract_has_no_exceptions() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text("utf-8")


def test_every_room_is_in_the_contract_and_in_the_picture() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    contract = (ROOT / "pyproject.toml").read_text("utf-8")
    picture = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert rooms == set(re.findall(r"tenken\.(\w+)", contract.partition("layers = [")[2]))
    assert [room for room in sorted(rooms) if f"| `{room}` |" not in picture] == []


def test_every_model_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    models = {
        model.__name__
        for config in apps.get_app_configs()
        if config.name.startswith("tenken.")
        for model in config.get_models()
    }
    assert models
    assert [name for name in sorted(models) if f"| `{name}` |" not in glossary] == []
    known = {name for name in re.findall(r"^\| `([A-Z]\w+)` \|", glossary, re.MULTILINE)}
    assert known - models == set(), "the glossary speaks of models that are gone"


def _environment_names() -> set[str]:
    names: set[str] = set()
    for _, tree in _python(SOURCE):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.update(re.findall(r"^TENKEN_[A-Z_]+$", node.value))
    return names


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    page = (ROOT / "docs/installing.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(TENKEN_[A-Z_]+)` \|", page, re.MULTILINE))
    assert _environment_names() == documented


def _recorded_operations() -> dict[str, str]:
    """Every operation code written in the code → where."""
    found: dict[str, str] = {}
    for path, tree in _python(SOURCE):
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "operation":
                for value in ast.walk(node.value):
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        found[value.value] = str(path.relative_to(ROOT))
    return {code: place for code, place in found.items() if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", code)}


def test_every_recorded_operation_has_words_for_people() -> None:
    from tenken.journal.labels import operation_label

    operations = _recorded_operations()
    assert operations
    assert [f"{code} ({place})" for code, place in operations.items() if operation_label(code) == code] == []


_OPENING = r"<[a-z][^<>]*\s"


def test_no_style_attribute_and_no_inline_script() -> None:
    faults = []
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".html", ".js", ".py") or "migrations" in path.parts:
            continue
        if path == SOURCE / _HANDED_OUT:
            continue
        text = path.read_text("utf-8")
        for what, pattern in (
            ("a style attribute", _OPENING + "style="),
            ("an event attribute", _OPENING + "on[a-z]+="),
            ("a style element", "<style"),
            ("an inline script", r"<script(?![^>]*(\bsrc=|application/json))"),
        ):
            if re.search(pattern, text):
                faults.append(f"{path.relative_to(ROOT)}: {what}")
    assert faults == []


def test_no_file_grows_past_500_lines_unseen() -> None:
    long = {}
    for name in _tracked():
        if name.endswith((".py", ".js", ".css", ".html", ".yaml", ".toml", ".typ")):
            lines = len((ROOT / name).read_text("utf-8").splitlines())
            if lines > 500 and "/demo/data/" not in name:
                long[name] = lines
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert [name for name in LONG_FILES if name not in long] == [], "listed as long, and is not"


def test_no_address_of_a_registry() -> None:
    hosts = [
        b"pypi" + b".org",
        b"pythonhosted" + b".org",
        b"npmjs" + b".",
        b"unpkg" + b".",
        b"jsdelivr" + b".",
        b"docker" + b".io",
        b"ghcr" + b".io",
    ]
    faults = []
    for name in _tracked():
        data = (ROOT / name).read_bytes()
        faults += [f"{name}: {host.decode()}" for host in hosts if host in data and b"\0" not in data[:1000]]
    assert faults == []


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE)
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block[:80]
            assert "--hash=sha256:" in block, block[:80]


def test_no_path_of_a_machine() -> None:
    here = os.fsencode(ROOT) + b"/"
    faults = [name for name in _tracked() if here in (ROOT / name).read_bytes()]
    assert faults == []


class TestTheGate:
    """``.ci/run`` can fail."""

    text = (ROOT / ".ci/run").read_text("utf-8")

    def test_stops_at_the_first_failure(self) -> None:
        assert "\nset -euo pipefail\n" in self.text
        assert not re.search(r"\|\|\s*(true|:|echo)|set \+e|;\s*true\b|exit 0", self.text)

    def test_is_a_script_that_bash_reads(self) -> None:
        assert subprocess.run(["bash", "-n", ROOT / ".ci/run"]).returncode == 0

    def test_skips_nothing(self) -> None:
        assert "export TENKEN_NO_SKIP=1" in self.text
        assert re.findall(r"^make .*", self.text, re.MULTILINE) == [
            "make setup-dev setup-spark",
            "make lint",
            'make test MARK="not postgres"',
        ]
        assert re.search(r"^TENKEN_DATABASE_URL=\"postgres://\S+\" make test$", self.text, re.MULTILINE)

    @pytest.mark.parametrize("failing", ["make lint", "make test", "initdb"])
    def test_a_failing_step_fails_it(self, tmp_path: Path, failing: str) -> None:
        """Run it with programs that do nothing but say what they are, one of which fails."""
        programs = tmp_path / "bin"
        programs.mkdir()
        for name in ("apt-get", "make", "runuser", "chown", "find"):
            program = programs / name
            program.write_text(f'#!/bin/sh\ncase "{name} $*" in *"{failing}"*) exit 3;; esac\n')
            program.chmod(0o755)
        outcome = subprocess.run(
            ["bash", ROOT / ".ci/run"],
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert outcome.returncode == 3, outcome.stderr
        assert "Green" not in outcome.stdout


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize(
    "page", ["README.md", "README.ja.md", "CONTRIBUTING.md", "docs/installing.md", "docs/growing.md"]
)
def test_commands_named_in_the_documents_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert set(re.findall(r"(?:^|`|&& )make ([a-z][a-z-]+)", text, re.MULTILINE)) <= _targets()
    from tenken.cli.main import parser

    known = _subcommands(parser())
    for command in re.findall(r"\btenken ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", _code(text)):
        words = command.split()
        assert words[0] in known, f"tenken {command}"
        assert len(words) == 1 or not known[words[0]] or words[1] in known[words[0]], f"tenken {command}"


def _code(text: str) -> str:
    """Only what stands as code in a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def _subcommands(parser: object) -> dict[str, set[str]]:
    import argparse

    assert isinstance(parser, argparse.ArgumentParser)
    found: dict[str, set[str]] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                found[name] = set(_subcommands(below))
    return found


def test_links_between_the_documents_hold() -> None:
    faults = []
    for name in _tracked():
        if name.endswith(".md"):
            page = ROOT / name
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
                if "://" not in target and not (page.parent / target).exists():
                    faults.append(f"{name} → {target}")
    assert faults == []
