# SPDX-License-Identifier: Apache-2.0
"""Whatever is given, wrong input gives an exception that names the path, and never a crash or a RecursionError."""
from __future__ import annotations

import dataclasses
import random
import sys
import threading
import types as python_types
from typing import Any, Callable

import pytest
import rollout
from rollout import (CloneSet, FeatureGate, Hook, InPlace, InvalidError, Lifecycle, NodeFacts, Order, Pod, Priority, Revision, Selector,
                     Snapshot, StatefulSet, WeightTerm, Workload, _nodes, _pack, types)

import worlds

CYCLE: Any = {}
CYCLE['a'] = {'b': [CYCLE]}
LIST_CYCLE: Any = []
LIST_CYCLE += [1, LIST_CYCLE, LIST_CYCLE]


def nested(depth: int, make: Callable[[Any], Any]) -> Any:
    value: Any = 'x'
    for _ in range(depth):
        value = make(value)
    return value


DOCUMENT_FAULTS: list[tuple[str, Any, str, str]] = [
    ('nan', float('nan'), 'x', 'x: nan is no finite number'),
    ('inf', {'y': [0, float('-inf')]}, 'x.y[1]', 'x.y[1]: -inf is no finite number'),
    ('huge', 1 << 63, 'x', 'x: 9223372036854775808 does not fit in 64 bits'),
    ('huger', -(1 << 5000), 'x', 'x: an int of 5001 bits does not fit in 64 bits'),
    ('surrogate', ['\ud800'], 'x[0]', 'x[0]: "\\ud800" has half of a surrogate pair'),
    ('surrogate key', {'a\udfff': 1}, 'x', 'x: the key "a\\udfff" has half of a surrogate pair'),
    ('NUL key', {'a\0': 1}, 'x', 'x: the key "a\\u0000" has a NUL'),
    ('bytes', {'a.b': b'\xff'}, 'x["a.b"]', 'x["a.b"]: b\'\\xff\' is no JSON'),
    ('int key', {5: 1}, 'x', 'x: the key 5 is no string'),
    ('bool key', {True: 1}, 'x', 'x: the key true is no string'),
    ('None key', {None: {}}, 'x', 'x: the key null is no string'),
    ('bytes key', {b'k': []}, 'x', "x: the key b'k' is no string"),
    ('tuple key', {(1, 2): 1}, 'x', 'x: the key a tuple of 2 is no string'),
    ('set', [{1, 2}], 'x[0]', 'x[0]: a set of 2 is no JSON'),
    ('object', {'y': object()}, 'x.y', 'x.y: an object of type object is no JSON'),
    ('complex', 1j, 'x', 'x: an object of type complex is no JSON'),
    ('class', {'y': dict}, 'x.y', 'x.y: an object of type type is no JSON'),
    ('cycle', CYCLE, 'x.a.b[0].a.b', 'nested too deep'),
    ('cyclic list', LIST_CYCLE, 'x[1][1][1]', 'nested too deep'),
    ('deep dict', nested(100_000, lambda value: {'k': value}), 'x.k.k.k', 'nested too deep'),
    ('deep list', nested(100_000, lambda value: [value]), 'x[0][0][0]', 'nested too deep'),
    ('deep tuple', nested(100_000, lambda value: (value,)), 'x[0][0][0]', 'nested too deep'),
]


@pytest.mark.parametrize('value, path, said', [row[1:] for row in DOCUMENT_FAULTS], ids=[row[0] for row in DOCUMENT_FAULTS])
def test_documents(value: Any, path: str, said: str) -> None:
    for call in (rollout.plan_document, rollout.order_document, rollout.decode, rollout.document_count, rollout.decode_pod):
        with pytest.raises(InvalidError) as caught:
            call({**worlds.document(1), 'x': value})
        assert caught.value.path.startswith(path)
        assert said in caught.value.message and len(caught.value.message) < 512
    data = Revision(name='demo-3', number=3, data={'x': value})
    workload, snapshot = worlds.facts(1)
    with pytest.raises(InvalidError) as caught:
        rollout.plan(workload, dataclasses.replace(snapshot, revisions=[*snapshot.revisions, data]))
    assert caught.value.path.startswith('revisions[2].data.' + path)


