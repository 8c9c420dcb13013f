#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the seed corpora: seeds.py ROOT FOLDER writes FOLDER/<kind>/<number>, of the recorded decisions in
tests/vectors, the documents of tests/invalid and the examples. Kinds:

  documents   Snapshots of all kinds, and as Lists as kubectl prints them
  admissions  new pods with SidecarSets
  pods        the pods in them
  diffs       {old, new, featureGates}
  files       two revisions, one a line
  orders      {labels, priorityStrategy, ...}, and Snapshots
  recordings  lines of recordings, right and wrong
  texts       JSON of all sorts, right and wrong
  yaml        pods as block YAML, and what only YAML has
  facts       bytes without meaning
"""
import gzip
import hashlib
import itertools
import json
import pathlib
import shutil
import sys

LONGEST = 8000  # bytes: larger documents make an execution slow and tell nothing new
EACH = 25        # recordings of a kind


def compact(value):
    return json.dumps(value, separators=(',', ':')).encode()


def spread(items, count):
    """That many, from all over."""
    items = list(items)
    step = max(1, len(items) // count)
    return items[::step][:count]


def recorded(folder, kind):
    with gzip.open(folder / f'{kind}.jsonl.gz', 'rt', encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def snapshots(folder):
    for kind in ('cloneset', 'cloneset-wild', 'cloneset-release', 'statefulset', 'nativestatefulset', 'daemonset',
                 'nativedaemonset', 'broadcastjob', 'deployment', 'replicaset', 'uniteddeployment', 'sidecarset'):
        small = [case['snapshot'] for case in recorded(folder, kind)]
        yield from spread((case for case in small if len(compact(case)) < LONGEST), EACH)


def as_list(snapshot):
    """Its objects, owned by the workload, as a List."""
    workload = snapshot['workload']
    owner = {'kind': workload.get('kind'), 'name': workload['metadata'].get('name'),
             'uid': workload['metadata'].get('uid'), 'controller': True}
    items = [workload]
    for member, kind in (('revisions', 'ControllerRevision'), ('pods', 'Pod'), ('nodes', 'Node'),
                         ('claims', 'PersistentVolumeClaim')):
        for item in snapshot.get(member) or []:
            item = {'kind': kind, 'apiVersion': 'apps/v1' if kind == 'ControllerRevision' else 'v1', **item}
            item['metadata'] = {**item.get('metadata', {}), 'ownerReferences': [owner]}
            items.append(item)
    return {'kind': 'List', 'apiVersion': 'v1', 'items': items}


def block_yaml(value, indent=0):
    """As kubectl -o yaml prints it, but that every text is quoted."""
    pad = '  ' * indent
    if isinstance(value, dict) and value:
        return ''.join(f'\n{pad}{json.dumps(key)}: {block_yaml(item, indent + 1)}' for key, item in value.items())
    if isinstance(value, list) and value:
        return ''.join(f'\n{pad}- {block_yaml(item, indent + 1).lstrip()}' for item in value)
    return json.dumps(value)


ONLY_YAML = ['a: &x {b: 1}\nc: *x\n', 'a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n', 'a: yes\nb: 017\nc: 0x1f\nd: 1_000\n',
             'a: 2026-01-01T00:00:00Z\nb: ~\nc: .inf\n', 'a: |\n  x\n  y\nb: >-\n  x\n  y\n', '--- !!str 5\n...\n',
             '%YAML 1.1\n---\n- 1\n- !!int "2"\n- !!float "3"\n', '? [a]\n: b\n', '# nothing\n', "'it''s': \"\\x41\\u00e4\"\n",
             'a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n', '1: a\ntrue: b\n1.5: c\n', 'a: 1\na: 2\n', '&a [*a]\n']


def noise(number, size):
    """The same bytes on every machine."""
    blocks = (hashlib.sha256(f'{number}/{i}'.encode()).digest() for i in itertools.count())
    return b''.join(itertools.islice(blocks, size // 32 + 1))[:size]


def corpora(root):
    folder = root / 'tests/vectors'
    documents = list(snapshots(folder))
    pods = [pod for document in documents for pod in document.get('pods') or []]
    diffs = [{key: case.get(key) for key in ('old', 'new', 'featureGates')} for case in recorded(folder, 'inplace')]
    orders = [{key: value for key, value in case.items() if key != 'expect'} for case in recorded(folder, 'ordering')]
    invalid = [path.read_bytes() for path in sorted((root / 'tests/invalid').glob('*/input.json'))]
    examples = [path.read_bytes() for path in sorted((root / 'examples').glob('*.json'))]
    small = [text for text in invalid + examples if len(text) < LONGEST]

    yield 'documents', ([compact(d) for d in documents] + [compact(as_list(d)) for d in documents[::5]] + small)
    yield 'admissions', [text for text in map(compact, (case['snapshot'] for case in recorded(folder, 'sidecarset-inject')))
                         if len(text) < LONGEST]
    yield 'pods', [compact(pod) for pod in spread(pods, 150)]
    yield 'diffs', [compact(diff) for diff in diffs]
    yield 'files', [compact(diff['old']) + b'\n' + compact(diff['new']) + b'\n' for diff in diffs] + [
        compact(d) for d in documents[::3]]
    lines = [case for kind in ('cloneset', 'statefulset', 'daemonset', 'nativedaemonset', 'inplace', 'ordering', 'sidecarset-inject')
             for case in spread((c for c in recorded(folder, kind) if len(compact(c)) < LONGEST), EACH)]
    yield 'recordings', ([compact(line) for line in lines] +
                         [compact({**line, 'expect': other['expect']}) for line, other in zip(lines, lines[1:])] +
                         [compact({'id': n, 'snapshot': d, 'plan': {'kind': 'Plan'}}) for n, d in enumerate(documents[::8])])
    yield 'orders', [compact(order) for order in orders] + [compact(d) for d in documents[::3]]
    yaml = [block_yaml(pod).lstrip().encode() for pod in spread(pods, 8)]
    yield 'texts', ([text + b'\n---\n' + text + b'\n' for text in yaml] + [text.encode() for text in ONLY_YAML] + spread(invalid, 60) + [compact(pod) + b'\n' + compact(order) + b'\n---\n'
                                           for pod, order in zip(spread(pods, 20), spread(orders, 20))] +
                    [b'[' * depth + b']' * depth for depth in (1, 999, 1000, 1001)] +
                    ['{"a":"\u00e4\u20ac\U0001f600"}'.encode(), b'{"a":"\xff"}', b'\xef\xbb\xbf{}', b'{"a":1,"a":2}',
                     b'"\\ud83d\\ude00"', b'"\\ud83d"', b'1e400', b'-0', b'123456789012345678901234567890'])
    yield 'yaml', ([block_yaml(pod).lstrip().encode() for pod in spread(pods, 40)] +
                   [text.encode() for text in ONLY_YAML] + [compact(pod) for pod in spread(pods, 10)])
    yield 'facts', [noise(number, 100 + 60 * number) for number in range(48)]


def main():
    root, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    shutil.rmtree(target, ignore_errors=True)
    for kind, texts in corpora(root):
        (target / kind).mkdir(parents=True)
        for number, text in enumerate(texts):
            (target / kind / f'{number:03}').write_bytes(text)


if __name__ == '__main__':
    main()
