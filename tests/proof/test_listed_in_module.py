"""A framework that looks for decorated definitions among the names of a module does not find a lazy one."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

HEAD = 'import pluggy\n\nimpl = pluggy.HookimplMarker("shop")\n\n\n'
HOOK = "@impl\ndef pay():\n    return 1\n"
BEFORE = {"shop/__init__.py": "", "shop/marks.py": HEAD, "shop/plugin.py": f"from .marks import impl\n\n\n{HOOK}"}
LAZY = """def __getattr__(name):
    if name == "pay":
        from .paying import pay
        return pay
    raise AttributeError(name)
"""


@pytest.mark.parametrize(("plugin", "held"), [("from .paying import pay as pay\n", True), (LAZY, False)])
def test_a_hook_that_left_the_plugin(plugin: str, held: bool) -> None:
    after = {**BEFORE, "shop/plugin.py": plugin, "shop/paying.py": BEFORE["shop/plugin.py"]}
    said = [one for one in failures(proven(BEFORE, after)) if "only found when asked for" in one]
    assert (not said) is held


WIRED = """from dependency_injector.wiring import inject


class Mailer:
    @inject
    def __init__(self, host=None):
        self.host = host
"""


def test_a_class_whose_method_is_wired_left_the_module() -> None:
    before = {"shop/__init__.py": "", "shop/plugin.py": f"{WIRED}\n\ndef stays(): ...\n"}
    lazy = LAZY.replace("pay", "Mailer").replace(".Mailering", ".mailing")
    after = {**before, "shop/plugin.py": f"def stays(): ...\n\n\n{lazy}", "shop/mailing.py": WIRED}
    assert any("only found when asked for" in said for said in failures(proven(before, after)))
