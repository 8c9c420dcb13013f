#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rollout check as its users see it. Usage: check.py ROLLOUT SOURCE_ROOT"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
EXAMPLES = ROOT / 'examples'
ARTICLE, ZOOKEEPER = EXAMPLES / 'article.json', EXAMPLES / 'zookeeper.json'
PROOF = 'holds: every state that can be reached is safe, and every path ends'


def check(*arguments, text=''):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, 'check', *map(str, arguments)], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def manifest(kind='CloneSet', version='apps.kruise.io/v1beta1', replicas=3, image='web:1', **strategy):
    spec = {'selector': {'matchLabels': {'app': 'web'}},
            'updateStrategy': {'type': 'RollingUpdate', 'rollingUpdate': strategy},
            'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'main', 'image': image}]}}}
    if kind != 'DaemonSet':
        spec['replicas'] = replicas
    return {'apiVersion': version, 'kind': kind, 'metadata': {'name': 'web', 'namespace': 'default'}, 'spec': spec}


class WithFolder(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, document, name):
        path = self.folder / name
        path.write_text(json.dumps(document), encoding='utf-8')
        return path

    def from_to(self, **facts):
        return ['--from', self.file(manifest(**facts), 'old.json'), '--to',
                self.file(manifest(image='web:2', **facts), 'new.json')]

    def explored(self, *arguments, status=0, text=''):
        """The answers as JSON, one a size."""
        code, out, err = check('-o', 'json', *arguments, text=text)
        self.assertEqual((code, err), (status, ''), out)
        return [json.loads(line) for line in out.splitlines()]


class Holds(WithFolder):
    def test_every_size(self):
        status, out, err = check('--replicas', 3, ARTICLE)
        self.assertEqual((status, err), (0, ''))
        lines = out.splitlines()
        self.assertEqual(lines[0], 'CloneSet default/web: at most 1 fault of unready, break, vanish')
        self.assertEqual([line for line in lines if line.startswith('size')], [f'size {n}: {PROOF}' for n in (1, 2, 3)])
        sizes = self.explored('--replicas', 3, ARTICLE)
        self.assertEqual([(size['size'], size['outcome']) for size in sizes], [(1, 'holds'), (2, 'holds'), (3, 'holds')])
        self.assertEqual([size['story'] for size in sizes], [[]] * 3)
        self.assertEqual(sorted(size['states'] for size in sizes), [size['states'] for size in sizes])

    def test_default_size(self):
        """Five are wanted: four are explored, and that is said. Three are explored as they stand."""
        self.assertIn('\nnote: 5 are wanted, 4 are explored; --replicas says otherwise\n', check(ARTICLE)[1])
        self.assertEqual([size['size'] for size in self.explored(ARTICLE)], [4])
        [three] = self.explored(*self.from_to(maxUnavailable=1), '--faults', 0)
        self.assertNotIn('size', three)

    def test_pods_are_kept(self):
        """Of a release that is over so many stay as are wanted: there is nothing to do."""
        for kind in ('CloneSet', 'StatefulSet'):
            record = self.folder / 'record.jsonl'
            done = subprocess.run([ROLLOUT, 'simulate', '--record', record, *self.from_to(kind=kind, replicas=4)],
                                  stdout=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, 0)
            last = record.read_text(encoding='utf-8').splitlines()[-1]
            answers = self.explored('--faults', 0, '--replicas', 4, text=last)
            self.assertEqual({answer['outcome'] for answer in answers}, {'holds'})
            self.assertEqual(len({(answer['states'], answer['steps']) for answer in answers}), 1, kind)

    def test_a_daemonset_without_nodes(self):
        """There is nothing to go wrong, which is said."""
        status, out, _ = check(text=json.dumps(manifest('DaemonSet')))
        self.assertEqual(status, 0)
        self.assertIn('\nnote: no nodes are given for it\n', out)

    def test_first_release(self):
        [answer] = self.explored(text=json.dumps(manifest(maxUnavailable=1)))
        self.assertEqual(answer['outcome'], 'holds')

    def test_more_faults_more_states(self):
        options = [*self.from_to(maxUnavailable=1), '--fault-kinds', 'vanish', '--faults']
        states = [self.explored(*options, n)[0]['states'] for n in (0, 1, 2)]
        self.assertEqual(sorted(set(states)), states)
        self.assertIn(': at most 0 faults\n', check('--faults', 0, *self.from_to(maxUnavailable=1))[1])
        self.assertIn(': at most 2 faults of fail, node\n',
                      check('--faults', 2, '--fault-kinds', 'node,fail', *self.from_to(maxUnavailable=1))[1])

    def test_kinds(self):
        for kind, version in (('StatefulSet', 'apps/v1'), ('StatefulSet', 'apps.kruise.io/v1beta1'),
                              ('DaemonSet', 'apps/v1'), ('DaemonSet', 'apps.kruise.io/v1beta1')):
            nodes = ['--nodes', 3] if kind == 'DaemonSet' else []
            sizes = self.explored(*self.from_to(kind=kind, version=version, maxUnavailable=1), *nodes, '--replicas', 3,
                                  '--fault-kinds', 'vanish')
            self.assertEqual([size['outcome'] for size in sizes], ['holds'] * 3, (kind, version))
            states = [size['states'] for size in sizes]
            self.assertEqual(sorted(set(states)), states, (kind, version))

    def test_same_bytes(self):
        options = [*self.from_to(maxUnavailable=1), '--replicas', 3]
        for form in ('text', 'json'):
            self.assertEqual(check('-o', form, *options), check('-o', form, *options))


class Stories(WithFolder):
    def test_no_room(self):
        """Nothing may ever be unavailable, and nothing surges. Found at the least size, before anything happens."""
        options = [*self.from_to(maxUnavailable=0, maxSurge=0), '--replicas', 6]
        [one] = self.explored(*options, status=1)
        self.assertEqual((one['size'], one['outcome'], len(one['pods'])), (1, 'stuck', 1))
        self.assertEqual((one['pods'][0]['state'], one['pods'][0]['reason']), ('ready', 'MaxUnavailableReached'))
        status, out, err = check(*options)
        self.assertEqual((status, err), (1, ''))
        self.assertIn('size 1: stuck: from a state on nothing leads to what was asked for, and nothing moves any more\n', out)
        self.assertRegex(out, r'(?m)^there\n  web-\S+ +web-\w+ +ready .*MaxUnavailableReached +max_unavailable 0 of 0 used$')

    def test_a_broken_pod_behind_the_stop(self):
        """OrderedReady waits for a pod that the update would mend (statefulset.md: the broken pod)."""
        options = [*self.from_to(kind='StatefulSet', version='apps/v1'), '--fault-kinds', 'break']
        [answer] = self.explored(*options, status=1)
        self.assertEqual(answer['outcome'], 'stuck')
        moves = [step['move'] for step in answer['story']]
        self.assertEqual(moves.count('fault'), 1)
        self.assertIn('breaks', answer['story'][moves.index('fault')]['text'])
        self.assertIn('not ready', [pod['state'] for pod in answer['pods']])
        lines = check(*options)[1].splitlines()
        numbered = [line.split('.')[0].strip() for line in lines if line.startswith('  ') and '. ' in line[:6]]
        self.assertEqual(numbered, [str(n + 1) for n in range(len(moves))])
        self.assertEqual(lines[-1], answer['message'])

    def test_a_change_is_named(self):
        options = [*self.from_to(maxUnavailable=1), '--faults', 0, '--change', 'maxUnavailable=0']
        [answer] = self.explored(*options, status=1)
        changes = [step for step in answer['story'] if step['move'] == 'change']
        self.assertEqual([step['change'] for step in changes], ['maxUnavailable=0'])
        out = check(*options)[1]
        self.assertIn('\nat any moment: maxUnavailable=0\n', out)
        self.assertIn('change 1 of the spec: maxUnavailable=0\n', out)
        two = ['--change', 'maxUnavailable=2', '--change', 'maxUnavailable=0']
        [answer] = self.explored(*self.from_to(maxUnavailable=1), '--faults', 0, *two, status=1)
        self.assertEqual([step['change'] for step in answer['story'] if step['move'] == 'change'], two[1::2])
        back = self.explored(*self.from_to(maxUnavailable=1), '--faults', 0, '--change', self.folder / 'old.json')
        self.assertEqual([answer['outcome'] for answer in back], ['holds'])

    def test_the_plan_of_a_pass_is_shown(self):
        [answer] = self.explored(*self.from_to(maxUnavailable=1), '--change', 'maxUnavailable=0', '--fault-kinds', 'break',
                                 '--assert', 'available >= 100%', status=1)
        passes = [step for step in answer['story'] if step['move'] == 'pass']
        self.assertTrue(passes)
        for step in passes:
            for action in step['actions']:
                self.assertTrue(action['op'] and action['reason'])

    def test_assertion(self):
        self.assertEqual(self.explored(*self.from_to(maxUnavailable=1), '--faults', 0, '--assert', 'total <= replicas')[0]
                         ['outcome'], 'holds')
        [answer] = self.explored(*self.from_to(maxUnavailable=1), '--faults', 0, '--assert', 'available >= 3', status=1)
        self.assertEqual(answer['outcome'], 'unsafe')
        self.assertIn('available', answer['message'])


    def test_assertion_about_time(self):
        """There is no clock here: it is refused, and nothing else is printed."""
        status, out, err = check('--assert', 'finishes within 10m', ARTICLE)
        self.assertEqual((status, out), (2, ''))
        self.assertIn('--assert', err)


class Limits(WithFolder):
    def test_states(self):
        status, out, err = check('--states', 5, ARTICLE)
        self.assertEqual((status, err), (1, ''))
        self.assertIn('the limit of states is reached: what was explored is safe, which is no proof of the rest\n', out)
        [answer] = self.explored('--states', 5, ARTICLE, status=1)
        self.assertEqual((answer['outcome'], answer['states']), ('states', 5))
        self.assertGreater(answer['found'], 5)

    def test_memory(self):
        [answer] = self.explored('--memory', '64K', '--faults', 3, *self.from_to(replicas=4, maxUnavailable=1), status=1)
        self.assertEqual(answer['outcome'], 'memory')
        self.assertLessEqual(answer['memory'], 65536)
        for size in ('16M', '16MiB', '16777216', '1G'):
            self.assertEqual(self.explored('--memory', size, ARTICLE)[0]['outcome'], 'holds', size)


class Options(WithFolder):
    def test_refused(self):
        for arguments, problem in (
                (['--replicas', '0'], '--replicas is a number from 1 to 32, not 0'),
                (['--replicas', '33'], '--replicas is a number from 1 to 32, not 33'),
                (['--faults', '16'], '--faults is a number from 0 to 15, not 16'),
                (['--states', 'many'], '--states is a number from 1 to 18446744073709551615, not many'),
                *((['--memory', value], f'--memory is a size such as 512M or 2G, not {value}')
                  for value in ('0', 'x', '5X', '99999999999T', 'M', '-1')),
                (['--fault-kinds', 'break,fire'],
                 '--fault-kinds: unknown kind fire; there are unready, break, fail, vanish, node, '
                 'cordon, return and room'),
                (['--change', ''], '--change is FIELD=VALUE,... or FILE'),
                (['--from', 'x'], '--from and --to go together')):
            self.assertEqual(check(*arguments, ARTICLE), (2, '', f'rollout check: {problem}\n'))

    def test_refused_documents(self):
        bad = manifest()
        bad['spec']['replicas'] = 'five'
        status, out, _ = check('-o', 'json', text=json.dumps(bad) + '\n' + json.dumps(manifest(maxUnavailable=1)))
        self.assertEqual((status, [json.loads(line)['kind'] for line in out.splitlines()]), (2, ['Error', 'Check']))
        status, out, err = check('--change', 'nonsense=1', text=json.dumps(manifest()))
        self.assertEqual(status, 2)
        self.assertIn('nonsense: unknown field; others are paths such as spec.minReadySeconds', err)


unittest.main(argv=sys.argv[:1], verbosity=1)
