"""Names that say what they hold: no variable of the product is called ``found`` or ``held``; none that nobody uses; and files that can be read in one go."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.rooms import FRAME, LEVELS

ROOT = Path(__file__).parents[1]
MOST = 450  # lines of a file; none may have more
NAMELESS = {"found", "held", "told", "said", "asked"}  # bare participles: they say that there is something, and not what


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Return every part of a source text, the whole of it first; several tests read the same texts."""
    return tuple(ast.walk(ast.parse(source)))


def tree_of(source: str) -> ast.Module:
    whole = nodes(source)[0]
    assert isinstance(whole, ast.Module)
    return whole


def nameless(source: str) -> list[int]:
    """Return the lines on which a variable or an argument is called by a bare participle; fields of records and keyword arguments may be."""
    fields = {
        id(part.target)
        for record in nodes(source)
        if isinstance(record, ast.ClassDef)
        for part in record.body
        if isinstance(part, ast.AnnAssign)
    }
    names = (n for n in nodes(source) if isinstance(n, ast.Name | ast.arg | ast.FunctionDef) and id(n) not in fields)
    named = ((n.lineno, n.id if isinstance(n, ast.Name) else n.arg if isinstance(n, ast.arg) else n.name) for n in names)
    return [line for line, name in named if name in NAMELESS]


def product() -> list[Path]:
    """Return the files of code of the product, migrations that are done aside."""
    files = [ROOT / f"{name}.py" for name in FRAME]
    files += [path for room in LEVELS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    assert len(files) > 200
    return files


def test_no_variable_is_called_by_a_bare_participle() -> None:
    files = product()
    wrong = {str(path.relative_to(ROOT)): lines for path in files if (lines := nameless(path.read_text(encoding="utf-8")))}
    assert not wrong, wrong


def test_each_way_of_calling_a_variable_so_is_seen() -> None:
    """Planted faults: a variable, an argument, a loop, a name within an expression and a function; a record's field is none."""
    for planted in (
        "found = 1",
        "def f(found): ...",
        "for found in (): ...",
        "(found := 1)",
        "[found for found in ()]",
        "def found(): ...",
        "held = told(said for said in asked)",
    ):
        assert nameless(planted), planted
    assert not nameless("class Problem:\n    found: str\n\n\nProblem(found='x').found")


def told_twice(sources: Mapping[str, str]) -> list[str]:
    """Return the public names that two modules give to a class; a table is named as what its rows say, and its words are."""
    trees = [tree_of(source) for module, source in sources.items() if not module.startswith("kpis.store.tables.")]
    names = (part.name for tree in trees for part in tree.body if isinstance(part, ast.ClassDef) and not part.name.startswith("_"))
    return [name for name, count in Counter(names).items() if count > 1]


def test_no_two_classes_have_one_name() -> None:
    assert not told_twice({".".join(p.relative_to(ROOT).with_suffix("").parts): p.read_text(encoding="utf-8") for p in product()})
    assert told_twice(
        {"a": "class Line: ...", "b": "class Line: ...\nclass Row: ...", "kpis.store.tables.c": "class Row: ..."}
    ) == ["Line"]


# Named where no import shows it: a child process begins there; what a test of decisions reads.
STARTED = {
    "loaders.files.reader.serve", "loaders.files.reader.read_once", "publishers.notices.hooks.send_one", "publishers.editions.public_tables.PRIVATE",
}  # fmt: skip


def declared(tree: ast.Module) -> Iterator[str]:
    """Yield the functions, classes and constants of a module, but for what a decorator hands to somebody."""
    for part in tree.body:
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield from () if part.decorator_list else (part.name,)
        elif isinstance(part, ast.Assign | ast.AnnAssign):
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name) and not each.id.startswith("__"))


def unused(sources: Mapping[str, str]) -> set[str]:
    """Return what a product declares and never names again, in its own module or in another; ``sources`` is the text of each by its dotted name."""
    used, every = set[str](), set[str]()
    for module, source in sources.items():
        parts = nodes(source)
        every |= {f"{module}.{name}" for name in declared(tree_of(source))}
        known = {a.asname or a.name: a.name for n in parts if isinstance(n, ast.Import) for a in n.names}
        for node in parts:
            if isinstance(node, ast.ImportFrom):
                known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        used |= set(known.values())
        used |= {f"{module}.{n.id}" for n in parts if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        used |= {
            f"{known.get(n.value.id)}.{n.attr}" for n in parts if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
        }
    return every - used


def test_nothing_is_declared_that_nobody_uses() -> None:
    """Nor what tests alone use: they would hold what no reader ever meets."""
    files = [*product(), *(ROOT / "kpis" / "store" / "migrations").rglob("*.py")]
    sources = {".".join(p.relative_to(ROOT).with_suffix("").parts): p.read_text(encoding="utf-8") for p in files}
    written = "kpis.store.migrations.versions."  # what alembic looks for there
    assert {name for name in unused(sources) if not name.startswith(written)} == STARTED


def test_what_nobody_uses_is_seen() -> None:
    used = {
        "a": "LIMIT = 1\nGONE = 2\ndef one(): return LIMIT\ndef two(): ...\ndef three(): ...\nclass Gone: ...",
        "b": "import a\nfrom a import two\nfrom c import four as five\na.one()\ntwo()", "c": "def four(): ...",
    }  # fmt: skip
    assert unused(used) == {"a.GONE", "a.three", "a.Gone"}


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


EXPLAINED = re.compile(r"^(?:Args|Attributes):\n((?:    .*\n?)+)", re.M)


def explained_but_not_there(source: str) -> list[str]:
    """Return the arguments and fields that docstrings explain and that their function or class has not (any more)."""
    gone = []
    for owner in nodes(source):
        if not isinstance(owner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        listed = EXPLAINED.findall(ast.get_docstring(owner) or "")
        names = {name for part in listed for line in re.findall(r"^    (\w[\w, ]*):", part, re.M) for name in line.split(", ")}
        if not names:
            continue  # most explain nothing: what is within them need not be gone through
        has = {n.arg for n in ast.walk(owner) if isinstance(n, ast.arg)} | {
            n.attr for n in ast.walk(owner) if isinstance(n, ast.Attribute)
        }
        has |= {n.target.id for n in ast.walk(owner) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
        gone += [f"{owner.name}: {name}" for name in sorted(names - has)]
    return gone


def test_every_argument_that_a_docstring_explains_is_there() -> None:
    """An explanation of what was renamed misleads whoever reads it."""
    gone = {path.name: names for path in product() if (names := explained_but_not_there(path.read_text(encoding="utf-8")))}
    assert gone == {}


def test_an_explanation_of_what_is_not_there_is_seen() -> None:
    function = 'def f(day, *, most=1):\n    """Do it.\n\n    Args:\n        {}: of the office.\n            Or: another day.\n        most: rows.\n    """\n'
    assert explained_but_not_there(function.format("day")) == []
    assert explained_but_not_there(function.format("today")) == ["f: today"]
    record = 'class C:\n    """A thing.\n\n    Attributes:\n        {}: its name.\n    """\n\n    name: str\n'
    assert explained_but_not_there(record.format("name")) == []
    assert explained_but_not_there(record.format("called")) == ["C: called"]
