# SPDX-License-Identifier: Apache-2.0
"""The examples in docstrings, in the README and in examples/ run."""
from __future__ import annotations

import doctest
import pathlib
import subprocess
import sys

import pytest
import rollout
from rollout import _calls, _documents

from conftest import TOP

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / 'examples'


@pytest.mark.parametrize('module', [_calls, _documents], ids=lambda module: module.__name__)
def test_docstrings(module: object) -> None:
    found = doctest.testmod(module, extraglobs=vars(rollout))  # type: ignore[arg-type]
    assert found.attempted > 5 and not found.failed


def test_readme() -> None:
    readme = TOP / 'bindings' / 'python' / 'README.md'
    found = doctest.testfile(str(readme), module_relative=False)
    assert found.attempted > 5 and not found.failed


def run(name: str, path: str) -> str:
    it = subprocess.run([sys.executable, str(EXAMPLES / name), str(TOP / 'examples' / path)], text=True, capture_output=True)
    assert it.returncode == 0 and not it.stderr, it.stderr
    return it.stdout


def test_why() -> None:
    said = run('why.py', 'web.json')
    assert said.startswith('create name web-1, ordinal 1, revision web-66c8f7d6b9\n')
    assert 'pod 2: this pass scales first: ordinal 1' in said


def test_what_if() -> None:
    said = run('what_if.py', 'web.json').splitlines()
    assert len(said) == 6
    assert said[0].startswith('partition 0: 5 of 5 have their turn') and said[5].startswith('partition 5: 0 of 5 have their turn')
