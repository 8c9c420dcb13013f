#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command as its users see it. Usage: command.py ROLLOUT SOURCE_ROOT SCRATCH"""
import copy
import gzip
import json
import os
import pathlib
import re
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


def half_updated():
    """The article's List when two of its five pods are updated, as partition 3 has it."""
    document = json.loads(ARTICLE.read_text(encoding='utf-8'))
    pods = [item for item in document['items'] if item['kind'] == 'Pod']
    for pod in pods[3:]:
        pod['metadata']['labels']['controller-revision-hash'] = 'web-5c46686598'
    return json.dumps(document)


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

    def test_a_place_is_said_once(self):
        (SCRATCH / 'broken.json').write_text('{\n  "a": oops}\n', encoding='utf-8')
        self.assertEqual(rollout('plan', SCRATCH / 'broken.json'),
                         (2, '', f"rollout plan: {SCRATCH}/broken.json:2:11: invalid token near 'oops'\n"))
        [error] = answers(rollout('plan', '-o', 'json', SCRATCH / 'broken.json')[1])
        self.assertEqual(error['message'], f"{SCRATCH}/broken.json: line 2, column 11: invalid token near 'oops'")
        stops = snapshot()
        stops['workload']['spec']['updateStrategy'] = {
            'rollingUpdate': {'podUpdatePolicy': 'InPlaceOnly', 'maxUnavailable': 9}}
        for revision in stops['revisions']:
            revision['data']['spec']['template']['spec']['hostNetwork'] = revision['metadata']['name'] == 'demo-new'
        stops['workload']['spec']['template']['spec']['hostNetwork'] = True
        _, out, _ = rollout('plan', text=json.dumps(stops))
        errors = [line for line in out.splitlines() if line.startswith('error: ')]
        self.assertEqual(len(errors), 1, out)
        self.assertRegex(errors[0], r'^error: \w+: pod demo-\w+: ')

    def test_one_error_line_a_workload_or_a_document(self):
        items = json.loads(ARTICLE.read_text(encoding='utf-8'))['items']
        workloads = [copy.deepcopy(items[0]) for _ in range(3)]
        for number, workload in enumerate(workloads):
            workload['metadata'].update(name=f'w{number}', uid=f'u{number}')
        workloads[1]['spec']['replicas'] = 'x'
        status, out, _ = rollout('plan', '-o', 'json', text=json.dumps({'kind': 'List', 'items': workloads}))
        self.assertEqual((status, [a['kind'] for a in answers(out)]), (2, ['Plan', 'Error', 'Plan']))
        status, out, _ = rollout('plan', '-o', 'json', text=json.dumps({'kind': 'List', 'items': workloads + [5]}))
        self.assertEqual((status, [a['kind'] for a in answers(out)]), (2, ['Error']))
        self.assertEqual(answers(out)[0]['path'], 'items[3]')

    def test_a_workload_alone(self):
        workload = json.loads(ARTICLE.read_text(encoding='utf-8'))['items'][0]
        for command in ('plan', 'order'):
            status, out, err = rollout(command, text=json.dumps(workload))
            self.assertEqual((status, err), (0, ''))
            self.assertEqual(out.splitlines()[1], 'note: no pods are given for it')
        workload['spec']['replicas'] = 0
        self.assertNotIn('note', rollout('plan', text=json.dumps(workload))[1])
        self.assertNotIn('note', rollout('plan', ARTICLE)[1])

    def limits(self, replicas=5, paused=False, **fields):
        changed = snapshot()
        changed['workload']['spec']['replicas'] = replicas
        changed['workload']['spec']['updateStrategy'] = {'paused': paused, 'rollingUpdate': fields}
        changed['workload']['apiVersion'] = 'apps.kruise.io/v1beta1'
        if paused:
            changed['workload']['spec']['updateStrategy']['rollingUpdate']['paused'] = True
        _, out, err = rollout('plan', text=json.dumps(changed))
        self.assertEqual(err, '')
        return {line.split()[0]: ' '.join(line.split()[1:]) for line in out.split('actions')[0].splitlines()[2:]}

    def test_limits(self):
        self.assertEqual(self.limits(partition='x%', maxSurge='20%', maxUnavailable=2), {
            'partition': '0 "x%" is not usable, counts as 0', 'maxSurge': '1 20% of 5, rounded up', 'maxUnavailable': '2'})
        self.assertEqual(self.limits(paused=True, maxSurge='20%')['maxSurge'], '0 20%, but paused')
        self.assertEqual(self.limits(paused=True, maxSurge=3)['maxSurge'], '0 3, but paused')
        self.assertEqual(self.limits(partition='99%')['partition'], '4 99% of 5, rounded up to 5; only 100% keeps all')
        self.assertEqual(self.limits(partition='100%')['partition'], '5 100% of 5, rounded up')
        self.assertEqual(self.limits(partition=7)['partition'], '5 given: 7')
        self.assertEqual(self.limits(maxSurge='20')['maxSurge'], '1 "20", read as 20% of 5, rounded up')
        self.assertEqual(self.limits()['maxUnavailable'], '1 20% of 5, rounded up, by default')

    def test_claims_and_ids_are_said_once(self):
        some = [line['snapshot'] for line in recorded('cloneset') + recorded('cloneset-release')]
        text = ''.join(json.dumps(line) + '\n' for line in some)
        _, out, _ = rollout('plan', text=text)
        lists = [len(a['ids']) for plan in answers(rollout('plan', '-o', 'json', text=text)[1])
                 for a in plan['actions'] if len(a.get('ids', [])) > 1]
        self.assertEqual(len([line for line in out.splitlines() if ' takes ids ' in line]), len(lists))
        self.assertNotRegex(out, r'takes id \w+, takes')
        for line in out.splitlines():
            words = line.replace(',', ' ').split()
            if len(words) > 3 and words[1] in ('delete-claim', 'set-claim-owner'):
                self.assertEqual(words.count(words[2]), 1, line)

    def test_a_long_name_moves_its_own_row_alone(self):
        long = snapshot()
        long['pods'][0]['metadata']['name'] = 'x' * 200
        _, out, _ = rollout('plan', text=json.dumps(long))
        rows = [line for line in out.splitlines() if ' hold ' in line]
        self.assertIn('x' * 200, out)
        self.assertLess(min(line.index(' hold ') for line in rows), 70)

    def test_only_a_terminal_cuts(self):
        narrow = {'COLUMNS': '60', 'TERM': 'dumb'}
        self.assertEqual(rollout('plan', ARTICLE, env=narrow)[1], rollout('plan', ARTICLE)[1])
        terminal, other = os.openpty()
        with subprocess.Popen([ROLLOUT, 'plan', ARTICLE], stdout=other, env={**os.environ, **narrow}) as process:
            os.close(other)
            out = b''
            try:
                while part := os.read(terminal, 65536):
                    out += part
            except OSError:  # how Linux says that the other end is closed
                pass
            process.wait()
        os.close(terminal)
        rows = out.decode().replace('\r\n', '\n').splitlines()
        self.assertTrue(any(row.endswith('…') and len(row) == 60 for row in rows), rows)
        self.assertLessEqual(max(len(row) for row in rows if row.startswith('  ')), 60)

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
        self.assertEqual(rollout('plan', SCRATCH), (2, '', f'rollout plan: {SCRATCH}: is a directory\n'))
        status, out, err = rollout('plan', '-o', 'json', '/does/not/exist')
        self.assertEqual((status, answers(out), err),
                         (2, [{'kind': 'Error',
                               'message': '/does/not/exist: cannot be opened: No such file or directory'}], ''))
        for redirection, message in ((f'<"{SCRATCH}"', 'is a directory'),
                                     (f'0>"{SCRATCH}/out"', 'cannot be read: Bad file descriptor')):
            done = subprocess.run(f'"{ROLLOUT}" plan {redirection}', shell=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, encoding='utf-8', check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (2, '', f'rollout plan: stdin: {message}\n'))
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
                     'order: number 5 of 5 that can go to web-5c46686598'):
            self.assertIn(part, out)
        self.assertEqual(rollout('explain', 'default/web-4bq7k', ARTICLE)[1], out)

    def test_json(self):
        status, out, _ = rollout('explain', '-o', 'json', 'web-c6fzd', ARTICLE)
        [plan] = answers(rollout('plan', '-o', 'json', ARTICLE)[1])
        [answer] = answers(out)
        self.assertEqual((status, answer['kind']), (0, 'Explanation'))
        self.assertEqual(answer['pod'], plan['pods'][2])
        self.assertEqual(answer['status'], plan['status'])

    def arithmetic(self, *reasons):
        """Of each recording the first pod with one of the reasons: its verdict and the explanation."""
        lines = recorded('cloneset') + recorded('cloneset-release')
        text = ''.join(json.dumps(line) + '\n' for line in lines)
        for line, plan in zip(lines, answers(rollout('plan', '-o', 'json', text=text)[1])):
            for pod in plan['pods']:
                if pod['reason'] in reasons:
                    yield pod, rollout('explain', pod['name'], text=json.dumps(line))[1]
                    break

    def test_arithmetic(self):
        found = set()
        for pod, out in self.arithmetic('MaxUnavailableReached', 'UpdatedPodsUnavailable', 'ScaleMaxUnavailableReached'):
            numbers = re.findall(r'-?\d+', pod['detail'].split(';')[0])
            limit = re.search(r'(?m)^limit: (-?\d+) = (?:maxUnavailable (-?\d+) \+ (\d+) pods? above replicas|'
                              r'scaleStrategy.maxUnavailable)$', out)
            used = re.search(r'(?m)^used: (\d+) = (.*)$', out)
            self.assertEqual([used[1], limit[1]], numbers)
            if limit[2]:
                self.assertEqual(int(limit[1]), int(limit[2]) + int(limit[3]))
            self.assertEqual(int(used[1]), sum(map(int, re.findall(r'\d+', used[2]))))
            found.add(pod['reason'])
        self.assertIn('MaxUnavailableReached', found)
        _, out, _ = rollout('explain', 'web-4bq7k', text=half_updated())
        self.assertIn('\nwanted: 2 updated = replicas 5 - partition 3\nthere: 2 updated, 3 not updated\n', out)
        self.assertNotIn('\norder: ', out)  # the sentence says "number 0 in order"

    def test_places_agree(self):
        compared = 0
        for pod, out in self.arithmetic('PartitionReached', 'ReplicasReached', 'BehindStoppedPod'):
            named = re.search(r'number (\d+) in order', pod['detail'])[1]
            shown = re.search(r'(?m)^order: number (\d+) of', out)
            if shown:
                self.assertEqual(shown[1], named)
                compared += 1
        self.assertGreater(compared, 0)

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

    def test_files_without_a_template(self):
        template = {'metadata': {}, 'spec': {'containers': [{'name': 'main', 'image': 'a:1'}]}}
        good = {'kind': 'PodTemplate', 'template': template}
        self.assertEqual(self.compare(good, template)[:2], (0, 'in place: nothing changes\n'))
        for bad, path, value in (({'kind': 'List', 'items': []}, 'kind', 'List'),
                                 ({'kind': 'Pod', 'spec': {}}, 'kind', 'Pod'),
                                 ({'kind': 'CloneSet', 'spec': {}}, 'spec.template', None),
                                 ({'kind': 'PodTemplate', 'template': 5}, 'template', 5),
                                 ({'kind': 'ControllerRevision'}, 'data.spec.template', None),
                                 ({'metadata': {}}, 'spec', None)):
            for files, name in (((bad, good), 'old'), ((good, bad), 'new')):
                status, out, err = self.compare(*files, '-o', 'json')
                self.assertEqual((status, err), (2, ''))
                [error] = answers(out)
                self.assertEqual((error['kind'], error['path'], error.get('value')), ('Error', path, value))
                self.assertTrue(error['message'].startswith(f'{SCRATCH}/{name}.json: {path}: '), error)
                status, out, err = self.compare(*files)
                self.assertEqual((status, out), (2, ''))
                self.assertTrue(err.startswith(f'rollout diff: {SCRATCH}/{name}.json:1: {path}: '), err)

    def test_unknown_feature_gates(self):
        line = self.lines[0]
        self.assertEqual(self.compare(line['old'], line['new'], '--feature-gate', 'Nonsense=true'),
                         (2, '', 'rollout diff: --feature-gate Nonsense: unknown feature gate\n'))
        # A gate that has no part in it is no fault.
        self.assertNotEqual(self.compare(line['old'], line['new'], '--feature-gate', 'CloneSetShortHash=true')[0], 2)
        self.assertEqual(rollout('plan', '--feature-gate', 'CloneSetShortHash=true', ARTICLE)[0], 2)
        self.assertEqual(rollout('diff', '--feature-gate', 'CloneSetShortHash=true', '-', text='')[0], 2)

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
        status, out, _ = rollout('diff', '-o', 'json', '-', text='{"old":5,"new":{}}\n')
        self.assertEqual((status, answers(out)),
                         (2, [{'kind': 'Error', 'document': 1, 'line': 1, 'path': 'old', 'value': 5,
                               'message': 'old: 5 is not an object'}]))
        good = self.lines[0]['old']
        for line, path in (({'old': good, 'new': {}}, 'new.spec'), ({'old': good, 'new': {'kind': 'Pod'}}, 'new.kind'),
                           ({'old': {'data': {}}, 'new': good}, 'old.data.spec.template'),
                           ({'old': good, 'new': good, 'featureGates': {'Nonsense': True}}, 'featureGates.Nonsense')):
            status, out, _ = rollout('diff', '-o', 'json', '-', text=json.dumps(line))
            self.assertEqual((status, answers(out)[0]['kind'], answers(out)[0]['path']), (2, 'Error', path))
            status, out, err = rollout('diff', '-', text=json.dumps(line))
            self.assertEqual((status, out), (2, ''))
            self.assertIn(path, err)
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
                           ({'labels': [], 'waiting': ['x']}, 'waiting[0]'),
                           ({'labels': [{'a': 1}], 'waiting': [0]}, 'labels[0].a')):
            status, out, _ = rollout('order', '-o', 'json', '-', text=json.dumps(line))
            self.assertEqual((status, answers(out)[0]['kind'], answers(out)[0]['path']), (2, 'Error', path))
        status, out, _ = rollout('order', '-o', 'json', '-', text='{"labels":[{},{}],"waiting":[1,2]}')
        self.assertEqual((status, answers(out)),
                         (2, [{'kind': 'Error', 'document': 1, 'line': 1, 'path': 'waiting[1]', 'value': 2,
                               'message': 'waiting[1]: 2 is no index of the labels'}]))

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

    def names(self, document):
        [answer] = answers(rollout('order', '-o', 'json', text=json.dumps(document))[1])
        return [pod['name'] for pod in answer['pods']]

    def test_workload_and_revision(self):
        [answer] = answers(rollout('order', '-o', 'json', ARTICLE)[1])
        self.assertEqual(answer['workload'], answers(rollout('plan', '-o', 'json', ARTICLE)[1])[0]['workload'])
        self.assertEqual(answer['revision'], 'web-5c46686598')

    def test_every_kind(self):
        """Pods, places or nodes of every kind, as text and as JSON; also where there are none of them."""
        for kind in ('cloneset', 'statefulset', 'nativestatefulset', 'daemonset', 'nativedaemonset', 'replicaset',
                     'deployment', 'sidecarset'):
            documents = [line['snapshot'] for line in recorded(kind)[::6]][:6]
            documents.append({**documents[0], 'pods': []})
            text = ''.join(json.dumps(document) + '\n' for document in documents)
            status, out, err = rollout('order', '-o', 'json', '-', text=text)
            self.assertEqual((status, err), (0, ''), kind)
            members = {'daemonset': 'nodes', 'nativedaemonset': 'nodes', 'statefulset': 'ordinals',
                       'nativestatefulset': 'ordinals'}
            counts = [len(answer[members.get(kind, 'pods')]) for answer in answers(out)]
            self.assertEqual(len(counts), len(documents), kind)
            status, out, err = rollout('order', '-', text=text)
            self.assertEqual((status, err), (0, ''), kind)
            if kind == 'deployment':
                self.assertEqual((sum(counts), out.count('there is no order of them')), (0, len(documents)))
            elif kind in ('cloneset', 'replicaset', 'sidecarset'):
                self.assertEqual([int(n) for n in re.findall(r'^[A-Z]\w+ \S+: (\d+) pods? ', out, re.M)], counts, kind)
                self.assertEqual(counts[-1], 0)
        for kind in ('broadcastjob', 'uniteddeployment'):
            status, out, err = rollout('order', '-', text=json.dumps(recorded(kind)[0]['snapshot']))
            self.assertEqual((status, out), (2, ''))
            self.assertIn('order', err)

    def test_candidates_alone(self):
        document = json.loads(ARTICLE.read_text(encoding='utf-8'))
        pods = {item['metadata']['name']: item for item in document['items'] if item['kind'] == 'Pod'}
        self.assertEqual(len(self.names(document)), 5)
        pods['web-r8vlp']['metadata']['labels']['lifecycle.apps.kruise.io/state'] = 'PreparingDelete'
        pods['web-h5tsn']['metadata'].setdefault('annotations', {})['apps.kruise.io/inplace-update-grace'] = '{}'
        pods['web-c6fzd']['metadata']['deletionTimestamp'] = '2026-11-22T11:30:00Z'
        self.assertEqual(self.names(document), ['web-9xw2m', 'web-4bq7k'])
        pods['web-h5tsn']['metadata']['labels']['lifecycle.apps.kruise.io/state'] = 'Updated'
        pods['web-h5tsn']['status']['conditions'] = []
        self.assertEqual(self.names(document), ['web-h5tsn', 'web-9xw2m', 'web-4bq7k'])
        pods['web-9xw2m']['status']['phase'] = 'Failed'
        pods['web-4bq7k']['metadata']['labels']['controller-revision-hash'] = 'web-5c46686598'
        self.assertEqual(self.names(document), ['web-h5tsn'])

    def test_rollback_lists_the_pods_that_go_back(self):
        back = snapshot()
        names = [pod['metadata']['name'] for pod in back['pods']]
        old, new = back['currentRevision'], back['updateRevision']
        for number, pod in enumerate(back['pods']):
            pod['metadata']['labels']['controller-revision-hash'] = old if number == 0 else new
        back['workload']['spec']['replicas'] = len(names)
        back['workload']['spec']['updateStrategy'] = {
            'rollingUpdate': {'partition': len(names) - 1, 'maxUnavailable': 1}}
        self.assertEqual(self.names(back), names[:1])
        back['featureGates'] = {'CloneSetPartitionRollback': True}
        self.assertEqual(sorted(self.names(back)), sorted(names[1:]))
        self.assertIn(f'can go back to {old}\n', rollout('order', text=json.dumps(back))[1])
        back['workload']['spec']['updateStrategy']['rollingUpdate']['partition'] = 1
        self.assertEqual(self.names(back), names[:1])

    def test_places_of_the_plan(self):
        lines = recorded('cloneset') + recorded('cloneset-release')
        text = ''.join(json.dumps(line) + '\n' for line in lines)
        plans, orders = (answers(rollout(command, '-o', 'json', text=text)[1]) for command in ('plan', 'order'))
        compared = 0
        for plan, order in zip(plans, orders):
            places = {pod['name']: number for number, pod in enumerate(order['pods'], 1)}
            for pod in plan['pods']:
                named = re.search(r'number (\d+) (of \d+ now|in order$)', pod['detail'])
                if named and named[1] != '0':
                    self.assertEqual(places[pod['name']], int(named[1]), (plan['workload'], pod))
                    compared += 1
        self.assertGreater(compared, 20)

    def test_a_blank_line_between_workloads(self):
        single = rollout('order', ARTICLE)[1]
        self.assertEqual(rollout('order', ARTICLE, ARTICLE)[1], single + '\n' + single)

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
        for option, problem in (('--nonsense', 'unknown option --nonsense'), ('-x', 'unknown option -x'),
                                ('-f', 'option -f needs a value'), ('--help=5', 'option --help=5 takes no value')):
            self.assertEqual(rollout('plan', option)[2].splitlines()[0], f'rollout: plan: {problem}')

    def test_arguments_cannot_move_the_cursor(self):
        evil = 'a\033[2J\nb'
        for arguments in ((evil,), ('plan', evil), ('plan', '-o', evil), ('plan', '--' + evil), ('explain', evil, ARTICLE),
                          ('diff', evil, ARTICLE), ('diff', evil, evil, '-f', ARTICLE),
                          ('diff', '--feature-gate', evil, ARTICLE, ARTICLE), ('plan', '-f', ARTICLE, evil)):
            _, _, err = rollout(*arguments)
            self.assertIn('a?[2J?b', err)
            self.assertNotIn('\033', err)

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
        self.assertEqual((done.returncode, done.stderr), (2, b''))
        done = subprocess.run(['bash', '-c', '"$0" plan -o json | head -1 >/dev/null; exit ${PIPESTATUS[0]}', ROLLOUT],
                              input=text.encode(), stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (2, b''))

    def test_another_locale(self):
        expected = rollout('plan', ARTICLE)[1]
        for locale in ('C', 'de_DE.UTF-8', 'tr_TR.UTF-8'):
            self.assertEqual(rollout('plan', ARTICLE, env={'LC_ALL': locale})[1], expected)


unittest.main(argv=sys.argv[:1], verbosity=1)
