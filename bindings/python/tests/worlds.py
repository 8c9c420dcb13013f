# SPDX-License-Identifier: Apache-2.0
"""A small world, as facts and as a document."""
from __future__ import annotations

from typing import Any

import rollout
from rollout import CloneSet, CloneSetFlags, Phase, Pod, PodFlags, Revision, Snapshot, Workload

NOW = 1_795_600_000_000


def pods(count: int) -> list[Pod]:
    """Ready, on the old revision but for every third."""
    return [Pod(name=f'demo-{n}', namespace='default', uid=f'uid-{n}', revision='demo-2' if n % 3 == 0 else 'demo-1',
                phase=Phase.RUNNING, flags=PodFlags.READY | PodFlags.TEMPLATE_HASH, ready_since_ms=NOW - 100_000,
                created_ms=NOW - 200_000 - n, node=f'node-{n % 500}',
                labels={'app': 'demo', 'tier': 'abc'[n % 3], 'zone': f'zone-{n % 4}'}) for n in range(count)]


def facts(count: int, **spec: Any) -> tuple[Workload, Snapshot]:
    """A CloneSet of which a tenth is updated now, one pod by another."""
    given: dict[str, Any] = {'name': 'demo', 'namespace': 'default', 'replicas': count, 'max_unavailable': '10%',
                             'flags': CloneSetFlags.ROLLING_UPDATE, **spec}
    revisions = [Revision(name='demo-1', number=1), Revision(name='demo-2', number=2)]
    return Workload(cloneset=CloneSet(**given)), Snapshot(now_ms=NOW, current_revision=1, update_revision=2, revisions=revisions,
                                                          pods=pods(count))


def pod_object(n: int) -> dict[str, Any]:
    revision = 'demo-2' if n % 3 == 0 else 'demo-1'
    return {
        'apiVersion': 'v1', 'kind': 'Pod',
        'metadata': {
            'name': f'demo-{n}', 'namespace': 'default', 'uid': f'uid-{n}', 'creationTimestamp': '2026-11-25T00:00:00Z',
            'labels': {'app': 'demo', 'pod-template-hash': revision, 'controller-revision-hash': revision},
            'ownerReferences': [{'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet', 'name': 'demo', 'uid': 'uid',
                                 'controller': True}]},
        'spec': {'nodeName': f'node-{n % 500}', 'containers': [{'name': 'main', 'image': 'app:1'}],
                 'readinessGates': [{'conditionType': 'InPlaceUpdateReady'}]},
        'status': {'phase': 'Running',
                   'conditions': [{'type': 'Ready', 'status': 'True', 'lastTransitionTime': '2026-11-25T00:00:10Z'},
                                  {'type': 'InPlaceUpdateReady', 'status': 'True'}],
                   'containerStatuses': [{'name': 'main', 'image': 'app:1', 'imageID': 'id', 'restartCount': n % 3}]}}


def template(image: str) -> dict[str, Any]:
    return {'metadata': {'labels': {'app': 'demo'}}, 'spec': {'containers': [{'name': 'main', 'image': image}]}}


def revision_object(number: int) -> dict[str, Any]:
    return {'apiVersion': 'apps/v1', 'kind': 'ControllerRevision', 'metadata': {'name': f'demo-{number}', 'namespace': 'default'},
            'revision': number, 'data': {'spec': {'template': {'$patch': 'replace', **template(f'app:{number}')}}}}


def document(count: int) -> dict[str, Any]:
    """The same CloneSet as a Snapshot."""
    return {
        'kind': 'Snapshot', 'now': '2026-11-26T00:00:00Z', 'currentRevision': 'demo-1', 'updateRevision': 'demo-2',
        'workload': {'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet',
                     'metadata': {'name': 'demo', 'namespace': 'default', 'uid': 'uid'},
                     'spec': {'replicas': count, 'selector': {'matchLabels': {'app': 'demo'}}, 'template': template('app:2'),
                              'updateStrategy': {'type': 'RollingUpdate', 'rollingUpdate': {'maxUnavailable': '10%'}}}},
        'revisions': [revision_object(1), revision_object(2)],
        'pods': [pod_object(n) for n in range(count)]}


def names(plan: rollout.Plan) -> list[str]:
    return [rollout.op_name(action.op) for action in plan.actions]