@pytest.mark.parametrize('whole', [None, 5, 1.5, True, 'text', b'text', [], {}, [[]], object(), Pod(), {1: 2}, {'kind': 5}, {'kind': 'Snapshot'},
                                   {'kind': 'List', 'items': 5}, {'kind': 'List', 'items': [None, 5]}, CYCLE, LIST_CYCLE,
                                   nested(100_000, lambda value: [value])])
def test_no_document(whole: Any) -> None:
    for call in (rollout.plan_document, rollout.decode):
        with pytest.raises(InvalidError):
            call(whole, now=worlds.NOW)


def test_shared_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes no room in Python would fill all memory as nodes: 2**60 values in 60 lists, as YAML's aliases make them."""
    monkeypatch.setattr(_nodes, 'MAX_NODES', 100_000)
    with pytest.raises(InvalidError, match='has more than 100000 values'):
        rollout.plan_document({**worlds.document(1), 'x': nested(60, lambda value: [value, value])})


def test_deepest() -> None:
    """1000 levels are the library's limit; one more is too deep, at the end of a small stack too."""
    deepest = nested(1000, lambda value: [value])
    assert rollout.dumps(deepest[0]) == b'[' * 999 + b'"x"' + b']' * 999
    with pytest.raises(InvalidError, match='nested too deep'):
        rollout.dumps(deepest)

    def fall(room: int) -> None:
        if room:
            fall(room - 1)
        else:
            rollout.dumps(deepest[0])
    fall(sys.getrecursionlimit() - 150)


def test_texts_that_are_json_at_the_end_of_a_stack() -> None:
    """That a caller has used up his stack does not make a text unreadable."""
    pod = worlds.pod_object(0)
    pod['metadata']['annotations'] = {'apps.kruise.io/inplace-update-state': '{"a":' + '[' * 200 + ']' * 200 + '}'}

    def fall(room: int) -> Pod:
        return fall(room - 1) if room else rollout.decode_pod(pod)
    found = fall(sys.getrecursionlimit() - 150)
    assert found == rollout.decode_pod(pod)
    assert found.in_place and not found.in_place.flags & rollout.InPlaceFlags.STATE_BROKEN


def test_changed_meanwhile() -> None:
    document = worlds.document(3)
    stop = threading.Event()

    def change() -> None:
        n = 0
        while not stop.is_set():
            document[f'more-{n % 1000}'] = n
            n += 1
            if n % 1000 == 0:
                for key in [key for key in document if key.startswith('more-')]:
                    del document[key]
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            try:
                rollout.plan_document(document)
            except InvalidError as error:
                assert 'changed by somebody else' in str(error)
    finally:
        stop.set()
        thread.join()


def spec(**members: Any) -> tuple[Workload, Snapshot]:
    return worlds.facts(1, **members)


def there(**members: Any) -> tuple[Workload, Snapshot]:
    workload, snapshot = worlds.facts(1)
    return workload, dataclasses.replace(snapshot, **members)


