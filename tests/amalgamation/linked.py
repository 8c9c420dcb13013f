#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program plays with the one-file copy, beside an installed librollout. Usage: linked.py PROGRAM"""
import os
import re
import subprocess
import sys


def lines_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, 'LC_ALL': 'C'}).stdout.splitlines()


def faults_of(program):
    needed = [line for line in lines_of('objdump', '-p', program) if re.search(r'NEEDED\s+librollout\.so', line)]
    if not needed:
        yield 'librollout itself is not loaded: nothing is proved'
    for line in lines_of('nm', '-D', program):
        name = line.split()[-1].split('@')[0]
        if name.startswith('rollout_') and not (name.startswith('rollout_json_') and ' U ' in line):
            yield f'{name} is {"imported" if " U " in line else "exported"}'
    own = {line.split()[-1] for line in lines_of('nm', '--defined-only', program)}
    for name in ('rollout_plan', 'rollout_document_decode'):
        if name not in own:
            yield f'{name} is not in the program'


faults = list(faults_of(sys.argv[1]))
print('\n'.join(faults) or 'its own copy, and nothing seen from outside')
sys.exit(1 if faults else 0)
