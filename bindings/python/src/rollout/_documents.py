# SPDX-License-Identifier: Apache-2.0
"""The calls over documents: what json.load() or yaml.safe_load() give, decoded by the library itself."""
from __future__ import annotations

import contextlib
import ctypes
import datetime
from dataclasses import dataclass
from typing import Callable, Iterator, Optional, Sequence, TypeVar, Union

from . import _abi, _clib, _pack, _read, _spell
from ._arena import Arena
from ._calls import pack_facts, pack_tree, read_candidates, read_plan
from ._check import field, number
from ._clib import lib
from ._memory import Context, tree
from .errors import RolloutError, invalid
from .types import Candidates, Json, Plan, Pod, Snapshot, Workload

T = TypeVar('T')
Now = Union[int, datetime.datetime, None]


@dataclass(frozen=True)
class DocumentPlan:
    """What would happen now to one workload of a document."""

    plan: Plan
    text: bytes
    """The plan as the document of kind Plan that `rollout plan -o json` prints, without the end of the line."""


@contextlib.contextmanager
def grouped(document: Json) -> Iterator[tuple[Arena, int]]:
    """The document sorted by workload, and the arena that its nodes lie in."""
    arena = Arena()
    nodes = pack_tree(arena, '', document if document is not None else [])
    grouping = _clib.result('rollout_document_group', nodes)
    try:
        yield arena, grouping
    finally:
        lib.rollout_grouping_free(grouping)


@contextlib.contextmanager
def world_of(grouping: int, index: int, now_ms: int) -> Iterator[_abi.rollout_world]:
    """One workload with all that belongs to it."""
    address = _clib.result('rollout_grouping_decode', grouping, index, now_ms)
    try:
        yield _abi.rollout_world.from_address(address)
    finally:
        lib.rollout_world_free(address)


def tree_text(nodes: int, expected: int) -> bytes:
    """Compact JSON of a struct rollout_tree at that address."""
    size, length = expected, ctypes.c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(size)
        _clib.call('rollout_tree_text', nodes, buffer, size, ctypes.byref(length))
        if length.value < size:
            return ctypes.string_at(buffer, length.value)
        size = length.value + 1


def planned(world: _abi.rollout_world, texts: bool) -> DocumentPlan:
    made = _clib.result('rollout_plan', world.workload, world.snapshot)
    objects = 0
    try:
        objects = _clib.result('rollout_plan_object', ctypes.addressof(world), made)
        nodes = _abi.rollout_objects.from_address(objects).items
        text = tree_text(nodes, 4096 + 32 * int(_abi.rollout_tree.from_address(nodes).count))
        return DocumentPlan(read_plan(made, world.snapshot, texts), text)
    finally:
        lib.rollout_objects_free(objects)
        lib.rollout_plan_free(made)


def each_workload(document: Json, now: Now, answer: Callable[[_abi.rollout_world], T],
                  refused: Optional[list[RolloutError]]) -> list[T]:
    now_ms = _spell.now_ms(now)
    answers = []
    with grouped(document) as (_, grouping):
        for index in range(lib.rollout_grouping_count(grouping)):
            try:
                with world_of(grouping, index, now_ms) as world:
                    answers.append(answer(world))
            except RolloutError as error:
                if refused is None:
                    raise
                refused.append(error)
    return answers


def document_count(document: Json) -> int:
    """How many workloads the document holds: 1 for a Snapshot, any number for a List."""
    with grouped(document) as (_, grouping):
        return int(lib.rollout_grouping_count(grouping))


def plan_document(document: Json, *, now: Now = None, texts: bool = False,
                  refused: Optional[list[RolloutError]] = None) -> list[DocumentPlan]:
    """Decides what to do now for each workload of a document, in the document's order.

    document is a Snapshot, a recorded decision, a List as kubectl prints it, or a workload alone. now, milliseconds since 1970
    or a datetime with a zone, is the time where the document has no "now"; without either that is an error. An error of one
    workload is raised, and none is decided; given a list as refused, it is added there, and the others are.

    >>> document = {'kind': 'Snapshot', 'now': '2026-01-01T00:00:00Z', 'workload': {
    ...     'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet', 'metadata': {'name': 'demo', 'uid': 'u'},
    ...     'spec': {'replicas': 1, 'selector': {'matchLabels': {'app': 'demo'}}, 'template': {}}}}
    >>> answer, = plan_document(document)
    >>> [op_name(action.op) for action in answer.plan.actions]
    ['create-revision', 'create']
    >>> answer.text[:14]
    b'{"kind":"Plan"'
    """
    return each_workload(document, now, lambda world: planned(world, texts), refused)


def order_document(document: Json, *, now: Now = None, refused: Optional[list[RolloutError]] = None) -> list[Candidates]:
    """order() for each workload of a document. Otherwise as plan_document()."""
    return each_workload(document, now, lambda world: read_candidates(world.workload, world.snapshot), refused)


@contextlib.contextmanager
def world_at(document: Json, index: int, now: Now) -> Iterator[tuple[Arena, _abi.rollout_world]]:
    """One workload of a document, and the arena that the document's nodes lie in."""
    now_ms = _spell.now_ms(now)
    with grouped(document) as (arena, grouping):
        count = lib.rollout_grouping_count(grouping)
        if not isinstance(index, int) or not 0 <= index < count:
            raise invalid('index', f'is none of {count} workloads', _spell.short(index))
        with world_of(grouping, index, now_ms) as world:
            yield arena, world