FACT_FAULTS: list[tuple[str, tuple[Any, Any], str]] = [
    ('pods[0].name', there(pods=[Pod(name=5)]), '5 is no str'),  # type: ignore[arg-type]
    ('pods[0].name', there(pods=[Pod(name=None)]), 'null is no str'),  # type: ignore[arg-type]
    ('pods[0].name', there(pods=[Pod(name='\ud800')]), '"\\ud800" has half of a surrogate pair'),
    ('pods[1].phase', there(pods=[Pod(), Pod(phase='Running')]), '"Running" is no integer'),  # type: ignore[arg-type]
    ('pods[0].phase', there(pods=[Pod(phase=-1)]), '-1 is not within 0 and 4294967295'),  # type: ignore[arg-type]
    ('pods[0].restarts', there(pods=[Pod(restarts=1 << 31)]), '2147483648 is not within -2147483648 and 2147483647'),
    ('pods[0].created_ms', there(pods=[Pod(created_ms=1.5)]), '1.5 is no integer'),  # type: ignore[arg-type]
    ('pods[0].created_ms', there(pods=[Pod(created_ms=1 << 64)]), '18446744073709551616 is not within'),
    ('pods[0].labels', there(pods=[Pod(labels=[('a', 'b')])]), 'a list of 1 is no mapping'),  # type: ignore[arg-type]
    ('pods[0].labels', there(pods=[Pod(labels=())]), 'a tuple of 0 is no mapping'),  # type: ignore[arg-type]
    ('pods[0].labels', there(pods=[Pod(labels={5: 'x'})]), 'the key 5 is no string'),  # type: ignore[dict-item]
    ('pods[0].labels.a', there(pods=[Pod(labels={'a': 1})]), '1 is no str'),  # type: ignore[dict-item]
    ('pods[0].labels["a.b/c"]', there(pods=[Pod(labels={'a.b/c': None})]), 'null is no str'),  # type: ignore[dict-item]
    ('pods[0].finalizers', there(pods=[Pod(finalizers='abc')]), '"abc" is no sequence'),
    ('pods[0].finalizers[1]', there(pods=[Pod(finalizers=['a', b'b'])]), "b'b' is no str"),  # type: ignore[list-item]
    ('pods[0]', there(pods=[{'name': 'a'}]), 'a dict of 1 is no Pod'),
    ('pods[0]', there(pods=[None]), 'null is no Pod'),
    ('pods', there(pods=5), '5 is no sequence'),
    ('pods', there(pods=None), 'null is no sequence'),
    ('pods', there(pods={'a': Pod()}), 'a dict of 1 is no sequence'),
    ('pods[70].uid', there(pods=[Pod()] * 70 + [Pod(uid=b'x')]), "b'x' is no str"),  # type: ignore[arg-type]
    ('pods[70].labels', there(pods=[Pod()] * 70 + [Pod(labels=None)]), 'null is no mapping'),  # type: ignore[arg-type]
    ('pods[0].in_place.containers', there(pods=[Pod(in_place=InPlace(containers=object()))]), 'an object of type object is no JSON'),
    ('pods[0].in_place', there(pods=[Pod(in_place=5)]), '5 is no InPlace'),  # type: ignore[arg-type]
    ('nodes[0].taints[0]', there(nodes=[NodeFacts(taints=['x'])]), '"x" is no Taint'),  # type: ignore[list-item]
    ('now_ms', there(now_ms='now'), '"now" is no integer'),
    ('snapshot', (worlds.facts(1)[0], {}), 'a dict of 0 is no Snapshot'),
    ('workload', (None, worlds.facts(1)[1]), 'null is no Workload'),
    ('gates[0].on', (Workload(gates=[FeatureGate(gate=rollout.Gate.POD_INDEX_LABEL, on='yes')]), Snapshot()),  # type: ignore[arg-type]
     '"yes" is no integer'),
    ('fixes[0]', (Workload(fixes=['all']), Snapshot()), '"all" is no integer'),  # type: ignore[list-item]
    ('cloneset', (Workload(cloneset=StatefulSet()), Snapshot()), 'an object of type StatefulSet is no CloneSet'),  # type: ignore[arg-type]
    ('replicas', spec(replicas='3'), '"3" is no integer'),
    ('partition', spec(partition=1.5), '1.5 is neither an integer nor a str'),
    ('partition', spec(partition=True), 'true is neither an integer nor a str'),
    ('max_surge', spec(max_surge=1 << 40), '1099511627776 is not within -2147483648 and 2147483647'),
    ('pods_to_delete', spec(pods_to_delete='demo'), '"demo" is no sequence'),
    ('selector.requirements[0]', spec(selector=Selector(requirements=[1])), '1 is no Requirement'),  # type: ignore[list-item]
    ('order.scatter[0]', spec(order=Order(scatter=['abc'])), '"abc" is no pair of a key and a value'),  # type: ignore[list-item]
    ('order.scatter', spec(order=Order(scatter={'a': 'b'})), 'a dict of 1 is no sequence'),  # type: ignore[arg-type]
    ('order.priority.weights[0].weight', spec(order=Order(priority=Priority(weights=[WeightTerm(weight='x')]))),  # type: ignore[arg-type]
     '"x" is no integer'),
    ('lifecycle.pre_delete.labels.x', spec(lifecycle=Lifecycle(pre_delete=Hook(labels={'x': 2}))), '2 is no str'),  # type: ignore[dict-item]
    ('status', spec(status='none'), '"none" is no CloneSetStatus'),
    ('reserve_ordinals[1]', (Workload(statefulset=StatefulSet(reserve_ordinals=[1, 2.5])), Snapshot()),  # type: ignore[list-item]
     '2.5 is neither an integer nor a str'),
    ('reserve_ordinals', (Workload(statefulset=StatefulSet(reserve_ordinals='12')), Snapshot()), '"12" is no sequence'),
]


