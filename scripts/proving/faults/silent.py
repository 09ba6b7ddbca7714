"""Faults that break nothing that fails: what is no longer loaded, named, found or shown as before."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good, Module, path_of, written


def _dotted(good: Good) -> tuple[str, str]:
    source, destination = (Module(p, "").dotted for p in (good.move.source, good.move.destination))
    return source, destination


@fault
def importer_off_the_old_path(good: Good) -> Iterator[Damaged]:
    """An importer that stayed on the old path, for what the old module does, takes the new one."""
    _, new = _dotted(good)
    for module in good.modules:
        for node in (*module.imports(), *module.late_imports()):
            if isinstance(node, ast.ImportFrom) and path_of(module, node, good) == good.move.source:
                moved = [a for a in node.names if a.name in good.move.names]
                rest = written(node, [a for a in node.names if a not in moved])
                column = " " * node.col_offset
                text = "\n".join(filter(None, (rest, rest and column)))
                if moved and module.path != good.move.destination:
                    text += ast.unparse(ast.ImportFrom(new, moved, 0))
                    yield good.replaced(module, node, text)


@fault
def importer_left_behind(good: Good) -> Iterator[Damaged]:
    """A file that was rewritten, neither the source nor the destination, is as it was before."""
    for path, old in good.before.items():
        if path in (good.move.source, good.move.destination) or good.after.get(path, old) == old:
            continue
        if not path.endswith(".py") or _imports(old.decode()) != _imports(good.after[path].decode()):
            yield good.with_(path, (path, old.decode()))


def _imports(text: str) -> list[str]:
    return [ast.unparse(n) for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.Import, ast.ImportFrom))]


@fault
def effects_in_addition(good: Good) -> Iterator[Damaged]:
    """The destination imports another module of the project."""
    destination = good.destination
    for module in good.modules if destination else ():
        ours = module.path not in (good.move.source, good.move.destination)
        if ours and not module.path.startswith(("test", "check", "docs/")):
            assert destination is not None
            text = destination.inserted(f"import {module.dotted} as more_")
            yield good.with_(f"{destination.path} imports {module.dotted}", (destination.path, text))


@fault
def executed_at_the_end(good: Good) -> Iterator[Damaged]:
    """The import by which the source executes the destination stands at the end of the source."""
    source = good.source
    for node in source.imports() if source else ():
        assert source is not None
        if isinstance(node, ast.ImportFrom) and path_of(source, node, good) == good.move.destination:
            yield good.with_(f"{source.path}:{node.lineno}", (source.path, _at_the_end(source, node)))
        elif any(f"{a.name}.py" in good.move.destination for a in node.names):
            yield good.with_(f"{source.path}:{node.lineno}", (source.path, _at_the_end(source, node)))


def _at_the_end(module: Module, node: ast.stmt) -> str:
    return module.replaced(node, "").rstrip("\n") + f"\n\n\n{module.segment(node)}\n"


@fault
def identity_unpinned(good: Good) -> Iterator[Damaged]:
    """The name by which a framework knew what moved is no longer written down."""
    for module, node in good.moved():
        old = next((m for p, t in good.before.items() if p == good.move.source for m in [t.decode()]), "")
        for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
            for keyword in call.keywords:
                if isinstance(keyword.value, ast.Constant) and module.segment(call) not in old:
                    rest = ast.Call(call.func, call.args, [k for k in call.keywords if k is not keyword])
                    yield good.replaced(module, call, ast.unparse(rest), f"without {keyword.arg}")


@fault
def reexport_made_lazy(good: Good) -> Iterator[Damaged]:
    """The old path finds what moved when it is asked, and those who look into the namespace do not find it."""
    source, (_, new) = good.source, _dotted(good)
    for node in source.imports() if source and "__getattr__" not in source.text else ():
        assert source is not None
        if isinstance(node, ast.ImportFrom) and path_of(source, node, good) == good.move.destination:
            answer = f"import importlib\n    return getattr(importlib.import_module({new!r}), name)"
            text = source.replaced(node, "").rstrip("\n") + f"\n\n\ndef __getattr__(name):\n    {answer}\n"
            yield good.with_(f"{source.path}:{node.lineno}", (source.path, text))


@fault
def reexport_made_early(good: Good) -> Iterator[Damaged]:
    """A lazy name of the old path is bound at the end of the module."""
    source, (_, new) = good.source, _dotted(good)
    if source and "def __getattr__" in source.text:
        names = ", ".join(good.move.names)
        yield good.with_(source.path, (source.path, source.text + f"\n\nfrom {new} import {names}\n"))


@fault
def text_left_behind(good: Good) -> Iterator[Damaged]:
    """A text that names what moved names it by the old path again."""
    old, new = _dotted(good)
    names = "|".join(map(re.escape, good.move.names))
    for path, raw in good.after.items():
        if raw != good.before.get(path) and not path.endswith((".py", ".pyi")):
            for found in re.finditer(rf"([\"'=\s]){re.escape(new)}([.:](?:{names})\b)", raw.decode()):
                text = raw.decode()
                changed = f"{text[: found.start()]}{found[1]}{old}{found[2]}{text[found.end() :]}"
                yield good.with_(f"{path}: {found[0].strip()}", (path, changed))


@fault
def list_without_the_new_module(good: Good) -> Iterator[Damaged]:
    """A list of files, of modules, or a manual lacks the entry that the move put there."""
    for path, raw in good.after.items():
        old = good.before.get(path)
        if not path.endswith((".py", ".pyi")) and old is not None and raw != old:
            added = [line for line in raw.decode().splitlines() if line not in old.decode().splitlines()]
            for line in added:
                yield good.with_(f"{path}: without {line.strip()}", (path, raw.decode().replace(line + "\n", "", 1)))


@fault
def private_name_mangled(good: Good) -> Iterator[Damaged]:
    """A helper beside the class gets two underscores, by which the class means a name of its own."""
    for module, node in good.moved():
        name = getattr(node, "name", "")
        if name and any(isinstance(n, ast.ClassDef) and name in module.segment(n) for _, n in good.moved()):
            if not isinstance(node, ast.ClassDef):
                text = re.sub(rf"(?<![\w.]){re.escape(name)}\b", f"__{name.strip('_')}", module.text)
                yield good.with_(f"{module.path}: {name}", (module.path, text))


@fault
def hint_needs_a_typing_import(good: Good) -> Iterator[Damaged]:
    """What annotations of moved code name is imported for type checkers only, where somebody resolves annotations."""
    resolved = any(re.search(rb"get_type_hints|get_annotations|eval_str", raw) for raw in good.after.values())
    destination = good.destination if resolved else None
    for node in destination.imports() if destination else ():
        assert destination is not None
        used = {a.asname or a.name for a in node.names}
        annotations = [n.annotation for n in destination.walk(ast.arg, ast.AnnAssign) if getattr(n, "annotation", None)]
        if any(isinstance(i, ast.Name) and i.id in used for a in annotations for i in ast.walk(a)):
            text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    " + destination.segment(node)
            yield good.replaced(destination, node, text)


@fault
def order_of_namespace_changed(good: Good) -> Iterator[Damaged]:
    """The source binds what moved first of all, before its own definitions."""
    source = good.source
    for node in source.imports() if source else ():
        assert source is not None
        if isinstance(node, ast.ImportFrom) and path_of(source, node, good) == good.move.destination:
            without = Module(source.path, source.replaced(node, ""))
            first = next((n for n in without.imports()), None)
            if first is not None and node is not next(source.imports()):
                text = without.replaced(first, f"{source.segment(node)}\n{without.segment(first)}")
                yield good.with_(f"{source.path}:{node.lineno}", (source.path, text))
