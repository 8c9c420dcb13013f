# SPDX-License-Identifier: Apache-2.0
"""Calls over facts."""
from __future__ import annotations

import copy
import dataclasses
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
import rollout
from rollout import (CloneSet, DiffFlags, DiffOp, DiffRule, InvalidError, Operator, Order, Parser, Phase, Pod, PodFlags, Priority, Reason,
                     Requirement, Rounding, Selector, Snapshot, StatefulSet, Subject, WeightTerm, Workload, _abi, _clib)

import worlds


def test_plan() -> None:
    plan = rollout.plan(*worlds.facts(30))
    assert worlds.names(plan) == ['recreate'] * 3
    assert len(plan.verdicts) >= 30
    assert [v.subject for v in plan.verdicts if v.subject_kind == Subject.POD] == list(range(30))
    held = [v for v in plan.verdicts if v.reason == Reason.MAX_UNAVAILABLE_REACHED and v.subject_kind == Subject.POD]
    assert len(held) == 17
    assert held[0].first_action is None and held[0].wants is not None and held[0].a == held[0].b == 3
    limit, = [limit for limit in plan.limits if limit.field == 'maxUnavailable']
    assert (limit.given, limit.count, limit.total, limit.rounding) == ('10%', 3, 30, Rounding.UP)
    assert isinstance(plan.status, dict) and plan.status['replicas'] == 30
    assert plan.verdicts[0].sentence == ''
    assert plan.next_ms == 0 and plan.error_reason is None and plan.error_pod is None


def test_sentences() -> None:
    with_texts = rollout.plan(*worlds.facts(5), texts=True)
    assert with_texts.verdicts[0].sentence == 'up to date at demo-2'
    assert all(verdict.sentence for verdict in with_texts.verdicts)
    without = [dataclasses.replace(verdict, sentence='') for verdict in with_texts.verdicts]
    assert list(rollout.plan(*worlds.facts(5)).verdicts) == without


def test_long_sentences() -> None:
    """Longer than the first buffer."""
    name = 'n' * 2000
    workload, snapshot = worlds.facts(2)
    snapshot = dataclasses.replace(snapshot, revisions=[dataclasses.replace(r, name=r.name + name) for r in snapshot.revisions],
                                   pods=[dataclasses.replace(pod, revision=pod.revision + name) for pod in snapshot.pods])
    sentences = [verdict.sentence for verdict in rollout.plan(workload, snapshot, texts=True).verdicts]
    assert 'up to date at demo-2' + name in sentences


def test_same_plan_whatever_the_sequences_are() -> None:
    workload, snapshot = worlds.facts(100)
    tuples = dataclasses.replace(snapshot, pods=tuple(snapshot.pods), revisions=iter(snapshot.revisions))  # type: ignore[arg-type]
    assert rollout.plan(workload, tuples) == rollout.plan(workload, snapshot)


def test_many_texts_at_once() -> None:
    """Records are packed one way where they are few, and another where they are many."""
    workload, snapshot = worlds.facts(63)
    few = rollout.plan(workload, snapshot)
    labels = {'ü': 'ß', 'app': '\U0001f600', '': ''}
    odd = dataclasses.replace(snapshot, pods=[dataclasses.replace(pod, labels=labels) for pod in snapshot.pods])
    assert rollout.plan(workload, odd) == few
    workload, snapshot = worlds.facts(200, order=Order(scatter=[('app', '\U0001f600'), ('app', 'x')]))
    ascii_only = rollout.plan(workload, dataclasses.replace(
        snapshot, pods=[dataclasses.replace(pod, labels={'app': 'x'}) for pod in snapshot.pods]))
    others = rollout.plan(workload, dataclasses.replace(
        snapshot, pods=[dataclasses.replace(pod, labels={'app': '\U0001f600'}) for pod in snapshot.pods]))
    assert ascii_only == others


def test_facts_are_values() -> None:
    pod = Pod(name='a', labels={'x': 'y'})
    assert pod == Pod(name='a', labels={'x': 'y'}) != Pod(name='b')
    assert pickle.loads(pickle.dumps(pod)) == copy.deepcopy(pod) == pod
    with pytest.raises(dataclasses.FrozenInstanceError):
        pod.name = 'b'  # type: ignore[misc]
    plan = rollout.plan(*worlds.facts(5))
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_order() -> None:
    candidates = rollout.order(*worlds.facts(9))
    assert [item.subject_kind for item in candidates.items] == [Subject.POD] * 6
    assert {item.pod for item in candidates.items} == {1, 2, 4, 5, 7, 8}
    assert (candidates.revision, candidates.within, candidates.counted, candidates.updated, candidates.old) == (1, 6, 9, 3, 6)


def test_errors_of_the_library() -> None:
    _, snapshot = worlds.facts(1)
    for workload, said in ((Workload(), 'no spec is set'),
                           (Workload(cloneset=CloneSet(), statefulset=StatefulSet()), 'more than one spec is set')):
        with pytest.raises(InvalidError) as caught:
            rollout.plan(workload, snapshot)
        assert caught.value.message == str(caught.value) == f'workload: {said}'
    with pytest.raises(InvalidError) as caught:
        rollout.plan(worlds.facts(1)[0], dataclasses.replace(snapshot, update_revision=7))
    assert caught.value.path == 'update_revision' and '7' in str(caught.value)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, rollout.RolloutError)
    assert issubclass(rollout.NoMemoryError, MemoryError) and issubclass(rollout.LibraryError, ImportError)
    assert pickle.loads(pickle.dumps(caught.value)).path == 'update_revision'


