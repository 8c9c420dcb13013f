#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rollout simulate as its users see it. Usage: simulate.py ROLLOUT SOURCE_ROOT"""
import copy
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
EXAMPLES = ROOT / 'examples'
ARTICLE = EXAMPLES / 'article.json'
SUM = 23000  # milliseconds of a new pod with the stated delays: schedule 1, prepare 5, pull 10, start 2, ready 5 seconds


def rollout(*arguments, text='', env=None):
    """Exit status, stdout and stderr."""
    done = subprocess.run([ROLLOUT, *map(str, arguments)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', env={**os.environ, **(env or {})}, check=False)
    return done.returncode, done.stdout, done.stderr


def simulate(*arguments, **options):
    return rollout('simulate', *arguments, **options)


def manifest(kind='CloneSet', version='apps.kruise.io/v1beta1', replicas=5, image='web:1', **strategy):
    """strategy: what stands in rollingUpdate, or in v1alpha1's CloneSet in updateStrategy."""
    inner = {'updateStrategy': strategy if (kind, version) == ('CloneSet', 'apps.kruise.io/v1alpha1')
             else {'type': 'RollingUpdate', 'rollingUpdate': strategy}}
    spec = {'selector': {'matchLabels': {'app': 'web'}}, **inner,
            'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'main', 'image': image}]}}}
    if version != 'apps/v1':  # nobody but OpenKruise makes it true
        spec['template']['spec']['readinessGates'] = [{'conditionType': 'InPlaceUpdateReady'}]
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

    def from_to(self, image='web:2', old=None, **facts):
        """The options for a release to another image."""
        first = {**facts, **(old or {})}
        return ['--from', self.file(manifest(**first), 'old.json'), '--to',
                self.file(manifest(image=image, **facts), 'new.json')]

    def played(self, *arguments, status=0, text=''):
        """The answer as JSON."""
        code, out, err = simulate('-o', 'json', *arguments, text=text)
        self.assertEqual((code, err), (status, ''), out)
        [answer] = [json.loads(line) for line in out.splitlines()]
        return answer

    def recorded(self, *arguments):
        path = self.folder / 'record.jsonl'
        self.played('--record', path, *arguments)
        return [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()]


class Text(WithFolder):
    def test_article(self):
        """maxSurge 20%, maxUnavailable 0, partition 3 of five: never fewer than five are available, never more than six
        there; three stay old, two become new: one created, one updated in place."""
        status, out, err = simulate(ARTICLE)
        self.assertEqual((status, err), (0, ''))
        lines = out.splitlines()
        self.assertEqual(lines[0], 'CloneSet default/web: from web-7df7d99b47 to web-5c46686598, 5 pods wanted')
        self.assertIn('delays: schedule 1s, prepare 5s, pull 10s, start 2s, ready 5s, stop 5s, hook 2s', lines)
        self.assertIn('seed: 1', lines)
        heads = [line for line in lines if line.startswith('TIME')]
        self.assertEqual([head.split() for head in heads], [['TIME', 'AVAILABLE', 'TOTAL', 'UPDATED', 'PODS', 'ACTIONS']])
        self.assertRegex(out, r'(?m)^0s +5 +5 +0 +===== +create 1$')
        self.assertRegex(out, r'(?m)^\d+s +6 +6 +1 +#===== +update-in-place 1 \(web-\w{5}\)$')
        self.assertRegex(out, r'(?m)^  lowest availability +5 of 5, at 0s$')
        self.assertRegex(out, r'(?m)^  peak total +6, at \d+s$')
        self.assertRegex(out, r'(?m)^  updated +1 in place, 0 recreated$')
        self.assertRegex(out, r'(?m)^done after \d+s$')
        self.assertRegex(out, r'(?m)^in place is \d+\.\d% faster than recreation: \w+ against \w+$')
        self.assertNotIn('\033', out)
        self.assertTrue(out.isascii())
        self.assertNotRegex(out, r'(?m)[ \t]$')
        played = self.played(ARTICLE)
        self.assertEqual([row['updated'] for row in played['timeline']][-1], 2)

    def test_article_to_the_end(self):
        played = self.played(ARTICLE, '--change', '10m partition=0')
        self.assertEqual((played['lowestAvailable']['pods'], played['peakTotal']['pods']), (5, 6))
        self.assertEqual((played['outcome'], played['timeline'][-1]['updated']), ('done', 5))
        self.assertEqual(played['inPlace'], 3)

    def test_new_and_available(self):
        """One pod after the other: updated and not ready yet, ready, the next one."""
        rows = self.played(*self.from_to(replicas=3, maxUnavailable=1, podUpdatePolicy='InPlaceIfPossible'))['timeline']
        self.assertEqual([(row['updated'], row['available'], row['updatedAvailable']) for row in rows],
                         [(0, 3, 0), (1, 2, 0), (1, 3, 1), (2, 2, 1), (2, 3, 2), (3, 2, 2), (3, 3, 3)])

    def test_stated_delays(self):
        """A first release takes as long as its steps; what is said of them is what was played."""
        lone = json.dumps(manifest(replicas=3))
        self.assertEqual(self.played(text=lone)['durationMs'], SUM)
        played = self.played('--delay', 'ready=1m', '--delay', 'pull=0', text=lone)
        self.assertEqual(played['durationMs'], SUM + 55000 - 10000)
        self.assertEqual((played['delays']['ready'], played['delays']['pull']), ('1m', '0s'))
        for spec, shown in (('5s..20s', '5s..20s'), ('exp:10s', 'exp:10s'), ('exp:1.5s..1m30s', 'exp:1.5s..1m30s'),
                            ('p50=250ms,p95=1h', 'p50=0.25s,p95=1h'), ('2h', '2h'), ('1d', '24h')):
            out = simulate('--delay', f'stop={spec}', text=lone)[1]
            self.assertIn(f', stop {shown}, ', out)

    def test_random_delays_keep_their_range(self):
        lone = json.dumps(manifest(replicas=1))
        times = {self.played('--seed', seed, '--delay', 'ready=10s..20s', text=lone)['durationMs'] for seed in range(20)}
        self.assertGreater(len(times), 5)
        self.assertTrue(all(SUM + 5000 <= ms <= SUM + 15000 for ms in times), times)

    def test_long_timeline_is_elided(self):
        options = self.from_to(replicas=60, maxUnavailable=1)
        out, rows = simulate(*options)[1], self.played(*options)['timeline']
        self.assertGreater(len(rows), 60)
        table = out.split('TIME')[1].split('(each')[0].splitlines()[1:]
        self.assertEqual(len(table), 40)
        self.assertEqual(table[30].strip(), f'... {len(rows) - 39} more (-o json shows all)')
        self.assertIn('60', table[-1])

    def test_names_at_most_three(self):
        options = self.from_to(replicas=8, maxUnavailable=5, podUpdatePolicy='InPlaceIfPossible')
        self.assertRegex(simulate(*options)[1], r'update-in-place 5 \(web-\w{5}, web-\w{5}, web-\w{5}, \.\.\.\)')
        first = self.played(*options)['timeline'][0]['actions']
        [update] = [action for action in first if action['op'] == 'update-in-place']
        self.assertEqual((update['count'], len(set(update['names']))), (5, 5))


class Bytes(WithFolder):
    def test_same_seed_same_bytes(self):
        options = [*self.from_to(maxUnavailable=2), '--delay', 'ready=1s..1m', '--delay', 'stop=exp:10s', '--fault',
                   'crash=new@30%@10s', '--runs', 5]
        for form in ('text', 'json', 'junit'):
            one = simulate('-o', form, '--seed', 7, *options)
            self.assertEqual(one[2], '')
            self.assertEqual(simulate('-o', form, '--seed', 7, *options, env={'LC_ALL': 'tr_TR.UTF-8', 'TZ': 'Asia/Tokyo'}),
                             one)
            if form != 'junit':
                self.assertNotEqual(simulate('-o', form, '--seed', 8, *options), one)

    def test_sources_are_the_same(self):
        text = ARTICLE.read_text(encoding='utf-8')
        expected = simulate('-o', 'json', ARTICLE)
        self.assertEqual(simulate('-o', 'json', '-f', ARTICLE), expected)
        self.assertEqual(simulate('-o', 'json', text=text), expected)
        self.assertEqual(simulate('-o', 'json', ARTICLE, '-', text=text), (0, 2 * expected[1], ''))

    def test_a_refused_document_and_the_rest(self):
        good, bad = manifest(), manifest()
        bad['spec']['replicas'] = 'five'
        status, out, _ = simulate('-o', 'json', text='\n'.join(map(json.dumps, (good, bad, good))))
        self.assertEqual(status, 2)
        self.assertEqual([json.loads(line)['kind'] for line in out.splitlines()], ['Simulation', 'Error', 'Simulation'])


class Runs(WithFolder):
    def test_spread(self):
        options = [*self.from_to(maxUnavailable=1), '--delay', 'ready=1s..1m']
        played = self.played(*options, '--runs', 50, '--seed', 3)
        runs = played['runs']
        self.assertEqual((runs['count'], runs['done']), (50, 50))
        spread = runs['durationMs']
        self.assertLess(spread['p50'], spread['p95'])
        self.assertLessEqual(spread['p95'], spread['worst'])
        times = sorted(self.played(*options, '--seed', seed)['durationMs'] for seed in range(3, 53))
        self.assertEqual((spread['p50'], spread['p95'], spread['worst']), (times[24], times[47], times[49]))
        self.assertEqual(self.played(*options, '--seed', spread['worstSeed'])['durationMs'], spread['worst'])
        self.assertRegex(simulate(*options, '--runs', 5)[1],
                         r'(?m)^over 5 runs: 5 done\n  duration +p50 \w+, p95 \w+, worst \w+ \(--seed \d\)\n  lowest '
                         r'availability +4 of 5 \(--seed 1\)$')

    def test_comparison_over_all_runs(self):
        options = [*self.from_to(maxUnavailable=1, podUpdatePolicy='InPlaceIfPossible'), '--delay', 'ready=1s..1m', '--runs', 9,
                   '--delay', 'prepare=2m']
        one, all_ = self.played(*options), self.played(*options, '--compare-in-place')
        self.assertGreater(all_['inPlaceAgainstRecreation']['recreatedMs'], 5 * 120000)
        self.assertEqual(one['inPlaceAgainstRecreation']['inPlaceMs'], one['durationMs'])
        self.assertEqual(all_['inPlaceAgainstRecreation']['inPlaceMs'], all_['runs']['durationMs']['p50'])

    def test_in_place_against_recreation(self):
        """One pod after the other. In place: pull, start, ready; recreated: marked, stopped, and all steps anew."""
        options = self.from_to(replicas=2, maxUnavailable=1, podUpdatePolicy='InPlaceIfPossible')
        faster = self.played(*options, '--delay', 'pull=1s', '--delay', 'prepare=1m')['inPlaceAgainstRecreation']
        self.assertLess(faster['inPlaceMs'], 2 * (1000 + 2000 + 5000) + 5000)
        self.assertGreater(faster['recreatedMs'], 2 * (1000 + 60000 + 1000 + 2000 + 5000))
        self.assertEqual(faster['fasterPermille'],
                         (faster['recreatedMs'] - faster['inPlaceMs']) * 1000 // faster['recreatedMs'])
        self.assertGreater(faster['fasterPermille'], 800)
        self.assertNotIn('inPlaceAgainstRecreation', self.played(*self.from_to(podUpdatePolicy='ReCreate')))

    def test_a_run_that_goes_wrong_is_told(self):
        """Of ten pods every third or so is never ready: with some seeds it gets stuck, and one of them is shown."""
        options = [*self.from_to(replicas=2, maxUnavailable=1), '--fault', 'never-ready=new@20%']
        outcomes = [json.loads(simulate('-o', 'json', *options, '--seed', seed)[1])['outcome'] for seed in range(1, 21)]
        self.assertEqual(set(outcomes), {'done', 'stuck'})
        played = self.played(*options, '--runs', 20, status=1)
        self.assertEqual((played['runs']['done'], played['runs']['stuck']), (outcomes.count('done'), outcomes.count('stuck')))
        self.assertEqual(played['runs']['firstBadSeed'], 1 + outcomes.index('stuck'))
        self.assertEqual((played['seed'], played['outcome']), (1 + outcomes.index('stuck'), 'stuck'))


class Stuck(WithFolder):
    def test_why(self):
        """The broken new pod uses up the budget: the others wait for it."""
        options = [*self.from_to(maxUnavailable=1), '--fault', 'never-ready=new']
        status, out, err = simulate(*options)
        self.assertEqual((status, err), (1, ''))
        self.assertIn('stuck: nothing can move any more after ', out)
        self.assertIn('faults: never ready: pods of web-', out)
        held = out.split('\nheld\n')[1]
        self.assertRegex(held, r'  4 \(web-\w{5}, web-\w{5}, web-\w{5}, \.\.\.\) +MaxUnavailableReached +\S')
        self.assertRegex(held, r'  1 \(web-\w{5}\) +NotReady +\S')
        played = self.played(*options, status=1)
        self.assertEqual(played['outcome'], 'stuck')
        self.assertEqual({(hold['reason'], hold['count'], len(hold['names'])) for hold in played['stuck']['held']},
                         {('MaxUnavailableReached', 4, 3), ('NotReady', 1, 1)})
        self.assertIn({'field': 'maxUnavailable', 'count': 1}, played['stuck']['limits'])

    def test_names_of_revisions(self):
        options = self.from_to(maxUnavailable=1)
        plain = self.played(*options)
        new, old = plain['to'], plain['from']
        self.assertIn(f'faults: never ready: 10.00% of pods of {old}\n', simulate(*options, '--fault', 'never-ready=old@10%')[1])
        expected = simulate(*options, '--fault', 'never-ready=new')
        self.assertEqual(simulate(*options, '--fault', f'never-ready={new}'), expected)
        self.assertEqual(self.played(*options, '--fault', 'never-ready=any', status=1)['outcome'], 'stuck')
        self.assertEqual(self.played(*options, '--fault', 'never-ready=old')['outcome'], 'done')
        self.assertEqual(self.played(*options, '--fault', 'image=new', status=1)['outcome'], 'stuck')

    def test_paused(self):
        options = self.from_to(maxUnavailable=1, paused=True, podUpdatePolicy='InPlaceIfPossible')
        self.assertEqual(self.played(*options)['inPlace'], 0)
        self.assertEqual(self.played(*options, '--change', '1h paused=false')['inPlace'], 5)

    def test_limit(self):
        played = self.played(*self.from_to(maxUnavailable=1), '--limit', '10s', status=1)
        self.assertEqual(played['outcome'], 'loops')
        self.assertIn('not done, but going on and on, after ', simulate(*self.from_to(), '--limit', '10s')[1])

    def test_nodes_and_zones(self):
        options = [*self.from_to(replicas=4, maxUnavailable=1), '--nodes', 4, '--zones', 2]
        [zone] = {self.played(*options)['lowestInZone']['millionths']}
        self.assertEqual(zone, 500000)  # of its two pods one is updated
        lost = json.loads(simulate('-o', 'json', *options, '--fault', 'zone=zone-2@1s')[1])
        self.assertEqual(lost['lowestInZone'], {'zone': 'zone-2', 'millionths': 0})
        self.assertLessEqual(lost['lowestAvailable']['pods'], 2)
        node = json.loads(simulate('-o', 'json', *options, '--fault', 'node=node-1@1s')[1])
        self.assertNotEqual(node['timeline'], self.played(*options)['timeline'])
        self.assertIn('faults: lost: node-1 at 5s', simulate(*options, '--fault', 'node=node-1@5s')[1])

    def test_crash(self):
        quiet = self.played(*self.from_to(maxUnavailable=1))
        crashing = self.played(*self.from_to(maxUnavailable=1), '--fault', 'crash=new@1m')
        self.assertEqual((quiet['restarts'], crashing['restarts']), (0, 5))

    def test_break(self):
        pod = self.recorded(*self.from_to(maxUnavailable=1))[0]['snapshot']['pods'][-1]['metadata']['name']
        played = self.played(*self.from_to(maxUnavailable=1), '--fault', f'break={pod}@1s')
        self.assertLessEqual(played['lowestAvailable']['pods'], 4)
        self.assertEqual(played['outcome'], 'done')


class Changes(WithFolder):
    def spec_after(self, change, **facts):
        """What is asked for at the end."""
        nodes = ['--nodes', 3] if facts.get('kind') == 'DaemonSet' else []
        lines = self.recorded(*self.from_to(**facts), *nodes, '--change', f'1s {change}')
        return lines[-1]['snapshot']['workload']['spec'], lines[-1]

    def test_uniteddeployment(self):
        """The fields that it has; its children's template holds the image."""
        cart = EXAMPLES / 'uniteddeployment.json'
        last = self.recorded(cart, '--change', '1s replicas=6,image=cart:3')[-1]['snapshot']
        template = last['workload']['spec']['template']['cloneSetTemplate']['spec']['template']
        self.assertEqual(template['spec']['containers'][0]['image'], 'cart:3')
        self.assertEqual(sum(child['spec']['replicas'] for child in last['subsets']), 6)
        self.assertEqual(self.played(cart, '--change', '1s image=cart:3')['outcome'], 'done')  # but for a partition of 2
        for field in ('partition', 'maxUnavailable', 'maxSurge', 'paused'):
            status, out, err = simulate(cart, '--change', f'1s {field}=1')
            self.assertEqual((status, out), (2, ''))
            self.assertIn(f'{field}: this kind has no such field', err)

    def test_children_keep_to_their_template(self):
        """A child takes as many pods from service at a time as its template says (cloneset.md 1.3, deployment.md 2)."""
        beta, alpha = 'apps.kruise.io/v1beta1', 'apps.kruise.io/v1alpha1'
        clones, deployment = 'cloneSetTemplate', 'deploymentTemplate'
        for version, template, asked, lowest in (
                (beta, clones, {'updateStrategy': {'rollingUpdate': {'maxUnavailable': 3}}}, 5),
                (alpha, clones, {'updateStrategy': {'maxUnavailable': '50%'}}, 4),
                (beta, clones, {'updateStrategy': {'rollingUpdate': {'maxUnavailable': '30%'}}}, 5),  # 2.4 is rounded up
                (beta, clones, {'updateStrategy': {'rollingUpdate': {'maxUnavailable': '30%', 'maxSurge': 1}}}, 6),  # and down
                (beta, clones, {'updateStrategy': {'rollingUpdate': {'maxUnavailable': 0, 'maxSurge': 1}}}, 7),  # not played
                (beta, clones, {'updateStrategy': {'rollingUpdate': {}}}, 6),  # 20% of 8, rounded up
                (beta, clones, {}, 7),  # and down
                (beta, clones, {'updateStrategy': {'rollingUpdate': {'maxUnavailable': 3, 'paused': True}}}, 8),
                (beta, deployment, {'strategy': {'type': 'RollingUpdate', 'rollingUpdate': {'maxUnavailable': '40%'}}}, 5),
                (beta, deployment, {}, 6),  # a quarter
                (beta, deployment, {'strategy': {'rollingUpdate': {'maxUnavailable': 0, 'maxSurge': 0}}}, 7),
                (beta, deployment, {'strategy': {'type': 'Recreate'}}, 0),
                (alpha, deployment, {'paused': True}, 8)):
            with self.subTest(f'{version} {template} {asked}'):
                old, new = manifest(image='web:1'), manifest(image='web:2')
                for document in (old, new):
                    spec = {key: document['spec'][key] for key in ('selector', 'template')}
                    document.update(apiVersion=version, kind='UnitedDeployment')
                    document['spec'] = {'replicas': 8, 'selector': spec['selector'], 'topology': {'subsets': [{'name': 'a'}]},
                                        'template': {template: {'metadata': {'labels': {'app': 'web'}},
                                                                'spec': {**spec, **asked}}}}
                outcome = 'stuck' if lowest == 8 else 'done'  # paused
                said = self.played('--from', self.file(old, 'old.json'), '--to', self.file(new, 'new.json'),
                                   status=int(outcome == 'stuck'))
                self.assertEqual((said['outcome'], said['lowestAvailable']['pods']), (outcome, lowest))

    def test_fields_by_kind_and_version(self):
        kruise, alpha, native = 'apps.kruise.io/v1beta1', 'apps.kruise.io/v1alpha1', 'apps/v1'
        for kind, version, fields in (
                ('CloneSet', kruise, ('partition', 'maxUnavailable', 'maxSurge', 'paused')),
                ('CloneSet', alpha, ('partition', 'maxUnavailable', 'maxSurge', 'paused')),
                ('StatefulSet', kruise, ('partition', 'maxUnavailable', 'paused')),
                ('StatefulSet', alpha, ('partition', 'maxUnavailable', 'paused')),
                ('StatefulSet', native, ('partition', 'maxUnavailable')),
                ('DaemonSet', kruise, ('partition', 'maxUnavailable', 'maxSurge', 'paused')),
                ('DaemonSet', native, ('maxUnavailable', 'maxSurge'))):
            for field in ('partition', 'maxUnavailable', 'maxSurge', 'paused'):
                with self.subTest(f'{kind} {version} {field}'):
                    value = 'false' if field == 'paused' else '0' if field == 'maxSurge' else '1'
                    options = [*self.from_to(kind=kind, version=version), *(['--nodes', 3] if kind == 'DaemonSet' else [])]
                    if field not in fields:
                        status, out, err = simulate(*options, '--change', f'1s {field}={value}')
                        self.assertEqual((status, out), (2, ''))
                        self.assertIn(f'{field}: this kind has no such field', err)
                        continue
                    spec = self.spec_after(f'{field}={value}', kind=kind, version=version)[0]
                    strategy = spec['updateStrategy']
                    inner = strategy if (kind, version) == ('CloneSet', alpha) else strategy['rollingUpdate']
                    self.assertEqual(inner[field], json.loads(value))

    def test_image(self):
        spec, line = self.spec_after('image=web:3')
        self.assertEqual(spec['template']['spec']['containers'][0]['image'], 'web:3')
        self.assertEqual(line['plan']['status']['updatedReplicas'], 5)
        self.assertEqual(self.spec_after('image[main]=web:3')[0], spec)

    def test_paths_and_values(self):
        spec = self.spec_after('spec.template.metadata.labels["a.b/c"]="1",spec.minReadySeconds=3,'
                               'spec.template.spec.containers[0].args=["x","y"],maxUnavailable=40%')[0]
        self.assertEqual(spec['template']['metadata']['labels'], {'app': 'web', 'a.b/c': '1'})
        self.assertEqual(spec['minReadySeconds'], 3)
        self.assertEqual(spec['template']['spec']['containers'][0]['args'], ['x', 'y'])
        self.assertEqual(spec['updateStrategy']['rollingUpdate']['maxUnavailable'], '40%')

    def test_rollback_to_a_file(self):
        options = self.from_to(maxUnavailable=1)
        forth = self.played(*options)
        back = self.played(*options, '--change', f'done={self.folder}/old.json')
        self.assertEqual(back['outcome'], 'done')
        self.assertGreater(back['durationMs'], forth['durationMs'])
        self.assertEqual([row['change'] for row in back['timeline'] if 'change' in row], [f'{self.folder}/old.json'])
        lines = self.recorded(*options, '--change', f'done={self.folder}/old.json')
        self.assertEqual({pod['metadata']['labels']['controller-revision-hash'] for pod in lines[-1]['snapshot']['pods']},
                         {pod['metadata']['labels']['controller-revision-hash'] for pod in lines[0]['snapshot']['pods']})

    def test_shown(self):
        out = simulate(*self.from_to(maxUnavailable=1), '--change', '30s image=web:3,partition=2', '--change',
                       'done partition=0')[1]
        self.assertIn('changes: at 30s image=web:3,partition=2; when done partition=0\n', out)
        self.assertRegex(out, r'(?m)^30s .* change image=web:3,partition=2')

    def test_the_head_is_of_the_first_pass(self):
        options = self.from_to(maxUnavailable=1)
        self.assertEqual(self.played(*options, '--change', '1s image=web:3')['to'], self.played(*options)['to'])

    def test_the_lowest_partition_counts_from_then_on(self):
        played = self.played(*self.from_to(partition=3, maxUnavailable=1), '--change', '1h partition=1')
        updated = [(row['atMs'], row['updated']) for row in played['timeline']]
        self.assertEqual(max(n for ms, n in updated if ms < 3600000), 2)
        self.assertEqual(updated[-1][1], 4)

    def test_refused(self):
        two = manifest()
        two['spec']['template']['spec']['containers'].append({'name': 'side', 'image': 's:1'})
        lone = json.dumps(two)
        for change, problem in (
                ('1s image=web:2', 'image: of which of the 2 containers? image[CONTAINER]=IMAGE'),
                ('1s image[nobody]=web:2', 'image[nobody]: there is no such container'),
                ('1s nonsense=1', 'nonsense: unknown field; others are paths such as spec.minReadySeconds'),
                ('1s spec.replicas.x=1', 'spec.replicas.x: leads through something that is no object'),
                ('1s spec.template.spec.containers[7].image=x',
                 'spec.template.spec.containers[7].image: there are no more than 2 elements'),
                ('1s spec..x=1', 'spec..x: is no path'),
                ('1s replicas=1,partition', 'partition is not FIELD=VALUE')):
            status, out, err = simulate('--change', change, text=lone)
            self.assertEqual((status, out, err), (2, '', f'rollout simulate: stdin:1: {problem}\n'))
        status, out, err = simulate('--change', '1s replicas=many', text=lone)
        self.assertEqual((status, out), (2, ''))
        self.assertIn('workload.spec.replicas', err)
        other = self.file(manifest('StatefulSet'), 'other.json')
        status, out, err = simulate('--change', f'1s={other}', text=lone)
        self.assertEqual(err, f'rollout simulate: stdin:1: --change: {other}: is a StatefulSet of apps.kruise.io/v1beta1, '
                              'and what it changes is a CloneSet of apps.kruise.io/v1beta1\n')
        status, out, err = simulate('--change', '1s=/nonexistent', text=lone)
        self.assertEqual((status, out), (2, ''))
        self.assertIn('/nonexistent: cannot be opened: No such file or directory\n', err)


class Assertions(WithFolder):
    def test_those_that_hold(self):
        options = [*self.from_to(maxUnavailable=1), '--assert', 'available >= 80%', '--assert', 'finishes within 1h',
                   '--assert', 'total <= replicas']
        played = self.played(*options)
        self.assertEqual([claim['holds'] for claim in played['assertions']], [True] * 3)
        self.assertIn('\nholds: available >= 80%\nholds: finishes within 1h\n', simulate(*options)[1])

    def test_one_that_does_not(self):
        """The story ends where it breaks; the others are judged all the same."""
        options = [*self.from_to(maxUnavailable=2), '--assert', 'total <= replicas', '--assert', 'available >= 80%',
                   '--assert', 'finishes within 10s', '--seed', 5]
        status, out, err = simulate(*options)
        self.assertEqual((status, err), (1, ''))
        self.assertIn('\nholds: total <= replicas\nassertion does not hold: available >= 80%\n  at ', out)
        self.assertIn('\n  play it again with --seed 5\n', out)
        self.assertIn('\nassertion does not hold: finishes within 10s\n', out)
        self.assertIn('\nwithout that it is done after ', out)
        played = self.played(*options, status=1)
        self.assertEqual([claim['holds'] for claim in played['assertions']], [True, False, False])
        broken = played['assertions'][1]
        self.assertTrue(broken['message'])
        self.assertEqual((played['outcome'], played['timeline'][-1]['atMs']), ('done', broken['atMs']))
        self.assertEqual((played['timeline'][-1]['available'], played['timeline'][-1]['actions']), (3, []))
        self.assertTrue(all(row['available'] >= 4 for row in played['timeline'][:-1]))

    def test_a_seed_replays(self):
        """The run that breaks it is the one that is told, and its seed gives the same story."""
        options = [*self.from_to(maxUnavailable=1), '--delay', 'ready=1s..1m', '--assert', 'finishes within 4m']
        played = self.played(*options, '--runs', 200, status=1)
        self.assertGreater(played['runs']['failed'], 0)
        self.assertGreater(played['runs']['done'], 0)
        again = self.played(*options, '--seed', played['seed'], status=1)
        self.assertEqual(again['timeline'], played['timeline'])

    def test_one_that_cannot_be_read(self):
        status, out, err = simulate('--assert', 'nonsense > 1', text=json.dumps(manifest()))
        self.assertEqual((status, out), (2, ''))
        self.assertIn('rollout simulate: stdin:1: --assert: "nonsense > 1": "nonsense" is no quantity', err)
        status, out, _ = simulate('-o', 'json', '--assert', 'available >= 1', '--assert', 'nonsense', text=json.dumps(manifest()))
        error = json.loads(out)
        self.assertEqual((status, error['kind'], error['path'], error['value']), (2, 'Error', 'assertions[1]', 'nonsense'))

    def test_lists_of_the_manual(self):
        """Each form that help names can be read."""
        text = subprocess.run([ROLLOUT, 'help', 'simulate'], stdout=subprocess.PIPE, encoding='utf-8', check=True).stdout
        forms = re.findall(r'"([^"]+)"', text.split('--assert TEXT')[1].split('--crash-after')[0])
        self.assertEqual(len(forms), 7)
        for form in forms:
            status, _, err = simulate(*self.from_to(maxUnavailable=1), '--assert', form)
            self.assertEqual((status in (0, 1), err), (True, ''), form)


class JUnit(WithFolder):
    def suites(self, *arguments, status, text=''):
        code, out, err = simulate('-o', 'junit', *arguments, text=text)
        self.assertEqual((code, err), (status, ''))
        root = xml.fromstring(out.encode())
        self.assertEqual(root.tag, 'testsuites')
        for suite in root:
            self.assertEqual(int(suite.get('tests')), len(suite))
            self.assertEqual(int(suite.get('failures')), len(suite.findall('testcase/failure')))
        return list(root)

    def test_all_hold(self):
        [suite] = self.suites(*self.from_to(maxUnavailable=1), '--assert', 'available >= 80%', status=0)
        self.assertEqual([case.get('name') for case in suite], ['available >= 80%', 'the release ends'])
        self.assertEqual(suite.get('name'), 'CloneSet default/web')
        self.assertEqual(float(suite.get('time')) * 1000, self.played(*self.from_to(maxUnavailable=1))['durationMs'])

    def test_failures_carry_the_story(self):
        [suite] = self.suites(*self.from_to(maxUnavailable=1), '--assert', 'available >= 100%', '--fault',
                              'never-ready=new', status=1)
        claims = {case.get('name'): case.find('failure') for case in suite}
        self.assertIn('AVAILABLE', claims['available >= 100%'].text)
        self.assertIn('MaxUnavailableReached', claims['the release ends'].text)
        self.assertRegex(claims['the release ends'].get('message'), r'^stuck after \w+, --seed 1$')

    def test_many_documents(self):
        lone = json.dumps(manifest()) + '\n'
        self.assertEqual(len(self.suites(status=0, text=3 * lone)), 3)

    def test_what_xml_cannot_say(self):
        evil = manifest()
        evil['metadata']['name'] = 'a<b>&"\u0001é'
        [suite] = self.suites('--crash-after', 1, status=0, text=json.dumps(evil))
        self.assertEqual(suite.get('name'), 'CloneSet default/a<b>&"?é')
        self.assertEqual(len(suite), 2)


class Crash(WithFolder):
    def test_the_end_is_the_same(self):
        for kind in ('CloneSet', 'StatefulSet', 'DaemonSet'):
            nodes = ['--nodes', 5] if kind == 'DaemonSet' else []
            for after in (1, 2, 3):
                played = self.played(*self.from_to(kind=kind, maxUnavailable=2), *nodes, '--crash-after', after)
                self.assertEqual((played['crashAfter']['actions'], played['crashAfter']['sameEnd']), (after, True))
                self.assertEqual(played['crashAfter']['outcome'], played['outcome'])
        one = self.played(*self.from_to(maxUnavailable=2), '--crash-after', 1)
        self.assertGreater(one['crashAfter']['passes'], one['passes'])
        self.assertIn('with a driver that dies after every 1 actions: the end is the same, after ',
                      simulate(*self.from_to(), '--crash-after', 1)[1])


class Record(WithFolder):
    def test_replays(self):
        for options in ([ARTICLE], [EXAMPLES / 'web.json'], [EXAMPLES / 'daemonset.json'], [EXAMPLES / 'zookeeper.json'],
                        [*self.from_to(maxUnavailable=1), '--change', '30s image=web:3', '--nodes', '3', '--zones', '3']):
            path = self.folder / 'record.jsonl'
            played = self.played('--record', path, *options)
            lines = [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()]
            self.assertEqual(len(lines), played['passes'])
            self.assertEqual([list(line) for line in lines], [['id', 'snapshot', 'plan']] * len(lines))
            self.assertEqual(len({line['id'] for line in lines}), len(lines))
            self.assertEqual(rollout('replay', path)[::2], (0, ''))
            self.assertEqual(rollout('plan', '-o', 'json', path)[1], ''.join(
                json.dumps(line['plan'], separators=(',', ':'), ensure_ascii=False) + '\n' for line in lines))

    def test_runs_record_the_first(self):
        options = self.from_to(maxUnavailable=1)
        alone = self.recorded(*options, '--delay', 'ready=1s..1m')
        self.assertEqual(self.recorded(*options, '--delay', 'ready=1s..1m', '--runs', 5, '--crash-after', 1), alone)

    def test_cannot_be_written(self):
        status, out, err = simulate('--record', '/nonexistent/x', text=json.dumps(manifest()))
        self.assertEqual((status, out), (2, ''))
        self.assertEqual(err, 'rollout simulate: --record: /nonexistent/x cannot be opened: No such file or directory\n')
        if os.path.exists('/dev/full'):
            status, _, err = simulate('--record', '/dev/full', text=json.dumps(manifest()))
            self.assertEqual(status, 2)
            self.assertIn('--record: cannot be written', err)


class FromTo(WithFolder):
    def test_start(self):
        """All pods of the old one run and are ready, at its revision, spread over the nodes."""
        for kind in ('CloneSet', 'StatefulSet', 'DaemonSet'):
            first = self.recorded(*self.from_to(kind=kind, replicas=4), '--nodes', 4, '--zones', 2)[0]['snapshot']
            self.assertEqual(len(first['pods']), 4)
            images = {pod['metadata']['labels']['controller-revision-hash'] for pod in first['pods']}
            self.assertEqual(len(images), 1)
            for pod in first['pods']:
                self.assertEqual(pod['status']['phase'], 'Running')
                self.assertIn(('Ready', 'True'), [(c['type'], c['status']) for c in pod['status']['conditions']])
            self.assertEqual([node['metadata']['labels']['topology.kubernetes.io/zone'] for node in first['nodes']],
                             ['zone-1', 'zone-2', 'zone-1', 'zone-2'])
            self.assertEqual({pod['spec']['nodeName'] for pod in first['pods']}, {f'node-{n}' for n in range(1, 5)})
            self.assertEqual(first['workload']['spec']['template']['spec']['containers'][0]['image'], 'web:2')

    def test_the_same_manifest(self):
        played = self.played(*self.from_to(image='web:1'))
        self.assertEqual((played['outcome'], played['durationMs'], played['inPlace'] + played['recreated']), ('done', 0, 0))
        self.assertEqual(played['to'], self.played(*self.from_to())['from'])

    def test_pods_are_available_at_once(self):
        """However long they have to be ready for that."""
        for document in (manifest(image='web:1'), manifest(image='web:2')):
            document['spec']['minReadySeconds'] = 600
            self.file(document, document['spec']['template']['spec']['containers'][0]['image'][-1] + '.json')
        played = self.played('--from', self.folder / '1.json', '--to', self.folder / '2.json')
        self.assertEqual((played['timeline'][0]['atMs'], played['timeline'][0]['available']), (0, 5))
        self.assertEqual(played['lowestAvailable']['pods'], 4)

    def test_scale_with_the_update(self):
        played = self.played(*self.from_to(replicas=5, old={'replicas': 2}, maxUnavailable=1))
        self.assertEqual((played['wanted'], played['timeline'][0]['total'], played['timeline'][-1]['total']), (5, 2, 5))

    def test_what_another_cluster_said_is_left_out(self):
        options = self.from_to(maxUnavailable=1)
        expected = simulate(*options)
        for name in ('old.json', 'new.json'):
            document = json.loads((self.folder / name).read_text(encoding='utf-8'))
            document['status'] = {'currentRevision': 'other', 'updateRevision': 'other', 'replicas': 77, 'collisionCount': 3}
            self.file(document, name)
        self.assertEqual(simulate(*options), expected)

    def test_refused(self):
        old = self.file(manifest(), 'old.json')
        other = copy.deepcopy(manifest())
        other['metadata']['name'] = 'api'
        two = self.folder / 'two.json'
        two.write_text(json.dumps({'kind': 'List', 'items': [manifest(), other]}), encoding='utf-8')
        empty = self.folder / 'empty.json'
        empty.write_text('', encoding='utf-8')
        daemon = self.file(manifest('DaemonSet'), 'daemon.json')
        job = {'kind': 'BroadcastJob', 'apiVersion': 'apps.kruise.io/v1beta1', 'metadata': {'name': 'job'},
               'spec': {'template': {'spec': {'containers': [{'name': 'main', 'image': 'job:1'}]}}}}
        job = self.file(job, 'job.json')
        sidecars = self.file({'kind': 'SidecarSet', 'apiVersion': 'apps.kruise.io/v1beta1', 'metadata': {'name': 'logs'},
                              'spec': {'containers': [{'name': 'log', 'image': 'log:1'}]}}, 'sidecars.json')
        for arguments, problem in (
                (['--from', job, '--to', job], 'a BroadcastJob is not brought from one spec to another: it is played as it '
                                               'stands, with --change'),
                (['--from', sidecars, '--to', sidecars], 'a SidecarSet has no pods of its own: it is played from a Snapshot, '
                                                         'with --change'),
                (['--from', old], '--from and --to go together'),
                (['--from', old, '--to', old, 'x.json'], 'unexpected argument x.json beside --from and --to'),
                (['--from', old, '--to', old, '-f', 'y.json'], 'unexpected argument y.json beside --from and --to'),
                (['--nodes', '3', old], '--nodes goes with --from and --to; a Snapshot has its nodes'),
                (['--from', old, '--to', old, '--zones', '3'], '--zones goes with --nodes'),
                (['--from', old, '--to', self.file(other, 'other.json')],
                 '--from and --to are not of one workload: kind, apiVersion, namespace and name'),
                (['--from', old, '--to', self.file(manifest(version='apps.kruise.io/v1alpha1'), 'alpha.json')],
                 '--from and --to are not of one workload: kind, apiVersion, namespace and name'),
                (['--from', daemon, '--to', daemon], 'a DaemonSet needs --nodes'),
                (['--from', two, '--to', old], f'{two} holds 2 workloads, not one'),
                (['--from', old, '--to', empty], f'{empty} holds no document'),
                (['--from', '/nonexistent', '--to', old], '/nonexistent: cannot be opened: No such file or directory')):
            self.assertEqual(simulate(*arguments), (2, '', f'rollout simulate: {problem}\n'))
        bad = manifest()
        bad['spec']['replicas'] = 'five'
        status, _, err = simulate('--from', old, '--to', self.file(bad, 'bad.json'))
        self.assertEqual(status, 2)
        self.assertIn('bad.json:1: ', err)
        self.assertIn('spec.replicas', err)


class Options(unittest.TestCase):
    def test_refused(self):
        delay = '--delay is STEP=5s, 5s..20s, exp:10s or p50=10s,p95=40s, not '
        for arguments, problem in (
                *((['--delay', value], delay + value)
                  for value in ('ready', 'ready=', 'ready=5', 'ready=5x', 'ready=-5s', 'ready=20s..5s', 'ready=exp:',
                                'ready=p50=0,p95=1s', 'ready=p50=5s', 'ready=p50=5s,p95=1s', 'ready=99999999999h')),
                (['--delay', 'cook=5s'], '--delay: unknown step cook; there are schedule, prepare, pull, start, ready, stop, '
                                         'hook and run'),
                (['--fault', 'x'], '--fault is never-ready, image, crash, node, zone, break, fail, cordon, return or room, "=" '
                                    'and what it is of, not x'),
                (['--fault', 'fire=x@5s'],
                 '--fault is never-ready, image, crash, node, zone, break, fail, cordon, return or room, "=" and what it is of, '
                 'not fire=x@5s'),
                (['--fault', 'crash=new'], '--fault is crash=REVISION[@10%]@5m, not crash=new'),
                (['--fault', 'image=new@110%'], '--fault is image=REVISION[@10%], not image=new@110%'),
                (['--fault', 'never-ready=@10%'], '--fault is never-ready=REVISION[@10%], not never-ready=@10%'),
                (['--fault', 'node=a'], '--fault is node=NAME@5m, not node=a'),
                (['--fault', 'zone=a@x'], '--fault is zone=NAME@5m, not zone=a@x'),
                (['--fault', 'break=web-1'], '--fault is break=POD@5m, not break=web-1'),
                *((['--change', value],
                   '--change is "10m FIELD=VALUE,...", "done FIELD=VALUE,..." or 10m=FILE, not ' + value)
                  for value in ('image=web:2', '5 image=x', '10m', '10m ', '10m image', 'done=', 'never image=x')),
                (['--seed', 'x'], '--seed is a number from 0 to 18446744073709551615, not x'),
                (['--seed', '18446744073709551616'],
                 '--seed is a number from 0 to 18446744073709551615, not 18446744073709551616'),
                (['--runs', '0'], '--runs is a number from 1 to 1000000, not 0'),
                (['--crash-after', '-1'], '--crash-after is a number from 1 to 18446744073709551615, not -1'),
                (['--observe', '0'], '--observe is a time such as 30s or 1h30m, not 0'),
                (['--limit', 'long'], '--limit is a time such as 30s or 1h30m, not long')):
            self.assertEqual(simulate(*arguments, ARTICLE), (2, '', f'rollout simulate: {problem}\n'))

    def test_others_do_not_have_them(self):
        status, out, err = rollout('plan', '--runs', '5', ARTICLE)
        self.assertEqual((status, out, err.splitlines()[0]), (2, '', 'rollout: plan: unknown option --runs'))

    def test_abbreviated(self):
        self.assertEqual(simulate('--see', 3, ARTICLE), simulate('--seed', 3, ARTICLE))


class Terminal(WithFolder):
    def on_terminal(self, *arguments, env, out=True):
        """What a terminal is written: stdout, or else stderr."""
        reader, writer = pty.openpty()
        plain = subprocess.DEVNULL
        with subprocess.Popen([ROLLOUT, *map(str, arguments)], stdout=writer if out else plain,
                              stderr=plain if out else writer, stdin=plain, env={**os.environ, **env}) as process:
            os.close(writer)
            seen = b''
            while True:
                try:
                    part = os.read(reader, 65536)
                except OSError:
                    break
                if not part:
                    break
                seen += part
            process.wait()
        os.close(reader)
        return seen.decode()

    def test_bars(self):
        for name, drawn in (('C.UTF-8', True), ('de_DE.utf8', True), ('C', False), ('de_DE.ISO-8859-1', False)):
            text = self.on_terminal('simulate', ARTICLE, env={'LC_ALL': name, 'COLUMNS': '200'})
            self.assertEqual('\u2588' in text, drawn, name)
            self.assertEqual('#=====' in text, not drawn, name)
        text = self.on_terminal('simulate', ARTICLE, env={'LC_ALL': '', 'LC_CTYPE': '', 'LANG': 'en_US.UTF-8', 'COLUMNS': '60'})
        self.assertIn('\u2588', text)
        rows = text.split('TIME')[1].split('(each')[0].splitlines()[1:]
        self.assertLessEqual(max(map(len, rows)), 60)

    def test_progress(self):
        """On a terminal alone, and it is taken away."""
        options = ['simulate', *self.from_to(replicas=50, maxUnavailable=1), '--delay', 'ready=1s..1m', '--runs', 2000]
        seen = self.on_terminal(*options, env={}, out=False)
        self.assertRegex(seen, r'\r\x1b\[Krollout simulate: run \d+ of 2000, \w+: \d+ of 50 updated')
        self.assertTrue(seen.endswith('\r\x1b[K'))
        self.assertEqual(simulate(*options[1:-1], 10)[2], '')


unittest.main(argv=sys.argv[:1], verbosity=1)
