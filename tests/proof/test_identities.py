"""What a framework knows by its module, where a call names it so: ``app.task(mail)``."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BROKER = "from taskiq import InMemoryBroker\n\nbroker = InMemoryBroker()\n"
HEAD = "from shop.broker import broker\nfrom shop.tasks import mail\n\n"
MAIL = "async def mail():\n    return 2\n"
REST = "\n\nasync def other():\n    return 3\n"


def moved(call: str) -> list[str]:
    before = {
        "shop/__init__.py": "",
        "shop/broker.py": BROKER,
        "shop/registered.py": f"{HEAD}{call}\n",
        "shop/tasks.py": MAIL + REST,
    }
    after = {**before, "shop/tasks.py": f"from .mailing import mail as mail\n{REST}", "shop/mailing.py": MAIL}
    return failures(proven(before, after))


@pytest.mark.parametrize("call", ["task = broker.register_task(mail)", "task = broker.task(retries=3)(mail)"])
def test_a_call_names_what_it_gets(call: str) -> None:
    assert any("names it by its module" in text for text in moved(call))


@pytest.mark.parametrize(
    "call", ["task = broker.register_task(mail, task_name='mail')", "task = broker.find_task(mail)"]
)
def test_a_call_that_takes_no_name(call: str) -> None:
    assert moved(call) == []


def test_a_name_that_subclasses_inherit() -> None:
    head = "from celery import Task\n\n\n"
    registered = "\n\ntasks = [app.register_task(task()) for task in (Add, Twice)]\n"
    add = "class Add(Task):\n    def run(self, a):\n        return a\n"
    named = add.replace("Task):\n", 'Task):\n    name = "shop.tasks.Add"\n\n')
    twice = "\n\nclass Twice(Add):\n    def run(self, a):\n        return 2 * a\n"
    before = {
        "shop/__init__.py": "",
        "shop/queue.py": "from celery import Celery\n\napp = Celery()\n",
        "shop/tasks.py": f"from shop.queue import app\n{head}{add}{twice}{registered}",
    }
    rest = f"from shop.queue import app\nfrom shop.adding import Add\n{twice}{registered}"
    after = {**before, "shop/tasks.py": rest, "shop/adding.py": head + named}
    assert any("Twice inherits `name`" in text for text in failures(proven(before, after)))
    own = {"shop/tasks.py": rest.replace("(Add):\n", '(Add):\n    name = "twice"\n\n')}
    before["shop/tasks.py"] = before["shop/tasks.py"].replace("(Add):\n", '(Add):\n    name = "twice"\n\n')
    assert failures(proven(before, {**after, **own})) == []


def test_a_base_of_tasks_is_none() -> None:
    base = "from celery import Task\n\n\nclass Base(Task):\n    retries = 1\n"
    rest = "\n\nclass Mail(Base):\n    name = 'mail'\n"
    before = {"shop/__init__.py": "", "shop/tasks.py": base + rest}
    after = {**before, "shop/tasks.py": f"from .base import Base\n{rest}", "shop/base.py": base}
    assert failures(proven(before, after)) == []


@pytest.mark.parametrize(("scope", "lost"), [('".views"', True), ('"web.views"', True), ('"."', False), ("", False)])
def test_a_scan_of_one_module(scope: str, lost: bool) -> None:
    head = "from pyramid.view import view_config\n\n\n"
    item = "class Item:\n    @view_config(route_name='item')\n    def get(self):\n        return 1\n"
    home = "\n\n@view_config(route_name='home')\ndef home(request):\n    return 2\n"
    scan = f"def main(config):\n    config.scan({scope})\n"
    main = f"from pyramid.config import Configurator\n\n\n{scan}"
    before = {"web/__init__.py": main, "web/views.py": head + item + home}
    after = {**before, "web/views.py": f"{head}from .items import Item as Item\n{home}", "web/items.py": head + item}
    assert any("no longer finds Item" in text for text in failures(proven(before, after))) is lost
