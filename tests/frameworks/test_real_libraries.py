"""Each entry of the table says what the real library does: run where the library is installed."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from codemods.frameworks import Fact, matching
from codemods.frameworks.entries import KINDS
from codemods.frameworks.table import facts

from ..moves.archive import MemoryTree

OWN = [fact for kind in KINDS for fact in facts(MemoryTree({}), kind)]


def fact(framework: str, kind: str = "identity") -> Fact:
    return next(f for f in OWN if f.framework == framework and f.kind == kind)


@pytest.fixture
def module() -> Iterator[Callable[[str, str], Any]]:
    """Makes a module of a text, under a name."""
    made: list[str] = []

    def make(name: str, text: str) -> Any:
        found = types.ModuleType(name)
        sys.modules[name] = found
        made.append(name)
        exec(compile(text, f"{name}.py", "exec"), found.__dict__)
        return found

    yield make
    for name in made:
        sys.modules.pop(name, None)


def test_celery_names_tasks_after_their_module(module: Callable[[str, str], Any]) -> None:
    pytest.importorskip("celery")
    text = """
from celery import Celery, Task, shared_task
app = Celery("shop", broker="memory://", set_as_current=False)
@app.task
def cleanup(): ...
@app.task(name="other")
def named(): ...
class Report(Task):
    def run(self): ...
report = app.register_task(Report())
"""
    made = module("shop_tasks", text)
    pin = fact("celery").pin
    assert pin is not None
    assert made.cleanup.name == pin.default("shop_tasks", "cleanup", "")
    assert made.report.name == pin.default("shop_tasks", "Report", "")
    assert made.named.name == "other"


def test_taskiq_names_tasks_after_their_module(module: Callable[[str, str], Any]) -> None:
    pytest.importorskip("taskiq")
    text = """
from taskiq import InMemoryBroker
broker = InMemoryBroker()
@broker.task
async def cleanup(): ...
@broker.task(task_name="other")
async def named(): ...
"""
    made, pin = module("shop_tasks", text), fact("taskiq").pin
    assert pin is not None
    assert made.cleanup.task_name == pin.default("shop_tasks", "cleanup", "")
    assert made.named.task_name == "other"


def test_procrastinate_names_tasks_after_their_module(module: Callable[[str, str], Any]) -> None:
    pytest.importorskip("procrastinate")
    text = """
from procrastinate import App
from procrastinate.testing import InMemoryConnector
app = App(connector=InMemoryConnector())
@app.task
def cleanup(): ...
@app.task(name="other")
def named(): ...
"""
    made, pin = module("shop_tasks", text), fact("procrastinate").pin
    assert pin is not None
    assert made.cleanup.name == pin.default("shop_tasks", "cleanup", "")
    assert made.named.name == "other"


def test_huey_names_tasks_after_their_module(module: Callable[[str, str], Any]) -> None:
    pytest.importorskip("huey")
    text = """
from huey import MemoryHuey
huey = MemoryHuey()
@huey.task()
def cleanup(): ...
"""
    made = module("shop_tasks", text)
    assert list(made.huey._registry._registry) == ["shop_tasks.cleanup"]
    assert fact("huey").pin is None


def test_marshmallow_finds_schemas_by_their_module(module: Callable[[str, str], Any]) -> None:
    registry = pytest.importorskip("marshmallow.class_registry")
    made = module("shop_schemas", "from marshmallow import Schema\nclass AuthorSchema(Schema): ...\n")
    assert registry.get_class("shop_schemas.AuthorSchema") is made.AuthorSchema
    with pytest.raises(Exception, match="not found"):
        registry.get_class("shop_other.AuthorSchema")


def test_sqlalchemy_finds_classes_by_their_module(module: Callable[[str, str], Any]) -> None:
    pytest.importorskip("sqlalchemy")
    text = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column, relationship
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order = relationship("shop_models.Order")
configure_mappers()
"""
    made = module("shop_models", text)
    assert made.Line.order.property.mapper.class_ is made.Order


def test_global_enum_binds_in_the_module_of_the_class(module: Callable[[str, str], Any]) -> None:
    made = module("shop_colors", "import enum\n@enum.global_enum\nclass Color(enum.IntFlag):\n    RED = 1\n")
    assert made.RED == 1
    assert matching(fact("enum", "binds").decorators, ["enum.global_enum"])


def test_register_of_singledispatch_resolves_at_once(module: Callable[[str, str], Any]) -> None:
    text = """
from __future__ import annotations
from functools import singledispatch
@singledispatch
def show(value): ...
@show.register
def show_money(value: Money): ...
"""
    with pytest.raises(NameError, match="Money"):
        module("shop_shown", text)


def test_loguru_names_records_after_the_calling_module(module: Callable[[str, str], Any]) -> None:
    loguru = pytest.importorskip("loguru")
    said: list[str] = []
    handler = loguru.logger.add(lambda message: said.append(str(message)), format="{name}")
    module("shop_worker", "from loguru import logger\nlogger.info('alive')\n")
    loguru.logger.remove(handler)
    assert said == ["shop_worker\n"]


