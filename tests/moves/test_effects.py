"""Which statements have side effects at import time: nothing of these shapes is known beforehand but their parts."""

from __future__ import annotations

import textwrap

import pytest

from codemods.planning.effects.statements import Effects
from codemods.planning.index.project_index import ProjectIndex

from .archive import MemoryTree

TOOLS = """
import functools
import sys
from types import MappingProxyType
from typing import overload

import venusian
from venusian import attach

TABLE = {}
LIST = []


class OfClass:
    table = TABLE

    def __call__(self, function):
        self.table["a"] = function


class OfObject:
    def __init__(self):
        self.table = TABLE

    def __call__(self, function):
        self.table["a"] = function


class OfModule:
    scanner = venusian

    def __call__(self, function):
        self.scanner.attach(function, self)


class Typed:
    kinds = (("size", int), ("name", None))

    def __init__(self, **given):
        for name, kind in self.kinds:
            setattr(self, name, (kind or str)(given.get(name)))


class Asking:
    def __init_subclass__(cls):
        cls.enter()

    @classmethod
    def enter(cls):
        pass


def using(other, **options):
    if "state" in options:
        state = options.pop("state")
        options["stack"] = ("root", state)
    options.setdefault("also", other)
    return lambda: (other, options)


def filling(**options):
    options["into"].append(1)


def filling_first(*given):
    for one in given:
        one.append(1)


if sys.implementation.name == "pypy":
    def cached(maxsize):
        return lambda function: function
else:
    cached = functools.lru_cache

if sys.implementation.name == "pypy":
    def either(function):
        return function
else:
    def either(function):
        LIST.append(function)
        return function


def described(kind, doc):
    doc = kind.__doc__ or doc
    doc += " of %s" % kind
    return doc


class Overloaded:
    @overload
    def __init__(self): ...
    @overload
    def __init__(self, x): ...
    def __init__(self, x=None):
        LIST.append(x)

    @property
    def size(self):
        LIST.append(1)

    @size.setter
    def size(self, value):
        pass


MADE = Overloaded()


class StyleMeta(type):
    def __new__(mcs, name, bases, body):
        made = type.__new__(mcs, name, bases, body)
        made.styles[name] = ""
        return made


class Styled(metaclass=StyleMeta):
    styles = {}


class Counting(type):
    made = {}

    def __init__(cls, name, bases, body):
        cls.made[name] = cls


class Entering(type):
    def __init__(cls, name, bases, body):
        cls.enter()

    def enter(cls):
        TABLE[cls.__name__] = cls


KIND = "[a-z]+"
WORD = "a"


def start():
    global WORD
    WORD = {}


class Kinds:
    def __init__(self, kinds):
        self.kinds = {}
        for kind in kinds:
            self.kinds[kind[0]] = kind[2](kind[1])


def register(function):
    TABLE[function.__name__] = function
    return function


def route(path):
    def enter(function):
        LIST.append((path, function))
        return function

    return enter


def into(path, *, table=LIST):
    def enter(function):
        table.append(path)
        return function

    return enter


def traced(function):
    def inner(*args):
        LIST.append(args)
        return function(*args)

    return inner


def table():
    return TABLE


def indirectly(x):
    return add(x)


def add(x):
    if x:
        return indirectly(x - 1)
    LIST.append(x)


def pure(x, n=0):
    found = []
    for one in x:
        found.append(one + n)
    return found


def fill(target):
    target.append(1)


class Bus:
    every = []

    def __init__(self, name=""):
        self.handlers = {}
        self.name = name

    def on(self, name):
        def enter(function):
            self.handlers[name] = function
            return function

        return enter

    def __rshift__(self, other):
        self.handlers[other.name] = other
        return other


class Listed(Bus):
    def __init__(self):
        super().__init__()
        self.every.append(self)


class Watched:
    def __getattr__(self, name):
        LIST.append(name)
        return name

    def __getitem__(self, key):
        LIST.append(key)

    def __contains__(self, key):
        return not LIST.append(key)

    def __iter__(self):
        LIST.append(1)
        return iter(())

    def __len__(self):
        LIST.append(1)
        return 1

    def __str__(self):
        LIST.append(1)
        return ""

    def __eq__(self, other):
        return not LIST.append(other)

    def __hash__(self):
        LIST.append(1)
        return 1

    def __neg__(self):
        LIST.append(1)

    def __enter__(self):
        LIST.append(1)

    def __exit__(self, *error):
        LIST.append(1)

    @property
    def turn(self):
        LIST.append(1)
        return 1

    def plain(self): ...


class Silent:
    def __getattr__(self, name):
        return name

    def __getitem__(self, key):
        return key

    def __bool__(self):
        return True

    @property
    def turn(self):
        return 1


class Stored:
    def __setattr__(self, name, value):
        LIST.append(name)


class Keyed:
    def __class_getitem__(cls, key):
        LIST.append(key)
        return cls


class Standing:
    def __mro_entries__(self, bases):
        LIST.append(bases)
        return ()


standing = Standing()


class Walked(type):
    def __iter__(cls):
        LIST.append(cls)
        return iter(())


class Ways(metaclass=Walked): ...


def one(x=1):
    LIST.append(x)
    return x


class Counted:
    n = 0

    def __new__(cls):
        cls.n += 1
        return super().__new__(cls)


class Plugin:
    plugins = []

    def __init_subclass__(cls, **kwargs):
        cls.plugins.append(cls)


class Meta(type):
    def __new__(mcs, name, bases, namespace):
        made = super().__new__(mcs, name, bases, namespace)
        TABLE[name] = made
        return made


class Field:
    def __set_name__(self, owner, name):
        LIST.append(name)


class On:
    def __init__(self, name):
        self.name = name

    def __call__(self, function):
        TABLE[self.name] = function
        return function


class Asked:
    @classmethod
    def all(cls):
        return cls.__subclasses__()


def derived(cls):
    return [one for sub in cls.__subclasses__() for one in derived(sub)]


def registry():
    table = {}

    def register(function):
        table[function.__name__] = function
        return function

    return register


def closed():
    made = []

    class Base:
        def __init_subclass__(cls):
            made.append(cls)

    return Base


def counted(function):
    calls = []
    calls.append(function)
    return function


def base():
    class Base:
        def __init_subclass__(cls):
            LIST.append(cls)

    return Base


bus = Bus()
on = bus.on
Base = base()
Closed = closed()
enter = registry()
Made = Meta("Made", (), {})
watched = Watched()
silent = Silent()


def called(function):
    return function(1)
"""

