#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rollout simulate and check of Deployments and ReplicaSets. Usage: deployment.py ROLLOUT SOURCE_ROOT"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
GUESTBOOK, PART = ROOT / 'examples' / 'guestbook.json', ROOT / 'examples' / 'guestbook-replicaset.json'


def rollout(*arguments):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def manifest(image, replicas=4, surge=1, unavailable=0, kind='Deployment', **spec):
    labels = {'matchLabels': {'app': 'web'}}
    template = {'metadata': {'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'main', 'image': image}]}}
    if kind == 'Deployment':
        spec['strategy'] = {'rollingUpdate': {'maxSurge': surge, 'maxUnavailable': unavailable}}
    return {'apiVersion': 'apps/v1', 'kind': kind, 'metadata': {'name': 'web', 'namespace': 'default'},
            'spec': {'replicas': replicas, 'selector': labels, 'template': template, **spec}}


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document), encoding='utf-8')
        return path

    def from_to(self, **facts):
        return ['--from', self.file('old.json', manifest('web:1', **facts)), '--to',
                self.file('new.json', manifest('web:2', **facts))]

    def simulated(self, *arguments, status=0):
        code, out, err = rollout('simulate', '-o', 'json', *arguments)
        self.assertEqual((code, err), (status, ''), out)
        return json.loads(out)


class Simulate(WithFolder):
    def test_from_one_manifest_to_another(self):
        """One new pod comes, then one old one goes, four times: never fewer than 4 serve, nor are there more than 5."""
        told = self.simulated(*self.from_to())
        self.assertEqual((told['outcome'], told['created'], told['deleted'], told['recreated']), ('done', 4, 4, 4))
        self.assertEqual((told['lowestAvailable']['pods'], told['peakTotal']['pods']), (4, 5))
        self.assertEqual(told['timeline'][-1]['updatedAvailable'], 4)
        first = told['timeline'][0]
        self.assertEqual([action['op'] for action in first['actions']], ['create-replica-set', 'set-annotation'])
        self.assertEqual((first['total'], first['updated']), (4, 0))
        self.assertTrue(told['from'].startswith('web-') and told['to'].startswith('web-') and told['from'] != told['to'])

    def test_the_same_manifest(self):
        old = self.file('old.json', manifest('web:1'))
        told = self.simulated('--from', old, '--to', old)
        self.assertEqual((told['outcome'], told['durationMs'], told['created'], told['deleted']), ('done', 0, 0, 0))

    def test_new_and_old_templates(self):
        status, out, err = rollout('simulate', '--fault', 'never-ready=new', *self.from_to(progressDeadlineSeconds=60))
        self.assertEqual((status, err), (1, ''))
        self.assertIn('stuck: ', out)
        self.assertRegex(out, r'\(workload\)\) +DeadlineExceeded +no progress since .*, deadline 60 s')
        self.assertEqual(self.simulated('--fault', 'never-ready=old', *self.from_to())['outcome'], 'done')
        self.assertEqual(self.simulated('--fault', 'never-ready=any', *self.from_to(), status=1)['outcome'], 'stuck')

    def test_changes(self):
        """Paused after the first new pod was made nothing more comes of it; with another image a third ReplicaSet is made."""
        paused = self.simulated('--change', '5s paused=true', *self.from_to())
        self.assertEqual((paused['outcome'], paused['created'], paused['deleted']), ('done', 1, 0))
        other = self.simulated('--change', '5s image=web:3', *self.from_to())
        self.assertEqual((other['outcome'], other['timeline'][-1]['updatedAvailable']), ('done', 4))
        made = [a['op'] for row in other['timeline'] for a in row['actions']].count('create-replica-set')
        self.assertEqual(made, 2)
        back = self.simulated('--change', '5s image=web:1', *self.from_to())
        self.assertEqual((back['outcome'], back['created'], back['deleted']), ('done', 1, 1))

    def test_assertions(self):
        status, out, err = rollout('simulate', '--assert', 'total <= replicas + maxSurge', '--assert',
                                   'available >= replicas - maxUnavailable', GUESTBOOK)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(out.count('holds: '), 2)
        self.assertEqual(rollout('simulate', '--assert', 'total <= replicas', GUESTBOOK)[0], 1)

    def test_a_driver_that_dies(self):
        for after in (1, 2, 3):
            status, out, err = rollout('simulate', '--crash-after', after, *self.from_to())
            self.assertEqual((status, err), (0, ''))
            self.assertIn('the end is the same', out)

    def test_what_is_recorded_is_decided_again(self):
        for name, arguments in (('from', self.from_to()), ('snapshot', [GUESTBOOK]), ('set', [PART]),
                                ('changed', ['--change', '5s image=web:3', *self.from_to()])):
            record = self.folder / f'{name}.jsonl'
            self.assertEqual(rollout('simulate', '--record', record, *arguments)[0], 0)
            lines = len(record.read_text(encoding='utf-8').splitlines())
            status, out, err = rollout('replay', record)
            self.assertEqual((status, err), (0, ''))
            self.assertIn(f'{lines} of {lines} lines decide the same', out)

    def test_replica_set(self):
        told = self.simulated(self.file('set.json', manifest('web:1', kind='ReplicaSet')))
        self.assertEqual((told['outcome'], told['created'], told['timeline'][-1]['available']), ('done', 4, 4))
        less = self.simulated('--change', 'done replicas=1', self.file('set.json', manifest('web:1', kind='ReplicaSet')))
        self.assertEqual((less['outcome'], less['deleted'], less['timeline'][-1]['available']), ('done', 3, 1))

    def test_refused(self):
        for arguments, message in ((['--fault', 'fail=any'], 'faults[0].kind: only pods of a BroadcastJob end'),
                                   (['--fault', 'image=web-3'], 'faults[0].target: web-3 is no revision'),
                                   (['--change', '1s partition=1'], 'partition: this kind has no such field')):
            status, out, err = rollout('simulate', *arguments, GUESTBOOK)
            self.assertEqual((status, out), (2, ''))
            self.assertIn(message, err)


class Check(WithFolder):
    def explored(self, *arguments, status=0):
        code, out, err = rollout('check', '-o', 'json', *arguments)
        self.assertEqual((code, err), (status, ''), out)
        return [json.loads(line) for line in out.splitlines()]

    def test_every_size(self):
        for start in (self.from_to(), [GUESTBOOK]):
            self.assertEqual([told['outcome'] for told in self.explored('--replicas', 3, *start)], ['holds'] * 3)

    def test_replica_set(self):
        self.assertEqual(self.explored(PART)[0]['outcome'], 'holds')

    def test_a_story(self):
        """deployment.md 3.3: rolled back while the old ReplicaSet has not shrunk yet, its pods on their way count."""
        code, out, err = rollout('check', '--faults', 0, '--replicas', 2, '--change', 'image=web:1', *self.from_to())
        self.assertEqual((code, err), (1, ''))
        self.assertRegex(out, r'\d+\. ReplicaSet web-\w+ brings its pods to 1\n')
        self.assertIn('the plan takes more pods from service than maxUnavailable', out)
        self.assertRegex(out, r'web-new1 +[a-z0-9]+ +ready')


unittest.main(argv=sys.argv[:1], verbosity=1)
