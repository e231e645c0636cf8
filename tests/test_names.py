"""Names that say what they hold: no variable of the product is called ``found``; and files that can be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rooms import FRAME, LEVELS

ROOT = Path(__file__).parents[1]
MOST = 450  # lines of a file; none may have more


def nameless(source: str) -> list[int]:
    """Return the lines on which a variable or an argument is called ``found``; fields of records and keyword arguments may be."""
    tree = ast.parse(source)
    fields = {
        id(part.target)
        for record in ast.walk(tree)
        if isinstance(record, ast.ClassDef)
        for part in record.body
        if isinstance(part, ast.AnnAssign)
    }
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name | ast.arg | ast.FunctionDef) and id(n) not in fields)
    named = ((n.lineno, n.id if isinstance(n, ast.Name) else n.arg if isinstance(n, ast.arg) else n.name) for n in names)
    return [line for line, name in named if name == "found"]


def test_no_variable_is_called_found() -> None:
    files = [ROOT / f"{name}.py" for name in FRAME]
    files += [path for room in LEVELS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    assert len(files) > 200
    wrong = {str(path.relative_to(ROOT)): lines for path in files if (lines := nameless(path.read_text(encoding="utf-8")))}
    assert not wrong, wrong


def test_each_way_of_calling_a_variable_found_is_seen() -> None:
    """Planted faults: a variable, an argument, a loop, a name within an expression and a function; a record's field is none."""
    for planted in (
        "found = 1",
        "def f(found): ...",
        "for found in (): ...",
        "(found := 1)",
        "[found for found in ()]",
        "def found(): ...",
    ):
        assert nameless(planted), planted
    assert not nameless("class Problem:\n    found: str\n\n\nProblem(found='x').found")


def too_long(folder: Path) -> dict[str, int]:
    """Return the files of a tree, tests too, that have more lines than anybody reads in one go."""
    trees = [*LEVELS, "tests"]
    files = [*folder.glob("*.py"), *(path for room in trees for path in (folder / room).rglob("*.py"))]
    lines = {str(path.relative_to(folder)): path.read_text(encoding="utf-8").count("\n") for path in files}
    assert lines
    return {name: count for name, count in lines.items() if count > MOST}


def test_no_file_is_longer_than_is_read_in_one_go() -> None:
    assert not too_long(ROOT), "split it by what it does (CONTRIBUTING.md, Manners)"


def test_a_file_that_is_too_long_is_seen(tmp_path: Path) -> None:
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "long.py").write_text("x = 1\n" * (MOST + 1), encoding="utf-8")
    (tmp_path / "kpis" / "short.py").write_text("x = 1\n" * MOST, encoding="utf-8")
    assert too_long(tmp_path) == {"kpis/long.py": MOST + 1}
