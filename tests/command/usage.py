#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Help, wrong usage, the manual page and the completions: word for word, and against each other.
Usage: usage.py ROLLOUT SOURCE_ROOT"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
SOURCE = ROOT / 'examples' / 'rollout'
WEB = ROOT / 'examples' / 'web.json'
COMMANDS = ['plan', 'explain', 'diff', 'order', 'inject', 'lint', 'replay', 'simulate', 'check']
TEMPLATE = '{"spec": {"containers": [{"name": "a", "image": "a:1"}]}}'
GATES = ['InPlaceUpdateEnvFromMetadata', 'InPlaceWorkloadVerticalScaling', 'RecreatePodWhenChangeVCTInCloneSetGate']

USAGE = '''\
What a rollout controller would do now, and why, from objects as the API server writes them.

  rollout plan [-o json] [FILE...]
  rollout explain POD [-o json] [FILE...]
  rollout diff [-o json] OLD NEW | diff OLD NEW -f FILE | diff -o json -
  rollout order [-o json] [FILE...]
  rollout inject [-o json] [FILE...]
  rollout lint [-o json] [FILE...]
  rollout replay [--all] [-o json] [FILE...]
  rollout simulate [OPTION...] [FILE... | --from OLD --to NEW]
  rollout check [OPTION...] [FILE... | --from OLD --to NEW]
  rollout help [COMMAND]

Files hold Snapshots, recorded decisions, single workloads, or a List as
`kubectl get clonesets,statefulsets,daemonsets,deployments,replicasets,controllerrevisions,pods,nodes,pvc
-o json` prints it
(statefulsets.apps.kruise.io and daemonsets.apps.kruise.io are OpenKruise's): any number of documents,
in JSON, JSON Lines, or YAML where it was built with libyaml. No file, or "-": stdin. What comes
after "--" is no option, be it a file named -x.

  -f, --file FILE      read FILE; may be given several times
  -o, --output FORMAT  text (default), or json: one document a line
  -h, --help           this, or more on one command
      --version        the version

Exit status: 2 for bad input and where the answer cannot be written; nothing is said where its
reader went away. Text is cut to the width of a terminal (COLUMNS), and never elsewhere.
'''
OPTIONS = '''
  -f, --file FILE      read FILE; may be given several times
  -o, --output FORMAT  text (default), or json: one document a line
'''
GATE_OPTION = '''\
      --feature-gate NAME=BOOL
                       set a feature gate of OpenKruise, where two files are compared:
                       InPlaceUpdateEnvFromMetadata (true where it is not set),
                       InPlaceWorkloadVerticalScaling or
                       RecreatePodWhenChangeVCTInCloneSetGate (false)
'''
HELP = {
    'plan': '''\
rollout plan [-o json] [FILE...]

Prints what would happen now: the actions, and for every pod, and every ordinal or node without one,
why or why not.
''' + OPTIONS + '''\
  -h, --help           this

Exit status: 0; 2 bad input.
''',
    'explain': '''\
rollout explain POD [-o json] [FILE...]

Prints why this pod is, or is not, touched now, with the arithmetic. POD is a name or
NAMESPACE/NAME: also that of a pod that a StatefulSet lacks, or the name of a node, which is
answered for each DaemonSet and the pods of its there, or that of a subset of a UnitedDeployment.
''' + OPTIONS + '''\
  -h, --help           this

Exit status: 0; 1 no such pod, ordinal or node; 2 bad input.
''',
    'diff': '''\
rollout diff [-o json] OLD NEW | diff OLD NEW -f FILE | diff -o json -

Prints whether a pod can go from OLD to NEW in place, and if not, which path forbids it.
OLD and NEW are files with a ControllerRevision, a workload, a PodTemplate or a bare pod template,
or with -f the names of two revisions of a Snapshot. Kubernetes' own kinds update no pod in place.
With a single "-", each document of stdin is an object {old, new, featureGates} and is answered by one.
''' + OPTIONS + GATE_OPTION + '''\
  -h, --help           this

Exit status: 0 in place; 1 not; 2 bad input.
''',
    'order': '''\
rollout order [-o json] [FILE...]

Prints the order in which the planner takes pods to the update revision (or back from it, where it
rolls back). CloneSet: those that it may take, which leaves out pods that are on their way out or in
their grace period, with each pod's keys. StatefulSet: its places, with each pod's priority; DaemonSet:
its nodes, with each one's class: also those that are updated, since they take up places, and those
that the partition keeps. A document {labels, priorityStrategy, scatterStrategy, waiting} is answered
by the order of those indexes.
''' + OPTIONS + '''\
  -h, --help           this

Exit status: 0; 2 bad input.
''',
    'inject': '''\
rollout inject [-o json] [FILE...]

Prints what SidecarSets make of a new pod: its lists with what is new (+) and what was replaced (~), or why it
is refused. A document is a Snapshot with `pod`, `sidecarSets`, and, where they matter, `revisions`, `namespaces`
and `random`, the number in [0,1) that a Partial revision policy draws. -o json answers with the names in each
list, and with the pod.
''' + OPTIONS + '''\
  -h, --help           this

Exit status: 0; 1 the pod is refused; 2 bad input.
''',
    'lint': '''\
rollout lint [-o json] [FILE...]

Prints what is wrong with a strategy, as far as it can be said without playing it: percentages that round to
none or to all, text that is read otherwise than it says, limits that leave nothing to do, terms that no pod
has. Each finding has the field's path, a name, and the numbers.
''' + OPTIONS + '''\
  -h, --help           this

Exit status: 0 nothing found; 1 findings; 2 bad input.
''',
    'replay': '''\
rollout replay [--all] [-o json] [FILE...]

Decides again what was recorded, and prints where this version decides otherwise: the id of the first
such line, the path of its first difference, what is expected and what came out; then how many lines
decide the same. A line is an object {id, snapshot, plan}, whose Plan is compared in full, or a
recorded decision of a controller, {id, snapshot, expect}, or of a building block, whose document is
one of diff's or order's with an expect.
''' + OPTIONS + '''\
      --all            show every line that differs, not only the first
  -h, --help           this

Exit status: 0 the same; 1 a difference; 2 bad input.
''',
    'simulate': '''\
rollout simulate [OPTION...] [FILE... | --from OLD --to NEW]

Plays the whole release in virtual time, by the rules that the controller goes by, and prints its timeline,
the lowest availability and how long it takes. What others than the controller do takes as long as --delay
says; the same seed gives the same release.

  -f, --file FILE      read FILE; may be given several times
  -o, --output FORMAT  text (default), json: one document a line, or junit
      --from OLD       begin with all pods of this manifest running and ready ...
      --to NEW         ... and ask for this one, of the same workload
      --nodes N        with --from: so many made-up nodes; a DaemonSet needs them
      --zones N        with --nodes: spread over so many zones
      --delay STEP=SPEC
                       how long a step takes: schedule (1s), prepare (5s), pull (10s), start (2s),
                       ready (5s), stop (5s), hook (2s). SPEC is 5s, 5s..20s, exp:10s or
                       p50=10s,p95=40s: constant, uniform, exponential, log-normal
      --seed N         of what is drawn at random (1)
      --runs N         play it so often, with seeds from --seed on, and print p50, p95 and worst
      --fault KIND=TARGET
                       what goes wrong: never-ready=REVISION[@SHARE], image=REVISION[@SHARE],
                       crash=REVISION[@SHARE]@AT (so long after ready), break=POD@AT, node=NODE@AT,
                       zone=ZONE@AT, cordon=NODE@AT, return=NODE@AT, fail=NODE[@SHARE],
                       room=SUBSET@AT (none for new pods of that subset until then; 0s: for good).
                       REVISION is a name, new, old or any; SHARE is 10% of the pods
      --change CHANGE  the spec changes midway: "AT FIELD=VALUE,..." or AT=FILE; AT is 10m, or done:
                       once the release is over or stuck. FIELD is image, image[CONTAINER], partition,
                       paused, replicas, maxUnavailable, maxSurge or a path such as spec.template.x
      --assert TEXT    what must hold: "available >= 90%", "total <= replicas + 1", "restarts <= 2",
                       "per zone: unavailable <= 1", "order: role=follower before role=leader",
                       "finishes within 10m", "old >= 3 until partition 0"
      --crash-after N  play it once more with a driver that dies after each N-th action, and compare
      --observe TIME   what happens within so long makes one pass (1s)
      --limit TIME     give up after so long (168h)
      --compare-in-place
                       with --runs: compare with recreation over all runs, not the first alone
      --record FILE    write snapshot and plan of every pass
  -h, --help           this

Exit status: 0; 1 an assertion does not hold, or the release never ends; 2 bad input.
''',
    'check': '''\
rollout check [OPTION...] [FILE... | --from OLD --to NEW]

Explores every state that a small release can reach: each order in which pods become ready, fail or vanish.
Prints that every state is safe and every path ends, or the shortest story of how it goes wrong.

  -f, --file FILE      read FILE; may be given several times
  -o, --output FORMAT  text (default), or json: one document a line
      --from OLD       begin with all pods of this manifest running and ready ...
      --to NEW         ... and ask for this one, of the same workload
      --nodes N        with --from: so many made-up nodes; a DaemonSet needs them
      --zones N        with --nodes: spread over so many zones
      --replicas N     explore each size from 1 to N; else as it stands, but no more than 4
      --faults N       so many faults at most (1)
      --fault-kinds KIND,...
                       which: unready, break, fail, vanish, node, cordon, return, room
                       (unready,break,vanish)
      --change CHANGE  the spec may change at any moment: FIELD=VALUE,... or FILE; FIELD is image,
                       image[CONTAINER], partition, paused, replicas, maxUnavailable, maxSurge or a path
      --assert TEXT    what must hold beyond the kind's own promises, as for simulate
      --states N       stop after so many states (10000000)
      --memory SIZE    stop when states take so much: 512M, 2G (1G)
  -h, --help           this

Exit status: 0 it holds; 1 it does not, or a limit came before the end; 2 bad input.
''',
}