def test_pydantic_tells_two_models_of_one_name_apart_by_their_modules(module: Callable[[str, str], Any]) -> None:
    pydantic = pytest.importorskip("pydantic")
    text = "from pydantic import BaseModel\nclass Out(BaseModel):\n    {}: int\n"
    one, two = (module(name, text.format(field)).Out for name, field in (("shop_one", "n"), ("shop_two", "m")))
    assert "Out" in pydantic.TypeAdapter(list[one]).json_schema()["$defs"]
    assert set(pydantic.TypeAdapter(one | two).json_schema()["$defs"]) == {"shop_one__Out", "shop_two__Out"}
    assert any(f.twins for f in OWN if f.framework == "pydantic")


def test_django_takes_each_module_of_a_folder_for_a_command(tmp_path: Path) -> None:
    management = pytest.importorskip("django.core.management")
    (tmp_path / "commands").mkdir()
    for name in ("ship", "shipping", "_helper"):
        (tmp_path / "commands" / f"{name}.py").write_text("")
    assert sorted(management.find_commands(str(tmp_path))) == ["ship", "shipping"]
    files = next(f for f in OWN if f.kind == "folder" and "commands" in f.files[0]).files
    assert [name for name in ("ship", "_helper") if fnmatch(f"/shop/management/commands/{name}.py", files[0])] == [
        "ship"
    ]


def test_django_finds_modules_of_an_app_by_the_names_of_their_files() -> None:
    config = pytest.importorskip("django.apps.config")
    admin = importlib.import_module("django.contrib.admin")
    found = {config.MODELS_MODULE_NAME, config.APPS_MODULE_NAME, *admin.autodiscover.__code__.co_consts} - {None}
    assert {"models", "apps", "admin"} <= found
    files = next(f for f in OWN if f.kind == "file" and f.framework == "django").files
    assert all(any(fnmatch(f"/shop/{name}.py", pattern) for pattern in files) for name in ("models", "apps", "admin"))


def test_alembic_takes_each_module_of_a_folder_for_a_revision(tmp_path: Path) -> None:
    pytest.importorskip("alembic")
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "helper.py").write_text("def add(): ...\n")
    with pytest.raises(CommandError, match="revision id"):
        ScriptDirectory(str(tmp_path)).get_heads()


def test_pluggy_finds_the_hooks_that_a_module_has_and_none_that_it_finds_when_asked() -> None:
    pluggy = pytest.importorskip("pluggy")
    spec, implement = pluggy.HookspecMarker("shop"), pluggy.HookimplMarker("shop")
    bound, lazy, specs = (types.ModuleType(name) for name in ("bound", "lazy", "specs"))

    def pay() -> int:
        return 1

    specs.pay = spec(pay)  # type: ignore[attr-defined]
    bound.pay = implement(lambda: 1)  # type: ignore[attr-defined]
    lazy.__getattr__ = lambda name: bound.pay  # type: ignore[attr-defined,method-assign]
    found = []
    for module in (bound, lazy):
        manager = pluggy.PluginManager("shop")
        manager.add_hookspecs(specs)
        manager.register(module)
        found.append(manager.hook.pay())
    assert found == [[1], []]


@pytest.mark.parametrize("entry", [f for f in OWN if f.kind in ("identity", "binds")], ids=lambda f: f.framework)
def test_names_lead_to_something_in_the_library(entry: Fact) -> None:
    """At least one of the dotted names without a pattern in it is there."""
    names = [n for n in (*entry.decorators, *entry.bases) if "*" not in n]
    package = (names or [entry.framework])[0].partition(".")[0]
    if package != "enum":
        pytest.importorskip(package)
    if package == "django":
        settings = importlib.import_module("django.conf").settings
        if not settings.configured:
            settings.configure()
    assert any(_leads(name) for name in names) or not names


def _leads(name: str) -> bool:
    parts = name.split(".")
    found: Any = None
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except Exception:  # contrib packages want settings
            continue
        for part in parts[count:]:
            found = getattr(found, part.removesuffix("()"), None)
        return found is not None
    return False


def test_typer_looks_at_an_application_that_it_was_given_when_the_program_starts() -> None:
    typer = pytest.importorskip("typer")
    app, users = typer.Typer(), typer.Typer()
    app.add_typer(users, name="users")
    users.command("create")(lambda: None)
    users.command("delete")(lambda: None)
    assert set(typer.main.get_command(app).commands["users"].commands) == {"create", "delete"}


def test_click_keeps_a_group_that_gets_more_commands() -> None:
    click = pytest.importorskip("click")
    top, users = click.Group("top"), click.Group("users")
    top.add_command(users)
    users.command("create")(lambda: None)
    assert set(top.commands["users"].commands) == {"create"}
