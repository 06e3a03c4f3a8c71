"""The direction of imports: rag knows no sibling, and nothing imports what stands on it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {"rag": {"rag"}, "ingest": {"ingest", "rag"}, "eval": {"eval", "ingest", "rag"}}
OURS = {"rag", "ingest", "eval", "app"}


def modules():
    for package in ALLOWED:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield package, file


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("package", "file"), modules(), ids=lambda value: getattr(value, "name", value))
def test_imports_point_one_way(package, file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {name.split(".")[0] for name in imported(tree)} & OURS
    assert found <= ALLOWED[package], f"{file.relative_to(ROOT)} imports {found - ALLOWED[package]}"


def test_no_import_cycle():
    names = {f"{package}.{file.stem}": file for package, file in modules() if file.parent == ROOT / package}
    graph = {
        name: {other for other in imported(ast.parse(file.read_text(encoding="utf-8"))) if other in names} - {name}
        for name, file in names.items()
    }
    done: set[str] = set()

    def visit(name, path):
        assert name not in path, " → ".join([*path, name])
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, [*path, name])
            done.add(name)

    for name in graph:
        visit(name, [])


@pytest.mark.parametrize("module", ["rag.__main__", "ingest.__main__", "eval.__main__", "rag.engine", "rag.stores"])
def test_importing_loads_no_heavy_library(module):
    heavy = "torch transformers sentence_transformers chromadb gradio llama_index tantivy trafilatura pypdf openvino"
    code = f"import sys, {module}; print([name for name in {heavy.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