def run(*arguments, text='', folder=None):
    """Exit status, stdout and stderr."""
    done = subprocess.run(list(map(str, arguments)), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', cwd=folder, check=False)
    return done.returncode, done.stdout, done.stderr


def rollout(*arguments, **options):
    return run(ROLLOUT, *arguments, **options)


class Help(unittest.TestCase):
    maxDiff = None

    def test_all(self):
        for arguments in (['--help'], ['-h'], ['help'], ['help', 'help'], ['help', '--help'], ['--help', '-h']):
            self.assertEqual(rollout(*arguments), (0, USAGE, ''))

    def test_one(self):
        for command in COMMANDS:
            for arguments in ([command, '--help'], [command, '-h'], ['help', command], ['--help', command],
                              [command, 'x', '-h', 'y'], [command, '--help', '--nonsense']):
                self.assertEqual(rollout(*arguments), (0, HELP[command], ''), arguments)

    def test_version(self):
        for arguments in (['--version'], ['plan', '--version']):
            status, out, err = rollout(*arguments)
            self.assertEqual((status, err), (0, ''))
            self.assertRegex(out, r'\Arollout \d+\.\d+\.\d+\n\Z')

    def test_each_command_is_there(self):
        self.assertEqual(re.findall(r'(?m)^  rollout (\w+)', USAGE), COMMANDS + ['help'])


class WithTemplate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.template = pathlib.Path(folder.name) / 'template.json'
        self.template.write_text(TEMPLATE, encoding='utf-8')


class WrongUsage(WithTemplate):
    def refused(self, *arguments):
        status, out, err = rollout(*arguments)
        self.assertEqual((status, out), (2, ''), arguments)
        return err

    def test_command(self):
        usage = 'usage: rollout COMMAND ...; see rollout --help\n'
        for arguments in ([], [''], ['help', '']):
            self.assertEqual(self.refused(*arguments), usage)
        for arguments in (['nonsense'], ['help', 'nonsense'], ['--help', 'nonsense']):
            self.assertEqual(self.refused(*arguments), 'rollout: unknown command nonsense; see rollout --help\n')
        self.assertEqual(self.refused('--', 'plan'), 'rollout: unknown command --; see rollout --help\n')

    def test_option(self):
        for command in COMMANDS:
            usage = 'usage: ' + HELP[command].split('\n', 1)[0] + '\n'
            for arguments, problem in ((['--nonsense'], 'unknown option --nonsense'), (['-x'], 'unknown option -x'),
                                       (['-f'], 'option -f needs a value'), (['--file'], 'option --file needs a value'),
                                       (['-o'], 'option -o needs a value'),
                                       (['--feature-gate'], 'option --feature-gate needs a value'),
                                       (['--help=5'], 'option --help=5 takes no value'),
                                       (['--version=5'], 'option --version=5 takes no value')):
                self.assertEqual(self.refused(command, *arguments), f'rollout: {command}: {problem}\n{usage}')
            problem = '-o is text, json or junit, not yaml' if command == 'simulate' else '-o is text or json, not yaml'
            self.assertEqual(self.refused(command, '-o', 'yaml'), f'rollout {command}: {problem}\n')
            if command != 'diff':
                self.assertEqual(self.refused(command, '--feature-gate', 'A=true'),
                                 f'rollout: {command}: --feature-gate is an option of diff; a Snapshot has its '
                                 'featureGates\n')
            if command != 'replay':
                self.assertEqual(self.refused(command, '--all'), f'rollout: {command}: --all is an option of replay\n')

    def test_arguments(self):
        self.assertEqual(self.refused('explain'),
                         'rollout explain: which pod? usage: rollout explain POD [FILE...]\n')
        self.assertEqual(self.refused('plan', '-f', WEB, 'x'), 'rollout plan: unexpected argument x beside -f\n')
        self.assertEqual(self.refused('explain', 'web-0', '-f', WEB, 'x'),
                         'rollout explain: unexpected argument x beside -f\n')
        two = 'rollout diff: two files, or two revisions and -f, or "-"; see rollout diff --help\n'
        for arguments in ([], ['x'], ['x', 'y', 'z'], ['-f', WEB]):
            self.assertEqual(self.refused('diff', *arguments), two)
        gate = 'rollout: diff: --feature-gate goes with two files; other documents have their featureGates\n'
        for arguments in (['x', 'y', '-f', WEB], ['-o', 'json', '-']):
            self.assertEqual(self.refused('diff', '--feature-gate', 'A=true', *arguments), gate)
        for value in ('A', 'A=', 'A=yes', '=TRUE'):
            self.assertEqual(self.refused('diff', '--feature-gate', value, self.template, self.template),
                             f'rollout diff: --feature-gate is NAME=true or NAME=false, not {value}\n')
        self.assertEqual(self.refused('diff', '--feature-gate', 'Nonsense=true', self.template, self.template),
                         'rollout diff: --feature-gate Nonsense: unknown feature gate\n')
        self.assertEqual(rollout('diff', 'x', 'y', '-f', WEB),
                         (2, '', 'rollout diff: no workload has both revisions x and y\n'))
        self.assertEqual(rollout('explain', 'nobody', WEB), (1, '', 'rollout explain: no pod nobody\n'))

    def test_input(self):
        self.assertEqual(rollout('plan'), (2, '', 'rollout plan: the input holds no document\n'))
        self.assertEqual(rollout('plan', '/nonexistent'),
                         (2, '', 'rollout plan: /nonexistent: cannot be opened: No such file or directory\n'))
        self.assertEqual(rollout('plan', '/'), (2, '', 'rollout plan: /: is a directory\n'))
        self.assertEqual(rollout('diff', self.template, '/dev/null'), (2, '', 'rollout diff: /dev/null holds no document\n'))
        for text in ('{"kind":"List","items":[]}', '{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"p"}}]}'):
            status, out, err = rollout('plan', text=text)
            self.assertEqual((out, err), ('', 'rollout plan: document 1 holds no workload\n'))

    def test_kinds_that_are_not_supported(self):
        """In a List: named once each; nothing to answer is status 2, as it is for a lone one."""
        others = [{'kind': kind, 'apiVersion': 'apps/v1', 'metadata': {'name': 'x'}}
                  for kind in ('ReplicationController', 'ReplicationController', 'Service')]
        named = ''.join(f'rollout plan: document 1: {kind} is not supported and is passed over\n'
                        for kind in ('ReplicationController',))
        self.assertEqual(rollout('plan', text=json.dumps({'kind': 'List', 'items': others})),
                         (2, '', f'{named}rollout plan: document 1 holds no workload\n'))
        web = json.loads(WEB.read_text(encoding='utf-8'))
        web['items'] += others
        self.assertEqual(rollout('plan', text=json.dumps(web)), (0, rollout('plan', WEB)[1], named))
        self.assertEqual(rollout('plan', text=json.dumps(others[1])),
                         (2, '', 'rollout plan: stdin:1: kind: "ReplicationController" is not supported\n'))
        self.assertEqual(rollout('plan', text='{"kind":"List","items":[]}')[0], 0)

    def test_cannot_be_written(self):
        if not pathlib.Path('/dev/full').exists():
            self.skipTest('no /dev/full')
        with open('/dev/full', 'w', encoding='utf-8') as full:
            for arguments in (['plan', WEB], ['--help'], ['help', 'plan'], ['--version']):
                done = subprocess.run([ROLLOUT, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE,
                                      encoding='utf-8', check=False)
                self.assertEqual((done.returncode, done.stderr),
                                 (2, 'rollout: cannot write: No space left on device\n'))

    def test_every_sentence_is_here(self):
        """Each complaint in the sources, but for those on memory, is somewhere in the tests of the command."""
        tests = ''.join(path.read_text(encoding='utf-8') for path in (ROOT / 'tests' / 'command').glob('*.py'))
        tests = re.sub(r"'\n +f?'", '', tests)
        seen = 0
        for path in sorted(SOURCE.glob('*.c')):
            for literal in re.findall(r'complain\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding='utf-8')):
                parts = [part.replace('\\"', '"') for part in re.split(r'%(?:\.\*)?z?[a-z]|%$', literal)]
                for part in (part.strip() for part in parts):
                    if len(part) > 8 and 'out of memory' not in part:
                        self.assertIn(re.sub(r'^rollout\b', '', part).strip(' :'), tests, literal)
                        seen += 1
        self.assertGreater(seen, 15)


class Dashes(unittest.TestCase):
    def test_files_named_like_options(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ('-x', '--help', '-'):
                shutil.copy(WEB, pathlib.Path(folder) / name)
            expected = rollout('plan', WEB)
            self.assertEqual(expected[0], 0)
            self.assertEqual(rollout('plan', '--', '-x', folder=folder), expected)
            self.assertEqual(rollout('plan', '--', '--help', folder=folder), expected)
            self.assertEqual(rollout('plan', '-f', '-x', folder=folder), expected)
            self.assertEqual(rollout('plan', '--file=--help', folder=folder), expected)
            self.assertEqual(rollout('plan', './-', folder=folder), expected)
            self.assertEqual(rollout('explain', '--', 'web-0', '-x', folder=folder), rollout('explain', 'web-0', WEB))
            self.assertEqual(rollout('plan', '-x', folder=folder)[0], 2)


def options_of(text):
    """Short and long options that a help text lists."""
    lines = re.findall(r'(?m)^  (?:(-\w), |    )(--[\w-]+)', text)
    return {option for line in lines for option in line if option}


class Manual(unittest.TestCase):
    PAGE = SOURCE / 'rollout.1'

    def setUp(self):
        self.text = self.PAGE.read_text(encoding='utf-8')
        self.plain = self.text.replace('\\-', '-')

    def test_commands(self):
        section = self.plain.split('.SH COMMANDS')[1].split('.SH')[0]
        self.assertEqual(re.findall(r'(?m)^\.TP\n\.\w+ (\w+)', section), COMMANDS + ['help'])
        for command in COMMANDS:
            self.assertIn(f'.B rollout {command}', self.plain.split('.SH DESCRIPTION')[0])

    def test_options(self):
        expected = options_of(USAGE).union(*map(options_of, HELP.values()))
        section = self.plain.split('.SH OPTIONS')[1].split('.SH')[0]
        heads = ''.join(re.findall(r'(?m)^\.TP\n(.*)$', section))
        self.assertEqual(set(re.findall(r'--?[a-z][\w-]*', heads)), expected)
        for gate in GATES:
            self.assertIn(gate, section)

    def test_exit_status(self):
        section = self.plain.split('.SH EXIT STATUS')[1].split('.SH')[0]
        stated = {number for text in HELP.values() for number in re.findall(r'\b\d\b', text.split('Exit status')[1])}
        self.assertEqual(set(re.findall(r'(?m)^\.B (\d)$', section)), stated)

    def test_examples(self):
        """Those without a cluster work as they stand."""
        lines = re.findall(r'(?m)^rollout (.*)$', self.plain.split('.SH EXAMPLES')[1])
        self.assertGreater(len(lines), 2)
        for line in lines:
            self.assertEqual(rollout(*line.split(), folder=ROOT)[::2], (0, ''), line)

    def test_lint(self):
        tried = 0
        for command in (['mandoc', '-T', 'lint', '-W', 'warning'], ['groff', '-man', '-Tutf8', '-ww', '-z'],
                        ['man', '--warnings', '-l']):
            if shutil.which(command[0]):
                status, _, err = run(*command, self.PAGE)
                self.assertEqual((status, err), (0, ''), command)
                tried += 1
        if not tried:
            self.skipTest('no mandoc, groff or man')


class Completion(WithTemplate):
    FOLDER = SOURCE / 'completion'

    def bash(self, *words):
        """What bash offers for the last word."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rollout; printf "%s\\n" "${COMPREPLY[@]}"')
        status, out, err = run('bash', '-c', script, 'bash', self.FOLDER / 'rollout.bash', 'rollout', *words, folder=ROOT)
        self.assertEqual((status, err), (0, ''))
        return sorted(out.split())

    def test_bash(self):
        self.assertEqual(self.bash(''), sorted([*COMMANDS, 'help', '--help', '-h', '--version']))
        self.assertEqual(self.bash('ex'), ['explain'])
        self.assertEqual(self.bash('help', ''), sorted(COMMANDS))
        self.assertEqual(self.bash('help', 'plan', ''), [])
        for command in COMMANDS:
            self.assertEqual(set(self.bash(command, '-')), options_of(HELP[command]) | {'--version'}, command)
            junit = ['junit'] if command == 'simulate' else []
            self.assertEqual(self.bash(command, '-o', ''), sorted(['json', 'text'] + junit))
            self.assertEqual(self.bash(command, '--output', '=', 'j'), ['json'] + junit)
            self.assertEqual(self.bash(command, '--output', '='), sorted(['json', 'text'] + junit))
            self.assertEqual(self.bash(command, '-f', 'examples/we'), ['examples/web.json'])
            self.assertEqual(self.bash(command, 'examples/we'), ['examples/web.json'])
            self.assertEqual(self.bash(command, '--', '-'), [])
        self.assertEqual(self.bash('diff', '--feature-gate', ''), sorted(f'{gate}=' for gate in GATES))
        self.assertEqual(self.bash('diff', '--feature-gate', GATES[0], '=', ''), ['false', 'true'])
        self.assertEqual(self.bash('diff', '--feature-gate', GATES[0], '='), ['false', 'true'])
        self.assertEqual(self.bash('plan', '--feat'), [])

    def test_lists(self):
        """The other shells name the same commands, options and gates; each gate is one that diff takes."""
        expected = options_of(USAGE).union(*map(options_of, HELP.values()))
        zsh = (self.FOLDER / '_rollout').read_text(encoding='utf-8')
        fish = (self.FOLDER / 'rollout.fish').read_text(encoding='utf-8')
        self.assertEqual(re.findall(r"(?m)^        '(\w+):", zsh), COMMANDS)
        self.assertEqual(set(re.findall(r'(?<![\w-])--?[a-z][\w-]*(?=[=\[,})\' ])', zsh.split('_rollout() {', 1)[1]))
                         - {'-a', '-P', '-S'}, expected)
        self.assertEqual(re.findall(r'(?m)^set -l commands (.*)$', fish), [' '.join(COMMANDS)])
        self.assertEqual(re.findall(r' -a (\w+) -d', fish), COMMANDS + ['help'])
        self.assertEqual({f'--{name}' for name in re.findall(r' -l ([\w-]+)', fish.replace('set -l ', ''))} |
                         {f'-{name}' for name in re.findall(r' -s (\w)', fish)}, expected)
        for text in (zsh, fish):
            self.assertEqual(re.findall(r'\b[A-Z]\w+(?:Metadata|Scaling|Gate)\b', text), GATES)
        for gate in GATES:
            self.assertEqual(rollout('diff', '--feature-gate', f'{gate}=true', self.template, self.template)[::2],
                             (0, ''))
            self.assertIn(gate, HELP['diff'])

    def test_syntax(self):
        for shell, name in (('bash', 'rollout.bash'), ('zsh', '_rollout'), ('fish', 'rollout.fish')):
            if shutil.which(shell):
                self.assertEqual(run(shell, '-n', self.FOLDER / name), (0, '', ''))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
