#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""yaml.py ROLLOUT EXAMPLES VECTORS: the same documents in YAML give the same answers as in JSON.

EXAMPLES: folder with manifests in JSON; VECTORS: folder with recorded decisions, of which each file's first are taken.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROLLOUT, EXAMPLES, VECTORS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
FIRST = 12  # recorded decisions of each file


def run(*arguments, text):
    done = subprocess.run([ROLLOUT, *arguments], input=text.encode(), capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def plain(text):
    """A scalar without quotes, where that surely is a text: letters, digits behind them, and dashes."""
    words = {'y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null'}
    return text.isascii() and text.replace('-', 'a').isalnum() and text[0].isalpha() and text.lower() not in words


def scalar(value):
    return value if isinstance(value, str) and value and plain(value) else json.dumps(value, ensure_ascii=False)


def block(value, indent=0):
    """In lines, as people and kubectl write it."""
    pad = ' ' * indent
    if isinstance(value, dict) and value:
        for key, member in value.items():
            if isinstance(member, (dict, list)) and member:
                yield f'{pad}{scalar(key)}:'
                yield from block(member, indent + 2)
            else:
                yield f'{pad}{scalar(key)}: {scalar(member)}'
    elif isinstance(value, list) and value:
        for element in value:
            first, *rest = block(element, indent + 2)
            yield f'{pad}- {first.lstrip()}'
            yield from rest
    else:
        yield pad + scalar(value)


def aliased(value, seen):
    """In brackets, what was written before as an alias."""
    text = json.dumps(value, sort_keys=False)
    if isinstance(value, (dict, list)) and value:
        if text in seen:
            return f'*{seen[text]}'
        name = f'n{len(seen)}'
        seen[text, 'open'] = None  # so that the names differ
        if isinstance(value, dict):
            inside = '{' + ', '.join(f'{scalar(k)} : {aliased(v, seen)}' for k, v in value.items()) + '}'
        else:
            inside = '[' + ', '.join(aliased(v, seen) for v in value) + ']'
        if text in seen:  # within itself
            return inside
        seen[text] = name
        return f'&{name} {inside}'
    return scalar(value)


STYLES = {
    'block': lambda value: '\n'.join(block(value)) + '\n',
    'aliases': lambda value: '--- # as few words as possible\n' + aliased(value, {}) + '\n',
    'crlf': lambda value: '\r\n'.join(block(value)) + '\r\n',
}


class Yaml(unittest.TestCase):
    def same(self, documents, command=('plan', '-o', 'json', '-')):
        expected = run(*command, text=''.join(json.dumps(d) + '\n' for d in documents))
        self.assertTrue(expected[1])
        for style, write in STYLES.items():
            text = '---\n'.join(write(d) for d in documents)
            with self.subTest(style):
                self.assertEqual(run(*command, text=text)[:2], expected[:2])

    def test_examples(self):
        paths = sorted(EXAMPLES.glob('*.json'))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path.name):
                self.same([json.loads(path.read_text())])
                if path.name not in ('uniteddeployment.json', 'warm-images.json'):  # nothing of theirs has an order
                    self.same([json.loads(path.read_text())], ('order', '-'))

    def test_recorded(self):
        paths = sorted(VECTORS.glob('*.jsonl.gz'))
        self.assertTrue(paths)
        for path in paths:
            with gzip.open(path, 'rt', encoding='utf-8') as lines:
                documents = [json.loads(line)['snapshot'] for _, line in zip(range(FIRST), lines) if 'snapshot' in line]
            if documents and 'workload' in documents[0]:
                with self.subTest(path.name):
                    self.same(documents)

    def test_list(self):
        """As `kubectl get clonesets,pods -o yaml` writes it."""
        text = '''apiVersion: v1
kind: List
metadata:
  resourceVersion: ""
items:
- apiVersion: apps.kruise.io/v1beta1
  kind: CloneSet
  metadata:
    creationTimestamp: "2026-11-20T10:00:00Z"
    name: web
    namespace: default
    uid: c1
  spec:
    replicas: 1
    selector:
      matchLabels:
        app: web
    template:
      metadata:
        labels:
          app: web
      spec:
        containers:
        - image: web:2
          name: main
    updateStrategy:
      maxUnavailable: 20%
      partition: 0
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      lifecycle.apps.kruise.io/timestamp: "2026-11-20T10:00:01Z"
    creationTimestamp: "2026-11-20T10:00:00Z"
    labels:
      app: web
      pod-template-hash: "7654321"
    name: web-abcde
    namespace: default
    ownerReferences:
    - apiVersion: apps.kruise.io/v1beta1
      controller: true
      kind: CloneSet
      name: web
      uid: c1
    uid: p1
  spec:
    containers:
    - image: web:1
      name: main
  status:
    phase: Running
'''
        status, out, _ = run('plan', text=text)
        self.assertEqual(status, 0)
        self.assertIn('web-abcde', out)

    def test_file(self):
        with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
            document = json.loads((EXAMPLES / 'article.json').read_text())
            file.write(STYLES['block'](document))
            file.flush()
            self.assertEqual(run('plan', file.name, text=''), run('plan', str(EXAMPLES / 'article.json'), text=''))

    def test_errors(self):
        """Text that is no YAML has its place, a wrong value its path and the document's first line."""
        status, out, err = run('plan', '-o', 'json', text='a: 1\n---\n# c\nkind: Snapshot\nnow: 5\nworkload: {}\n---\nx: [\n')
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(status, 2)
        self.assertEqual([a['kind'] for a in answers], ['Error'] * 3)
        self.assertEqual((answers[0]['line'], answers[0]['path']), (1, 'kind'))
        self.assertEqual(answers[1]['line'], 3)
        self.assertEqual((answers[2]['line'], answers[2]['column']), (9, 1))
        self.assertEqual(answers[2]['message'],
                         'line 9, column 1: while parsing a flow node: did not find expected node content')
        self.assertEqual(err, '')

    def test_diff(self):
        template = {'apiVersion': 'v1', 'kind': 'PodTemplate', 'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'm', 'image': 'x:1'}]}}}
        with tempfile.TemporaryDirectory() as folder:
            old, new = pathlib.Path(folder, 'old.yaml'), pathlib.Path(folder, 'new.yaml')
            old.write_text(STYLES['block'](template))
            template['template']['spec']['containers'][0]['image'] = 'x:2'
            new.write_text(STYLES['block'](template))
            self.assertEqual(run('diff', str(old), str(new), text='')[0], 0)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
