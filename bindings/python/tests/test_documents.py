# SPDX-License-Identifier: Apache-2.0
"""Calls over documents."""
from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import enum
import json
import pathlib
import subprocess
from typing import Any

import pytest
import rollout
import yaml
from rollout import InPlaceFlags, InvalidError, PodFlags, _arena, _expand, _spell

import worlds
from conftest import TOP


def by_command(command: pathlib.Path, text: str, *options: str) -> list[bytes]:
    return subprocess.run([str(command), 'plan', '-o', 'json', *options], input=text.encode('utf-8', 'surrogatepass'),
                          stdout=subprocess.PIPE).stdout.splitlines()


def test_plan_document(command: pathlib.Path) -> None:
    document = worlds.document(30)
    planned, = rollout.plan_document(document, texts=True)
    assert worlds.names(planned.plan) == ['recreate'] * 3
    assert by_command(command, json.dumps(document)) == [planned.text]
    details = [pod['detail'] for pod in json.loads(planned.text)['pods']]
    assert details == [verdict.sentence for verdict in planned.plan.verdicts[:30]]


@pytest.mark.parametrize('path', sorted((TOP / 'examples').glob('*.json')), ids=lambda path: path.stem)
def test_examples(path: pathlib.Path, command: pathlib.Path) -> None:
    """The same whether the time is milliseconds or a datetime."""
    document = json.loads(path.read_text())
    now = datetime.datetime(2026, 11, 26, 1, 2, 3, 4000, datetime.timezone.utc)
    planned = rollout.plan_document(document, now=now)
    assert planned == rollout.plan_document(document, now=int(now.timestamp() * 1000))
    assert planned[0].plan == rollout.plan(*rollout.decode(document, now=now))
    if 'now' not in document:
        given = json.loads(path.read_text())
        given['now'] = 'not looked at in a List'
        assert rollout.plan_document(given, now=now) == planned


def invalid_cases() -> list[pathlib.Path]:
    return sorted(path for path in (TOP / 'tests' / 'invalid').iterdir() if (path / 'input.json').exists())


@pytest.mark.parametrize('case', invalid_cases(), ids=lambda path: path.name)
def test_refused_as_in_c(case: pathlib.Path) -> None:
    """Message and path of what the library refuses."""
    with pytest.raises(InvalidError) as caught:
        rollout.plan_document(json.loads((case / 'input.json').read_text()), now=worlds.NOW)
    assert caught.value.message == (case / 'error.txt').read_text().strip()
    assert not caught.value.path or caught.value.message.startswith(caught.value.path)


def many() -> dict[str, Any]:
    """A List of three workloads, of which the second is wrong."""
    items: list[Any] = []
    for n, replicas in enumerate((1, 'x', 2)):
        items.append({'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet',
                      'metadata': {'name': f'demo-{n}', 'uid': f'uid-{n}'},
                      'spec': {'replicas': replicas, 'selector': {'matchLabels': {'app': 'demo'}}, 'template': {}}})
    return {'apiVersion': 'v1', 'kind': 'List', 'items': items}


