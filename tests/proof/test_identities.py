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