QUIET = {
    "a table whose entries a map asks for": "from tools import LIST\nX = list(map(LIST.get, 'a'))\nY = max(LIST.size)",
    "what a library gives by two modules": "from facade import MappingProxyType\nX = MappingProxyType({})",
    "a decorator that a branch chooses": "from tools import cached\n@cached(maxsize=1)\ndef f(x): ...",
    "more words for what a function is given": "from tools import described\nX = described(str, 'a')",
    "options taken out of those that were given": "from tools import LIST, using\nX = using(LIST, state=1)",
    "a class out of a tuple with texts": "from tools import KIND, Bus, Kinds\n"
    "X = Kinds((('a', KIND, Bus), ('b', f'{KIND}+', Bus)))",
    "a file is read": "with open('w') as f:\n    TEXT = f.read()\nwith open('x', 'rb') as f:\n    RAW = f.read()",
    "what stands in for a decorator": "try:\n    from functools import cached_property\nexcept ImportError:\n"
    "    from somelib import cached_property\nclass A:\n    @cached_property\n    def f(self): ...",
    "kinds in a tuple of the class": "from tools import Typed\nX = Typed(size=1)",
    "what a pattern of a table finds": "from tools import TABLE\nFOUND = TABLE['a'].match('b')\nEND = FOUND.end()",
    "a part of a text of a table": "from tools import TABLE\nPARTS = TABLE.get('a', 'b_c').split('_')\nPARTS.pop(0)",
    "a dataclass": "from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass A:\n    x: list = field()",
    "an enum": "import enum\nclass A(enum.Enum):\n    ONE = enum.auto()\n    TWO = 2",
    "an exception": "class Problem(ValueError):\n    pass",
    "a logger": "import logging\nlog = logging.getLogger(__name__)",
    "a pattern": "import re\nWORD = re.compile(r'\\w+', re.I | re.M)",
    "a type variable": "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]): ...",
    "a protocol": "from typing import Protocol\nclass A(Protocol):\n    def f(self): ...",
    "a constant of a library": "import codecs\nBOM = codecs.BOM_UTF8.decode('utf-8')",
    "an alias": "from typing import Dict\nTable = Dict[str, int] | None",
    "an instance of a named tuple": "from collections import namedtuple\nA = namedtuple('A', 'x')\nB = A(1)",
    "an instance of an enumeration": "from enum import Enum\nA = Enum('A', 'X Y')\nB = A('X')",
    "a copy of a table": "from tools import TABLE\nOWN = TABLE.copy()\nOWN['a'] = 1\nOWN.update(b=2)",
    "a named tuple": "from collections import namedtuple\nclass A(namedtuple('A', 'x y')): ...",
    "an abstract class": "import abc\nclass A(abc.ABC):\n    @property\n    @abc.abstractmethod\n    def f(self): ...",
    "a property": "class A:\n    @property\n    def f(self): ...\n    @f.setter\n    def f(self, v): ...",
    "a cache": "import functools\n@functools.lru_cache(maxsize=None)\ndef f(x):\n    return x",
    "a context manager": "import contextlib\n@contextlib.contextmanager\ndef f():\n    yield",
    "a table of its own": "TABLE = {}\ndef f(): ...\nTABLE['f'] = f\nTABLE.update(g=f)",
    "a pure function": "from tools import pure\nX = pure([1, 2])",
    "a pure function of what it has": "from tools import pure\nX = pure([1], n=2)[0] + 3",
    "what a wrapper does later": "from tools import traced\n@traced\ndef f(): ...",
    "a list of its own that is filled": "from tools import fill\nOWN = []\nfill(OWN)",
    "an object of its own": "from tools import Bus\nmine = Bus()\n@mine.on('x')\ndef f(): ...",
    "an operator on its own": "from tools import Bus\none = Bus()\ntwo = Bus()\none >> two",
    "a subclass of what nobody asks for": "from tools import Bus\nclass Mine(Bus): ...",
    "a list that a decorator makes": "from tools import counted\n@counted\ndef f(): ...",
    "a registry of its own": "from tools import registry\nmine = registry()\n@mine\ndef f(): ...",
    "a plain subclass": "from tools import Bus\nclass Mine(Bus): ...",
    "a comprehension": "X = {str(n): n for n in range(3) if n}",
    "the main guard": "if __name__ == '__main__':\n    print(1)",
    "only for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    print(1)",
    "the version": "import sys\nif sys.version_info >= (3, 12):\n    X = 1\nelse:\n    X = 2",
    "a lambda": "from tools import LIST\nf = lambda x: LIST.append(x)",
    "a method that is read, and not called": "from tools import watched\nX = watched.plain",
    "a property that changes nothing": "from tools import silent\nX = silent.turn, silent.x, silent[1], not silent",
    "an annotation that is text": "from __future__ import annotations\nfrom tools import one\ndef f(x: one()): ...",
    "dispatch of its own": "from functools import singledispatch as d\n@d\ndef f(x): ...\n@f.register\ndef g(x): ...",
    "a patch around a function": (
        "from unittest import mock\nfrom tools import Bus\n@mock.patch('tools.LIST', [])\ndef f(): ...\n"
        "@mock.patch.object(Bus, 'on')\ndef g(x): ..."
    ),
    "a patch for a class": "from unittest.mock import patch\n@patch.dict('os.environ', {'A': 'b'})\nclass A: ...",
    "members that have a text": (
        "from enum import Enum\nclass A(Enum):\n    def __init__(self, x, said):\n        self.said = said\n"
        "    ONE = 1, 'one'\n    TWO = 2, 'two'"
    ),
    "members of a type": (
        "from enum import IntEnum\nclass A(IntEnum):\n    def __new__(cls, x):\n"
        "        made = int.__new__(cls, x)\n        made._value_ = x\n        return made\n    ONE = 1"
    ),
    "an enumeration without members": (
        "from enum import Enum\nfrom tools import TABLE\nclass A(Enum):\n    def __init__(self, x):\n"
        "        TABLE[x] = self"
    ),
    "a class that a call makes": "A = type('A', (Exception,), {'x': 1})",
    "a name that a module binds": "import asked\nfrom asked import known\nX = asked.known",
    "a module that another loads when asked": "import lazily\nX = lazily.kept",
    "an annotation of a table": "def f(x: dict[str, int]) -> list[str]: ...",
    "what a context holds": (
        "from contextlib import closing, nullcontext\nclass A:\n    def close(self):\n"
        "        self.open = False\nwith closing(A()): ..."
    ),
    "options in a table": "import attrs\nO = {'slots': True}\n@attrs.define(**O)\nclass A: ...",
    "a property that sets its own": (
        "class A:\n    @property\n    def x(self):\n        return self._x\n    @x.setter\n"
        "    def x(self, v):\n        self._x = v\nB = A()\nB.x = 1\nY = B.x"
    ),
    "a descriptor that keeps its own": (
        "class D:\n    def __get__(self, o, t=None):\n        return self\n    def __set__(self, o, v):\n"
        "        o.__dict__['d'] = v\nclass A:\n    d = D()\nB = A()\nB.d = 1\nX = A.d"
    ),
    "quiet functions out of a table": (
        "def f(x):\n    return x\nT = {'a': f, 'b': len}\nX = T['a'](1)\nY = T.get('b')('x')"
    ),
    "operators of numbers": "X = 2 ** 3 // 2 ^ 1\nX += 1\nY = dict(**{'a': 1})",
    "a name that begins as a verb does": (
        "import typing, operator\nfrom pydantic import computed_field\nX = operator.add(1, 2)\nY = typing.Set[int]"
    ),
}
LOUD = {
    "a list of a quiet module": "import urllib.parse\nurllib.parse.uses_netloc.append('shop')",
    "a method that a map calls": "from tools import LIST\nX = list(map(LIST.append, 'ab'))",
    "a method that a function is given": "from tools import LIST, called\nX = called(LIST.append)",
    "what a library does by two modules": "from facade import attach\nattach(1)",
    "a decorator that a branch may choose": "from tools import either\n@either\ndef f(x): ...",
    "a method with overloads": "from tools import Overloaded\nX = Overloaded()",
    "a property that can be set": "from tools import MADE\nX = MADE.size",
    "what is among those that were given": "from tools import LIST, filling\nX = filling(into=LIST)",
    "the first of those that were given": "from tools import LIST, filling_first\nX = filling_first(LIST)",
    "a table of a class above": "from tools import Styled\nclass A(Styled): ...",
    "a table of the metaclass": "from tools import Counting\nclass A(metaclass=Counting): ...",
    "a method of the metaclass": "from tools import Entering\nclass A(metaclass=Entering): ...",
    "a method of the metaclass by the class": "from tools import TABLE\nclass M(type):\n    def enter(cls):\n"
    "        TABLE['a'] = cls\nclass A(metaclass=M): ...\nA.enter()",
    "a text that a function makes a table": "from tools import WORD\nWORD['a'] = 1",
    "what stands for bases": "from tools import standing\nclass A(standing): ...",
    "a class is given to an abstract one": "from collections.abc import Sequence\nclass A: ...\nSequence.register(A)",
    "an abstract class decorates": "import numbers\n@numbers.Real.register\nclass A: ...",
    "a folder is made": "import pathlib\nLOGS = pathlib.Path('logs')\nLOGS.mkdir(exist_ok=True)",
    "a file is written": "with open('x', 'w') as f:\n    f.write('a')",
    "a file is written by its path": "import pathlib\nF = pathlib.Path('x').open(mode='ab')",
    "each of some objects": "from tools import LIST, TABLE\nfor one in (LIST, TABLE):\n    one['a'] = 1",
    "each in a function": "from tools import TABLE\ndef f():\n    for x in [TABLE]:\n        x['a'] = 1\nf()",
    "a name for a while": "from tools import TABLE\nwith TABLE as one:\n    one['a'] = 1",
    "two names at once": "from tools import LIST, TABLE\na, b = LIST, TABLE\nb['a'] = 1",
    "a decorator from a star that its module makes": "from tools import *\n@made\ndef f(): ...",
    "what an object's class keeps": "from tools import OfClass\n@OfClass()\ndef f(): ...",
    "what an object keeps": "from tools import OfObject\n@OfObject()\ndef f(): ...",
    "a module that an object's class keeps": "from tools import OfModule\n@OfModule()\ndef f(): ...",
    "a method of its own that a hook of its base calls": "from tools import TABLE, Asking\nclass A(Asking):\n"
    "    @classmethod\n    def enter(cls):\n        TABLE['a'] = cls",
    "what a library's object matches": "from router import Router\nR = Router()\ndef f(): ...\nR.match('/').add(f)",
    "a decorator that a module makes when it is executed": "from tools import made\n@made\ndef f(): ...",
    "an attribute that a module makes when it is executed": "import tools\n@tools.made\ndef f(): ...",
    "a decorator of the tree": "from tools import register\n@register\ndef f(): ...",
    "a decorator with arguments": "from tools import route\n@route('/')\ndef f(): ...",
    "a bound method": "from tools import bus\n@bus.on('x')\ndef f(): ...",
    "a bound method under another name": "from tools import on\n@on('x')\ndef f(): ...",
    "an object with __call__": "from tools import On\n@On('x')\ndef f(): ...",
    "a partial": "from functools import partial\nfrom tools import register as r\np = partial(r)\n@p\ndef f(): ...",
    "through a module": "import tools\n@tools.register\ndef f(): ...",
    "a decorator in a class": "from tools import register\nclass A:\n    @register\n    def f(self): ...",
    "a decorator from outside": "import atexit\n@atexit.register\ndef f(): ...",
    "an unknown decorator": "import somelib\n@somelib.hook\ndef f(): ...",
    "an unknown base": "import somelib\nclass A(somelib.Model): ...",
    "a hook of the base": "from tools import Plugin\nclass A(Plugin): ...",
    "a hook further up": "from tools import Plugin\nclass A(Plugin): ...\nclass B(A): ...",
    "a metaclass": "from tools import Meta\nclass A(metaclass=Meta): ...",
    "a class that a metaclass made": "from tools import Made\nclass A(Made): ...",
    "a base from a factory": "from tools import Base\nclass A(Base): ...",
    "a base with a closure": "from tools import Closed\nclass A(Closed): ...",
    "a decorator with a closure": "from tools import enter\n@enter\ndef f(): ...",
    "a base called for at once": "from tools import base\nclass A(base()): ...",
    "__set_name__": "from tools import Field\nclass A:\n    x = Field()",
    "__subclasses__ is asked": "from tools import Asked\nclass A(Asked): ...",
    "a function asks for its subclasses": "from tools import Bus, derived\nclass A(Bus): ...\nderived(Bus)",
    "an entry": "from tools import TABLE\nTABLE['x'] = 1",
    "an entry by a function": "from tools import table\ntable()['x'] = 1",
    "an entry by setdefault": "from tools import TABLE\nTABLE.setdefault('x', []).append(1)",
    "in place": "from tools import LIST\nLIST += [1]",
    "given away": "from tools import fill, LIST\nfill(LIST)",
    "under another name": "from tools import LIST\nmine = LIST\nmine.append(1)",
    "an operator": "from tools import Bus, bus\nbus >> Bus('x')",
    "an operator from outside": "from somelib import a, b\na >> b",
    "a table by default": "from tools import into\n@into('x')\ndef f(): ...",
    "deep down, around a cycle": "from tools import indirectly\nX = indirectly(9)",
    "an instance that is listed": "from tools import Listed\nX = Listed()",
    "an instance that is counted": "from tools import Counted\nX = Counted()",
    "a library is patched": "import json\njson.dumps = None",
    "setattr": "import json\nsetattr(json, 'dumps', None)",
    "the environment": "import os\nos.environ.setdefault('X', '1')",
    "the path": "import sys\nsys.path.insert(0, 'lib')",
    "a hook of the process": "import sys\nsys.excepthook = None",
    "a handler": "import logging\nlogging.getLogger('x').addHandler(logging.NullHandler())",
    "a thread": "import threading\ndef f(): ...\nt = threading.Thread(target=f)\nt.start()",
    "output": "print('loaded')",
    "a call by map": "from tools import register\nlist(map(register, [print]))",
    "in a comprehension": "from tools import LIST\n[LIST.append(x) for x in 'ab']",
    "in a try": "from tools import LIST\ntry:\n    LIST.append(1)\nfinally:\n    pass",
    "in a loop": "from tools import LIST\nfor x in 'ab':\n    LIST.append(x)",
    "with": "import somelib\nwith somelib.patched():\n    X = 1",
    "a function of its own": "from tools import LIST\ndef start():\n    LIST.append(1)\nstart()",
    "a lambda that is called": "from tools import LIST\n(lambda: LIST.append(1))()",
    "exec": "exec('x = 1')",
    "a property": "from tools import watched\nX = watched.turn",
    "an attribute that is made when it is read": "from tools import watched\nX = watched.any",
    "an item": "from tools import watched\nX = watched[1]",
    "in": "from tools import watched\nX = 1 in watched",
    "a loop over an object": "from tools import watched\nfor x in watched: ...",
    "a comprehension over an object": "from tools import watched\nX = [x for x in watched]",
    "a star": "from tools import watched\nX = [1, *watched]",
    "unpacked": "from tools import watched\na, *b = watched",
    "is it true?": "from tools import watched\nif watched: ...",
    "or": "from tools import watched\nX = watched or 1",
    "not": "from tools import watched\nX = not watched",
    "compared": "from tools import watched\nX = 1 == watched",
    "a key": "from tools import watched\nX = {watched: 1}",
    "shown": "from tools import watched\nX = f'{watched}'",
    "formatted": "from tools import watched\nX = '%s %s' % (1, watched)",
    "joined": "from tools import watched\nX = ''.join(watched)",
    "a length": "from tools import watched\nX = len(watched)",
    "a list of it": "from tools import watched\nX = list(watched)",
    "a minus": "from tools import watched\nX = -watched",
    "with an object of the tree": "from tools import watched\nwith watched: ...",
    "an attribute that is set": "from tools import Stored\nStored().x = 1",
    "a class with a key": "from tools import Keyed\nclass A(Keyed['a']): ...",
    "what a metaclass does for a class": "from tools import Ways\nX = [*Ways]",
    "an annotation": "from tools import one\ndef f(x: one()): ...",
    "an annotation of a name": "from tools import one\nx: one() = 1",
    "a default of a lambda": "from tools import one\nf = lambda x=one(): x",
    "got by its name": "import tools\ngetattr(tools, 'one')()",
    "got by any name": "import tools\ngetattr(tools, 'o' + 'ne')()",
    "a target of a loop": "from tools import LIST\nfor LIST[0] in 'a': ...",
    "a patch that starts": (
        "from unittest import mock\nfrom tools import LIST\nmock.patch.object(LIST, 'append', 1).start()"
    ),
    "a patch with a name that starts": "from unittest.mock import patch\nP = patch('tools.LIST', [])\nP.start()",
    "patches for the life of the module": "import pytest\nM = pytest.MonkeyPatch()\nM.setenv('A', 'b')",
    "translations that are installed": "import gettext\ngettext.translation('a', fallback=True).install()",
    "what is closed": (
        "from contextlib import closing\nfrom tools import LIST\nclass A:\n    def close(self):\n"
        "        LIST.append(1)\nwith closing(A()): ..."
    ),
    "what a stack calls in the end": (
        "from contextlib import ExitStack\nfrom tools import LIST\ndef f():\n    LIST.append(1)\n"
        "with ExitStack() as s:\n    s.callback(f)"
    ),
    "a method that a stack calls in the end": (
        "import contextlib\nfrom tools import LIST\nS = contextlib.ExitStack()\nS.callback(LIST.append, 1)"
    ),
    "what a stack enters": (
        "import contextlib\nfrom tools import LIST\nclass A:\n    def __enter__(self):\n"
        "        LIST.append(1)\n    def __exit__(self, *a): ...\nS = contextlib.ExitStack()\n"
        "S.enter_context(A())"
    ),
    "what a pattern calls": (
        "import re\nfrom tools import LIST\ndef f(m):\n    LIST.append(m)\n    return ''\n"
        "X = re.compile('a').sub(f, 'aa')\n"
    ),
    "members of an enumeration register": (
        "from enum import Enum\nfrom tools import TABLE\nclass A(Enum):\n    def __init__(self, x):\n"
        "        TABLE[x] = self\n    ONE = 1"
    ),
    "members of an enumeration are made": (
        "import enum\nfrom tools import TABLE\nclass A(str, enum.Enum):\n    def __new__(cls, x):\n"
        "        TABLE[x] = cls\n        return str.__new__(cls, x)\nclass B(A):\n    ONE = 'a'"
    ),
    "members of an enumeration get values": (
        "from enum import Enum, auto\nfrom tools import LIST\nclass A(Enum):\n"
        "    def _generate_next_value_(name, *a):\n        LIST.append(name)\n        return name\n"
        "class B(A):\n    ONE = auto()"
    ),
    "fields of a class that a call makes": (
        "from tools import LIST\nclass F:\n    def __set_name__(self, o, n):\n        LIST.append(n)\n"
        "A = type('A', (), {'x': F()})"
    ),
    "fields of a class that a call makes of a name": (
        "from tools import LIST\nclass F:\n    def __set_name__(self, o, n):\n        LIST.append(n)\n"
        "BODY = {'x': F()}\nA = type('A', (), BODY)"
    ),
    "a base of a class that a call makes": "from tools import Plugin\nA = type('A', (Plugin,), {})",
    "a base of a class that a metaclass makes": (
        "from tools import Plugin\nclass M(type): ...\nA = M('A', (Plugin,), {})"
    ),
    "an item of a class in an annotation": (
        "from tools import LIST\nclass R:\n    def __class_getitem__(cls, x):\n        LIST.append(x)\n"
        "def f(x: R['a']): ..."
    ),
    "an item of a class in a field": (
        "from tools import LIST\nclass R:\n    def __class_getitem__(cls, x):\n        LIST.append(x)\n"
        "class A:\n    x: R['a']"
    ),
    "a name that a module makes": "import asked\nX = asked.LEVEL",
    "a name that is imported of a module that makes it": "from asked import LEVEL",
    "a hook in a table of options": (
        "import attrs\nfrom tools import LIST\ndef t(c, f):\n    LIST.append(c)\n    return f\n"
        "O = {'field_transformer': t}\n@attrs.define(**O)\nclass A: ..."
    ),
    "an operator in place": (
        "from tools import LIST, TABLE\nclass A:\n    def __iadd__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nB = A()\nB += 1"
    ),
    "a power": (
        "from tools import LIST, TABLE\nclass A:\n    def __pow__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nA() ** 2"
    ),
    "a floor division": (
        "from tools import LIST, TABLE\nclass A:\n    def __floordiv__(self, *a, **k):\n"
        "        LIST.append(1)\n        return []\nX = A() // 2"
    ),
    "an exclusive or": (
        "from tools import LIST, TABLE\nclass A:\n    def __xor__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nX = A() ^ 2"
    ),
    "an exclusive or from the right": (
        "from tools import LIST, TABLE\nclass A:\n    def __rxor__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nX = 2 ^ A()"
    ),
    "keywords of a table that is asked": (
        "from tools import LIST, TABLE\nclass A:\n    def keys(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\n    def __getitem__(self, *a, **k):\n        LIST.append(1)\n        return []\n"
        "X = dict(**A())"
    ),
    "keywords of a function that are asked": (
        "from tools import LIST, TABLE\nclass A:\n    def keys(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\n    def __getitem__(self, *a, **k):\n        LIST.append(1)\n        return []\n"
        "def f(**k): ...\nX = f(**A())"
    ),
    "a table in a table": (
        "from tools import LIST, TABLE\nclass A:\n    def keys(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\n    def __getitem__(self, *a, **k):\n        LIST.append(1)\n        return []\n"
        "X = {**A()}"
    ),
    "a power by its function": (
        "from tools import LIST, TABLE\nclass A:\n    def __pow__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nX = pow(A(), 2)"
    ),
    "by complex": (
        "from tools import LIST, TABLE\nclass A:\n    def __complex__(self, *a, **k):\n"
        "        LIST.append(1)\n        return []\nX = complex(A())"
    ),
    "by hex": (
        "from tools import LIST, TABLE\nclass A:\n    def __index__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nX = hex(A())"
    ),
    "by range": (
        "from tools import LIST, TABLE\nclass A:\n    def __index__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nX = range(A())"
    ),
    "by open": (
        "from tools import LIST, TABLE\nclass A:\n    def __fspath__(self, *a, **k):\n"
        "        LIST.append(1)\n        return []\nX = open(A())"
    ),
    "by floor": (
        "from tools import LIST, TABLE\nclass A:\n    def __floor__(self, *a, **k):\n        LIST.append(1)\n"
        "        return []\nimport math\nX = math.floor(A())"
    ),
    "by getattr prop": (
        "from tools import LIST, TABLE\nclass A:\n    @property\n    def x(self):\n        LIST.append(1)\n"
        "X = getattr(A(), 'x')"
    ),
    "by hasattr prop": (
        "from tools import LIST, TABLE\nclass A:\n    @property\n    def x(self):\n        LIST.append(1)\n"
        "X = hasattr(A(), 'x')"
    ),
    "by property()": (
        "from tools import LIST, TABLE\nclass A:\n    def _x(self):\n        LIST.append(1)\n"
        "    x = property(_x)\nX = A().x"
    ),
    "a property that is set": (
        "from tools import LIST, TABLE\nclass A:\n    @property\n    def x(self): ...\n    @x.setter\n"
        "    def x(self, v):\n        LIST.append(v)\nB = A()\nB.x = 1"
    ),
    "by prop setter setattr": (
        "from tools import LIST, TABLE\nclass A:\n    @property\n    def x(self): ...\n    @x.setter\n"
        "    def x(self, v):\n        LIST.append(v)\nB = A()\nsetattr(B, 'x', 1)"
    ),
    "a property that is deleted": (
        "from tools import LIST, TABLE\nclass A:\n    @property\n    def x(self): ...\n    @x.deleter\n"
        "    def x(self):\n        LIST.append(1)\nB = A()\ndel B.x"
    ),
    "by descriptor get": (
        "from tools import LIST, TABLE\nclass D:\n    def __get__(self, o, t=None):\n        LIST.append(1)\n"
        "class A:\n    d = D()\nX = A.d"
    ),
    "by descriptor get inst": (
        "from tools import LIST, TABLE\nclass D:\n    def __get__(self, o, t=None):\n        LIST.append(1)\n"
        "class A:\n    d = D()\nX = A().d"
    ),
    "by descriptor set": (
        "from tools import LIST, TABLE\nclass D:\n    def __set__(self, o, v):\n        LIST.append(1)\n"
        "class A:\n    d = D()\nB = A()\nB.d = 1"
    ),
    "by descriptor deco": (
        "from tools import LIST, TABLE\nclass lazy:\n    def __init__(self, f):\n        self.f = f\n"
        "    def __get__(self, o, t=None):\n        return self.f(o)\nclass A:\n    @lazy\n    def x(self):\n"
        "        LIST.append(1)\nX = A().x"
    ),
    "by instancecheck": (
        "from tools import LIST, TABLE\nclass M(type):\n    def __instancecheck__(cls, x):\n"
        "        LIST.append(1)\nclass A(metaclass=M): ...\nX = isinstance(1, A)"
    ),
    "by subclasscheck": (
        "from tools import LIST, TABLE\nclass M(type):\n    def __subclasscheck__(cls, x):\n"
        "        LIST.append(1)\nclass A(metaclass=M): ...\nX = issubclass(int, A)"
    ),
    "by subclasshook": (
        "from tools import LIST, TABLE\nfrom abc import ABC\nclass A(ABC):\n    @classmethod\n"
        "    def __subclasshook__(cls, x):\n        LIST.append(1)\nX = issubclass(int, A)"
    ),
    "by meta function": (
        "from tools import LIST, TABLE\ndef M(n, b, d):\n    LIST.append(n)\n    return type(n, b, d)\n"
        "class A(metaclass=M): ..."
    ),
    "by pprint": "import pprint\npprint.pprint(1)",
    "by secho": "import click\nclick.secho('x')",
    "by json.dump": "import json, sys\njson.dump(1, sys.stdout)",
    "a file that is touched": "from pathlib import Path\nP = Path('x')\nP.touch()",
    "by disable_warnings": "import urllib3\nurllib3.disable_warnings()",
    "by cattrs": "import cattrs\nfrom tools import Bus\ncattrs.register_structure_hook(Bus, str)",
    "by cattrs global": "from cattrs import global_converter\nglobal_converter.register_structure_hook(int, str)",
    "by attr validators": "import attr\nattr.set_run_validators(False)",
    "by attrs validators": "from attrs import validators\nvalidators.set_disabled(True)",
    "by printoptions": "import numpy as np\nnp.set_printoptions(precision=2)",
    "by translation": "from django.utils import translation\ntranslation.activate('de')",
    "by freezegun configure": "import freezegun\nfreezegun.configure(extend_ignore_list=[])",
    "by wrapt": "import wrapt\nwrapt.wrap_function_wrapper('os', 'getcwd', lambda *a: 1)",
    "by zope": "from zope.interface import classImplements\nfrom tools import Bus\nclassImplements(Bus, 1)",
    "by rich console": "from rich.console import Console\nC = Console()\nC.print('x')",
    "by zipfile": "import zipfile\nZ = zipfile.ZipFile('x.zip', 'w')\nZ.writestr('a', 'b')",
    "by server": "import http.server\nS = http.server.HTTPServer(('', 0), None)\nS.serve_forever()",
    "by runner": "import asyncio\nR = asyncio.Runner()\nR.run(1)",
    "by print_exception": "import traceback\ntraceback.print_exception(ValueError())",
    "by calendar": "import calendar\ncalendar.prmonth(2020, 1)",
    "by doctest": "import doctest\ndoctest.testmod()",
    "by anyio": "import anyio\nfrom tools import LIST\nasync def f():\n    LIST.append(1)\nanyio.run(f)",
    "by requests put": "import requests\nrequests.put('x')",
    "a function out of a tuple": "from tools import LIST, TABLE\nP = (LIST.append,)\nP[0](1)",
    "a function out of a table": "from tools import LIST, TABLE\nP = {'a': LIST.append}\nP['a'](1)",
    "by dict get held": "from tools import LIST, TABLE\nP = {'a': LIST.append}\nP.get('a')(1)",
    "functions in a loop": "from tools import LIST, TABLE\nfor p in (LIST.append,):\n    p(1)",
    "by object setattr": "from tools import LIST, TABLE\nfrom tools import Bus\nobject.__setattr__(Bus, 'x', 1)",
    "by type setattr": "from tools import LIST, TABLE\nfrom tools import Bus\ntype.__setattr__(Bus, 'x', 1)",
    "by percent dict": (
        "from tools import LIST, TABLE\nclass A:\n    def __getitem__(self, *a, **k):\n"
        "        LIST.append(1)\n        return []\nX = '%(a)s' % A()"
    ),
    "by iter sentinel": "from tools import LIST, TABLE\ndef f():\n    LIST.append(1)\nX = list(iter(f, None))",
}


