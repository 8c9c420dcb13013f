# SPDX-License-Identifier: Apache-2.0
"""Recorded decisions: Python says byte for byte what the rollout command says, from the document and from its facts."""
from __future__ import annotations

import gzip
import json
import pathlib
import subprocess
from typing import Any, Iterator

import pytest

import rollout


def lines_of(path: pathlib.Path) -> list[bytes]:
    with gzip.open(path) as file:
        return file.read().splitlines()


def answers_of(command: pathlib.Path, what: str, lines: list[bytes]) -> list[bytes]:
    return subprocess.run([str(command), what, '-o', 'json', '-'], input=b'\n'.join(lines), stdout=subprocess.PIPE).stdout.splitlines()


def test_plans(plans: pathlib.Path, command: pathlib.Path) -> None:
    lines = lines_of(plans)
    answers = iter(answers_of(command, 'plan', lines))
    for line in lines:
        document = json.loads(line)
        for index, planned in enumerate(rollout.plan_document(document)):
            assert planned.text == next(answers), document['id']
            facts = rollout.decode(document, index)
            assert rollout.plan(*facts) == planned.plan, document['id']
    assert next(answers, None) is None


def test_orders_of_plans(plans: pathlib.Path) -> None:
    for line in lines_of(plans)[:200]:
        document = json.loads(line)
        if document['snapshot']['workload']['kind'] in ('BroadcastJob', 'UnitedDeployment'):  # nothing of theirs has an order
            with pytest.raises(rollout.RolloutError):
                rollout.order_document(document)
            continue
        assert [rollout.order(*rollout.decode(document))] == rollout.order_document(document), document['id']


def order_of(line: dict[str, Any]) -> list[int]:
    """The strategies are decoded as they are everywhere else: from a CloneSet."""
    strategies = {name: line[name] for name in ('priorityStrategy', 'scatterStrategy') if name in line}
    workload, snapshot = rollout.decode({
        'kind': 'Snapshot', 'now': '2026-01-01T00:00:00Z', 'pods': [{'metadata': {'labels': labels}} for labels in line['labels']],
        'workload': {'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet',
                     'spec': {'selector': {}, 'updateStrategy': {'rollingUpdate': strategies}}}})
    assert workload.cloneset
    order = workload.cloneset.order
    return rollout.order_scatter(order.scatter, snapshot.pods,
                                 rollout.order_priority(order.priority, snapshot.pods, line['waiting']))


GATES = {'InPlaceWorkloadVerticalScaling': rollout.DiffFlags.VERTICAL_SCALING,
         'InPlaceUpdateEnvFromMetadata': rollout.DiffFlags.ENV_FROM_METADATA,
         'RecreatePodWhenChangeVCTInCloneSetGate': rollout.DiffFlags.COMPARE_CLAIMS}


def diff_of(line: dict[str, Any]) -> dict[str, Any]:
    """In the form of what is recorded."""
    flags = rollout.DiffFlags.ENV_FROM_METADATA
    for name, on in line['featureGates'].items():
        if name in GATES:
            flags = flags | GATES[name] if on else flags & ~GATES[name]
    found = rollout.diff(line['old'], line['new'], flags=flags)
    changes, eligible = found.flags, found.rule == rollout.DiffRule.POSSIBLE
    said: dict[str, Any] = {'eligible': eligible, 'updateEnvFromMetadata': eligible and bool(changes & rollout.Changes.ENV)}
    if not eligible:
        return said
    images = {c.name: c.image for c in found.containers if c.image is not None}
    metadata = {c.name: {'annotations': c.annotations or None, 'labels': c.labels or None}
                for c in found.containers if c.annotations or c.labels}
    resources = {c.name: {name: amounts for name, amounts in (('limits', c.limits), ('requests', c.requests)) if amounts}
                 for c in found.containers if c.limits or c.requests}
    for name, value in (('containerImages', images or None), ('containerRefMetadata', metadata or None),
                        ('containerResources', resources or None), ('metadataPatch', found.metadata_patch)):
        if value is not None:
            said[name] = value
    what = changes & (rollout.Changes.IMAGES | rollout.Changes.RESOURCES | rollout.Changes.ENV)
    said['markNotReady'] = what != rollout.Changes.RESOURCES or bool(changes & rollout.Changes.RESTARTS)
    return said


def each_block(path: pathlib.Path, command: pathlib.Path, what: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    lines = lines_of(path)
    answers = answers_of(command, what, lines)
    assert len(answers) == len(lines)
    for line, answer in zip(lines, answers):
        yield json.loads(line), answer


def test_blocks(blocks: pathlib.Path, command: pathlib.Path) -> None:
    if blocks.name.startswith('ordering'):
        for line, answer in each_block(blocks, command, 'order'):
            order = order_of(line)
            assert order == (line['expect'] or []), line['id']
            assert rollout.dumps({'kind': 'Order', 'order': order}) == answer, line['id']
    else:
        for line, answer in each_block(blocks, command, 'diff'):
            assert diff_of(line) == json.loads(answer) == line['expect'], line['id']
