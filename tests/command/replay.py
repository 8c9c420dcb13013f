#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rollout replay: what is the same, and what is the first difference. Usage: replay.py ROLLOUT SOURCE_ROOT"""
import copy
import gzip
import json
import pathlib
import subprocess
import sys
import unittest

ROLLOUT, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
PLANNED = ['cloneset', 'cloneset-release', 'cloneset-wild', 'statefulset', 'nativestatefulset', 'daemonset',
           'nativedaemonset', 'broadcastjob', 'deployment', 'replicaset', 'uniteddeployment', 'sidecarset']


def rollout(*arguments, text=''):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', check=False)
    return done.returncode, done.stdout, done.stderr


def recorded(kind):
    with gzip.open(ROOT / 'tests' / 'vectors' / f'{kind}.jsonl.gz', 'rt', encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def exceptions():
    text = (ROOT / 'tests' / 'vectors' / 'exceptions.txt').read_text(encoding='utf-8')
    return {line.split()[0] for line in text.splitlines() if line and not line.startswith('#')}


def replay(lines, *options):
    return rollout('replay', *options, text=''.join(json.dumps(line) + '\n' for line in lines))


def answers(lines):
    status, out, err = replay(lines, '-o', 'json')
    return status, [json.loads(line) for line in out.splitlines()], err


def answer(line):
    """The status, and what is said of this one."""
    status, [said], err = answers([line])
    assert err == '', err
    return status, said


def changed(line, *path, to=None):
    """A copy with another value there; None takes it away."""
    copied = copy.deepcopy(line)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return copied


def first(kind, fits):
    return next(line for line in recorded(kind) if fits(line['expect']))


class Same(unittest.TestCase):
    def test_recorded_decisions(self):
        for kind in PLANNED + ['sidecarset-inject', 'inplace', 'ordering']:
            lines = [line for line in recorded(kind) if line['id'] not in exceptions()]
            self.assertEqual(replay(lines), (0, f'{len(lines)} of {len(lines)} lines decide the same\n', ''))
            self.assertEqual(answers(lines), (0, [{'kind': 'Replay', 'id': line['id'], 'same': True} for line in lines], ''))

    def test_whole_plans(self):
        for kind in PLANNED:
            lines = recorded(kind)[:30]
            _, out, _ = rollout('plan', '-o', 'json', text=''.join(json.dumps(line) + '\n' for line in lines))
            plans = [json.loads(plan) for plan in out.splitlines()]
            whole = [{'id': line['id'], 'snapshot': line['snapshot'], 'plan': plan} for line, plan in zip(lines, plans)]
            self.assertEqual(replay(whole)[:2], (0, '30 of 30 lines decide the same\n'))
            backwards = [{**line, 'plan': dict(reversed(line['plan'].items()))} for line in whole]
            self.assertEqual(replay(backwards)[0], 0)
            for line in whole:
                plan = line['plan']
                self.assertEqual(answer(changed(line, 'plan', 'pods', to=plan['pods'] + [5])), (1, {
                    'kind': 'Replay', 'id': line['id'], 'same': False,
                    'difference': {'path': f"pods[{len(plan['pods'])}]", 'expected': 5}}))
                if plan['pods']:
                    detail = changed(line, 'plan', 'pods', 0, 'detail', to='because')
                    self.assertEqual(answer(detail)[1]['difference'],
                                     {'path': 'pods[0].detail', 'expected': 'because', 'got': plan['pods'][0]['detail']})
                self.assertEqual(answer(changed(line, 'plan', 'status'))[1]['difference'],
                                 {'path': 'status', 'got': plan['status']})
                odd = answer(changed(line, 'plan', 'a/b', to=[None]))[1]['difference']
                self.assertEqual(odd, {'path': '["a/b"]', 'expected': [None]})

    def test_what_says_nothing(self):
        """Zeros, the order of a DaemonSet's actions, ids of claims, and the text of an error."""
        for kind in PLANNED:
            for line in recorded(kind)[:20]:
                expect = line['expect']
                if kind == 'broadcastjob' or 'status' not in expect:  # counts pods of other names, or wrote nothing
                    continue
                self.assertEqual(answer(changed(line, 'expect', 'status', 'readyReplicas',
                                                to=expect['status'].get('readyReplicas', 0)))[0], 0)
                if 'daemonset' in kind:
                    self.assertEqual(answer(changed(line, 'expect', 'actions', to=expect['actions'][::-1]))[0], 0)
        line = first('statefulset', lambda e: e.get('updateError'))
        self.assertEqual(answer(changed(line, 'expect', 'updateError', to='anything'))[0], 0)
        line = first('cloneset', lambda e: any(a['op'] == 'create-claim' for a in e['actions']))
        actions = [{**a, 'claim': 'x'} if a['op'] == 'create-claim' else a for a in line['expect']['actions']]
        self.assertEqual(answer(changed(line, 'expect', 'actions', to=actions))[0], 0)

    def test_any_pick_is_as_right(self):
        for name, kind in (('choice', 'daemonset'), ('choice', 'nativedaemonset'), ('deleteChoice', 'nativedaemonset')):
            line = first(kind, lambda e, name=name: name in e and len(e[name]['of']) > e[name]['count'] > 0)
            expect, choice = line['expect'], line['expect'][name]
            rest = [a for a in expect['actions'] if a not in choice['of']]
            self.assertEqual(len(rest) + choice['count'], len(expect['actions']))
            other = choice['of'][-choice['count']:]
            self.assertEqual(answer(changed(line, 'expect', 'actions', to=rest + other))[0], 0)
            self.assertEqual(answer(changed(line, 'expect', name, 'count', to=choice['count'] - 1))[1]['difference'],
                             {'path': f'actions.{name}', 'expected': choice['count'] - 1, 'got': choice['count']})
            # One that is picked but not among them, and one that is to be done in another way.
            alone = changed(line, 'expect', name, 'of', to=[choice['of'][-1]])
            self.assertEqual(answer(alone)[0], 1)
            if choice['of'][0]['op'] != 'delete':
                otherwise = [{**a, 'revision': 'x'} for a in choice['of']]
                self.assertTrue(answer(changed(line, 'expect', name, 'of', to=otherwise))[1]['difference']['path']
                                .endswith('[0].revision'))


class Different(unittest.TestCase):
    def difference(self, line):
        status, said = answer(line)
        self.assertEqual((status, said['same']), (1, False))
        return said['difference']

    def test_statefulset(self):
        line = first('statefulset', lambda e: len(e['actions']) > 1 and 'pod' in e['actions'][1])
        actions = line['expect']['actions']
        self.assertEqual(self.difference(changed(line, 'expect', 'actions', 1, 'pod', to='other')),
                         {'path': 'actions[1].pod', 'expected': 'other', 'got': actions[1]['pod']})
        gone = self.difference(changed(line, 'expect', 'actions', to=actions[:-1]))
        self.assertEqual((gone['path'], gone['got']['op'], 'expected' in gone),
                         (f'actions[{len(actions) - 1}]', actions[-1]['op'], False))
        self.assertEqual(self.difference(changed(line, 'expect', 'status', 'replicas', to=77))['path'], 'status.replicas')
        self.assertEqual(self.difference(changed(line, 'expect', 'requeueAfterSeconds', to=77))['path'],
                         'requeueAfterSeconds')
        self.assertEqual(self.difference(changed(line, 'expect', 'updateError', to='no')),
                         {'path': 'error', 'expected': 'no'})
        native = first('nativestatefulset', lambda e: e['statusWritten'])
        self.assertEqual(self.difference(changed(native, 'expect', 'statusWritten', to=False)),
                         {'path': 'statusWritten', 'expected': False, 'got': True})

    def test_cloneset(self):
        line = first('cloneset-release', lambda e: any(a['op'] == 'create' for a in e['actions']))
        place = [a['op'] for a in line['expect']['actions']].index('create')
        create = line['expect']['actions'][place]
        self.assertEqual(self.difference(changed(line, 'expect', 'actions', place, 'count', to=9)),
                         {'path': f"actions[\"create at {create['revision']}\"]", 'expected': 9, 'got': create['count']})
        line = first('cloneset', lambda e: sum(a['op'] == 'recreate' for a in e['actions']) > 1)
        actions = line['expect']['actions']
        swapped = changed(line, 'expect', 'actions', to=actions[::-1])
        self.assertEqual(self.difference(swapped)['path'], 'actions["updates in order"][0]')
        line = first('cloneset', lambda e: any(a['op'] == 'update-in-place' for a in e['actions']))
        place, action = next((i, a) for i, a in enumerate(line['expect']['actions']) if a['op'] == 'update-in-place')
        path = f"actions[\"pod {action['pod']}\"][0].markNotReady"
        self.assertEqual(self.difference(changed(line, 'expect', 'actions', place, 'markNotReady',
                                                 to=not action['markNotReady']))['path'], path)

    def test_daemonset(self):
        line = first('daemonset', lambda e: e['actions'] and 'choice' not in e)
        action = line['expect']['actions'][0]
        subject = f"{action['op']} {action.get('pod') or action.get('node')}"
        gone = self.difference(changed(line, 'expect', 'actions', 0))
        self.assertEqual((gone['path'], 'expected' in gone), (f'actions["{subject}"]', False))
        native = first('nativedaemonset', lambda e: e['step'] == 'manage')
        self.assertEqual(self.difference(changed(native, 'expect', 'step', to='rolling')),
                         {'path': 'step', 'expected': 'rolling', 'got': 'manage'})

    def test_building_blocks(self):
        line = first('inplace', lambda e: e['eligible'])
        self.assertEqual(self.difference(changed(line, 'expect', 'eligible', to=False)),
                         {'path': 'eligible', 'expected': False, 'got': True})
        line = first('ordering', lambda e: e and len(e) > 1)
        order = line['expect']
        self.assertEqual(self.difference(changed(line, 'expect', to=order[::-1])),
                         {'path': 'order[0]', 'expected': order[-1], 'got': order[0]})

    def test_text(self):
        lines = [changed(line, 'expect', 'status', 'replicas', to=77) for line in recorded('statefulset')[:3]]
        lines.insert(1, recorded('statefulset')[3])
        got = [line['snapshot'] and recorded('statefulset')[i]['expect']['status']['replicas']
               for i, line in zip((0, 3, 1, 2), lines)]
        shown = [f"{line['id']}: status.replicas\n  expected  77\n  got       {n}\n" for line, n in zip(lines, got)]
        count = '1 of 4 lines decide the same\n'
        self.assertEqual(replay(lines), (1, shown[0] + count, ''))
        self.assertEqual(replay(lines, '--all'), (1, shown[0] + shown[2] + shown[3] + count, ''))
        self.assertEqual(replay(lines[1:2]), (0, '1 of 1 line decides the same\n', ''))
        nameless = changed(lines[0], 'id')
        self.assertTrue(replay([nameless])[1].startswith('line 1: status.replicas\n'))
        self.assertNotIn('id', answer(nameless)[1])
        nothing = changed(lines[1], 'expect', 'updateError', to='no')
        self.assertEqual(replay([nothing])[1], f"{nothing['id']}: error\n  expected  \"no\"\n  got       nothing\n"
                                               '0 of 1 line decides the same\n')

    def test_ids_cannot_move_the_cursor(self):
        line = changed(recorded('statefulset')[0], 'expect', 'status', 'replicas', to=77)
        _, out, _ = replay([changed(line, 'id', to='a\033[2J')])
        self.assertTrue(out.startswith('a?[2J: status.replicas\n'), out)


class Bad(unittest.TestCase):
    def test_lines(self):
        line = recorded('statefulset')[0]
        for bad, message in ((changed(line, 'expect'), 'expect: missing'), (changed(line, 'snapshot'), 'snapshot: missing'),
                             (changed(line, 'expect', to=5), 'expect: is not an object'),
                             ({**line, 'plan': 5}, 'plan: is not an object'),
                             (changed(line, 'snapshot', 'now'), 'snapshot.now: missing'),
                             (changed(recorded('ordering')[0], 'expect'), 'expect: missing'),
                             ([], 'no line of a recording: it is not an object')):
            self.assertEqual(replay([bad]), (2, '', f'rollout replay: stdin:1: {message}\n'))
        status, said, _ = answers([line, changed(line, 'expect'), line])
        self.assertEqual((status, [a['kind'] for a in said]), (2, ['Replay', 'Error', 'Replay']))
        self.assertEqual((said[1]['document'], said[1]['path']), (2, 'expect'))
        self.assertEqual(replay([line, [], changed(line, 'expect', 'status', 'replicas', to=77)])[0], 2)

    def test_kinds_that_are_not_planned(self):
        snapshot = {'kind': 'Snapshot', 'now': '2026-01-01T00:00:00Z', 'workload': {
            'kind': 'Job', 'apiVersion': 'batch/v1', 'metadata': {'name': 'x'}}}
        self.assertEqual(replay([{'id': 'x', 'snapshot': snapshot, 'expect': {'actions': []}}]),
                         (2, '', 'rollout replay: stdin:1: snapshot.workload.kind: "Job" is not supported\n'))

    def test_nothing(self):
        self.assertEqual(rollout('replay'), (2, '', 'rollout replay: the input holds no document\n'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
