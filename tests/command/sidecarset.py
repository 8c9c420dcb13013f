#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SidecarSets in the command: plan, order, explain and lists; inject. Usage: sidecarset.py ROLLOUT SOURCE_ROOT"""
import gzip
import json
import pathlib
import subprocess
import sys
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


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
