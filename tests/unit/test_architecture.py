"""The structure holds: who may import whom, where SQL and the environment live, and how long things may get."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.unit.pure_modules import PURE

ROOT = Path(__file__).parents[2]
OUTER = {"flask", "flask_smorest", "psycopg", "psycopg_pool", "kafka"}
SQL_HOMES = re.compile(
    r"^(services/\w+/(backups/)?store(\.py|/)|shared/(outbox|log|dead_letters|stopping|positions|beats|db|process)\.py|shared/access/"
    r"|shared/relay\.py|dev/|tests/)"
)
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|pg_\w*advisory\w*)\b", re.S
)
LONGEST_FILE, LONGEST_FUNCTION = 250, 45
SOURCES = ("*.py", "*.js", "*.css", "*.html", "*.sql")


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    paths = [Path(line) for line in listed.stdout.split()]
    if not paths:  # an export without git
        paths = [
            p.relative_to(ROOT)
            for pattern in patterns
            for top in ("services", "shared", "dev", "tests")
            for p in (ROOT / top).rglob(pattern)
        ]
    return tuple(path for path in paths if "vendor" not in path.parts and (ROOT / path).exists())


def product() -> list[Path]:
    return [path for path in tracked("*.py") if path.parts[0] in ("services", "shared")]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_command_line(path: Path) -> bool:
    return path.as_posix() == "services/cli.py" or path.as_posix().startswith("services/cli/")


def test_shared_imports_no_service() -> None:
    assert [
        (str(p), name)
        for p in product()
        if p.parts[0] == "shared"
        for name in imports(p)
        if name.startswith("services")
    ] == []


def test_services_never_import_each_other() -> None:
    wrong = []
    for path in product():
        if path.parts[0] == "services" and len(path.parts) > 2 and not is_command_line(path):
            own = f"services.{path.parts[1]}"
            wrong += [
                (str(path), name)
                for name in imports(path)
                if name.startswith("services.") and not name.startswith(own)
            ]
    assert wrong == []


def test_pure_modules_stay_pure() -> None:
    pure = [
        path
        for path in product()
        if any(path.as_posix() == p or path.as_posix().startswith(f"{p}/") for p in PURE)
    ]
    assert len(pure) >= len(PURE), "a pure module of the list is gone"
    assert [(str(path), name) for path in pure for name in imports(path) if name.split(".")[0] in OUTER] == []


def test_pure_modules_import_no_module_with_sql() -> None:
    pure = [
        path
        for path in product()
        if any(path.as_posix() == p or path.as_posix().startswith(f"{p}/") for p in PURE)
    ]
    stores = re.compile(
        r"(\.store(\.|$)|shared\.(db|outbox|log|positions|dead_letters|stopping|access|consumer|relay|broker)$)"
    )
    assert [(str(path), name) for path in pure for name in imports(path) if stores.search(name)] == []


def test_packages_have_no_circle() -> None:
    graph = {
        path.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): set()
        for path in product()
    }  # type: dict[str, set[str]]
    for path in product():
        name = path.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        top_level = [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in top_level:
            modules = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [f"{node.module}.{a.name}" for a in node.names] + [str(node.module)]
            )
            graph[name] |= {m for m in modules if m in graph and m != name and not name.startswith(f"{m}.")}
    assert circle(graph) == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := visit(other, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


def test_sql_lives_in_the_stores() -> None:
    wrong = []
    for path in tracked("*.py"):
        if SQL_HOMES.match(path.as_posix()):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
                wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def test_only_settings_read_the_environment() -> None:
    reads = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import .*\b(environ|getenv)\b")
    wrong = [
        str(p)
        for p in product()
        if p.as_posix() != "shared/settings.py" and reads.search((ROOT / p).read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize("path", tracked(*SOURCES), ids=str)
def test_no_file_over_250_lines(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= LONGEST_FILE


def test_no_function_over_45_lines() -> None:
    wrong = []
    for path in tracked("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{path}:{node.lineno} {node.name}: {length}")
    assert wrong == []


def test_no_catch_all_names() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
    assert [str(path) for path in product() if path.stem in banned or banned & set(path.parts)] == []