# What a package hands on.
FACADE = b"from tools import MappingProxyType as MappingProxyType, attach as attach\n"
# Modules that make names when they are asked for them: one notes that, the other keeps what it has found.
ASKED = b"from tools import LIST\nknown = 1\ndef __getattr__(name):\n    LIST.append(name)\n    return name\n"
LAZILY = b"""
import importlib
def __getattr__(name):
    if name not in ("kept",):
        raise AttributeError(name)
    globals()[name] = found = importlib.import_module("tools")
    return found
"""
OTHERS = {"facade.py": FACADE, "asked.py": ASKED, "lazily.py": LAZILY}


def effects(text: str) -> list[str]:
    tree = MemoryTree({"tools.py": TOOLS.encode(), "mod.py": textwrap.dedent(text).encode(), **OTHERS})
    return [f"{e.line}: {e.label} {e.target}" for e in Effects(ProjectIndex(tree)).of_module("mod.py")]


def test_the_tools_are_quiet_themselves() -> None:
    tree = MemoryTree({"tools.py": TOOLS.encode()})
    assert not Effects(ProjectIndex(tree)).of_module("tools.py")


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_quiet(text: str) -> None:
    assert effects(text) == []


@pytest.mark.parametrize("text", LOUD.values(), ids=LOUD)
def test_loud(text: str) -> None:
    assert effects(text)
