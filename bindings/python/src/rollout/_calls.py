# SPDX-License-Identifier: Apache-2.0
"""The calls over facts."""
from __future__ import annotations

import ctypes
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence, TypeVar, Union

from . import _abi, _clib, _pack, _read, types
from ._arena import Arena
from ._check import FAULTS, below, each, explain, field, intstr, number
from ._memory import Context
from ._clib import lib
from .enums import DiffFlags, Op, Parser, Reason, Rounding
from .errors import InvalidError, invalid
from .types import Candidates, Diff, Order, Plan, Pod, Priority, PriorityKey, Selector, Snapshot, Workload

T = TypeVar('T')
SENTENCE_SIZE = 512


def pack_facts(workload: Workload, snapshot: Snapshot) -> tuple[Arena, int, int]:
    """The arena, which must live as long as the two addresses are used."""
    try:
        arena = Arena()
        return (arena, arena.one(_pack.p_workload, workload),
                arena.one(_pack.p_snapshot, snapshot))
    except FAULTS as error:
        raise explain(error, ('', workload, Workload), ('', snapshot, Snapshot)) from None


def sentences(plan: int, snapshot: int) -> Callable[[], str]:
    """Gives the sentence of one verdict of a plan after the other."""
    size = SENTENCE_SIZE
    buffer = ctypes.create_string_buffer(size)
    verdict = 0
    render = lib.rollout_verdict_text

    def following() -> str:
        nonlocal verdict, size, buffer
        length: int = render(plan, snapshot, verdict, buffer, size)
        if length >= size:
            size = length + 1
            buffer = ctypes.create_string_buffer(size)
            render(plan, snapshot, verdict, buffer, size)
        verdict += 1
        return buffer.raw[:length].decode('utf-8', 'replace')
    return following


def read_plan(plan: int, snapshot: int, texts: bool) -> Plan:
    context = Context()
    if texts:
        context.sentence = sentences(plan, snapshot)
    return context.one(_read.PLAN, _read.r_plan, plan, True)


def plan(workload: Workload, snapshot: Snapshot, *, texts: bool = False) -> Plan:
    """Decides what to do now.

    Exactly one of the workload's specs is set. With texts every verdict has its sentence, which takes about as long as the
    decision. Raises InvalidError, which names the field at fault, AbiError or NoMemoryError.

    >>> spec = CloneSet(name='demo', replicas=2, flags=CloneSetFlags.ROLLING_UPDATE)
    >>> old = Pod(name='demo-a', revision='demo-1', phase=Phase.RUNNING, flags=PodFlags.READY, ready_since_ms=1)
    >>> there = Snapshot(now_ms=1_000_000, update_revision=1, revisions=[Revision(name='demo-1', number=1)], pods=[old])
    >>> decided = plan(Workload(cloneset=spec), there, texts=True)
    >>> [(action.op.name, [(a.key.name, a.text or a.value) for a in action.attrs]) for action in decided.actions]
    [('CREATE', [('REVISION', 'demo-1'), ('COUNT', 1), ('NEW_IDS', 1)])]
    >>> decided.verdicts[0].reason.name, decided.verdicts[0].sentence
    ('SCALE_FIRST', 'this pass scales first')
    """
    arena, packed_workload, packed_snapshot = pack_facts(workload, snapshot)
    made = _clib.result('rollout_plan', packed_workload, packed_snapshot)
    try:
        return read_plan(made, packed_snapshot, texts)
    finally:
        lib.rollout_plan_free(made)


def read_candidates(workload: int, snapshot: int) -> Candidates:
    made = _clib.result('rollout_candidates', workload, snapshot)
    try:
        return Context().one(_read.CANDIDATES, _read.r_candidates, made, True)
    finally:
        lib.rollout_candidates_free(made)


def order(workload: Workload, snapshot: Snapshot) -> Candidates:
    """Whom an update comes to, and in which order, whatever limits, pauses and earlier steps make of it now: what plan() walks
    along. Arguments and exceptions as plan()."""
    arena, packed_workload, packed_snapshot = pack_facts(workload, snapshot)
    return read_candidates(packed_workload, packed_snapshot)


