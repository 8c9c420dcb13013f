# SPDX-License-Identifier: Apache-2.0
"""Recorded snapshots with something in them changed at random: Python answers and refuses as the rollout command does."""
from __future__ import annotations

import copy
import json
import pathlib
import random
from typing import Any, Iterator

import pytest
import rollout

from conftest import KEPT, PLANS
from test_vectors import answers_of, lines_of

COUNT = 80
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 5, 1 << 31, (1 << 63) - 1, -(1 << 63), 1.5, -0.0, 1e300, '', 'x', '5%', '2026-01-01T00:00:00Z', '{}', '[]',
    '{"a":1}', '\u00e9\U0001f600', 'a\0b', '\x01\x7f', [], {}, [1], {'a': 'b'}, 'True', 'e30=']
KEYS = ['metadata', 'status', 'annotations', 'labels', 'conditions', 'type', 'message', 'apps.kruise.io/inplace-update-state',
        'apps.kruise.io/inplace-update-grace', 'apps.kruise.io/runtime-containers-meta']


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container, and a key or index in it."""
    for key, inner in (value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from places(inner)


def mutated(source: random.Random, document: Any) -> Any:
    document = copy.deepcopy(document)
    for _ in range(source.choice([1, 1, 1, 2, 3])):
        within, key = source.choice([place for place in places(document) if place[1] not in ('snapshot', 'now')])
        value = copy.deepcopy(source.choice(VALUES))
        how = source.random()
        if how < 0.6:
            within[key] = value
        elif how < 0.8:
            del within[key]
        elif isinstance(within, dict):
            within[source.choice(KEYS)] = value
        else:
            within.append(value)
    return document


def said(plan: rollout.Plan) -> str:
    """Facts that are no Optional do not tell an empty text from one that is absent, and neither rule nor reason does."""
    return repr(plan).replace('text=None', "text=''")


@pytest.mark.parametrize('kind', PLANS)
def test_mutated(kind: str, command: pathlib.Path) -> None:
    source = random.Random(kind)
    recorded = [json.loads(line) for line in source.choices(lines_of(KEPT / f'{kind}.jsonl.gz'), k=COUNT)]
    documents = [mutated(source, document) for document in recorded]
    answers = answers_of(command, 'plan', [json.dumps(document).encode() for document in documents])
    assert len(answers) == COUNT
    refused = 0
    for document, answer in zip(documents, answers):
        try:
            planned, = rollout.plan_document(document)
        except rollout.RolloutError as error:
            told = json.loads(answer)
            assert (told['kind'], told['message'], told.get('path', '')) == ('Error', error.message, error.path)
            refused += 1
        else:
            assert planned.text == answer
            assert said(rollout.plan(*rollout.decode(document))) == said(planned.plan)
    assert 0 < refused < COUNT
