#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rollout lint as its users see it; and what it says of recorded worlds holds for what is planned there.
Usage: lint.py ROLLOUT SOURCE_ROOT"""
import copy
import gzip
import json
import pathlib
import subprocess
import sys
import unittest

ROLLOUT, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
STUCK = ROOT / 'examples' / 'lint' / 'stuck.json'
KINDS = ['cloneset', 'cloneset-wild', 'cloneset-release', 'statefulset', 'nativestatefulset', 'daemonset', 'nativedaemonset',
         'sidecarset']


def rollout(*arguments, text=''):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def answers(out):
    return [json.loads(line) for line in out.splitlines()]


def stuck(**fields):
    """The example with other fields in rollingUpdate, and nothing else wrong with it."""
    document = json.loads(STUCK.read_text(encoding='utf-8'))
    del document['spec']['progressDeadlineSeconds']
    document['spec']['updateStrategy']['rollingUpdate'] = fields
    return document


class Lint(unittest.TestCase):
    def test_text(self):
        status, out, err = rollout('lint', STUCK)
        self.assertEqual((status, err), (1, ''))
        head, *rows = out.splitlines()
        self.assertEqual(head, 'CloneSet default/shop: 4 findings')
        self.assertEqual([row.split()[:2] for row in rows],
                         [['spec.progressDeadlineSeconds', 'DeadlineTooShort'],
                          ['spec.updateStrategy.rollingUpdate.partition', 'TextUnreadable'],
                          ['spec.updateStrategy.rollingUpdate.maxUnavailable', 'TextUnreadable'],
                          ['spec.updateStrategy.rollingUpdate.maxUnavailable', 'NoBudget']])
        self.assertEqual(len({row.index(row.split()[1]) for row in rows}), 1, 'columns are aligned')
        self.assertIn('maxUnavailable "12.5%" is stored but read as 0: it must be a whole percent', out)

    def test_json(self):
        status, out, err = rollout('lint', '-o', 'json', STUCK)
        self.assertEqual((status, err), (1, ''))
        [lint] = answers(out)
        self.assertEqual(list(lint), ['kind', 'workload', 'findings'])
        self.assertEqual((lint['kind'], lint['workload']),
                         ('Lint', {'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet', 'namespace': 'default',
                                   'name': 'shop'}))
        self.assertEqual([(f['path'].split('.')[-1], f['code'], f['value']) for f in lint['findings']],
                         [('progressDeadlineSeconds', 'DeadlineTooShort', 60), ('partition', 'TextUnreadable', 'half'),
                          ('maxUnavailable', 'TextUnreadable', '12.5%'), ('maxUnavailable', 'NoBudget', '12.5%')])
        for finding in lint['findings']:
            self.assertEqual(list(finding), ['path', 'code', 'value', 'message'])

    def test_nothing_found(self):
        for path in sorted((ROOT / 'examples').glob('*.json')):
            status, out, err = rollout('lint', path)
            self.assertEqual((status, err), (0, ''), path)
            self.assertRegex(out, r'\A\w+ [\w/-]+: nothing found\n\Z')
            [lint] = answers(rollout('lint', '-o', 'json', path)[1])
            self.assertEqual(lint['findings'], [])

    def test_one_finding(self):
        self.assertEqual(rollout('lint', text=json.dumps(stuck(partition='100%'))),
                         (1, 'CloneSet default/shop: 1 finding\n  spec.updateStrategy.rollingUpdate.partition  NeverReleases'
                             '  partition "100%" keeps all 4 pods as they are: none is updated\n', ''))
        self.assertEqual(rollout('lint', text=json.dumps(stuck(partition='75%')))[0], 0)

    def test_the_version_spells_the_path(self):
        for version, place in (('v1beta1', 'updateStrategy.rollingUpdate'), ('v1alpha1', 'updateStrategy')):
            document = stuck()
            document['apiVersion'] = f'apps.kruise.io/{version}'
            document['spec']['updateStrategy'] = {}
            inner = document['spec']
            for key in place.split('.'):
                inner = inner.setdefault(key, {})
            inner['maxUnavailable'] = 0
            [lint] = answers(rollout('lint', '-o', 'json', text=json.dumps(document))[1])
            self.assertEqual([(f['path'], f['code']) for f in lint['findings']],
                             [(f'spec.{place}.maxUnavailable', 'NoBudget')])

    def test_a_value_that_is_not_there(self):
        document = stuck(maxUnavailable=1)
        document['spec'].pop('selector')
        [lint] = answers(rollout('lint', '-o', 'json', text=json.dumps(document))[1])
        self.assertEqual([list(finding) for finding in lint['findings']], [['path', 'code', 'message']])

    def test_many_documents(self):
        """The highest status; what is refused does not keep the rest from being answered."""
        good, bad, broken = stuck(), stuck(maxUnavailable=0), stuck(maxUnavailable=[])
        for documents, status in (([good, good], 0), ([good, bad, good], 1), ([bad, broken, good], 2), ([broken], 2)):
            text = '\n'.join(map(json.dumps, documents)) + '\n'
            code, out, _ = rollout('lint', '-o', 'json', text=text)
            self.assertEqual(code, status)
            self.assertEqual([answer['kind'] for answer in answers(out)],
                             ['Error' if document is broken else 'Lint' for document in documents])
        two = copy.deepcopy(bad)
        two['metadata']['name'] = 'other'
        status, out, _ = rollout('lint', text=json.dumps({'kind': 'List', 'items': [good, two]}))
        self.assertEqual(status, 1)
        self.assertEqual([line for line in out.splitlines() if line.startswith('CloneSet')],
                         ['CloneSet default/shop: nothing found', 'CloneSet default/other: 1 finding'])

    def test_control_characters(self):
        out = rollout('lint', text=json.dumps(stuck(partition='\033[2J')))[1]
        self.assertIn('TextUnreadable', out)
        self.assertNotIn('\033', out)


class Truth(unittest.TestCase):
    """What is said to stop a release does stop it in the plan of the same world."""

    UPDATES = {'UpdateInPlace', 'Recreate', 'RecreateNotInPlace', 'PrepareUpdate', 'CreateSurge'}

    def worlds(self):
        for kind in KINDS:
            with gzip.open(ROOT / 'tests' / 'vectors' / f'{kind}.jsonl.gz', 'rt', encoding='utf-8') as lines:
                text = lines.read()
            plans, lints = (answers(rollout(command, '-o', 'json', text=text)[1]) for command in ('plan', 'lint'))
            self.assertEqual(len(plans), len(lints))
            for line, plan, lint in zip(text.splitlines(), plans, lints):
                yield json.loads(line)['snapshot'], plan, lint

    def updated(self, plan):
        return {pod['name'] for pod in plan['pods'] if pod['actions'] and pod['reason'] in self.UPDATES}

    @staticmethod
    def available(snapshot):
        """Pods that surely are, where pods are available as soon as they are ready."""
        names = set()
        for pod in snapshot['pods']:
            state = (pod['metadata'].get('labels') or {}).get('lifecycle.apps.kruise.io/state', '')
            conditions = {c['type']: c['status'] for c in pod.get('status', {}).get('conditions') or []}
            if (state in ('', 'Normal') and pod['status'].get('phase') == 'Running' and conditions.get('Ready') == 'True'
                    and conditions.get('InPlaceUpdateReady', 'True') == 'True'):
                names.add(pod['metadata']['name'])
        return names if not snapshot['workload']['spec'].get('minReadySeconds') else set()

    def test_no_update(self):
        seen = dict.fromkeys(('NeverReleases', 'Paused', 'NoBudget'), 0)
        for snapshot, plan, lint in self.worlds():
            workload, gates = snapshot['workload'], snapshot.get('featureGates') or {}
            codes = seen.keys() & {finding['code'] for finding in lint['findings']}
            taken = self.updated(plan)
            if gates.get('CloneSetPartitionRollback'):
                codes.discard('NeverReleases')  # pods go back to what the partition keeps
            if 'NoBudget' in codes:  # a DaemonSet takes one at a time; pods beyond replicas are a budget
                surplus = len(snapshot['pods']) > workload['spec'].get('replicas', 1)
                if workload['kind'] == 'CloneSet' and not surplus:
                    self.assertEqual(taken & self.available(snapshot), set(), workload['metadata']['name'])
                    seen['NoBudget'] += 1
                codes.discard('NoBudget')
            for code in codes:
                self.assertEqual(taken, set(), (workload['metadata']['name'], code))
                seen[code] += 1
        for code, count in seen.items():
            self.assertGreaterEqual(count, 3, code)

    def test_nothing_created(self):
        seen = 0
        for _, plan, lint in self.worlds():
            if any(finding['code'] == 'CreatesNothing' for finding in lint['findings']):
                self.assertNotIn('create', [action['op'] for action in plan['actions']])
                seen += 1
        self.assertGreaterEqual(seen, 10)

    def test_text_that_cannot_be_read(self):
        """The planner says so itself, and a limit that it says that of is found."""
        seen = 0
        for _, plan, lint in self.worlds():
            unusable = {limit['field'] for limit in plan.get('limits', []) if limit.get('unusable')}
            found = {finding['path'] for finding in lint['findings'] if finding['code'] == 'TextUnreadable'}
            for field in unusable:
                self.assertTrue(any(path.endswith(f'.{field}') for path in found), (field, found))
                seen += 1
        self.assertGreaterEqual(seen, 10)


unittest.main(argv=sys.argv[:1], verbosity=1)
