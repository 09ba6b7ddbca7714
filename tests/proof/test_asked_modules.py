"""Code that gets what moved by hand, and keeps the name of its module."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import found_by_hand

# What stands in shop/base.py; what moves, which may use it; whether the module of that is kept.
KINDS = {
    "a decorator": (
        "TABLE = {}\ndef task(f):\n    TABLE[f'{f.__module__}.{f.__name__}'] = f\n    return f\n",
        "@task\ndef moved(): ...\n",
        True,
    ),
    "a decorator with options": (
        "TABLE = {}\ndef task(**options):\n    def decorate(f):\n        name = f.__module__ + f.__name__\n"
        "        TABLE[name] = options\n        return f\n    return decorate\n",
        "@task(now=True)\ndef moved(): ...\n",
        True,
    ),
    "a method that decorates": (
        "class Tasks:\n    def __init__(self):\n        self.table = {}\n    def add(self, f):\n"
        "        self.table.setdefault(f.__module__, []).append(f)\n        return f\ntask = Tasks()\n",
        "@task.add\ndef moved(): ...\n",
        True,
    ),
    "a base class": (
        "TABLE = {}\nclass Base:\n    def __init_subclass__(cls):\n        TABLE[cls.__module__] = cls\n",
        "class moved(Base): ...\n",
        True,
    ),
    "a metaclass": (
        "TABLE = {}\nclass Meta(type):\n    def __init__(cls, *given):\n        TABLE[cls.__module__, given[0]] = cls\n"
        "class Base(metaclass=Meta): ...\n",
        "class moved(Base): ...\n",
        True,
    ),
    "a method of a base class": (
        "class Base:\n    def kind(self):\n        return f'{type(self).__module__}.{type(self).__name__}'\n",
        "class moved(Base): ...\n",
        True,
    ),
    "the namespace of a metaclass": (
        "TABLE = {}\nclass Meta(type):\n    def __new__(mcs, name, bases, namespace):\n"
        "        TABLE[namespace['__module__']] = name\n        return super().__new__(mcs, name, bases, namespace)\n"
        "class Base(metaclass=Meta): ...\n",
        "class moved(Base): ...\n",
        True,
    ),
    "what a metaclass makes": (
        "TABLE = {}\nclass Meta(type):\n    def __new__(mcs, *given):\n        cls = super().__new__(mcs, *given)\n"
        "        TABLE[cls.__name__] = cls\n        return cls\nclass Base(metaclass=Meta): ...\n",
        "class moved(Base): ...\n",
        False,
    ),
    "a list, gone through": (
        "def names(things):\n    return [thing.__module__ for thing in things]\n",
        "def moved(): ...\nALL = names([moved, len])\n",
        True,
    ),
    "a list that is sorted": (
        "def by_module(thing):\n    return thing.__module__\n",
        "def moved(): ...\nALL = [moved, len]\nALL.sort(key=by_module)\n",
        True,
    ),
    "a table that is made of itself": (
        "def names(things):\n    return [thing.__module__ for thing in things]\nlog = names\nlog = log.bind()\n",
        "def moved(): ...\nTABLE = {'a': moved}\nTABLE = {**TABLE, 'b': len}\n@log.add\ndef more(): ...\n"
        "ALL = names(TABLE.values())\n",
        True,
    ),
    "another list": (
        "def names(things):\n    return [thing.__module__ for thing in things]\n",
        "def moved(): ...\nALL = names([str, len])\n",
        False,
    ),
    "a function that is made": (
        "TABLE = {}\ndef making(name):\n    def task(f):\n        TABLE[f.__module__] = name\n        return f\n"
        "    return task\ntask = making('a')\n",
        "@task\ndef moved(): ...\n",
        True,
    ),
    "a descriptor": (
        "TABLE = {}\nclass Field:\n    def __set_name__(self, owner, name):\n        TABLE[owner.__module__] = name\n",
        "class moved:\n    title = Field()\n",
        True,
    ),
    "a function that calls another": (
        "TABLE = {}\ndef key(f):\n    return getattr(f, '__module__')\n"
        "def keep(f):\n    TABLE[key(f)] = f\n    return f\n",
        "@keep\ndef moved(): ...\n",
        True,
    ),
    "a message": (
        "def task(f):\n    if not f.__name__:\n        raise ValueError(f'{f.__module__} has none')\n    return f\n",
        "@task\ndef moved(): ...\n",
        False,
    ),
    "a copy": (
        "def task(f):\n    def call():\n        return f()\n    call.__module__ = f.__module__\n    return call\n",
        "@task\ndef moved(): ...\n",
        False,
    ),
    "whether it is another package's": (
        "class Base:\n    def foreign(self):\n        return type(self).__module__.startswith('other.')\n",
        "class moved(Base): ...\n",
        False,
    ),
    "its package": (
        "class Base:\n    def package(self):\n        name = self.__class__.__module__\n"
        "        return name.rpartition('.')[0] + '.templates'\n",
        "class moved(Base): ...\n",
        False,
    ),
    "whether it is of the old module": (
        "class Base:\n    def own(self):\n        name = type(self).__module__\n"
        "        if name.split('.')[-1] == 'orders':\n            return 1\n        return 0\n",
        "class moved(Base): ...\n",
        True,
    ),
    "its name": (
        "TABLE = {}\ndef task(f):\n    TABLE[f.__name__] = f\n    return f\n",
        "@task\ndef moved(): ...\n",
        False,
    ),
    "another function's": (
        "TABLE = {}\ndef keep(f, other):\n    TABLE[other.__module__] = f\n    return f\n",
        "def moved(): ...\nkeep(moved, len)\n",
        False,
    ),
}


@pytest.mark.parametrize("accept", [(), ("module-recorded",)])
@pytest.mark.parametrize("kind", KINDS)
def test_code_that_gets_it(kind: str, accept: tuple[str, ...]) -> None:
    base, moved, finds = KINDS[kind]
    head = "from shop.base import *\n\n\n"
    found = found_by_hand({"shop/base.py": base}, head, moved, accept=accept)
    assert any("asked for its module here" in line for line in found) is (finds and not accept), found
