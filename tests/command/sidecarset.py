#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SidecarSets in the command: plan, order, explain and lists; inject; simulate and check. Usage: sidecarset.py ROLLOUT SOURCE_ROOT"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
EXAMPLE = ROOT / 'examples' / 'sidecarset.json'
INJECT = ROOT / 'examples' / 'inject' / 'checkout.json'


def rollout(*arguments, text=None):
    """Exit status, stdout, stderr."""
    done = subprocess.run([ROLLOUT, *arguments], input=text, stdin=None if text is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def answer(*arguments, text=None):
    return json.loads(rollout(*arguments, '-o', 'json', text=text)[1])


class Plan(unittest.TestCase):
    def document(self):
        return json.loads(EXAMPLE.read_text(encoding='utf-8'))

    def plan(self, document):
        return answer('plan', text=json.dumps(document))

    def test_head(self):
        status, out, err = rollout('plan', EXAMPLE)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out.splitlines()[:4], [
            'SidecarSet fluent-bit: 6 matched, 5 ready; updated: 1, 1 ready', 'limits', '  partition       1',
            '  maxUnavailable  2  25% of 6 matched pods, rounded up'])

    def test_list_pods_by_selector(self):
        document = self.document()
        pods = [item for item in document['items'] if item['kind'] == 'Pod']
        pods[0]['metadata']['labels'] = {'logging': 'none'}
        plan = self.plan(document)
        self.assertEqual([pod['name'] for pod in plan['pods']], [pod['metadata']['name'] for pod in pods[1:]])
        self.assertEqual(plan['status']['matchedPods'], 5)

    def test_list_namespaces(self):
        document = self.document()
        document['items'][0]['spec']['namespaceSelector'] = {'matchLabels': {'team': 'shop'}}
        document['items'] += [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': name, 'labels': {'team': name}}}
                              for name in ('shop', 'catalog')]
        plan = self.plan(document)
        self.assertEqual({pod['namespace']: pod['reason'] for pod in plan['pods'] if pod['namespace'] == 'catalog'},
                         {'catalog': 'NotSelected'})
        self.assertEqual(plan['status']['matchedPods'], 4)

    def test_two_sets(self):
        document = self.document()
        other = json.loads(json.dumps(document['items'][0]))
        other['metadata'].update(name='other', uid='u2')
        document['items'].append(other)
        lines = rollout('plan', '-o', 'json', text=json.dumps(document))[1].splitlines()
        self.assertEqual([len(json.loads(line)['pods']) for line in lines], [7, 7])

    def test_order_is_what_is_taken(self):
        order = [pod['name'] for pod in answer('order', EXAMPLE)['pods']]
        taken = [action['pod'] for action in answer('plan', EXAMPLE)['actions'] if action['op'] == 'update-in-place']
        self.assertEqual(order[:len(taken)], taken)
        self.assertEqual(len(order), 5)
        document = self.document()
        document['items'][0]['spec']['updateStrategy']['paused'] = True
        self.assertEqual([pod['name'] for pod in answer('order', text=json.dumps(document))['pods']], order)

    def test_explain(self):
        out = rollout('explain', 'cart-6f9c7d8b5-4xk2p', EXAMPLE)[1].splitlines()
        self.assertEqual(out[:6], [
            'Pod cart-6f9c7d8b5-4xk2p of SidecarSet fluent-bit',
            'hold: PartitionReached (held): partition 1 keeps it, number 5 in order',
            'holds back: update-in-place',
            'wanted: the first 4 of 5 that wait = 5 waiting - partition 1',
            'there: 6 matched, 1 updated, 0 neither updated nor waiting',
            'order: number 5 of 5 that can go to fluent-bit-5d7f9b8c64'])
        self.assertEqual(rollout('explain', 'nobody', EXAMPLE)[0], 1)


