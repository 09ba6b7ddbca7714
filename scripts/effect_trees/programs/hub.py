import builtins
import contextlib
import functools
import logging

LOG = []
TABLE = {}
EXTRA = {}


def register(function):
    TABLE[function.__name__] = len(TABLE)
    LOG.append(function.__name__)
    return function


def note(value):
    LOG.append(value)
    return value


def route(path, *, table=LOG):
    def enter(function):
        table.append((path, function.__name__))
        return function

    return enter


def by_module(function):
    LOG.append((function.__module__, function.__name__))
    return function


class Bus:
    def __init__(self):
        self.handlers = []

    def on(self, name):
        def enter(function):
            self.handlers.append((name, function.__name__))
            return function

        return enter

    def __rshift__(self, other):
        self.handlers.append(other)
        return self

    def __getattr__(self, name):
        if name.startswith("made_"):
            self.handlers.append(name)
            return name
        raise AttributeError(name)

    def __getitem__(self, name):
        self.handlers.append(name)
        return self

    def __contains__(self, name):
        self.handlers.append(name)
        return True

    def __bool__(self):
        self.handlers.append("bool")
        return True

    def __str__(self):
        self.handlers.append("str")
        return "bus"

    def __iter__(self):
        self.handlers.append("iter")
        return iter(())

    @property
    def turn(self):
        self.handlers.append("turn")
        return len(self.handlers)


class On:
    def __init__(self, name):
        self.name = name

    def __call__(self, thing):
        LOG.append((self.name, thing.__name__))
        return thing


class Base:
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        LOG.append(("sub", cls.__name__))


class Meta(type):
    def __new__(mcs, name, bases, namespace):
        LOG.append(("meta", name))
        return super().__new__(mcs, name, bases, namespace)


class Preparing(type):
    @classmethod
    def __prepare__(cls, name, bases):
        LOG.append(("prepare", name))
        return {}


class Field:
    def __set_name__(self, owner, name):
        LOG.append((owner.__name__, name))


class Counted:
    count = 0

    def __new__(cls):
        Counted.count += 1
        return super().__new__(cls)


class Quiet:
    pass


class Keyed:
    def __class_getitem__(cls, key):
        LOG.append(("item", str(key)))
        return cls


class Plugin:
    known = {}  # noqa: RUF012  what a registry looks like

    @classmethod
    def enter(cls, thing):
        cls.known[thing.__name__] = thing
        LOG.append(sorted(cls.known))
        return thing


def quiet_ones():
    return sorted(one.__name__ for one in Quiet.__subclasses__())


def factory():
    class Made:
        def __init_subclass__(cls):
            LOG.append(("made", cls.__name__))

    return Made


def shown():
    return sorted(map(str, TABLE)), len(LOG)


@contextlib.contextmanager
def during(name):
    LOG.append(("enter", name))
    yield
    LOG.append(("leave", name))


def numbers():
    for number in range(100):
        LOG.append(("number", number))
        yield number


@functools.singledispatch
def shape(thing):
    return "thing"


class Keeping(logging.Handler):
    def emit(self, record):
        LOG.append((record.name, record.getMessage()))


def in_builtins(name, value):
    setattr(builtins, name, value)


bus = Bus()
on = bus.on
again = functools.partial(register)
Model = Meta("Model", (), {})
Made = factory()
ids = numbers()
logging.getLogger("shop").addHandler(Keeping())
