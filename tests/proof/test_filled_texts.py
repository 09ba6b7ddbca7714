"""A text that is filled in from the namespace of its module reads the names in its fields."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

FORMS = [
    '"{word.kind}{sp}".format(**globals())',
    '"{word}{sp:{sp}}".format_map(globals())',
    '"%(word)s %% %(sp)r" % globals()',
    'Template("$word ${sp} $$").substitute(globals())',
    'Template("$word" "${sp}").safe_substitute(**globals())',
]
WORDS = "word = 'a'\nsp = ' '\n"
HEAD = "from string import Template\n\nfrom shop.words import sp, word\n"
BOTH = "from shop.words import sp, word\n"


def _in_function(form: str, inside: str = "") -> str:
    return f"\n\ndef line():\n{inside}    return {form}\n"


def _moved(definition: str, head: str, destination: str) -> tuple[dict[str, str], dict[str, str]]:
    tree = {"shop/__init__.py": "", "shop/words.py": WORDS}
    before = tree | {"shop/a.py": f"{HEAD}{definition}\n\nX = 1\n"}
    after = tree | {"shop/a.py": f"{head}from shop.b import line\n\n\nX = 1\n", "shop/b.py": destination}
    return before, after


@pytest.mark.parametrize("form", FORMS)
def test_the_fields_of_a_text_are_names(form: str) -> None:
    function = _in_function(form)
    template = "from string import Template\n\n" if "Template" in form else ""
    assert failures(proven(*_moved(function, HEAD, f"{template}{BOTH}{function}"))) == []
    half = "from shop.words import word\n"
    assert failures(proven(*_moved(function, HEAD, f"{template}{half}{function}")))
    inside = _in_function(form, "    from shop.words import sp, word\n\n")
    assert failures(proven(*_moved(function, HEAD, f"{template}{inside}")))


@pytest.mark.parametrize("form", [*FORMS, '"%(word)s%(sp)s" % vars()'])
def test_a_text_is_filled_in_while_the_module_is_imported(form: str) -> None:
    assigned = f"\nline = {form}\n"
    template = "from string import Template\n\n" if "Template" in form else ""
    assert failures(proven(*_moved(assigned, HEAD, f"{template}{BOTH}{assigned}"))) == []
    assert failures(proven(*_moved(assigned, HEAD, f"{template}{assigned}\n{BOTH}")))


@pytest.mark.parametrize("form", ["text.format(**globals())", '"{__name__}".format(**globals())', '"%s" % globals()'])
def test_a_text_that_is_not_known_reads_the_whole_module(form: str) -> None:
    function = f"\n\ndef line(text):\n    return {form}\n"
    assert failures(proven(*_moved(function, HEAD, f"{BOTH}{function}")))