def test_several_workloads() -> None:
    document = many()
    assert rollout.document_count(document) == 3
    with pytest.raises(InvalidError) as caught:
        rollout.plan_document(document, now=worlds.NOW)
    assert caught.value.path == 'items[1].spec.replicas'
    refused: list[rollout.RolloutError] = []
    planned = rollout.plan_document(document, now=worlds.NOW, refused=refused)
    assert [json.loads(p.text)['workload']['name'] for p in planned] == ['demo-0', 'demo-2']
    assert [error.path for error in refused] == ['items[1].spec.replicas']
    refused.clear()
    assert len(rollout.order_document(document, now=worlds.NOW, refused=refused)) == 2 and len(refused) == 1
    assert rollout.decode(document, 2, now=worlds.NOW)[0].cloneset.name == 'demo-2'  # type: ignore[union-attr]
    for index in (3, -1, 'x', 1.0, 1 << 70):
        with pytest.raises(InvalidError, match='^index: .* is none of 3 workloads'):
            rollout.decode(document, index, now=worlds.NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize('now', ['2026-01-01T00:00:00Z', True, 1.5, datetime.datetime(2026, 1, 1), 1 << 63, float('nan')])
def test_now_is_a_time(now: Any) -> None:
    with pytest.raises(InvalidError, match='^now: ') as caught:
        rollout.plan_document(many(), now=now)
    assert caught.value.path == 'now'


def test_no_time() -> None:
    with pytest.raises(InvalidError, match='^now: missing'):
        rollout.plan_document(many())


def test_edit_and_plan() -> None:
    workload, snapshot = rollout.decode(worlds.document(30))
    assert workload.cloneset and len(snapshot.pods) == 30
    wider = dataclasses.replace(workload, cloneset=dataclasses.replace(workload.cloneset, max_unavailable=5))
    assert len(rollout.plan(wider, snapshot).actions) == 5


def test_apply() -> None:
    document = worlds.document(30)
    document['workload']['spec']['updateStrategy']['rollingUpdate']['podUpdatePolicy'] = 'InPlaceIfPossible'
    planned, = rollout.plan_document(document)
    assert worlds.names(planned.plan) == ['update-in-place'] * 3
    for number, action in enumerate(planned.plan.actions):
        assert action.subject is not None
        before = document['pods'][action.subject]
        after, = rollout.apply_document(document, number)
        assert (before['spec']['containers'][0]['image'], after['spec']['containers'][0]['image']) == ('app:1', 'app:2')
        assert after['metadata']['labels']['controller-revision-hash'] == 'demo-2'
        assert after['metadata']['name'] == before['metadata']['name'] and after['status'] != before['status']
    other = {**document['pods'][planned.plan.actions[0].subject or 0], 'more': [1, 2.5, None, True, {}]}
    again, = rollout.apply_document(document, 0, target=other)
    assert again['more'] == other['more'] and again['spec']['containers'][0]['image'] == 'app:2'
    for number, path in ((3, 'action'), (-1, 'action'), ('x', 'action'), (1 << 80, 'action')):  # type: ignore[assignment]
        with pytest.raises(InvalidError) as caught:
            rollout.apply_document(document, number)
        assert caught.value.path == path
    for ids in ('abcde', [5], 7):
        with pytest.raises(InvalidError, match='^ids'):
            rollout.apply_document(document, 0, ids=ids)  # type: ignore[arg-type]
    with pytest.raises(InvalidError) as caught:
        rollout.apply_document(document, 0, target={'x': {1}})
    assert caught.value.path == 'target.x'


def test_apply_creates_pods() -> None:
    document = worlds.document(2)
    document['workload']['spec']['replicas'] = 4
    planned, = rollout.plan_document(document)
    assert worlds.names(planned.plan)[0] == 'create'
    made = rollout.apply_document(document, 0, ids=['bbbbb', 'ccccc'])
    assert [pod['metadata']['name'] for pod in made] == ['demo-bbbbb', 'demo-ccccc']
    with pytest.raises(InvalidError, match='ids'):
        rollout.apply_document(document, 0)


def test_apply_status() -> None:
    document = worlds.document(3)
    after = rollout.apply_status_document(document)
    assert after['spec'] == document['workload']['spec']
    assert after['status'] == rollout.plan_document(document)[0].plan.status
    # What is made is a document again.
    assert rollout.plan_document({**document, 'workload': after})[0].plan.status_changed is False


def test_yaml() -> None:
    """As a reader of YAML gives it: times that are not quoted are datetimes, with or without a zone."""
    text = json.dumps(worlds.document(3)).replace('"2026-11-26T00:00:00Z"', '2026-11-26T02:00:00+02:00')
    text = text.replace('"2026-11-25T00:00:00Z"', '2026-11-25 00:00:00')
    document = yaml.safe_load(text)
    assert isinstance(document['now'], datetime.datetime) and document['pods'][0]['metadata']['creationTimestamp'].tzinfo is None
    assert rollout.plan_document(document) == rollout.plan_document(worlds.document(3))


def test_decode_pod() -> None:
    pod = rollout.decode_pod(worlds.pod_object(3))
    assert (pod.name, pod.node, pod.revision, pod.restarts) == ('demo-3', 'node-3', 'demo-2', 0)
    assert pod.flags & PodFlags.READY and pod.labels['app'] == 'demo'
    workload, _ = rollout.decode(worlds.document(1))
    assert not rollout.decode_pod(worlds.pod_object(3), workload).flags & PodFlags.NOT_SELECTED
    stranger = worlds.pod_object(3)
    stranger['metadata']['labels']['app'] = 'other'
    assert rollout.decode_pod(stranger, workload).flags & PodFlags.NOT_SELECTED
    with pytest.raises(InvalidError) as caught:
        rollout.decode_pod({'metadata': {'labels': [1]}})
    assert caught.value.path == 'metadata.labels'


def test_what_yaml_gives() -> None:
    """Times instead of texts, and classes of a reader's own instead of dict, str and int."""
    class Name(str):
        pass

    class Count(enum.IntEnum):
        THIRTY = 30
    document = worlds.document(30)
    planned = rollout.plan_document(document)
    document['now'] = datetime.datetime(2026, 11, 26, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    document['workload'] = collections.OrderedDict(document['workload'])
    document['workload']['metadata']['name'] = Name('demo')
    document['workload']['spec']['replicas'] = Count.THIRTY
    document['pods'] = tuple(document['pods'])
    for pod in document['pods']:
        pod['metadata']['creationTimestamp'] = datetime.datetime(2026, 11, 25)
        pod['metadata']['annotations'] = {'day': 'text'}
    assert rollout.plan_document(document) == planned


@pytest.mark.parametrize('value, text', [
    (0.1, '0.1'), (1.0, '1.0'), (-0.0, '-0.0'), (1e22, '1e22'), (1e-7, '1e-7'), (1 / 3, '0.333333333333333'), (2 / 3, '0.666666666666667'),
    (123456789012345678.0, '1.23456789012345677e17'), (1e15, '1e15'), (123456.5, '123456.5'), (5e-324, '4.94065645841247e-324'),
    (1.7976931348623157e308, '1.7976931348623157e308'), (-1.5e-10, '-1.5e-10')])
def test_real_numbers_are_spelled_as_in_c(value: float, text: str, command: pathlib.Path) -> None:
    document = worlds.document(0)
    document['workload']['spec']['template'] = {'x': value}
    del document['updateRevision']
    planned, = rollout.plan_document(document)
    assert by_command(command, json.dumps(document)) == [planned.text]  # the name of the new revision is a hash of the number
    assert float(_spell.real(value)) == value
    if value not in (1 / 3, 2 / 3):
        assert _spell.real(value) == text or float(text) == value


def test_dumps() -> None:
    value = {'b': [1, -2.5, None, True, False, 'ü\n\0<&>\u2028'], 'a': {}, 'c': [], '': ''}
    assert json.loads(rollout.dumps(value)) == value
    assert list(json.loads(rollout.dumps(value))) == ['b', 'a', 'c', '']
    assert rollout.dumps(None) == b'null' and rollout.dumps('x' * 5000) == b'"' + b'x' * 5000 + b'"'


def pod_with(**annotations: str) -> dict[str, Any]:
    pod = worlds.pod_object(0)
    pod['metadata']['annotations'] = annotations
    return pod


STATE = 'apps.kruise.io/inplace-update-state'
GRACE = 'apps.kruise.io/inplace-update-grace'


@pytest.mark.parametrize('text, broken', [
    ('{}', False), ('{"revision":"x"}', False), ('', True), ('{', True), ('{"a":NaN}', True), ('{"a":1e999}', True),
    ('{"a":99999999999999999999}', True), ('{"a":"\\ud800"}', True), ('{"a\\u0000":1}', True), ('{"a":"\\u0000"}', False), ('{} {}', True),
    ('{"a":' + '1' * 5000 + '}', True), ('{"a":-0, "b":1.5e3, "c":"\\ud83d\\ude00"}', False), ('\ufeff{}', True), ('{"a":01}', True),
    ('{"a":' + '[' * 3000 + ']' * 3000 + '}', True), ('{"a":' + '[' * 900 + ']' * 900 + '}', False)])
def test_texts_that_are_json(text: str, broken: bool, command: pathlib.Path) -> None:
    """A text is broken where C says so, and then it gives the same plan."""
    document = worlds.document(0)
    document['pods'] = [pod_with(**{STATE: text})]
    pod = rollout.decode(document)[1].pods[0]
    assert pod.in_place and bool(pod.in_place.flags & InPlaceFlags.STATE_BROKEN) == broken
    planned, = rollout.plan_document(document)
    assert by_command(command, json.dumps(document)) == [planned.text]


@pytest.mark.parametrize('encoded, nodes', [
    (base64.b64encode(b'{"metadata":{"labels":{"a":"b"}}}').decode(), 4), ('e30=', 1), ('e\n3\r0=', 1), ('e31=', 1), ('MQ==', 1), ('e30', 0),
    ('e30==', 0), ('=e30', 0), ('e3 0=', 0), ('', 0), ('A===', 0), ('/w==', 0), ('bm90IGpzb24=', 0)])
def test_grace_in_base64(encoded: str, nodes: int, command: pathlib.Path) -> None:
    """How many nodes the value of the patch has, 0 where it is not readable; and the same plan as in C."""
    grace = json.dumps({'revision': 'demo-2', 'graceSeconds': 5, 'metaDataPatch': encoded})
    assert _arena.Arena().nodes.build({'metadata': {'annotations': {GRACE: grace}}})[1] == 8 + nodes
    document = worlds.document(0)
    document['pods'] = [pod_with(**{GRACE: grace, STATE: json.dumps({'revision': 'demo-2', 'updateTimestamp': '2026-11-25T23:59:00Z'})})]
    planned, = rollout.plan_document(document)
    assert by_command(command, json.dumps(document)) == [planned.text]


def test_conditions_that_hold_json() -> None:
    pod = worlds.pod_object(0)
    pod['status']['conditions'].append({'type': 'KruisePodReady', 'status': 'False',
                                        'message': '[{"userAgent":"Lifecycle","key":"preDeleteHook"}]'})
    assert rollout.decode_pod(pod).flags & PodFlags.KEY_PRE_DELETE
    pod['status']['conditions'][-1]['type'] = 'Other'
    assert not rollout.decode_pod(pod).flags & PodFlags.KEY_PRE_DELETE


def test_nothing_within_a_text_is_json_again() -> None:
    inner = json.dumps({'metadata': {'annotations': {STATE: '{}'}}})
    arena = _arena.Arena()
    assert arena.nodes.build({'metadata': {'annotations': {STATE: inner}}})[1] == 8  # three objects and a text, twice
    assert _expand.load('{', _expand.ANNOTATIONS) is _expand.NOTHING


def test_equal_containers_share_their_nodes() -> None:
    """The nodes are the same, whether a container is the first of its content or not; 1, True and 1.0 are not equal here."""
    values: list[Any] = [{'a': {'b': {'c': {'x': x, 'y': ['z', {'k': 'v'}]}}}} for x in (1, True, 1.0, '1', None, 1, True, 1.0, '1', None)]
    arena = _arena.Arena()
    data, count = arena.nodes.build(values)
    assert rollout.dumps(values) == json.dumps(values, separators=(',', ':')).encode()
    assert count == 1 + len(values) * 9
    assert len(data) == count * 56


def test_input_is_not_changed() -> None:
    document = worlds.document(5)
    before = json.dumps(document)
    rollout.plan_document(document)
    rollout.decode(document)
    assert json.dumps(document) == before