def permute(name: str, pods: Sequence[Pod], indices: Optional[Iterable[int]], more: Callable[[Arena], tuple[int, ...]],
            *given: tuple[str, Any, type]) -> list[int]:
    """Calls one of the functions that permute a list of indexes. more packs what goes before the pods."""
    try:
        arena = Arena()
        pods = pods if isinstance(pods, (list, tuple)) else tuple(pods)
        view = arena.put(arena.view(_pack.p_pod, pods, _pack.POD.size))
        listed = tuple(range(len(pods)) if indices is None else indices)
        row = (ctypes.c_uint32 * len(listed))(*check_indices(listed))
        before = more(arena)
    except FAULTS as error:
        raise explain(error, ('', Snapshot(pods=pods), Snapshot), *given) from None
    _clib.call(name, *before, view, row, len(listed))
    return list(row)


def check_indices(indices: Sequence[Any]) -> Sequence[int]:
    """ctypes takes any number modulo 2**32."""
    for path, index in each('indices', indices):
        number(path, index, (0, 2**32 - 1))
    return indices


def order_default(pods: Sequence[Pod], indices: Optional[Iterable[int]] = None) -> list[int]:
    """The default order: not scheduled, not running, not ready first, then most recently ready, most restarted, newest.

    indices, all of the pods by default, are places in pods from 0. What is equal keeps its order. Raises InvalidError where one
    is outside the pods; its index tells where in the list."""
    return permute('rollout_order_default', pods, indices, lambda arena: ())


def order_priority(priority: Priority, pods: Sequence[Pod], indices: Optional[Iterable[int]] = None) -> list[int]:
    """Priority on top of the incoming order. Otherwise as order_default().

    >>> pods = [Pod(name='a'), Pod(name='b', labels={'rank': '2'}), Pod(name='c', labels={'rank': '10'})]
    >>> order_priority(Priority(ordered_keys=['rank']), pods)
    [0, 2, 1]
    """
    return permute('rollout_order_priority', pods, indices,
                   lambda arena: (arena.one(_pack.p_priority, priority),), ('priority', priority, Priority))


def order_scatter(scatter: Iterable[tuple[str, str]], pods: Sequence[Pod], indices: Optional[Iterable[int]] = None) -> list[int]:
    """Pods with one of these labels are spread over the incoming order; the density is that of all pods, waiting or not.
    Otherwise as order_default()."""
    scatter = list(scatter) if isinstance(scatter, Iterator) else scatter  # it may be looked at twice
    return permute('rollout_order_scatter', pods, indices, lambda arena: (arena.put(arena.terms(scatter)),),
                   ('', Order(scatter=scatter), Order))  # type: ignore[arg-type]


def order_update(order: Order, pods: Sequence[Pod], indices: Optional[Iterable[int]] = None) -> list[int]:
    """CloneSet's whole order: default, priority, scatter, then pods in state PreparingUpdate to the front. Otherwise as
    order_default()."""
    return permute('rollout_order_update', pods, indices, lambda arena: (arena.one(_pack.p_order, order),),
                   ('', order, Order))


def priority_key(priority: Priority, labels: Mapping[str, str]) -> PriorityKey:
    """The key that the priority strategy gives a pod with these labels.

    >>> priority_key(Priority(ordered_keys=['rank']), {'rank': 'r-10'})
    PriorityKey(weight=0, number=10, level=0)
    """
    try:
        arena = Arena()
        packed = arena.one(_pack.p_priority, priority)
        view = arena.put(arena.labels(labels))
    except FAULTS as error:
        raise explain(error, ('', priority, Priority), ('', Pod(labels=labels), Pod)) from None
    key = _abi.rollout_priority_key()
    lib.rollout_order_priority_key(packed, view, ctypes.addressof(key))
    return Context().one(_read.PRIORITY_KEY, _read.r_priority_key, ctypes.addressof(key), False)


def pack_tree(arena: Arena, path: str, value: types.Json) -> int:
    """Address of a struct rollout_tree for a value."""
    try:
        return arena.put(arena.tree(value))
    except InvalidError as error:
        raise below(path, error) from None


