"""A library that stands outside of the tree: whoever reads the tree cannot read it."""

LOG = []


def register(thing):
    LOG.append(thing.__name__)
    return thing


def named(thing):
    """Knows things by their modules, as task queues do."""
    LOG.append(f"{thing.__module__}.{thing.__name__}")
    return thing


def option(value):
    def enter(thing):
        LOG.append((value, thing.__name__))
        return thing

    return enter


class Base:
    def __init_subclass__(cls):
        LOG.append(cls.__name__)


class App:
    def __init__(self):
        self.routes = []

    def route(self, path):
        def enter(function):
            LOG.append((path, function.__name__))
            return function

        return enter

    def add(self, thing):
        LOG.append(thing.__name__)
