"""Which functions a worker can run, under which names."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from worker.exceptions import PermanentJobError, UnknownFunctionError, WorkerError, describe_error

if TYPE_CHECKING:
    from worker.messages import Job
    from worker.runner import CurrentJob

logger = logging.getLogger("worker.worker")

Hook: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
H = TypeVar("H", bound=Callable[[dict[str, Any]], Awaitable[None]])
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class JobFunction:
    """A registered function, with what holds for its jobs unless they say otherwise."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    max_attempts: int | None = None
    timeout: float | None = None
    signature: inspect.Signature | None = None

    def check_arguments(self, job: Job) -> None:
        """A call whose arguments do not fit will never work: asked when one has raised a TypeError."""
        if self.signature is None:
            return
        try:
            self.signature.bind(*job.args, **job.kwargs)
        except TypeError as error:
            raise PermanentJobError(f"the arguments do not fit {self.name}{self.signature}: {error}") from None


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None  # written in C, and without one


class Registry:
    """The functions of one worker.

        registry = Registry()

        @registry.job(max_attempts=3)
        def resize(path: str, width: int) -> str: ...

    Functions that are not `async` run in a thread, so that they do not hold up the others.
    """

    def __init__(self) -> None:
        self._functions: dict[str, JobFunction] = {}
        self._startup_hooks: list[Hook] = []
        self._shutdown_hooks: list[Hook] = []

    @overload
    def job(
        self, function: F, *, name: str | None = ..., max_attempts: int | None = ..., timeout: float | None = ...
    ) -> F: ...
    @overload
    def job(
        self, *, name: str | None = ..., max_attempts: int | None = ..., timeout: float | None = ...
    ) -> Callable[[F], F]: ...
    def job(
        self,
        function: F | None = None,
        *,
        name: str | None = None,
        max_attempts: int | None = None,
        timeout: float | None = None,
    ) -> F | Callable[[F], F]:
        """Register a function, as a decorator with or without arguments."""

        def register(function: F) -> F:
            key = name or function.__name__
            if key in self._functions:
                raise WorkerError(f"Two functions are registered as {key!r}")
            is_async = inspect.iscoroutinefunction(function)
            self._functions[key] = JobFunction(key, function, is_async, max_attempts, timeout, _signature(function))
            return function

        return register if function is None else register(function)

    def on_startup(self, hook: H) -> H:
        """Have a coroutine function called before the worker takes jobs.

        It gets a dict, which every job sees as `current_job().context`: the place for a pool of connections. If
        it fails, the worker does not start.
        """
        self._startup_hooks.append(hook)
        return hook

    def on_shutdown(self, hook: H) -> H:
        """Have a coroutine function called with the same dict when all jobs have ended; the last one first."""
        self._shutdown_hooks.insert(0, hook)
        return hook

    async def start_up(self, context: dict[str, Any]) -> None:
        """Call the hooks for the start; what one raises ends it."""
        for hook in self._startup_hooks:
            await hook(context)

    async def shut_down(self, context: dict[str, Any]) -> None:
        """Call the hooks for the end, all of them."""
        for hook in self._shutdown_hooks:
            try:
                await hook(context)
            except Exception as error:
                logger.error("A shutdown hook failed: %s", describe_error(error), exc_info=error)

    def find(self, name: str) -> JobFunction:
        try:
            return self._functions[name]
        except KeyError:
            known = ", ".join(sorted(self._functions)) or "none"
            raise UnknownFunctionError(f"No function {name!r} is registered here (known: {known})") from None

    def max_attempts(self, name: str, default: int) -> int:
        """How often jobs of a function may be tried; an unknown one will be unknown again."""
        if name not in self._functions:
            return 1
        return self._functions[name].max_attempts or default

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._functions))

    def __len__(self) -> int:
        return len(self._functions)


def current_job() -> CurrentJob:
    """What the running function may want to know of its job: id, attempt, queue."""
    from worker.runner import CURRENT_JOB

    try:
        return CURRENT_JOB.get()
    except LookupError:
        raise WorkerError("current_job() was called outside of a job") from None


def load_registry(path: str) -> Registry:
    """Import the registry that `module:attribute` names."""
    module_name, _, attribute = path.partition(":")
    if not module_name or not attribute:
        raise WorkerError(f"{path!r} does not name a registry: write module:registry")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise WorkerError(f"Cannot import {module_name!r}: {error}") from error
    except Exception as error:
        raise WorkerError(f"Cannot import {module_name!r}: {describe_error(error)}") from error
    if not hasattr(module, attribute):
        known = ", ".join(name for name, value in vars(module).items() if isinstance(value, Registry)) or "none"
        raise WorkerError(f"There is no {attribute!r} in {module_name!r} (registries there: {known})")
    registry = getattr(module, attribute)
    if not isinstance(registry, Registry):
        raise WorkerError(f"{path!r} is not a Registry but {type(registry).__name__}")
    return registry
