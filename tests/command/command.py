#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command as its users see it. Usage: command.py ROLLOUT SOURCE_ROOT SCRATCH"""
import copy
import gzip
import json
import os
import pathlib
import subprocess
import sys
import unittest

ROLLOUT, ROOT, SCRATCH = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
ARTICLE = ROOT / 'examples' / 'article.json'


def rollout(*arguments, text='', env=None):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', env={**os.environ, **(env or {})}, check=False)
    return done.returncode, done.stdout, done.stderr


def recorded(kind):
    with gzip.open(ROOT / 'tests' / 'vectors' / f'{kind}.jsonl.gz', 'rt', encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def snapshot(number=0):
    return recorded('cloneset-release')[number]['snapshot']


def answers(out):
    return [json.loads(line) for line in out.splitlines()]


class Plan(unittest.TestCase):
    def test_list_of_kubectl(self):
        status, out, err = rollout('plan', '-o', 'json', ARTICLE)
        self.assertEqual((status, err), (0, ''))
        [plan] = answers(out)
        self.assertEqual(plan['kind'], 'Plan')
        self.assertEqual(plan['workload'], {'apiVersion': 'apps.kruise.io/v1beta1', 'kind': 'CloneSet',
                                            'namespace': 'default', 'name': 'web'})
        self.assertEqual([(a['op'], a['count'], a['revision']) for a in plan['actions']],
                         [('create', 1, 'web-5c46686598')])
        self.assertEqual(len(plan['pods']), 5)
        for pod in plan['pods']:
            self.assertEqual((pod['verdict'], pod['actions']), ('hold', []))
            self.assertTrue(pod['reason'] and pod['detail'])

    def test_text(self):
        status, out, err = rollout('plan', ARTICLE)
        self.assertEqual((status, err), (0, ''))
        for part in ('CloneSet default/web', 'maxSurge', '20% of 5, rounded up', 'web-4bq7k', 'hold', 'create'):
            self.assertIn(part, out)
        self.assertNotIn('\033', out)
        self.assertNotRegex(out, r'(?m)[ \t]$')

    def test_sources_are_the_same(self):
        text = ARTICLE.read_text(encoding='utf-8')
        expected = rollout('plan', '-o', 'json', ARTICLE)[1]
        self.assertEqual(rollout('plan', '-o', 'json', '-f', ARTICLE)[1], expected)
        self.assertEqual(rollout('plan', '-o', 'json', '-', text=text)[1], expected)
        self.assertEqual(rollout('plan', '-o', 'json', text=text)[1], expected)
        self.assertEqual(rollout('plan', '--output=json', ARTICLE, '-', text=text)[1], 2 * expected)

    def test_same_input_same_bytes(self):
        text = json.dumps(snapshot())
        self.assertEqual(rollout('plan', '-o', 'json', text=text), rollout('plan', '-o', 'json', text=text))

    def test_many_documents_in_order(self):
        many = [line['snapshot'] for line in recorded('cloneset')]
        lines = ''.join(json.dumps(s) + '\n' for s in many)
        pretty = '---\n'.join(json.dumps(s, indent=2) + '\n' for s in many)
        status, out, _ = rollout('plan', '-o', 'json', text=lines)
        self.assertEqual(status, 0)
        self.assertEqual([p['workload']['name'] for p in answers(out)], [s['workload']['metadata']['name'] for s in many])
        self.assertEqual([len(p['pods']) for p in answers(out)], [len(s['pods']) for s in many])
        self.assertEqual(rollout('plan', '-o', 'json', text=pretty)[1], out)

    def test_a_recorded_decision_is_a_document(self):
        line = recorded('cloneset')[0]
        self.assertEqual(rollout('plan', '-o', 'json', text=json.dumps(line)),
                         rollout('plan', '-o', 'json', text=json.dumps(line['snapshot'])))

    def test_two_workloads_in_a_list(self):
        items = json.loads(ARTICLE.read_text(encoding='utf-8'))['items']
        other = json.loads(json.dumps(items[0]))
        other['metadata'].update(name='idle', uid='other')
        other['spec']['replicas'] = 0
        status, out, _ = rollout('plan', '-o', 'json', text=json.dumps({'kind': 'List', 'items': [other] + items}))
        self.assertEqual(status, 0)
        self.assertEqual([(p['workload']['name'], len(p['pods'])) for p in answers(out)], [('idle', 0), ('web', 5)])

    def test_a_refused_document_and_the_rest(self):
        bad = copy.deepcopy(snapshot())
        bad['workload']['spec']['replicas'] = 'five'
        text = '\n'.join(map(json.dumps, (snapshot(0), bad, snapshot(1)))) + '\n'
        status, out, _ = rollout('plan', '-o', 'json', text=text)
        self.assertEqual(status, 2)
        first, error, last = answers(out)
        self.assertEqual((first['kind'], last['kind']), ('Plan', 'Plan'))
        self.assertEqual(error['kind'], 'Error')
        self.assertEqual((error['document'], error['line'], error['value']), (2, 2, 'five'))
        self.assertTrue(error['path'].endswith('spec.replicas'), error['path'])
        self.assertIn(error['path'], error['message'])
        self.assertNotIn('column', error)

        status, out, err = rollout('plan', text=text)
        self.assertEqual(status, 2)
        self.assertEqual(out.count('CloneSet default/'), 2)
        self.assertIn('rollout plan: stdin:2: ', err)
        self.assertIn('spec.replicas', err)

    def test_text_that_is_no_json(self):
        text = json.dumps(snapshot()) + '\n{"kind": oops}\n' + json.dumps(snapshot(1)) + '\n'
        status, out, _ = rollout('plan', '-o', 'json', text=text)
        self.assertEqual(status, 2)
        first, error, last = answers(out)
        self.assertEqual((first['kind'], error['kind'], last['kind']), ('Plan', 'Error', 'Plan'))
        self.assertEqual((error['document'], error['line']), (2, 2))
        self.assertIn(error['column'], range(10, 15))
        self.assertNotIn('path', error)

    def test_now_is_the_wall_clock_where_it_is_missing(self):
        without = snapshot()
        del without['now']
        status, out, _ = rollout('plan', '-o', 'json', text=json.dumps(without))
        self.assertEqual((status, answers(out)[0]['kind']), (0, 'Plan'))

    def test_bad_files(self):
        status, out, err = rollout('plan', '/does/not/exist', ARTICLE)
        self.assertEqual(status, 2)
        self.assertIn('CloneSet default/web', out)
        self.assertEqual(err, 'rollout plan: /does/not/exist: cannot be opened: No such file or directory\n')
        self.assertEqual(rollout('plan', SCRATCH)[0], 2)
        self.assertEqual(rollout('plan', text=''), (2, '', 'rollout plan: the input holds no document\n'))
        status, out, err = rollout('plan', text='{"kind":"List","items":[]}')
        self.assertEqual((status, out, err), (0, '', 'rollout plan: document 1 holds no workload\n'))
        self.assertEqual(rollout('plan', text='{"kind":"Pod"}')[0], 2)

    def test_names_cannot_move_the_cursor(self):
        evil = snapshot()
        evil['pods'][0]['metadata']['name'] = 'a\033[2J\nb'
        status, out, _ = rollout('plan', text=json.dumps(evil))
        self.assertEqual(status, 0)
        self.assertIn('a?[2J?b', out)
        self.assertNotIn('\033', out)

    def test_columns_count_characters(self):
        names = ['é' * 8, 'e' * 8]
        wide = snapshot()
        for pod, name in zip(wide['pods'], names):
            pod['metadata']['name'] = name
        _, out, _ = rollout('plan', text=json.dumps(wide))
        rows = [line for line in out.splitlines() if line.strip().startswith(tuple(names))]
        self.assertEqual(len({row.index('hold') for row in rows}), 1)


class Explain(unittest.TestCase):
    def test_pod(self):
        status, out, err = rollout('explain', 'web-4bq7k', '-f', ARTICLE)
        self.assertEqual((status, err), (0, ''))
        for part in ('Pod web-4bq7k of CloneSet default/web', 'hold: ', 'maxUnavailable', 'web-7df7d99b47',
                     'of 5 not at the update revision'):
            self.assertIn(part, out)
        self.assertEqual(rollout('explain', 'default/web-4bq7k', ARTICLE)[1], out)

    def test_json(self):
        status, out, _ = rollout('explain', '-o', 'json', 'web-c6fzd', ARTICLE)
        [plan] = answers(rollout('plan', '-o', 'json', ARTICLE)[1])
        [answer] = answers(out)
        self.assertEqual((status, answer['kind']), (0, 'Explanation'))
        self.assertEqual(answer['pod'], plan['pods'][2])
        self.assertEqual(answer['status'], plan['status'])

    def test_no_such_pod(self):
        self.assertEqual(rollout('explain', 'nobody', ARTICLE), (1, '', 'rollout explain: no pod nobody\n'))
        self.assertEqual(rollout('explain', 'other/web-4bq7k', ARTICLE)[0], 1)
        self.assertEqual(rollout('explain')[0], 2)
        self.assertEqual(rollout('explain', 'nobody', text='{')[0], 2)


class Diff(unittest.TestCase):
    def setUp(self):
        self.lines = recorded('inplace')

    def compare(self, old, new, *options):
        for name, value in (('old', old), ('new', new)):
            (SCRATCH / f'{name}.json').write_text(json.dumps(value), encoding='utf-8')
        return rollout('diff', *options, SCRATCH / 'old.json', SCRATCH / 'new.json')

    def test_lines(self):
        text = ''.join(json.dumps(line) + '\n' for line in self.lines)
        status, out, err = rollout('diff', '-o', 'json', '-', text=text)
        self.assertEqual((status, err), (1, ''))
        self.assertEqual(answers(out), [line['expect'] for line in self.lines])

    def test_lines_answer_without_looking_at_expect(self):
        line = {key: value for key, value in self.lines[0].items() if key in ('old', 'new')}
        status, out, _ = rollout('diff', '-o', 'json', '-', text=json.dumps(line))
        self.assertEqual(status, 0 if answers(out)[0]['eligible'] else 1)

    def test_files(self):
        possible = [line for line in self.lines if line['expect']['eligible'] and line['expect'].get('containerImages')
                    and not line['featureGates']]
        impossible = [line for line in self.lines if not line['expect']['eligible'] and not line['featureGates']]
        self.assertTrue(possible and impossible)
        for line in possible:
            status, out, _ = self.compare(line['old'], line['new'])
            self.assertEqual((status, out.splitlines()[0]), (0, 'in place'))
            self.assertIn(next(iter(line['expect']['containerImages'].values())), out)
        for line in impossible:
            status, out, _ = self.compare(line['old'], line['new'])
            self.assertEqual(status, 1)
            self.assertRegex(out, r'^not in place: ')
            answer = answers(self.compare(line['old'], line['new'], '-o', 'json')[1])[0]
            self.assertEqual((answer['kind'], answer['eligible']), ('Diff', False))
            self.assertTrue(answer['why'])

    def test_workloads_and_templates(self):
        items = json.loads(ARTICLE.read_text(encoding='utf-8'))['items']
        new = items[0]
        old = copy.deepcopy(new)
        old['spec']['replicas'] = 9
        old['spec']['template']['spec']['containers'][0]['image'] = 'web:1'
        self.assertEqual(self.compare(old, new)[:2], (0, 'in place\n  main  image  web:2\n'))
        self.assertEqual(self.compare(old['spec']['template'], new['spec']['template'])[0], 0)
        old['spec']['template']['spec']['containers'][0]['command'] = ['run']
        self.assertEqual(self.compare(old, new)[:2],
                         (1, 'not in place: remove /spec/containers/0/command: this path may not change\n'))

    def test_feature_gates(self):
        line = next(line for line in self.lines if line['expect'].get('containerResources'))
        self.assertEqual(self.compare(line['old'], line['new'])[0], 1)
        self.assertEqual(self.compare(line['old'], line['new'], '--feature-gate', 'InPlaceWorkloadVerticalScaling=true')[0],
                         0)
        self.assertEqual(self.compare(line['old'], line['new'], '--feature-gate', 'nonsense')[0], 2)

    def test_revisions_of_a_snapshot(self):
        (SCRATCH / 'snapshot.json').write_text(json.dumps(snapshot()), encoding='utf-8')
        status, out, _ = rollout('diff', 'demo-old', 'demo-new', '-f', SCRATCH / 'snapshot.json')
        self.assertEqual((status, out), (0, 'in place\n  main  image  app:2\n'))
        status, out, err = rollout('diff', 'demo-old', 'nobody', '-f', SCRATCH / 'snapshot.json')
        self.assertEqual((status, out, err), (2, '', 'rollout diff: no workload has both revisions demo-old and nobody\n'))

    def test_bad_lines(self):
        status, out, _ = rollout('diff', '-o', 'json', '-', text='{"old":{}}\n')
        self.assertEqual((status, answers(out)),
                         (2, [{'kind': 'Error', 'document': 1, 'line': 1, 'path': 'new', 'message': 'new: missing'}]))
        self.assertEqual(rollout('diff', 'one')[0], 2)
        self.assertEqual(rollout('diff', '/does/not/exist', ARTICLE)[0], 2)


class Order(unittest.TestCase):
    def test_lines(self):
        lines = recorded('ordering')
        status, out, err = rollout('order', '-o', 'json', '-', text=''.join(json.dumps(line) + '\n' for line in lines))
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(answers(out), [{'kind': 'Order', 'order': line['expect'] or []} for line in lines])

    def test_bad_lines(self):
        for line, path in (({'waiting': [0]}, 'labels'), ({'labels': [], 'waiting': 1}, 'waiting'),
                           ({'labels': [], 'waiting': ['x']}, 'waiting')):
            status, out, _ = rollout('order', '-o', 'json', '-', text=json.dumps(line))
            self.assertEqual((status, answers(out)[0]['kind'], answers(out)[0]['path']), (2, 'Error', path))
        # An index that names no pod.
        self.assertEqual(rollout('order', '-o', 'json', '-', text='{"labels":[{}],"waiting":[1]}')[0], 2)

    def test_snapshot(self):
        status, out, _ = rollout('order', '-o', 'json', ARTICLE)
        [answer] = answers(out)
        self.assertEqual((status, answer['kind']), (0, 'Order'))
        # All alike but for the time since when they are ready: the latest goes first.
        self.assertEqual([pod['name'] for pod in answer['pods']],
                         ['web-r8vlp', 'web-h5tsn', 'web-c6fzd', 'web-9xw2m', 'web-4bq7k'])
        self.assertEqual(answer['order'], [4, 3, 2, 1, 0])
        status, out, _ = rollout('order', ARTICLE)
        self.assertEqual(status, 0)
        self.assertRegex(out, r'(?m)^ +1 +web-r8vlp ')

    def test_priority_is_shown(self):
        weighted = snapshot()
        weighted['workload']['spec']['updateStrategy']['rollingUpdate']['priorityStrategy'] = {
            'weightPriority': [{'weight': 50, 'matchSelector': {'matchLabels': {'tier': 'a'}}}]}
        _, out, _ = rollout('order', '-o', 'json', text=json.dumps(weighted))
        labels = {pod['metadata']['name']: pod['metadata']['labels'] for pod in weighted['pods']}
        for pod in answers(out)[0]['pods']:
            self.assertEqual(pod['weight'], 50 if labels[pod['name']].get('tier') == 'a' else 0)
        self.assertIn('weight 50', rollout('order', text=json.dumps(weighted))[1])


class Everywhere(unittest.TestCase):
    def test_help_and_version(self):
        status, out, err = rollout('--version')
        self.assertEqual((status, err), (0, ''))
        self.assertRegex(out, r'^rollout \d+\.\d+\.\d+\n$')
        for arguments in (('--help',), ('-h',), ('plan', '--help'), ('explain', '-h'), ('diff', '-h'), ('order', '-h')):
            status, out, err = rollout(*arguments)
            self.assertEqual((status, err), (0, ''))
            self.assertIn('rollout', out)

    def test_wrong_usage(self):
        for arguments in ((), ('nonsense',), ('plan', '-o', 'yaml'), ('plan', '--nonsense'), ('plan', '-f')):
            status, out, err = rollout(*arguments)
            self.assertEqual((status, out), (2, ''))
            self.assertTrue(err)
        self.assertEqual(rollout('plan', '-f', ARTICLE, ARTICLE)[0], 2)

    def test_output_that_cannot_be_written(self):
        for target in (os.open('/dev/full', os.O_WRONLY),) if os.path.exists('/dev/full') else ():
            done = subprocess.run([ROLLOUT, 'plan', ARTICLE], stdout=target, stderr=subprocess.PIPE, check=False)
            os.close(target)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b'cannot write', done.stderr)
        done = subprocess.run(f'"{ROLLOUT}" plan "{ARTICLE}" >&-', shell=True, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)

    def test_a_reader_that_goes_away(self):
        text = (json.dumps(snapshot()) + '\n') * 200
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([ROLLOUT, 'plan', '-o', 'json'], input=text.encode(), stdout=writer,
                              stderr=subprocess.PIPE, check=False)
        os.close(writer)
        self.assertEqual(done.returncode, 2)

    def test_another_locale(self):
        expected = rollout('plan', ARTICLE)[1]
        for locale in ('C', 'de_DE.UTF-8', 'tr_TR.UTF-8'):
            self.assertEqual(rollout('plan', ARTICLE, env={'LC_ALL': locale})[1], expected)


unittest.main(argv=sys.argv[:1], verbosity=1)
