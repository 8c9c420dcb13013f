# SPDX-License-Identifier: Apache-2.0
"""Ten thousand calls take no more memory than some."""
from __future__ import annotations

import ctypes
import gc
import json
import tracemalloc
from typing import Callable

import pytest
import rollout

from conftest import TOP

DOCUMENT = json.loads((TOP / 'examples' / 'web.json').read_text())
NOW = 1_795_600_000_000
FACTS = rollout.decode(DOCUMENT, now=NOW)
BROKEN = json.loads((TOP / 'examples' / 'web.json').read_text())
BROKEN['items'][0]['spec']['replicas'] = 'many'
OLD, NEW = ({'spec': {'containers': [{'name': 'main', 'image': image}]}} for image in ('app:1', 'app:2'))


def refused(call: Callable[[], object]) -> None:
    with pytest.raises(rollout.InvalidError):
        call()


CALLS: dict[str, Callable[[], object]] = {
    'plan': lambda: rollout.plan(*FACTS),
    'plan with texts': lambda: rollout.plan(*FACTS, texts=True),
    'order': lambda: rollout.order(*FACTS),
    'plan_document': lambda: rollout.plan_document(DOCUMENT, now=NOW),
    'order_document': lambda: rollout.order_document(DOCUMENT, now=NOW),
    'decode': lambda: rollout.decode(DOCUMENT, now=NOW),
    'diff': lambda: rollout.diff(OLD, NEW),
    'order_default': lambda: rollout.order_default(FACTS[1].pods),
    'a document that is refused': lambda: refused(lambda: rollout.plan_document(BROKEN, now=NOW)),
    'facts that are refused': lambda: refused(lambda: rollout.plan(FACTS[0], rollout.Snapshot(now_ms=-1 << 62))),
    'facts that cannot be packed': lambda: refused(lambda: rollout.plan(FACTS[0], rollout.Snapshot(pods=[5]))),  # type: ignore[list-item]
}


class Used(ctypes.Structure):
    """struct mallinfo2 of glibc."""
    _fields_ = [(name, ctypes.c_size_t) for name in (
        'arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks', 'fordblks', 'keepcost')]


def used_by_c() -> int:
    """Bytes that malloc has given out; 0 where nobody tells."""
    try:
        tell = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return 0
    tell.restype = Used
    used = tell()
    return int(used.uordblks + used.hblkhd)


def resident() -> int:
    """Pages of this process, as bytes."""
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.parametrize('name', CALLS)
def test_does_not_grow(name: str) -> None:
    call, count = CALLS[name], 10_000 if name in ('plan', 'plan_document') else 2_000
    for _ in range(500):
        call()
    gc.collect()
    before, pages = used_by_c(), resident()
    for _ in range(count):
        call()
    gc.collect()
    assert used_by_c() - before < 100_000
    assert resident() - pages < 4_000_000


@pytest.mark.parametrize('name', CALLS)
def test_leaves_nothing_to_the_collector(name: str) -> None:
    """What a call made is gone when it is over, without cycles that wait to be collected."""
    call = CALLS[name]
    call()
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(20):
            call()
        first = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            call()
        assert tracemalloc.get_traced_memory()[0] - first < 50_000
    finally:
        tracemalloc.stop()
        gc.enable()