def diff(old: types.Json, new: types.Json, *, flags: DiffFlags = DiffFlags.ENV_FROM_METADATA) -> Diff:
    """Whether a pod can go from one revision to another in place, and what would change.

    old and new are what json.load() gives: two ControllerRevisions, or their data; or a workload, a PodTemplate or a bare pod
    template. Not to be possible is an answer and no exception.

    >>> def template(image):
    ...     return {'spec': {'containers': [{'name': 'main', 'image': image}]}}
    >>> found = diff(template('app:1'), template('app:2'))
    >>> found.rule.name, [(c.name, c.image) for c in found.containers]
    ('POSSIBLE', [('main', 'app:2')])
    """
    arena = Arena()
    trees = pack_tree(arena, 'old', old), pack_tree(arena, 'new', new)
    try:
        number('flags', flags, (0, 2**32 - 1))
    except FAULTS as error:
        raise explain(error) from None
    options = _abi.rollout_diff_options(ctypes.sizeof(_abi.rollout_diff_options), flags)
    made = _clib.result('rollout_diff', *trees, ctypes.addressof(options))
    try:
        return Context().one(_read.DIFF, _read.r_diff, made, True)
    finally:
        lib.rollout_diff_free(made)


def intstr_scale(value: Union[int, str], total: int, *, parser: Parser = Parser.SCALED, rounding: Rounding = Rounding.DOWN) -> int:
    """How many of `total` pods `value` means: the integer as it is, or percent * total / 100 in double precision, rounded as
    asked. Raises InvalidError where the parser refuses the text.

    >>> intstr_scale('20%', 9, rounding=Rounding.UP), intstr_scale(3, 9)
    (2, 3)
    """
    try:
        intstr('value', value)
        field('total', 'int', total, (-2**31, 2**31 - 1))
        for path, it in (('parser', parser), ('rounding', rounding)):
            number(path, it, (0, 2**32 - 1))
        arena = Arena()
        packed = arena.put(arena.intstr(value))
    except FAULTS as error:
        raise explain(error) from None
    scaled = ctypes.c_int64()
    if lib.rollout_intstr_scale(packed, parser, rounding, total, ctypes.addressof(scaled)):
        raise invalid('value', 'is no count of pods', repr(value))
    return scaled.value


def selector_check(selector: Selector) -> None:
    """Raises InvalidError where Kubernetes would not take the selector."""
    try:
        arena = Arena()
        packed = arena.one(_pack.p_selector, selector)
    except FAULTS as error:
        raise explain(error, ('', selector, Selector)) from None
    _clib.call('rollout_selector_check', packed)


def selector_matches(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether these labels match. A selector that is not usable matches nothing.

    >>> selector_matches(Selector(match_labels={'app': 'demo'}), {'app': 'demo', 'tier': 'a'})
    True
    """
    try:
        arena = Arena()
        packed = arena.one(_pack.p_selector, selector)
        view = arena.put(arena.labels(labels))
    except FAULTS as error:
        raise explain(error, ('', selector, Selector), ('', Pod(labels=labels), Pod)) from None
    return bool(lib.rollout_selector_matches(packed, view))


def name_of(function: str, value: int) -> str:
    number('value', value, (0, 2**32 - 1))
    name = _clib.static_text(getattr(lib, function)(value))
    if name is None:
        raise invalid('value', 'is unknown', str(int(value)))
    return name


def op_name(op: Union[Op, int]) -> str:
    """As documents spell it.

    >>> op_name(Op.UPDATE_IN_PLACE)
    'update-in-place'
    """
    return name_of('rollout_op_name', op)


def reason_name(reason: Union[Reason, int]) -> str:
    """As documents spell it.

    >>> reason_name(Reason.UP_TO_DATE)
    'UpToDate'
    """
    return name_of('rollout_reason_name', reason)


def versions() -> dict[str, str]:
    """Version of the headers that this package was made from, version of the library that is running, and its file.

    >>> sorted(versions())
    ['headers', 'library', 'path']
    """
    return {'headers': _abi.VERSION, 'library': lib.rollout_version().decode('ascii'), 'path': _clib.path}