@pytest.mark.parametrize('path, given, said', FACT_FAULTS, ids=[f'{n}-{row[0]}' for n, row in enumerate(FACT_FAULTS)])
def test_facts(path: str, given: tuple[Any, Any], said: str) -> None:
    for call in (rollout.plan, rollout.order):
        with pytest.raises(InvalidError) as caught:
            call(*given)
        assert caught.value.path == path
        assert caught.value.message.startswith(f'{path}: ') and said in caught.value.message


class Liar:
    """Has every attribute, and no two alike."""

    def __getattr__(self, name: str) -> Any:
        return random.choice([5, 'x', None, [], {}, self, object()])

    def __len__(self) -> int:
        return 1 << 62


def values() -> list[Any]:
    return [None, True, 0, -1, 1 << 31, 1 << 70, 1.5, float('nan'), '', 'x', '\ud800', 'a\0b', b'', b'x', [], [None], [[]], ['x'], (), ('x', 1), {},
            {'a': 'b'}, {1: 2}, {'a': object()}, set(), object(), Liar(), CYCLE, LIST_CYCLE, Pod(), Snapshot(), Workload(), CloneSet, int,
            lambda: None, iter([1]), range(3), memoryview(b'x'), python_types.MappingProxyType({'a': 'b'})]


# What a class cannot be made without.
NEEDED: dict[Any, dict[str, Any]] = {FeatureGate: {'gate': rollout.Gate.POD_INDEX_LABEL}, types.Subset: {'kind': rollout.Child.CLONESET}}


@pytest.mark.parametrize('of', list(_pack.FIELDS), ids=lambda of: of.__name__)
def test_any_value_in_any_field(of: Any) -> None:
    """Alone in a world or deep within it: an exception of this package, or a plan."""
    for name, *_ in _pack.FIELDS[of]:
        for value in values():
            given = dict(NEEDED.get(of, {}))
            given[name] = value
            for workload, snapshot in within(of(**given)):
                try:
                    rollout.plan(workload, snapshot)
                    rollout.order(workload, snapshot)
                except rollout.RolloutError as error:
                    assert str(error)


def within(it: Any) -> list[tuple[Any, Any]]:
    """Worlds that hold a value wherever their fields' classes let it stand, two levels deep."""
    if isinstance(it, Workload):
        return [(it, worlds.facts(1)[1])]
    if isinstance(it, Snapshot):
        return [(worlds.facts(1)[0], it)]
    found = []
    for of, fields in _pack.FIELDS.items():
        for name, kind, _, extra in fields:
            if extra is type(it):
                given = dict(NEEDED.get(of, {}))
                if of is types.Workload and kind == 'slice':
                    given['cloneset'] = CloneSet()
                found += within(of(**given, **{name: [it] if kind in ('slice', 'view') else it}))
    return found[:4]


@pytest.mark.parametrize('call', [
    lambda value: rollout.order_default(value), lambda value: rollout.order_default([Pod()], value),
    lambda value: rollout.order_priority(value, [Pod()]), lambda value: rollout.order_priority(Priority(), value),
    lambda value: rollout.order_scatter(value, [Pod()]), lambda value: rollout.order_update(value, [Pod()]),
    lambda value: rollout.priority_key(value, {}), lambda value: rollout.priority_key(Priority(), value),
    lambda value: rollout.selector_check(value), lambda value: rollout.selector_matches(value, {}),
    lambda value: rollout.selector_matches(Selector(), value), lambda value: rollout.diff(value, {}), lambda value: rollout.diff({}, value),
    lambda value: rollout.diff({}, {}, flags=value), lambda value: rollout.intstr_scale(value, 1),
    lambda value: rollout.intstr_scale(1, value), lambda value: rollout.intstr_scale(1, 1, parser=value),
    lambda value: rollout.intstr_scale(1, 1, rounding=value), lambda value: rollout.op_name(value), lambda value: rollout.reason_name(value),
    lambda value: rollout.decode_pod({}, value), lambda value: rollout.decode_pod(value), lambda value: rollout.dumps(value),
    lambda value: rollout.decode(value), lambda value: rollout.decode(worlds.document(1), value), lambda value: rollout.document_count(value),
    lambda value: rollout.plan(value, value), lambda value: rollout.order(value, value), lambda value: rollout.order_document(value, now=value)])
def test_any_argument(call: Callable[[Any], Any]) -> None:
    for value in values():
        try:
            call(value)
        except rollout.RolloutError as error:
            assert str(error)
