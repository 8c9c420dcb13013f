# SPDX-License-Identifier: Apache-2.0
"""Prints how many pods a StatefulSet's update would touch now at each partition: python what_if.py FILE"""
from __future__ import annotations

import dataclasses
import datetime
import json
import sys

import rollout


def main(path: str) -> None:
    with open(path, encoding='utf-8') as file:
        workload, snapshot = rollout.decode(json.load(file), now=datetime.datetime.now(datetime.timezone.utc))
    spec = workload.statefulset
    assert spec, 'no StatefulSet'
    for partition in range((spec.replicas or 1) + 1):
        changed = dataclasses.replace(workload, statefulset=dataclasses.replace(spec, partition=partition))
        candidates = rollout.order(changed, snapshot)
        print(f'partition {partition}: {candidates.within} of {len(candidates.items)} have their turn, '
              f'{len(rollout.plan(changed, snapshot).actions)} actions now')


if __name__ == '__main__':
    main(sys.argv[1])
