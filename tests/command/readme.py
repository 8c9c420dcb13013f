#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md shows is what the command prints; the quickstart's commands answer. Usage: readme.py ROLLOUT SOURCE_ROOT"""
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

ROLLOUT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])


def shown():
    """Each block that begins with "$ rollout": the arguments and the lines under it."""
    block = None
    for line in (ROOT / 'README.md').read_text(encoding='utf-8').splitlines() + ['']:
        if line.startswith('    $ rollout '):
            block = (shlex.split(line)[2:], [])
        elif block and line.startswith('    '):
            block[1].append(line[4:])
        elif block:
            yield block
            block = None


def run(arguments, stdin=subprocess.DEVNULL):
    return subprocess.run([ROLLOUT, *arguments], cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', check=False)


class Readme(unittest.TestCase):
    def test_output(self):
        blocks = list(shown())
        for arguments, lines in blocks:
            with self.subTest(' '.join(arguments)):
                done = run(arguments)
                wrong = arguments[0] == 'lint' or any('stuck:' in line or 'does not hold' in line for line in lines)
                status = 1 if wrong else 0  # findings, a counterexample, an assertion
                self.assertEqual((done.returncode, done.stderr), (status, ''))
                printed = done.stdout.splitlines()
                if lines[-1] == '...':  # the beginning is shown
                    self.assertGreater(len(printed), len(lines) - 1)
                    printed = printed[:len(lines) - 1] + ['...']
                self.assertEqual(lines, printed)
        files = {argument for arguments, _ in blocks for argument in arguments if argument.endswith('.json')}
        examples = {str(path.relative_to(ROOT)) for path in (ROOT / 'examples').glob('*.json')}
        self.assertEqual(examples - files, set())

    def test_header_table(self):
        text = (ROOT / 'README.md').read_text(encoding='utf-8')
        named = set(re.findall(r'`(\w+\.h)`', text))
        headers = {path.name for path in (ROOT / 'include' / 'rollout').glob('*.h')}
        self.assertEqual(headers - named, {'base.h', 'version.h'})
        self.assertEqual(named - headers, set())

    def test_subcommands(self):
        text = (ROOT / 'README.md').read_text(encoding='utf-8')
        table = set(re.findall(r'(?m)^\| `rollout (\w+)', text))
        usage = set(re.findall(r'(?m)^  rollout (\w+)', run(['--help']).stdout))
        self.assertEqual(table, usage)


class Quickstart(unittest.TestCase):
    def test_commands(self):
        """Every file and every answer that it names is there: `ask TITLE ARGUMENT... FILE`."""
        script = (ROOT / 'examples' / 'quickstart').read_text(encoding='utf-8').replace('\\\n', ' ')
        asked = re.findall(r"(?m)^ask '[^']*' +(.*)$", script)
        self.assertGreaterEqual(len(asked), 5)
        for words in map(str.split, asked):
            done = run([*words[:-1], f'examples/{words[-1]}'])
            self.assertEqual((done.returncode, done.stderr), (0, ''), words)
        named = {words.split()[-1] for words in asked} | {'article.json'}
        self.assertEqual({path.name for path in (ROOT / 'examples').glob('*.json')}, {name for name in named if '/' not in name})

    def test_syntax(self):
        self.assertEqual(subprocess.run(['bash', '-n', ROOT / 'examples' / 'quickstart'], check=False).returncode, 0)


unittest.main(argv=sys.argv[:1], verbosity=1)