class Inject(unittest.TestCase):
    def document(self):
        return json.loads(INJECT.read_text(encoding='utf-8'))

    def test_recorded(self):
        with gzip.open(ROOT / 'tests' / 'vectors' / 'sidecarset-inject.jsonl.gz', 'rt', encoding='utf-8') as file:
            lines = [json.loads(line) for line in file][:12]
        for line in lines:
            with self.subTest(line['id']):
                status, out, err = rollout('inject', '-o', 'json', text=json.dumps(line['snapshot']))
                got, expected = json.loads(out), line['expect']
                self.assertEqual((status, err), (1 if 'error' in expected else 0, ''))
                if 'error' not in expected:
                    self.assertEqual(set(got), set(expected))
                self.assertEqual(got.get('containers'), expected.get('containers'))
                self.assertEqual(json.loads(rollout('inject', '-o', 'json', text=json.dumps(line))[1]), got)

    def test_text(self):
        status, out, err = rollout('inject', INJECT)
        self.assertEqual((status, err), (0, ''))
        lines = out.splitlines()
        self.assertEqual(lines[0], 'Pod shop/checkout-7bd5c9f6c-*: containers of envoy, fluent-bit')
        marks = {line.split()[1]: line.split()[0] for line in lines if line.startswith('  +')}
        self.assertEqual(marks['envoy-1'], '+')
        self.assertNotIn('checkout', marks)

    def test_replaced(self):
        document = self.document()
        document['pod']['spec']['containers'].append({'name': 'fluent-bit', 'image': 'own'})
        self.assertIn('  ~  fluent-bit ', rollout('inject', text=json.dumps(document))[1])

    def test_nothing(self):
        document = self.document()
        document['sidecarSets'] = []
        self.assertEqual(rollout('inject', text=json.dumps(document))[1].splitlines()[0],
                         'Pod shop/checkout-7bd5c9f6c-*: no containers are injected')

    def test_refused(self):
        document = self.document()
        document['sidecarSets'][0]['spec']['injectionStrategy'] = {'revision': {'revisionName': 'gone'}}
        self.assertEqual(rollout('inject', text=json.dumps(document)),
                         (1, 'Pod shop/checkout-7bd5c9f6c-*: refused: revision gone not found\n', ''))

    def test_bad_input(self):
        self.assertEqual(rollout('inject', text='{"kind":"Snapshot"}')[0], 2)
        document = self.document()
        document['sidecarSets'][1]['spec']['containers'][0]['resourcesPolicy']['targetContainersNameRegex'] = r'\pL'
        status, out, err = rollout('inject', text=json.dumps(document))
        self.assertEqual((status, out), (2, ''))
        self.assertIn('sidecarSets[1].spec.containers[0].resourcesPolicy.targetContainersNameRegex', err)

    def test_wall_clock(self):
        document = self.document()
        del document['now']
        self.assertEqual(rollout('inject', text=json.dumps(document))[0], 0)


