#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command on StatefulSets and DaemonSets, OpenKruise's and Kubernetes' own. Usage: sets.py ROLLOUT SOURCE_ROOT"""
import copy
import gzip
import json
import pathlib
import re
import subprocess
import sys
import unittest

ROLLOUT, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
STATEFULSETS, DAEMONSETS = ('statefulset', 'nativestatefulset'), ('daemonset', 'nativedaemonset')
KINDS = STATEFULSETS + DAEMONSETS
EXAMPLES = {'zookeeper': 'StatefulSet', 'web': 'StatefulSet', 'daemonset': 'DaemonSet',
            'node-problem-detector': 'DaemonSet'}


def rollout(*arguments, text=''):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def recorded(kind):
    with gzip.open(ROOT / 'tests' / 'vectors' / f'{kind}.jsonl.gz', 'rt', encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def answers(out):
    return [json.loads(line) for line in out.splitlines()]


def plans(lines):
    return answers(rollout('plan', '-o', 'json', text=''.join(json.dumps(line) + '\n' for line in lines))[1])


def example(name):
    return json.loads((ROOT / 'examples' / f'{name}.json').read_text(encoding='utf-8'))


def name_of(item):
    return item['metadata']['name']


def rolling(snapshot):
    return snapshot['workload']['spec'].get('updateStrategy', {}).get('rollingUpdate') or {}


def labels_of(item):
    return item['metadata'].get('labels') or {}


def node_of(pod):
    """Where it is, or where its affinity binds it to."""
    if pod['spec'].get('nodeName'):
        return pod['spec']['nodeName']
    terms = pod['spec'].get('affinity', {}).get('nodeAffinity', {}).get(
        'requiredDuringSchedulingIgnoredDuringExecution', {}).get('nodeSelectorTerms', [])
    return next((field['values'][0] for term in terms for field in term.get('matchFields', [])), None)


class Plan(unittest.TestCase):
    def test_every_pod_and_what_lacks_one(self):
        for kind in KINDS:
            lines = recorded(kind)
            listed = {'ordinals': 0, 'nodes': 0}
            for line, plan in zip(lines, plans(lines)):
                snapshot = line['snapshot']
                self.assertEqual([pod['name'] for pod in plan['pods']], [name_of(pod) for pod in snapshot['pods']])
                self.assertNotIn('nodes' if kind in STATEFULSETS else 'ordinals', plan)
                for entry in plan.get('ordinals', []):
                    self.assertEqual(entry['name'], f"{plan['workload']['name']}-{entry['ordinal']}")
                for entry in plan.get('nodes', []):
                    self.assertIn(entry['name'], [name_of(node) for node in snapshot['nodes']])
                for part in ('pods', 'ordinals', 'nodes'):
                    for entry in plan.get(part, []):
                        ops = [plan['actions'][i]['op'] for i in entry['actions']]
                        self.assertEqual(entry['verdict'], ops[0] if ops else 'hold', (line['id'], entry))
                        self.assertTrue(entry['reason'] and entry['detail'])
                listed['ordinals'] += len(plan.get('ordinals', []))
                listed['nodes'] += len(plan.get('nodes', []))
            self.assertGreater(listed['ordinals' if kind in STATEFULSETS else 'nodes'], 0)

    def test_creates_are_named(self):
        for kind in KINDS:
            lines = recorded(kind)
            shown = rollout('plan', text=''.join(json.dumps(line) + '\n' for line in lines))[1].split('\n\n')
            self.assertEqual(len(shown), len(lines))
            created = 0
            for text, plan in zip(shown, plans(lines)):
                rows = [line.split() for line in text.splitlines()]
                for number, action in enumerate(plan['actions'], 1):
                    if action['op'] != 'create':
                        continue
                    name = action['name'] if kind in STATEFULSETS else action['node']
                    row = next(row for row in rows if row[:2] == [str(number), 'create'])
                    self.assertEqual(row[2], name)
                    if kind in STATEFULSETS:
                        self.assertEqual(row[3:5], ['ordinal', f"{action['ordinal']},"])
                    self.assertIn(action['revision'], ' '.join(row))
                    created += 1
            self.assertGreater(created, 0)

    def test_counts(self):
        fields = ('desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'numberAvailable',
                  'updatedNumberScheduled', 'numberMisscheduled')
        for kind in DAEMONSETS:
            lines = recorded(kind)[:40]
            shown = rollout('plan', text=''.join(json.dumps(line) + '\n' for line in lines))[1].split('\n\n')
            for text, plan in zip(shown, plans(lines)):
                numbers = [int(n) for n in re.findall(r'(\d+) [a-z]+', text.splitlines()[0])]
                self.assertEqual(numbers, [plan['status'].get(field, 0) for field in fields])
        first = {name: rollout('plan', ROOT / 'examples' / f'{name}.json')[1].splitlines()[0] for name in EXAMPLES}
        self.assertTrue(first['zookeeper'].endswith('; updated: 0, 0 ready'), first)
        self.assertTrue(first['web'].endswith(': 5 wanted, 4 there, 4 ready, 4 available; updated: 1'), first)

    def limits(self, name, **fields):
        document = example(name)
        document['items'][0]['spec']['updateStrategy']['rollingUpdate'].update(fields)
        status, out, err = rollout('plan', text=json.dumps(document))
        self.assertEqual((status, err), (0, ''))
        rows = out.split('actions')[0].splitlines()[2:]
        return {row.split()[0]: ' '.join(row.split()[1:]) for row in rows}

    def test_limits_say_of_what(self):
        self.assertEqual(self.limits('zookeeper', maxUnavailable='50%')['maxUnavailable'], '2 50% of 5, rounded down')
        self.assertEqual(self.limits('zookeeper', maxUnavailable='10%')['maxUnavailable'],
                         '1 10% of 5, rounded down to 0; at least 1')
        self.assertEqual(self.limits('zookeeper', partition=9)['partition'], '9')
        self.assertNotIn('maxUnavailable', self.limits('web', maxUnavailable=2))  # its gate is off
        limits = self.limits('daemonset', partition='40%')
        self.assertEqual(limits['partition'], '2 40% of 6 (status.desiredNumberScheduled), rounded down')
        self.assertEqual(limits['maxUnavailable'], '2 30% of 6 eligible nodes, rounded up')
        self.assertEqual(self.limits('daemonset', maxUnavailable='x')['maxUnavailable'], '1 "x" is not usable')

    def test_notes(self):
        for name, note in (('zookeeper', 'note: no pods are given for it'), ('web', 'note: no pods are given for it'),
                           ('daemonset', 'note: no nodes are given for it')):
            for command in ('plan', 'order'):
                status, out, err = rollout(command, text=json.dumps(example(name)['items'][0]))
                self.assertEqual((status, err, out.splitlines()[1]), (0, '', note))
        without = example('daemonset')
        without['items'] = [item for item in without['items'] if item['kind'] != 'Pod']
        self.assertIn('\nnote: no pods are given for it\n', rollout('plan', text=json.dumps(without))[1])
        self.assertNotIn('note:', rollout('plan', ROOT / 'examples' / 'daemonset.json')[1])

    def test_a_native_pod_at_the_target_is_not_held_by_a_budget(self):
        lines = [line for line in recorded('nativestatefulset') if line['snapshot'].get('featureGates')]
        self.assertTrue(lines)
        for line, plan in zip(lines, plans(lines)):
            for pod, verdict in zip(line['snapshot']['pods'], plan['pods']):
                if labels_of(pod).get('controller-revision-hash') == line['snapshot']['updateRevision']:
                    self.assertNotEqual(verdict['reason'], 'MaxUnavailableReached', line['id'])

    def test_mixed_kinds_in_a_list(self):
        names = ('daemonset', 'article', 'web', 'zookeeper')  # one of them alone has nodes
        items = [item for name in names for item in example(name)['items']]
        status, out, err = rollout('plan', '-o', 'json', text=json.dumps({'kind': 'List', 'items': items}))
        self.assertEqual((status, err), (0, ''))
        alone = [json.loads(rollout('plan', '-o', 'json', ROOT / 'examples' / f'{name}.json')[1]) for name in names]
        self.assertEqual(answers(out), alone)
        self.assertEqual([plan['workload']['kind'] for plan in alone],
                         ['DaemonSet', 'CloneSet', 'StatefulSet', 'StatefulSet'])
        for command in (('plan',), ('order',), ('order', '-o', 'json'), ('explain', 'web-1'), ('explain', 'worker-2')):
            self.assertEqual(rollout(*command, text=json.dumps({'kind': 'List', 'items': items}))[::2], (0, ''))


class Explain(unittest.TestCase):
    def entries(self, kind):
        """A few of each reason and list: the recorded line, the list and the entry."""
        seen = {}
        lines = recorded(kind)
        for line, plan in zip(lines, plans(lines)):
            for part in ('pods', 'ordinals', 'nodes'):
                for entry in plan.get(part, []):
                    count = seen[part, entry['reason']] = seen.get((part, entry['reason']), 0) + 1
                    if count <= 3:
                        yield line, part, entry

    def test_every_reason(self):
        for kind in KINDS:
            parts = set()
            for line, part, entry in self.entries(kind):
                status, out, err = rollout('explain', entry['name'], text=json.dumps(line))
                self.assertEqual((status, err), (0, ''), entry)
                pods = [name_of(pod) for pod in line['snapshot']['pods']]
                if part != 'ordinals' or entry['name'] not in pods:  # else the pod of that ordinal is explained
                    self.assertIn(f"{entry['verdict']}: {entry['reason']} (", out)
                    self.assertIn(entry['detail'], out)
                    parts.add(part)
                used = re.search(r'(?m)^used: (\d+) = (.*)$', out)
                if used:
                    numbers = re.findall(r'\d+', re.search(r' (\d+ of \d+) used', out)[1])
                    limit = re.search(r'(?m)^limit: (\d+) = ', out)
                    self.assertEqual([used[1], limit[1]], numbers)
                    self.assertEqual(int(used[1]), sum(map(int, re.findall(r'\d+', used[2]))))
                reached = entry['reason'] in ('MaxUnavailableReached', 'MaxSurgeReached', 'ScaleMaxUnavailableReached')
                if reached and part == 'pods':
                    self.assertTrue(used, out)
            self.assertEqual(parts, {'pods', 'ordinals' if kind in STATEFULSETS else 'nodes'})

    def test_partition_by_position(self):
        """An ordered update keeps the lowest ordinals: how many are lower is what makes the difference."""
        lines = recorded('statefulset') + recorded('nativestatefulset')
        compared = 0
        for line, plan in zip(lines, plans(lines)):
            for pod in plan['pods']:
                ordered = 'unorderedUpdate' not in rolling(line['snapshot'])
                if pod['reason'] != 'PartitionReached' or not ordered or compared > 20:
                    continue
                out = rollout('explain', pod['name'], text=json.dumps(line))[1]
                lower = re.search(r'(?m)^kept: the (\d+) lowest ordinals; (\d+) (?:is|are) lower than this one$', out)
                self.assertEqual(int(lower[1]), rolling(line['snapshot'])['partition'])
                self.assertLess(int(lower[2]), int(lower[1]))
                compared += 1
        self.assertGreater(compared, 0)

    def test_partition_of_nodes(self):
        out = rollout('explain', 'worker-1', ROOT / 'examples' / 'daemonset.json')[1]
        self.assertIn('\nwanted: 4 nodes updated = 6 nodes - partition 2\n'
                      'there: 1 updated, 0 without a pod, 5 not updated\n'
                      'order: number 6 of 6 nodes, of which the first 4 have their turn\n', out)
        selects = example('daemonset')
        selects['items'][0]['spec']['updateStrategy']['rollingUpdate'].update(
            selector={'matchLabels': {'kubernetes.io/hostname': 'worker-1'}}, partition=5)
        out = rollout('explain', 'worker-1', text=json.dumps(selects))[1]
        self.assertIn('there: 1 updated, 0 without a pod, 1 not updated, 4 that the selector leaves out\n', out)
        unordered = example('zookeeper')
        unordered['items'][0]['spec']['updateStrategy']['rollingUpdate'].update(partition=2)
        out = rollout('explain', 'zookeeper-3', text=json.dumps(unordered))[1]
        self.assertIn('\nwanted: 3 updated = replicas 5 - partition 2\nthere: 0 updated, 5 not updated\n'
                      'order: number 5 of 5 places, of which the first 3 have their turn\n', out)

    def test_a_missing_ordinal(self):
        web = ROOT / 'examples' / 'web.json'
        status, out, err = rollout('explain', 'web-1', web)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out.splitlines()[:2], [
            'Pod web-1, ordinal 1, of StatefulSet default/web',
            'create: CreateOldRevision (acted): creates 1 at the old revision, partition 3'])
        self.assertEqual(rollout('explain', 'default/web-1', web)[1], out)
        [plan] = answers(rollout('plan', '-o', 'json', web)[1])
        [answer] = answers(rollout('explain', '-o', 'json', 'web-1', web)[1])
        self.assertEqual((answer['kind'], answer['ordinal']), ('Explanation', plan['ordinals'][0]))
        self.assertNotIn('pods', answer)
        self.assertEqual(answer['status'], plan['status'])
        for name in ('other/web-1', 'web-7', 'web-01', 'web-', 'web', 'worker-1', '(workload)'):
            self.assertEqual(rollout('explain', name, web), (1, '', f'rollout explain: no pod {name}\n'))

    def test_a_node(self):
        agents = ROOT / 'examples' / 'daemonset.json'
        status, out, err = rollout('explain', 'gpu-1', agents)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out.splitlines()[:4], [
            'Node gpu-1 of DaemonSet logging/fluent-bit',
            'hold: NodeTainted (done): taint nvidia.com/gpu=present:NoSchedule not tolerated',
            'facts', '  taint  nvidia.com/gpu=present:NoSchedule'])
        [plan] = answers(rollout('plan', '-o', 'json', agents)[1])
        [answer] = answers(rollout('explain', '-o', 'json', 'gpu-1', agents)[1])
        self.assertEqual((answer['kind'], answer['node']), ('Explanation', plan['nodes'][0]))
        # One that runs a pod: what is said of that.
        pod = next(pod['name'] for pod in plan['pods'] if pod['reason'] == 'MaxUnavailableReached')
        self.assertEqual(rollout('explain', 'worker-3', agents), rollout('explain', pod, agents))
        self.assertEqual(answers(rollout('explain', '-o', 'json', 'worker-3', agents)[1])[0]['pod']['name'], pod)
        self.assertEqual(rollout('explain', 'nowhere', agents), (1, '', 'rollout explain: no pod nowhere\n'))
        # Both the node and the pod on it, where the plan says something of both.
        document = example('daemonset')
        gone = next(item for item in document['items'] if item['kind'] == 'Pod')
        gone['metadata']['deletionTimestamp'] = '2026-11-23T12:00:00Z'
        out = rollout('explain', gone['spec']['nodeName'], text=json.dumps(document))[1]
        self.assertIn(f"Node {gone['spec']['nodeName']} of ", out)
        self.assertIn(f'\n\nPod {name_of(gone)} of ', out)
        self.assertIn(f'\nbecause of: {name_of(gone)}\n', out)

    def test_nodes_are_those_of_daemonsets(self):
        document = example('zookeeper')
        document['items'].append({'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'worker-1'}})
        self.assertEqual(rollout('explain', 'worker-1', text=json.dumps(document))[0], 1)


class Order(unittest.TestCase):
    def orders(self, kind):
        lines = recorded(kind)
        status, out, err = rollout('order', '-o', 'json', text=''.join(json.dumps(line) + '\n' for line in lines))
        self.assertEqual((status, err), (0, ''))
        return zip((line['snapshot'] for line in lines), answers(out))

    def test_ordinals_descend(self):
        for kind in STATEFULSETS:
            for snapshot, order in self.orders(kind):
                if 'unorderedUpdate' in rolling(snapshot):
                    continue
                self.assertEqual(order['order'], sorted(order['order'], reverse=True))
                self.assertEqual(order['order'], [entry['ordinal'] for entry in order['ordinals']])
                self.assertEqual(len(order['order']), snapshot['workload']['spec'].get('replicas', 1))
                kept = [entry for entry in order['ordinals'] if entry.get('keptByPartition')]
                partition = rolling(snapshot).get('partition', 0)
                self.assertLessEqual(len(kept), partition)
                lowest = set(sorted(order['order'])[:partition])
                self.assertEqual({entry['ordinal'] for entry in kept},
                                 {e['ordinal'] for e in order['ordinals'] if e['class'] == 'waiting'} & lowest)

    def test_unordered(self):
        """Done first by descending ordinal, then by weight or key: ordering.md 4 and 6."""
        compared = 0
        for snapshot, order in self.orders('statefulset'):
            if 'unorderedUpdate' not in rolling(snapshot):
                continue
            classes = [entry['class'] for entry in order['ordinals']]
            self.assertEqual(classes, sorted(classes))  # done, waiting
            done = [entry['ordinal'] for entry in order['ordinals'] if entry['class'] == 'done']
            waiting = [entry for entry in order['ordinals'] if entry['class'] == 'waiting']
            self.assertEqual(done, sorted(done, reverse=True))
            strategy = (rolling(snapshot)['unorderedUpdate'] or {}).get('priorityStrategy') or {}
            pods = {name_of(pod): labels_of(pod) for pod in snapshot['pods']}
            simple = all(not term['matchSelector'].get('matchExpressions')
                         for term in strategy.get('weightPriority') or [])
            if strategy.get('weightPriority') and simple:
                for entry in waiting:
                    labels = pods[entry['name']]
                    entry['mine'] = sum(term['weight'] for term in strategy['weightPriority'] if all(
                        labels.get(k) == v for k, v in (term['matchSelector'].get('matchLabels') or {}).items()))
                    self.assertEqual(entry['weight'], entry['mine'])
                self.assertEqual(waiting, sorted(waiting, key=lambda e: (-e['mine'], -e['ordinal'])))
                compared += len(waiting) > 1
            elif strategy.get('orderPriority'):
                keys = [term['orderedKey'] for term in strategy['orderPriority']]
                for entry in waiting:
                    labels = pods[entry['name']]
                    level = next((i for i, key in enumerate(keys) if key in labels), -1)
                    digits = re.search(r'\d*$', labels[keys[level]])[0] if level >= 0 else ''
                    entry['mine'] = (level, -int(digits or 0))
                self.assertEqual(waiting, sorted(waiting, key=lambda e: (e['mine'], -e['ordinal'])))
                compared += len(waiting) > 1
        self.assertGreater(compared, 0)

    def test_primary_last(self):
        _, out, _ = rollout('order', ROOT / 'examples' / 'zookeeper.json')
        self.assertEqual([row.split()[1] for row in out.splitlines()[2:]],
                         [f'zookeeper-{i}' for i in (4, 2, 1, 0, 3)])
        leader = [pod for pod in example('zookeeper')['items'] if labels_of(pod).get('zookeeper/role') == 'leader']
        self.assertEqual([name_of(pod) for pod in leader], ['zookeeper-3'])

    def test_nodes(self):
        """daemonset.md 10.3: classes one after the other, names descending in each, the first nodes - partition."""
        classes = ('updated', 'updating', 'selected', 'rest')
        for kind in DAEMONSETS:
            found = set()
            for snapshot, order in self.orders(kind):
                nodes = [name_of(node) for node in snapshot.get('nodes', [])]
                rows = [entry for entry in order['nodes'] if entry['name']]
                self.assertEqual([nodes[i] for i in order['order'] if i is not None], [row['name'] for row in rows])
                keys = [(row['name'],) if kind == 'nativedaemonset' else (-classes.index(row['class']), row['name'])
                        for row in rows]
                self.assertEqual(keys, sorted(keys, reverse=True))
                on = {}
                for pod in snapshot['pods']:
                    if not pod['metadata'].get('deletionTimestamp'):
                        on.setdefault(node_of(pod), []).append(pod)
                for row in rows:
                    pods = on.get(row['name'], [])
                    if len(pods) != 1 or 'pod' not in row:
                        continue
                    self.assertEqual(row['pod'], name_of(pods[0]))
                    self.assertEqual(row['revision'], labels_of(pods[0])['controller-revision-hash'])
                    state = labels_of(pods[0]).get('lifecycle.apps.kruise.io/state')
                    if row['class'] in ('selected', 'rest'):
                        self.assertNotEqual(state, 'PreparingDelete')
                    found.add(row['class'])
            self.assertGreaterEqual(found, {'updated', 'rest'})

    def test_text_and_json_agree(self):
        for name in EXAMPLES:
            path = ROOT / 'examples' / f'{name}.json'
            [order] = answers(rollout('order', '-o', 'json', path)[1])
            rows = [row.split() for row in rollout('order', path)[1].splitlines()[2:]]
            entries = order.get('ordinals', order.get('nodes'))
            self.assertEqual([row[1] for row in rows], [entry['name'] for entry in entries])
            for row, entry in zip(rows, entries):
                self.assertEqual(row[-3:] == ['kept', 'by', 'partition'], entry.get('keptByPartition', False))
                self.assertIn(entry['class'], [word.rstrip(',') for word in row])
                self.assertEqual('missing' in row, entry.get('missing', False))
            self.assertEqual(order['workload']['kind'], EXAMPLES[name])


class Diff(unittest.TestCase):
    def test_revisions(self):
        agents, zookeeper = ROOT / 'examples' / 'daemonset.json', ROOT / 'examples' / 'zookeeper.json'
        self.assertEqual(rollout('diff', 'fluent-bit-749bd6c5f8', 'fluent-bit-5d8f7b9c64', '-f', agents),
                         (0, 'in place\n  fluent-bit  image  fluent/fluent-bit:3.2.2\n', ''))
        self.assertEqual(rollout('diff', '749bd6c5f8', '5d8f7b9c64', '-f', agents)[:2],
                         (0, 'in place\n  fluent-bit  image  fluent/fluent-bit:3.2.2\n'))  # by the hash that pods carry
        self.assertEqual(rollout('diff', 'zookeeper-6b7d9c5f48', 'zookeeper-7c5f8d6b94', '-f', zookeeper)[:2],
                         (0, 'in place\n  zookeeper  image  zookeeper:3.9.3\n'))
        self.assertEqual(rollout('diff', 'zookeeper-6b7d9c5f48', 'nothing', '-f', zookeeper)[0], 2)

    def test_native_kinds_update_nothing_in_place(self):
        answer = "not in place: Kubernetes' own StatefulSet updates no pod in place\n"
        web = ROOT / 'examples' / 'web.json'
        self.assertEqual(rollout('diff', 'web-66c8f7d6b9', 'web-7b9d84c5fd', '-f', web), (1, answer, ''))
        [diff] = answers(rollout('diff', '-o', 'json', 'web-66c8f7d6b9', 'web-7b9d84c5fd', '-f', web)[1])
        self.assertEqual((diff['kind'], diff['eligible']), ('Diff', False))
        self.assertTrue(diff['why'])
        npd = ROOT / 'examples' / 'node-problem-detector.json'
        self.assertEqual(rollout('diff', '6f7c5b8d9', '84d96b7c5', '-f', npd)[:2],
                         (1, answer.replace('StatefulSet', 'DaemonSet')))


class Everywhere(unittest.TestCase):
    VERSIONS = (('apps/v1', 'StatefulSet'), ('apps/v1', 'DaemonSet'), ('apps.kruise.io/v1beta1', 'StatefulSet'),
                ('apps.kruise.io/v1alpha1', 'StatefulSet'), ('apps.kruise.io/v1beta1', 'DaemonSet'),
                ('apps.kruise.io/v1alpha1', 'DaemonSet'))

    def test_the_least_of_each_kind(self):
        for version, kind in self.VERSIONS:
            bare = {'apiVersion': version, 'kind': kind, 'metadata': {'name': 'x'},
                    'spec': {'selector': {'matchLabels': {'a': 'b'}}, 'template': {'spec': {'containers': []}}}}
            for command in (('plan',), ('plan', '-o', 'json'), ('order',), ('order', '-o', 'json')):
                status, out, err = rollout(*command, text=json.dumps(bare))
                self.assertEqual((status, err), (0, ''), (version, kind, command))
                self.assertTrue(out)
            self.assertEqual(rollout('explain', 'x', text=json.dumps(bare))[0], 1)
            self.assertEqual(rollout('explain', 'x-0', text=json.dumps(bare))[0], 0 if kind == 'StatefulSet' else 1)

    def test_wrong_types(self):
        cases = (('web', ('spec', 'replicas'), 'five'), ('web', ('spec', 'updateStrategy', 'rollingUpdate', 'partition'), '3'),
                 ('zookeeper', ('spec', 'reserveOrdinals'), 5), ('zookeeper', ('spec', 'podManagementPolicy'), 7),
                 ('daemonset', ('spec', 'updateStrategy', 'rollingUpdate', 'partition'), True),
                 ('daemonset', ('spec', 'updateStrategy', 'rollingUpdate', 'selector'), 'all'),
                 ('node-problem-detector', ('spec', 'minReadySeconds'), 'x'),
                 ('node-problem-detector', ('spec', 'template', 'spec', 'tolerations'), {}))
        for name, path, value in cases:
            bad = example(name)
            inner = bad['items'][0]
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
            for command in ('plan', 'order'):
                status, out, err = rollout(command, '-o', 'json', text=json.dumps(bad))
                self.assertEqual((status, err), (2, ''), (name, path))
                [error] = answers(out)
                self.assertEqual(error['kind'], 'Error')
                self.assertTrue(error['path'].endswith('.'.join(path)), error)
                self.assertIn(error['path'], error['message'])
            status, out, err = rollout('explain', 'worker-1', text=json.dumps(bad))
            self.assertEqual((status, out), (2, ''))
            self.assertIn('.'.join(path), err)

    def test_other_objects_of_wrong_types(self):
        for kind, path, value in (('Node', ('spec', 'taints'), {}), ('Node', ('metadata', 'labels'), []),
                                  ('Pod', ('spec', 'nodeName'), 4)):
            bad = example('daemonset')
            item = next(item for item in bad['items'] if item['kind'] == kind)
            item[path[0]][path[1]] = value
            status, out, err = rollout('plan', text=json.dumps(bad))
            self.assertEqual((status, out), (2, ''), path)
            self.assertIn('.'.join(path), err)

    def test_a_refused_workload_and_the_rest(self):
        mixed = copy.deepcopy(example('web'))
        mixed['items'] += example('zookeeper')['items']
        mixed['items'][0]['spec']['replicas'] = 'x'
        status, out, _ = rollout('plan', '-o', 'json', text=json.dumps(mixed))
        self.assertEqual((status, [answer['kind'] for answer in answers(out)]), (2, ['Error', 'Plan']))

    def test_names_cannot_move_the_cursor(self):
        evil = example('daemonset')
        for item in evil['items']:
            if name_of(item) in ('worker-3', 'gpu-1'):
                item['metadata']['name'] += '\033[2J\n'
            if item['kind'] == 'Pod' and item['spec']['nodeName'] == 'worker-3':
                item['spec']['nodeName'] += '\033[2J\n'
            for taint in item.get('spec', {}).get('taints', []):
                taint['value'] = '\033[2J\n'
        for command in (('plan',), ('order',), ('explain', 'worker-3\033[2J\n'), ('explain', 'gpu-1\033[2J\n')):
            status, out, err = rollout(*command, text=json.dumps(evil))
            self.assertEqual((status, err), (0, ''), command)
            self.assertIn('?[2J?', out)
            self.assertNotIn('\033', out)

    def test_same_input_same_bytes(self):
        for kind in KINDS:
            text = ''.join(json.dumps(line) + '\n' for line in recorded(kind)[:20])
            for command in (('plan',), ('order',)):
                self.assertEqual(rollout(*command, text=text), rollout(*command, text=text))


unittest.main(argv=sys.argv[:1], verbosity=1)