def decode(document: Json, index: int = 0, *, now: Now = None) -> tuple[Workload, Snapshot]:
    """The facts of one workload of a document, to be changed with dataclasses.replace() and planned with plan()."""
    with world_at(document, index, now) as (_, world):
        context = Context()
        return (context.one(_read.WORKLOAD, _read.r_workload, world.workload, True),
                context.one(_read.SNAPSHOT, _read.r_snapshot, world.snapshot, True))


def objects(name: str, *arguments: int) -> list[Json]:
    """What one of the functions that make objects gives, as plain values."""
    made = _clib.result(name, *arguments)
    try:
        it = _abi.rollout_objects.from_address(made)
        trees = (_abi.rollout_tree * it.count).from_address(it.items) if it.count else ()
        return [tree(one.nodes, one.count) for one in trees]
    finally:
        lib.rollout_objects_free(made)


def apply_document(document: Json, action: int, *, index: int = 0, ids: Sequence[str] = (), target: Json = None,
                   now: Now = None) -> list[Json]:
    """Carries out one action of the plan of a document's workload: the objects as they must be afterwards, for a driver to send
    the difference.

    action is an index into the plan's actions. A deletion gives no object; a creation gives one pod for each that it asks for. ids
    are the instance ids that the driver drew: 5 characters of bcdfghjklmnpqrstvwxz2456789, none in use, as many as the action asks
    for. target, where it is not None, is changed instead of the document's object: for a second action on a pod, what the first
    one made of it. Raises InvalidError where there is no such action or there are too few ids."""
    with world_at(document, index, now) as (arena, world):
        number('action', action, (0, 2**32 - 1))
        field('ids', 'strs', ids, None)
        listed = arena.put(arena.strs(ids))
        made = _clib.result('rollout_plan', world.workload, world.snapshot)
        try:
            if target is None:
                return objects('rollout_apply', ctypes.addressof(world), made, action, listed)
            return objects('rollout_apply_to', ctypes.addressof(world), made, action, pack_tree(arena, 'target', target))
        finally:
            lib.rollout_plan_free(made)


def apply_status_document(document: Json, *, index: int = 0, now: Now = None) -> Json:
    """The workload as the pass leaves it: with the plan's status, and without the names in podsToDelete that the plan drops."""
    with world_at(document, index, now) as (_, world):
        made = _clib.result('rollout_plan', world.workload, world.snapshot)
        try:
            return objects('rollout_apply_status', ctypes.addressof(world), made)[0]
        finally:
            lib.rollout_plan_free(made)


def inject(document: Json, *, now: Now = None) -> dict[str, Json]:
    """What SidecarSets make of a new pod, as OpenKruise's admission does.

    document has the members pod, sidecarSets, revisions, namespaces, now, random (the number in [0,1) that a Partial revision
    policy draws) and featureGates; now is as in plan_document(). The answer has actions, containers, pod and so on, as recorded
    admissions have it, or error where the pod would be refused. Raises InvalidError with the path of what cannot be read.

    >>> answer = inject({'now': '2026-01-01T00:00:00Z', 'pod': {'metadata': {'labels': {'app': 'demo'}},
    ...     'spec': {'containers': [{'name': 'main', 'image': 'app:1'}]}}, 'sidecarSets': [{'metadata': {'name': 'logs'},
    ...     'spec': {'selector': {'matchLabels': {'app': 'demo'}}, 'containers': [{'name': 'log', 'image': 'log:1'}]}}]})
    >>> answer['containers']
    ['main', 'log']
    """
    arena = Arena()
    answer = objects('rollout_inject', pack_tree(arena, '', document if document is not None else []), _spell.now_ms(now))[0]
    assert isinstance(answer, dict)
    return answer


def decode_pod(pod: Json, workload: Optional[Workload] = None) -> Pod:
    """The facts of one Pod object. workload gives the feature gates, and its spec says whether the selector and a StatefulSet's
    claim templates fit the pod. Paths in exceptions begin at the pod.

    >>> decode_pod({'metadata': {'name': 'a'}, 'status': {'phase': 'Running'}}).phase.name
    'RUNNING'
    """
    if workload is None:
        arena, packed = Arena(), 0
    else:
        arena, packed, _ = pack_facts(workload, Snapshot())
    nodes = pack_tree(arena, '', pod)
    facts, in_place = _abi.rollout_pod(), _abi.rollout_in_place()
    _clib.call('rollout_pod_from_object', nodes, packed, _pack.POD.size, ctypes.addressof(facts),
               ctypes.addressof(in_place))
    return Context().one(_read.POD, _read.r_pod, ctypes.addressof(facts), False)


def dumps(value: Json) -> bytes:
    """Compact JSON as the library writes it: escaped as Go's encoder does, members in their order.

    >>> dumps({'b': [1, 2.5, None], 'a': '<'})
    b'{"b":[1,2.5,null],"a":"\\\\u003c"}'
    """
    arena = Arena()
    nodes = pack_tree(arena, '', [value])
    return tree_text(nodes, 1024)[1:-1]