class Play(unittest.TestCase):
    IMAGE = '5s spec.containers[0].image=fluent/fluent-bit:3.2.5'

    def test_from_to_is_refused(self):
        for command in ('simulate', 'check'):
            self.assertEqual(
                rollout(command, '--from', EXAMPLE, '--to', EXAMPLE),
                (2, '', f'rollout {command}: a SidecarSet has no pods of its own: it is played from a Snapshot, with --change\n'))

    def test_new_pods_are_counted_by_their_hash(self):
        status, out, err = rollout('simulate', EXAMPLE)
        self.assertEqual((status, err), (0, ''))
        rows = [line.split()[:5] for line in out.splitlines() if line[:1].isdigit()]
        self.assertEqual(rows, [['0s', '5', '6', '1', '#====.'], ['18s', '6', '6', '4', '####=='],
                                ['36s', '6', '6', '5', '#####=']])
        self.assertNotIn('recreation', out)  # pods are others'

    def test_recording_decides_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'release.jsonl'
            status, _, err = rollout('simulate', EXAMPLE, '--change', self.IMAGE, '--record', path)
            self.assertEqual((status, err), (0, ''))
            lines = path.read_text(encoding='utf-8').splitlines()
            self.assertEqual(rollout('replay', path)[:2], (0, f'{len(lines)} of {len(lines)} lines decide the same\n'))
            hashes = [json.loads(line)['snapshot']['workload']['metadata']['annotations']['kruise.io/sidecarset-hash']
                      for line in lines]
            self.assertEqual(len(set(hashes)), 2)  # what admission writes when the image changes

    def test_a_change_back_has_the_first_hash(self):
        back = '6s spec.containers[0].image=fluent/fluent-bit:3.2.4'
        shown = answer('simulate', EXAMPLE, '--change', self.IMAGE, '--change', back)
        self.assertEqual((shown['outcome'], shown['timeline'][-1]['updated']), ('done', 5))
        self.assertEqual([row['updated'] for row in shown['timeline']][:2], [1, 0])

    def record(self, document, *arguments):
        """The pods of the first pass and of the last, by name."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'release.jsonl'
            status, _, err = rollout('simulate', *arguments, '--record', path, text=json.dumps(document))
            self.assertEqual((status, err), (0, ''))
            lines = path.read_text(encoding='utf-8').splitlines()
        return [{pod['metadata']['name']: pod for pod in json.loads(line)['snapshot']['pods']} for line in (lines[0], lines[-1])]

    def of_namespace(self, team):
        """The example for the namespaces of a team, of which each has one, and without a partition."""
        document = json.loads(EXAMPLE.read_text(encoding='utf-8'))
        document['items'][0]['spec'].update(namespaceSelector={'matchLabels': {'team': team}})
        document['items'][0]['spec']['updateStrategy'].update(partition=0)
        document['items'] += [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': name, 'labels': {'team': name}}}
                              for name in ('catalog', 'shop')]
        document['items'] += [{'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': f'worker-{i}'}} for i in (1, 2, 3)]
        return document

    def test_made_anew(self):
        """sidecarset.md 10.1 and 10.4: what admission makes of a pod whose node is lost: its namespace is looked at."""
        document = self.of_namespace('shop')
        for item in document['items']:
            if item['kind'] == 'Pod':
                item['metadata']['annotations']['kruise.io/sidecarset-injected-list'] = 'other,fluent-bit,third'
        before, after = self.record(document, '--fault', 'node=worker-1@1s')
        lost = [name for name, pod in before.items() if pod['spec']['nodeName'] == 'worker-1']
        self.assertEqual([name.split('-')[0] for name in lost], ['cart', 'checkout'])
        for name in lost:
            self.assertIn('fluent/fluent-bit:3.2.4', [container['image'] for container in after[name]['spec']['containers']])
            self.assertEqual(after[name]['metadata']['annotations']['kruise.io/sidecarset-injected-list'], 'fluent-bit,other,third')
            self.assertNotEqual(after[name]['spec']['nodeName'], 'worker-1')

    def test_other_namespaces_do_not_count(self):
        for team, count in (('shop', 4), ('catalog', 2), ('none', 0)):
            with self.subTest(team):
                shown = answer('simulate', text=json.dumps(self.of_namespace(team)))
                last = shown['timeline'][-1]
                self.assertEqual((shown['outcome'], last['total'], last['updated']), ('done', count, count))

    def test_no_statuses_yet(self):
        document = json.loads(EXAMPLE.read_text(encoding='utf-8'))
        pod = next(item for item in document['items'] if item['kind'] == 'Pod')
        del pod['status']['containerStatuses']
        for condition in pod['status']['conditions']:
            if condition['type'] in ('Ready', 'ContainersReady'):
                condition['status'] = 'False'
        after = self.record(document)[1][pod['metadata']['name']]
        self.assertEqual([status['ready'] for status in after['status']['containerStatuses']], [True, True])

    def test_pods_that_are_almost_alike(self):
        document = json.loads(EXAMPLE.read_text(encoding='utf-8'))
        numbers = {}
        document['items'][0]['spec']['updateStrategy']['paused'] = True
        model = next(item for item in document['items'] if item['kind'] == 'Pod')
        for number in (1, 257):  # of which the low bytes are the same
            pod = json.loads(json.dumps(model))
            pod['metadata'].update(name=f'pod-{number}', uid=f'pod-{number}')
            pod['status']['containerStatuses'][-1].update(
                ready=False, state={'waiting': {'reason': 'CrashLoopBackOff', 'times': number}})
            numbers[f'pod-{number}'] = number
            document['items'].append(pod)
        first = self.record(document)[0]
        self.assertEqual({name: first[name]['status']['containerStatuses'][-1]['state']['waiting']['times'] for name in numbers},
                         numbers)

    def test_check(self):
        status, out, err = rollout('check', EXAMPLE, '--change', 'spec.updateStrategy.paused=true')
        self.assertEqual((status, err), (0, ''))
        self.assertIn('size 4: holds', out)
        status, out, _ = rollout('check', EXAMPLE, '--change', 'spec.updateStrategy.maxUnavailable=0')
        self.assertEqual(status, 1)
        self.assertIn('MaxUnavailableReached', out)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