def test_error_records() -> None:
    """Codes that cannot be had for the asking."""
    record = _abi.rollout_error(code=-3, index=_abi.NONE, message=b'out of memory')
    error = _clib.failure(-3, record)
    assert isinstance(error, rollout.NoMemoryError) and isinstance(error, MemoryError)
    assert (str(error), error.code, error.path, error.index) == ('out of memory', -3, '', None)
    record = _abi.rollout_error(code=-1, index=4, field=b'pods', message=b'pods: stride 3 is none', value=b'\xff')
    error = _clib.failure(-1, record)
    assert type(error) is rollout.AbiError and (error.path, error.index, error.value) == ('pods', 4, '\ufffd')
    assert type(_clib.failure(-99, _abi.rollout_error())) is rollout.RolloutError


def test_orders() -> None:
    pods = [Pod(name='a', node='n', phase=Phase.RUNNING, flags=PodFlags.READY, ready_since_ms=1000),
            Pod(name='b'),
            Pod(name='c', node='n', phase=Phase.RUNNING, flags=PodFlags.READY, ready_since_ms=2000)]
    assert rollout.order_default(pods) == [1, 2, 0]
    assert rollout.order_default(pods, [0, 2]) == [2, 0]
    assert rollout.order_default([]) == []
    with pytest.raises(InvalidError) as caught:
        rollout.order_default(pods, [0, 3])
    assert caught.value.index == 1


def test_order_by_weight_and_scatter() -> None:
    pods = [Pod(name=str(n), labels={'tier': tier}) for n, tier in enumerate('aabb')]
    heavy = Priority(weights=[WeightTerm(selector=Selector(match_labels={'tier': 'b'}), weight=10)])
    assert rollout.order_priority(heavy, pods) == [2, 3, 0, 1]
    assert rollout.priority_key(heavy, {'tier': 'b'}).weight == 10
    scattered = rollout.order_scatter([('tier', 'b')], pods)
    assert sorted(scattered) == [0, 1, 2, 3] and scattered != [0, 1, 2, 3]
    updated = rollout.order_update(Order(priority=heavy), pods)
    assert updated == [2, 3, 0, 1]


def test_selector() -> None:
    selector = Selector(requirements=[Requirement(key='tier', op=Operator.IN, values=['a', 'b'])])
    rollout.selector_check(selector)
    assert rollout.selector_matches(selector, {'tier': 'b'}) and not rollout.selector_matches(selector, {'tier': 'c'})
    wrong = Selector(requirements=[Requirement(key='tier', op=Operator.IN)])
    assert not rollout.selector_matches(wrong, {'tier': 'a'})
    with pytest.raises(InvalidError) as caught:
        rollout.selector_check(wrong)
    assert caught.value.path.startswith('matchExpressions[0]')


def test_intstr() -> None:
    assert rollout.intstr_scale('12.5%', 100, rounding=Rounding.UP) == 13
    assert rollout.intstr_scale('5', 100, parser=Parser.LEGACY) == 5
    assert rollout.intstr_scale(-3, 100) == -3
    for value, parser in (('5', Parser.SCALED), ('12.5%', Parser.STRICT), ('x', Parser.LEGACY)):
        with pytest.raises(InvalidError, match="value: '.*' is no count of pods"):
            rollout.intstr_scale(value, 100, parser=parser)


def test_diff() -> None:
    old = worlds.template('app:1')
    other = {**worlds.template('app:1'), 'spec': {**old['spec'], 'nodeSelector': {'a': 'b'}}}
    found = rollout.diff(old, other)
    assert (found.rule, found.path, found.operation) == (DiffRule.PATH, '/spec/nodeSelector', DiffOp.ADD)
    labelled = {**old, 'metadata': {'labels': {'app': 'demo', 'more': 'x'}}}
    found = rollout.diff(old, labelled)
    assert found.metadata_patch == {'metadata': {'labels': {'more': 'x'}}}
    assert found.flags == rollout.Changes.METADATA
    assert rollout.diff(old, old, flags=DiffFlags(0)).containers == ()


def test_names() -> None:
    assert rollout.op_name(9) == 'update-in-place'
    for call in (rollout.op_name, rollout.reason_name):
        with pytest.raises(InvalidError, match='value: 9999 is unknown'):
            call(9999)


def test_values_that_are_not_known_yet() -> None:
    from rollout import _memory, enums
    assert _memory.Values(enums.Op)[9999] == 9999
    assert _memory.Values(enums.PodFlags)[3] == PodFlags.TERMINATING | PodFlags.READY


def test_threads() -> None:
    """The same facts, and others, planned at once."""
    same = worlds.facts(300)
    wanted, wanted_texts = rollout.plan(*same), rollout.plan_document(worlds.document(50))
    with ThreadPoolExecutor(8) as pool:
        plans = list(pool.map(lambda _: rollout.plan(*same), range(40)))
        documents = list(pool.map(lambda _: rollout.plan_document(worlds.document(50)), range(40)))
        others = list(pool.map(lambda n: len(rollout.plan(*worlds.facts(n)).verdicts), range(1, 40)))
    assert all(plan == wanted for plan in plans)
    assert all(planned == wanted_texts for planned in documents)
    assert others == [len(rollout.plan(*worlds.facts(n)).verdicts) for n in range(1, 40)]


def test_empty_snapshot() -> None:
    with pytest.raises(InvalidError):
        rollout.plan(Workload(cloneset=CloneSet()), Snapshot())
