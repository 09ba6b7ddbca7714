"""What single steps of a program change, and what they look at."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence

from codemods.bindings import Module, Moment, Statement
from codemods.frameworks import facts, matching
from codemods.planning.effects.names import Names
from codemods.planning.effects.programs import Programs, Token
from codemods.planning.effects.statements import Effect, Effects, owned
from codemods.planning.effects.targets import Target
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.outside_names import outside_names
from codemods.project import Unreadable

_ENVIRON = ("os.environ", "os.putenv")
_ENVIRONMENT = frozenset({"environ", "environb", "getenv"})
# What modules read of the process, as words.
_READ = {"os": "environ|environb|getenv|getcwd", "sys": "path|argv|modules|platform|flags|stdout|stderr"}


class StepEffects:
    """Answers for the steps of both programs of one move."""

    def __init__(self, project: ProjectIndex, effects: Effects, programs: Programs) -> None:
        self.project = project
        self.effects = effects
        self.programs = programs
        self._names = Names(project)
        self._of: dict[Token, tuple[Effect, ...]] = {}
        self._reads: dict[Token, frozenset[str]] = {}
        self._readers: dict[Target, str] = {}
        self._anew: dict[str, dict[int, tuple[Effect, ...]]] = {}

    def looks(self, token: Token, target: Target) -> bool:
        """Does a step name an object, as far as its text shows? Of the outside, what modules read of the process."""
        word = self._words(target)
        if not word:
            return False
        return not self._read(token).isdisjoint(word.split("|"))

    def _read(self, token: Token) -> frozenset[str]:
        """The names and attributes that a step reads while it is imported."""
        if token not in self._reads:
            try:
                module, statements = self._stands(token)
                kept = {id(node) for s in statements for node in self._kept(module, s)}
                kept |= _only_bound(module, statements)
                found = (r for s in statements for r in s.references if r.moment is Moment.IMPORT)
                chains = ((r.name, *r.chain) for r in found if id(r.node) not in kept)
                read = (chain for chain in chains if not self._is_standard(module, chain))
                self._reads[token] = frozenset(word for chain in read for word in chain)
            except (Unreadable, OSError):
                self._reads[token] = frozenset()
        return self._reads[token]

    def _stands(self, token: Token) -> tuple[Module, Sequence[Statement]]:
        """A module, and its statements that are the step."""
        module = self.project.module(token if isinstance(token, str) else token[0])
        return module, module.statements if isinstance(token, str) else module.statements[token[1] : token[1] + 1]

    def _kept(self, module: Module, statement: Statement) -> Iterator[ast.expr]:
        """Names that a statement gives to what keeps them, and looks into them later: ``app.add_typer(users)``."""
        call = getattr(statement.node, "value", None)
        table = facts(self.project.tree, "keeps") if isinstance(call, ast.Call) and call.args else ()
        known = outside_names(self.project, module, call.func) if table and isinstance(call, ast.Call) else ()
        if isinstance(call, ast.Call) and any(matching(fact.calls, known) for fact in table):
            yield from (argument for argument in call.args if isinstance(argument, ast.Name))

    def _is_standard(self, module: Module, chain: tuple[str, ...]) -> bool:
        """Is a dotted name the standard library's, as `typing.Any` is, and no state of the process?"""
        where, dotted = self._names.named(module, None, chain) or (module.path, "")
        top = dotted.partition(".")[0]
        return where == "" and top in sys.stdlib_module_names and top not in _READ

    def prepares(self, token: Token, reader: Token) -> bool:
        """Does a step set what another reads of the environment, as far as the keys in both show?"""
        if _ENVIRONMENT.isdisjoint(self._read(reader)):
            return False
        if not any(not e.target[0] and e.target[1].startswith(_ENVIRON) for e in self.every(token)):
            return False
        keys = self._keys(token)
        return not keys or not keys.isdisjoint(self._keys(reader))

    def _keys(self, token: Token) -> frozenset[str]:
        """The texts that stand beside ``os.environ`` while a step is imported."""
        module, statements = self._stands(token)
        parents, found = module.source.nodes.parents, set[str]()
        for reference in (r for s in statements for r in s.references if r.moment is Moment.IMPORT):
            if not _ENVIRONMENT.isdisjoint((reference.name, *reference.chain)):
                node: ast.AST = reference.node
                while isinstance(parents.get(id(node)), (ast.Attribute, ast.Call, ast.Subscript)):
                    node = parents[id(node)]
                texts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
                found |= {text for text in texts if isinstance(text, str)}
        return frozenset(found)

    def of(self, token: Token) -> tuple[Effect, ...]:
        """What a step changes that others can see."""
        if token not in self._of:
            if token in (self.programs.source, self.programs.destination):
                self._of[token] = ()  # its statements are tokens of their own
            else:
                self._of[token] = (
                    self.effects.of_module(token) if isinstance(token, str) else self._of_statement(*token)
                )
        return self._of[token]

    def every(self, token: Token) -> tuple[Effect, ...]:
        """What a step changes at all."""
        if isinstance(token, str):
            return self.of(token)
        module = self.project.module(token[0])
        found = self.effects.of(module, module.statements[token[1]])
        return (*found, *self._bound_anew(module).get(token[1], ()))

    def _bound_anew(self, module: Module) -> dict[int, tuple[Effect, ...]]:
        """The statements of a module that bind a name again: who reads it at import time reads it before or after."""
        if module.path not in self._anew:
            found: dict[int, tuple[Effect, ...]] = {}
            known: set[str] = set()
            for s in module.statements:
                names = frozenset() if s.is_import else s.binds
                line = s.node.lineno
                again = sorted(names & known)
                found[s.index] = tuple(Effect(f"which binds {name} again", (module.path, name), line) for name in again)
                known |= names
            self._anew[module.path] = found
        return self._anew[module.path]

    def _of_statement(self, path: str, index: int) -> tuple[Effect, ...]:
        module = self.project.module(path)
        moves = path == self.programs.source and index in self.programs.moving
        found = self.every((path, index))
        moved = self.programs.moved
        return tuple(e for e in found if not (owned(module, e.target) and (e.target[1] in moved) == moves))

    def _words(self, target: Target) -> str:
        """By which names a text looks at an object: its own, and those of functions of its module that read it."""
        if not target[0].endswith(".py"):
            return _READ.get(target[1], "") if not target[0] else target[1]
        if target not in self._readers:
            module, words = self.project.module(target[0]), {target[1]}
            reads = {name: {r.name for s in found for r in s.references} for name, found in module.definitions.items()}
            while more := {name for name, read in reads.items() if read & words} - words:
                words |= more
            self._readers[target] = "|".join(sorted(words))
        return self._readers[target]


def effect_object(effect: Effect) -> Target:
    """Of what stands outside of the tree, the library: who shares what with whom in it is not known."""
    path, name = effect.target
    return effect.target if path else ("", name.partition(".")[0])


def _only_bound(module: Module, statements: Iterable[Statement]) -> set[int]:
    """The nodes of names that statements bind: ``log = ...`` says nothing of what another module has by that name."""
    names = (r.node for s in statements for r in s.references if isinstance(r.node, ast.Name))
    bound = {id(name) for name in names if isinstance(name.ctx, ast.Store)}
    return bound - {id(node.target) for node in module.source.nodes.of(ast.AugAssign)}
