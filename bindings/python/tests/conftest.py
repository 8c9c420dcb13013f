# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import pathlib
from typing import Optional

import pytest

TOP = pathlib.Path(os.environ.get('ROLLOUT_TOP') or pathlib.Path(__file__).resolve().parents[3])
KEPT = TOP / 'tests' / 'vectors'
PLANS = ('cloneset', 'cloneset-release', 'cloneset-wild', 'statefulset', 'nativestatefulset', 'daemonset', 'nativedaemonset',
         'broadcastjob', 'deployment', 'replicaset', 'uniteddeployment', 'sidecarset')
BLOCKS = ('ordering', 'inplace', 'sidecarset-inject')


def full_sets() -> Optional[pathlib.Path]:
    given = os.environ.get('ROLLOUT_VECTORS')
    folder = pathlib.Path(given) if given else TOP.parent / 'shared' / 'vectors'
    return folder if folder.is_dir() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--kind', help='play the full set of this kind, and not those that are kept')


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument plans or blocks gets each file of that sort."""
    for argument, kinds in (('plans', PLANS), ('blocks', BLOCKS)):
        if argument in metafunc.fixturenames:
            kind, full = metafunc.config.getoption('kind'), full_sets()
            if kind:
                files = [full / f'{kind}.jsonl.gz'] if full and kind in kinds else []
            else:
                files = [KEPT / f'{name}.jsonl.gz' for name in kinds]
            metafunc.parametrize(argument, files, ids=[path.name[:-9] for path in files])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With a kind asked for, nothing else is played; what has no file is not there rather than passed over."""
    if config.getoption('kind'):
        items[:] = [item for item in items if 'NOTSET' not in item.name and '[' in item.name]


@pytest.fixture
def command() -> pathlib.Path:
    """The rollout command, whose answers are those of C."""
    given = os.environ.get('ROLLOUT_COMMAND')
    if not given:
        pytest.fail('ROLLOUT_COMMAND is not set')
    return pathlib.Path(given)
