"""A pytest plugin that writes down how each test ended, a line of JSON each, as soon as it is known.

It is loaded by PYTEST_ADDOPTS, and takes itself out of that variable, so that a pytest that a test starts is left
alone. Under xdist the controller writes for all workers.
"""

import json
import os
from pathlib import Path

import pytest
from codemods_origin import ADDOPTS, COPY, GIVEN, RECORD, TREE, leaked

_FOLDER, _TREE, _COPY = (os.environ.pop(name, "") for name in (RECORD, TREE, COPY))
_given = os.environ.pop(GIVEN, "")
if _given:
    os.environ[ADDOPTS] = _given
else:
    os.environ.pop(ADDOPTS, None)


def _write(*line):
    with Path(_FOLDER, f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.excinfo is not None:
        # Plain strings, for xdist sends them from the worker to the controller.
        first = str(call.excinfo.value).strip().partition("\n")[0]
        outcome.get_result().codemods_raised = [call.excinfo.typename, first[:300]]


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    report = outcome.get_result()
    call = getattr(report, "call", None)
    if call is not None and call.excinfo is not None:
        # pytest hands on the text of a traceback, whose last line names the error.
        lines = str(call.excinfo.value).strip().splitlines() or [""]
        raised, _, message = lines[-1].lstrip("E ").partition(": ")
        report.codemods_raised = [raised, message[:300]]


class _Recorder:
    """The hooks of the process that hears of every test."""

    def pytest_collectreport(self, report):
        if report.failed:
            _write("collect", report.nodeid, "failed", *getattr(report, "codemods_raised", ("", "")))

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            mark = "x" if getattr(report, "wasxfail", None) is not None else ""
            raised = getattr(report, "codemods_raised", ("", "")) if report.failed else ("", "")
            _write(report.when, report.nodeid, mark + report.outcome, *raised)

    def pytest_sessionfinish(self):
        found = leaked(_TREE, _COPY)
        if found:
            _write("leaked", found[0], found[1], "", "")


def pytest_configure(config):
    if _FOLDER and not hasattr(config, "workerinput"):
        _write("started", "", "", "", "")
        config.pluginmanager.register(_Recorder(), "codemods-guard-recorder")
