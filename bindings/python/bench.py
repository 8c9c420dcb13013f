# SPDX-License-Identifier: Apache-2.0
"""How long a decision over many pods takes from Python, and how much of it is C: python bench.py [PODS]

Each line is the best of some runs. Ratios are to the library's own time for the same decision in the same process, so that they
hold on a busy machine too."""
from __future__ import annotations

import ctypes
import pathlib
import sys
import time
from typing import Callable, NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'tests'))

import worlds  # noqa: E402

import rollout  # noqa: E402
from rollout import _abi, _arena, _calls, _clib  # noqa: E402

RUNS = 9


class Spent(NamedTuple):
    wall: float
    cpu: float


def best(call: Callable[[], object]) -> Spent:
    """Milliseconds by the clock, and of this process's own: the least of each."""
    wall = cpu = float('inf')
    for _ in range(RUNS):
        start, own = time.perf_counter(), time.process_time()
        call()
        wall, cpu = min(wall, time.perf_counter() - start), min(cpu, time.process_time() - own)
    return Spent(wall * 1000, cpu * 1000)


def line(what: str, spent: Spent, of: Spent) -> None:
    print(f'  {what:<44} {spent.wall:8.2f} ms {spent.cpu:8.2f} ms CPU {spent.cpu / of.cpu:7.1f} x C')


def facts(count: int) -> None:
    workload, snapshot = worlds.facts(count)
    arena, packed_workload, packed_snapshot = _calls.pack_facts(workload, snapshot)

    def in_c() -> None:
        _clib.lib.rollout_plan_free(_clib.result('rollout_plan', packed_workload, packed_snapshot))
    alone = best(in_c)
    print(f'{count} pods with 3 labels as facts')
    line('C: the decision alone, over packed facts', alone, alone)
    line('packing', best(lambda: _calls.pack_facts(workload, snapshot)), alone)
    line('plan()', best(lambda: rollout.plan(workload, snapshot)), alone)
    line('plan(texts=True)', best(lambda: rollout.plan(workload, snapshot, texts=True)), alone)
    line('order()', best(lambda: rollout.order(workload, snapshot)), alone)


def documents(count: int) -> None:
    document = worlds.document(count)
    arena = _arena.Arena()
    nodes = _calls.pack_tree(arena, '', document)

    def in_c() -> None:
        lib = _clib.lib
        grouping = _clib.result('rollout_document_group', nodes)
        world = _clib.result('rollout_grouping_decode', grouping, 0, 0)
        it = _abi.rollout_world.from_address(world)
        plan = _clib.result('rollout_plan', it.workload, it.snapshot)
        objects = _clib.result('rollout_plan_object', world, plan)
        tree = _abi.rollout_objects.from_address(objects).items
        length = ctypes.c_size_t()
        buffer = ctypes.create_string_buffer(4096 + 400 * count)
        _clib.call('rollout_tree_text', tree, buffer, len(buffer), ctypes.byref(length))
        lib.rollout_objects_free(objects)
        lib.rollout_plan_free(plan)
        lib.rollout_world_free(world)
        lib.rollout_grouping_free(grouping)
    alone = best(in_c)
    print(f'{count} pods with 3 labels as a document of {_abi.rollout_tree.from_address(nodes).count} values')
    line('C: decoding, decision and the plan as text', alone, alone)
    line('nodes out of dicts', best(lambda: _arena.Arena().tree(document)), alone)
    line('plan_document()', best(lambda: rollout.plan_document(document)), alone)
    line('order_document()', best(lambda: rollout.order_document(document)), alone)
    line('decode()', best(lambda: rollout.decode(document)), alone)


if __name__ == '__main__':
    pods = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print('librollout {library}, {path}'.format(**rollout.versions()))
    facts(pods)
    documents(pods)
