# SPDX-License-Identifier: Apache-2.0
"""Prints what would happen now to every workload of a file, and why: python why.py FILE"""
from __future__ import annotations

import datetime
import json
import sys

import rollout


def main(path: str) -> None:
    with open(path, encoding='utf-8') as file:
        document = json.load(file)
    refused: list[rollout.RolloutError] = []
    for planned in rollout.plan_document(document, now=datetime.datetime.now(datetime.timezone.utc), texts=True, refused=refused):
        for action in planned.plan.actions:
            said = ', '.join(f'{attr.key.name.lower()} {attr.text or attr.value}' for attr in action.attrs)
            print(rollout.op_name(action.op), said)
        for verdict in planned.plan.verdicts:
            print(f'{verdict.subject_kind.name.lower()} {verdict.subject}: {verdict.sentence}')
    for error in refused:
        print(f'{error.path} is refused: {error}', file=sys.stderr)


if __name__ == '__main__':
    main(sys.argv[1])
