# SPDX-License-Identifier: Apache-2.0
"""Planners with one rule broken on purpose: each must be caught, by the exploration of small worlds (check) or by the recorded
decisions (recorded). caught.txt says who catches which.

    mutants.py SOURCE_ROOT BUILD_ROOT [--update]
"""
import concurrent.futures
import os
import shlex
import subprocess
import sys
import tempfile

# What is broken; the file; the text that is there once; what stands in its place.
MUTANTS = [
    ("a CloneSet's ready pods are deleted whatever the limit",
     'lib/planners/cloneset_scale.c',
     '        if (*limit <= 0) {',
     '        if (*limit < -1000) {'),
    ("a CloneSet's limit for deletes does not count what is unavailable",
     'lib/planners/cloneset_diff.c',
     '        d.delete_ready_limit = max64(ro_plus(s->limits.max_unavailable, all - s->limits.replicas - d.unavailable), 0);',
     '        d.delete_ready_limit = max64(ro_plus(s->limits.max_unavailable, all - s->limits.replicas), 0);'),
    ('a CloneSet creates one pod too many',
     'lib/planners/cloneset_diff.c',
     '    int64_t want = s->limits.replicas + d.use_surge, want_old = s->limits.partition + d.use_surge_old;',
     '    int64_t want = s->limits.replicas + d.use_surge + (d.use_surge > 0), want_old = s->limits.partition + d.use_surge_old;'),
    ('a CloneSet creates without the scale limit',
     'lib/planners/cloneset_diff.c',
     '        d.scale_up_limit = min64(d.scale_up, max64(ro_minus(s->limits.scale_max_unavailable, d.unavailable), 0));',
     '        d.scale_up_limit = d.scale_up;'),
    ("a CloneSet's budget for updates is one more",
     'lib/planners/cloneset_diff.c',
     '        d.update_max_unavailable = ro_plus(s->limits.max_unavailable, all - s->limits.replicas);',
     '        d.update_max_unavailable = ro_plus(s->limits.max_unavailable, all - s->limits.replicas) + 1;'),
    ("a CloneSet's partition keeps one pod less",
     'lib/planners/cloneset_limits.c',
     '    return count < 0 ? 0 : count > replicas ? replicas : count;',
     '    return count <= 0 ? 0 : count > replicas ? replicas : count - 1;'),
    ("a CloneSet's walk does not count unavailable pods",
     'lib/rules/budget.c',
     '        if (budget->unavailable + walk.taken_available >= budget->limit)',
     '        if (walk.taken_available >= budget->limit)'),
    ("a CloneSet's walk does not count unavailable updated pods",
     'lib/rules/budget.c',
     '        if (budget->unavailable_target + (int64_t)walk.taken >= budget->limit)',
     '        if ((int64_t)walk.taken >= budget->limit + budget->unavailable)'),
    ("a CloneSet's surge goes on while paused",
     'lib/planners/cloneset_limits.c',
     '    if (spec->max_surge.kind != ROLLOUT_INTSTR_UNSET && !(spec->flags & ROLLOUT_CLONESET_PAUSED))',
     '    if (spec->max_surge.kind != ROLLOUT_INTSTR_UNSET)'),
    ('a CloneSet deletes pods that are being deleted before it creates',
     'lib/planners/cloneset_scale.c',
     '    if (pass->scale.scale_up > 0) {',
     '    if (pass->scale.scale_up > 0 && leaving == 0) {'),
    ('a CloneSet takes new pods first when it scales in',
     'lib/planners/cloneset_scale.c',
     '    int64_t from_old = d->scale_down_old < d->scale_down ? d->scale_down_old : d->scale_down;',
     '    int64_t from_old = 0;'),
    ('a hook is not asked before a deletion',
     'lib/planners/refresh.c',
     '    if (!ro_hooked_any(pre_delete, pod))\n        return RO_DELETE_NOW;',
     '    if (!ro_hooked_any(pre_delete, pod) || pod->phase != ROLLOUT_PHASE_FAILED)\n        return RO_DELETE_NOW;'),
    ('a hook is not asked before an update in place',
     'lib/planners/updates.c',
     '        return ro_hooked_any(u->hook, pod) ? RO_UPDATE_PREPARE : RO_UPDATE_IN_PLACE;',
     '        return RO_UPDATE_IN_PLACE;'),
    ('an update in place does not force the pod unready',
     'lib/planners/updates.c',
     '    if (!(pod->flags & ROLLOUT_POD_IN_PLACE_GATE))\n        return false;\n    const uint32_t more',
     '    if (pod->flags != 0)\n        return false;\n    const uint32_t more'),
    ("a StatefulSet's budget stops nothing",
     'lib/planners/statefulset_update.c',
     '    return pass->run.unavailable >= pass->budget && !(pass->slot_facts[rank] & SLOT_UNAVAILABLE);',
     '    return pass->run.unavailable >= pass->budget + 1000 && !(pass->slot_facts[rank] & SLOT_UNAVAILABLE);'),
    ("a StatefulSet's budget is one more",
     'lib/planners/statefulset_update.c',
     '    return pass->run.unavailable >= pass->budget && !(pass->slot_facts[rank] & SLOT_UNAVAILABLE);',
     '    return pass->run.unavailable > pass->budget && !(pass->slot_facts[rank] & SLOT_UNAVAILABLE);'),
    ('a StatefulSet does not count pods it updates in this pass',
     'lib/planners/statefulset_update.c',
     '    turn(pass, rank, TURN_TAKEN);\n    make_unavailable(pass, rank);\n    if (counts && (pass->marks[pod] & MARK_CURRENT))',
     '    turn(pass, rank, TURN_TAKEN);\n    if (counts && (pass->marks[pod] & MARK_CURRENT))'),
    ("a StatefulSet's partition keeps one pod less",
     'lib/planners/statefulset_update.c',
     '    int64_t cut = pass->replicas - pass->partition;',
     '    int64_t cut = pass->replicas - pass->partition + (pass->partition > 0);'),
    ('a StatefulSet updates from the lowest ordinal',
     'lib/planners/statefulset_update.c',
     '        for (uint32_t rank = (uint32_t)pass->slots; rank-- > 0;)\n            pass->candidates[pass->listed_count++] = rank;',
     '        for (uint32_t rank = 0; rank < pass->slots; rank++)\n            pass->candidates[pass->listed_count++] = rank;'),
    ('a StatefulSet updates while paused',
     'lib/planners/statefulset_update.c',
     '    if (pass->spec->flags & ROLLOUT_STATEFULSET_PAUSED)',
     '    if (pass->spec->flags & 0)'),
    ("Kubernetes' StatefulSet updates past a pod that is not healthy",
     'lib/planners/statefulset_update.c',
     '        } else if (pod == ROLLOUT_NONE || !(pass->marks[pod] & MARK_HEALTHY)) {',
     '        } else if (pod == ROLLOUT_NONE) {'),
    ("Kubernetes' StatefulSet deletes several pods at a time",
     'lib/planners/statefulset_update.c',
     '            goes_on = stop_walk(pass, rank, true, true);',
     '            goes_on = true;'),
    ('an ordered StatefulSet creates all its pods at once',
     'lib/planners/statefulset_scale.c',
     '    if (pass->monotonic)\n        return stop_at_rank(pass, rank, true, false);\n    return charge(pass, rank) ? STEP_BREAK : STEP_NEXT;',
     '    return charge(pass, rank) ? STEP_BREAK : STEP_NEXT;'),
    ("a DaemonSet's budget is one more",
     'lib/planners/daemonset_rolling.c',
     '    int64_t left = ro_minus(sync->limits.max_unavailable, sync->used);',
     '    int64_t left = ro_minus(sync->limits.max_unavailable, sync->used) + 1;'),
    ('a DaemonSet does not count nodes without a pod',
     'lib/planners/daemonset_rolling.c',
     '    } else if (no_old && no_new) {\n        count_place(sync, place);',
     '    } else if (no_old && no_new) {'),
    ('a DaemonSet does not count new pods that are not available',
     'lib/planners/daemonset_rolling.c',
     '        if (by > 0)\n            count_pod(sync, place, pair.new_, by);',
     '        if (by > 1000)\n            count_pod(sync, place, pair.new_, by);'),
    ("a DaemonSet's surge is one more",
     'lib/planners/daemonset_rolling.c',
     '    int64_t left = ro_minus(sync->limits.max_surge, sync->used);',
     '    int64_t left = ro_minus(sync->limits.max_surge, sync->used) + 1;'),
    ('a surging DaemonSet deletes the old pod before the new one is available',
     'lib/planners/daemonset_manage.c',
     '    if (!(sync->marks[old] & SYNC_READY) || (sync->marks[new_] & SYNC_AVAILABLE)) {',
     '    if (!(sync->marks[old] & SYNC_READY) || new_) {'),
    ("a DaemonSet's partition is not looked at",
     'lib/planners/daemonset_rolling.c',
     '    int64_t cut = members - sync->limits.partition;',
     '    int64_t cut = members;'),
    ('a DaemonSet creates a second pod without surge',
     'lib/planners/daemonset_manage.c',
     '    if (sync->limits.surges && running == 0 && sync->fits[node].runs)',
     '    if (running == 1 && sync->fits[node].runs)'),
    ('a DaemonSet keeps two pods on a node',
     'lib/planners/daemonset_manage.c',
     '    for (size_t i = 1; i < running; i++)',
     '    for (size_t i = 2; i < running; i++)'),
    ('a BroadcastJob creates one pod too many',
     'lib/planners/broadcastjob.c',
     '    for (size_t i = 0; i < job->n_nodes && job->active < job->limit; i++)',
     '    for (size_t i = 0; i < job->n_nodes && job->active <= job->limit; i++)'),
    ('a BroadcastJob does not count the pods that it creates',
     'lib/planners/broadcastjob.c',
     '            job->created++;\n            job->active++;',
     '            job->created++;'),
    ("a BroadcastJob's limit of restarts is one less",
     'lib/planners/broadcastjob_facts.c',
     'pod->job_pod->restarts > job->spec->restart_limit)',
     'pod->job_pod->restarts >= job->spec->restart_limit)'),
    ('a BroadcastJob creates while paused',
     'lib/planners/broadcastjob.c',
     '            stop(job, 7, ROLLOUT_REASON_PAUSED, 0);\n            return false;',
     '            stop(job, 7, ROLLOUT_REASON_PAUSED, 0);'),
    ('a BroadcastJob goes on after a failure that is to end it',
     'lib/planners/broadcastjob.c',
     '    job->failed_by_pod = job->failed > 0 && job->spec->failure == ROLLOUT_FAILURE_FAIL_FAST;',
     '    job->failed_by_pod = job->failed > 1000 && job->spec->failure == ROLLOUT_FAILURE_FAIL_FAST;'),
    ('a BroadcastJob that has failed lets its pods run',
     'lib/planners/broadcastjob.c',
     '        if (job->states[i] == JOB_POD_ACTIVE)',
     '        if (job->states[i] == JOB_POD_OVER)'),
    ('a BroadcastJob is complete while pods run',
     'lib/planners/broadcastjob_facts.c',
     '        if (job->classes[i] == JOB_NODE_POD && is_running(job_pod(job, pod)))',
     '        if (job->classes[i] == JOB_NODE_BAD_POD && is_running(job_pod(job, pod)))'),
    ("a BroadcastJob's deadline is not looked at",
     'lib/planners/broadcastjob.c',
     '    job->failed_by_deadline = !job->failed_by_pod && has_deadline(job) && job->deadline_ms <= job->now_ms;',
     '    job->failed_by_deadline = false;'),
    ('a BroadcastJob is deleted as soon as it is over',
     'lib/planners/broadcastjob.c',
     '        job->deletes_workload = end_ms <= job->now_ms;',
     '        job->deletes_workload = end_ms > 0;'),
    ("a Deployment's new ReplicaSet grows by one more than maxSurge",
     'lib/planners/deployment_rolling.c',
     '    int64_t most = roll->replicas + roll->raw_surge;',
     '    int64_t most = roll->replicas + roll->raw_surge + 1;'),
    ("a Deployment's old pods go though one more must serve",
     'lib/planners/deployment_rolling.c',
     '    int64_t rest = roll->sets[roll->new_set].available - (roll->replicas - roll->unavailable), done = 0;',
     '    int64_t rest = roll->sets[roll->new_set].available - (roll->replicas - roll->unavailable) + 1, done = 0;'),
    ("a Deployment's budget counts new pods that do not serve",
     'lib/planners/deployment_rolling.c',
     '    roll->budget = roll_total(roll) - (roll->replicas - roll->unavailable) - roll->new_unavailable;',
     '    roll->budget = roll_total(roll) - (roll->replicas - roll->unavailable);'),
    ('a Deployment that recreates does not wait for the old pods',
     'lib/planners/deployment_rolling.c',
     '    if (!scale_olds_to_zero(roll) && !old_pods_running(roll)) {',
     '    if (!scale_olds_to_zero(roll)) {'),
    ('a Deployment goes on while paused',
     'lib/planners/deployment.c',
     '    if (roll->spec->flags & ROLLOUT_DEPLOYMENT_PAUSED) {',
     '    if (roll->spec->flags & 0) {'),
    ('a Deployment of several ReplicaSets scales without maxSurge in mind',
     'lib/planners/deployment_scale.c',
     '    int64_t add = (roll->replicas > 0 ? roll->replicas + surge : 0) - total;',
     '    int64_t add = (roll->replicas > 0 ? roll->replicas + surge + 1 : 0) - total;'),
    ("a Deployment's history is never cleaned up",
     'lib/planners/deployment_history.c',
     '    if (surplus <= 0)',
     '    if (surplus <= 1000)'),
    ("an advanced Deployment's partition lets one more pod be updated",
     'lib/planners/deployment_advanced.c',
     '    return least(present + least(room, roll->replicas - present), roll->limit);',
     '    return least(present + least(room, roll->replicas - present), roll->limit + 1);'),
    ('a ReplicaSet creates one pod too many',
     'lib/planners/replicaset.c',
     '        r->creates = -diff < REPLICASET_BURST ? (uint32_t)-diff : REPLICASET_BURST;',
     '        r->creates = -diff < REPLICASET_BURST ? (uint32_t)-diff + 1 : REPLICASET_BURST;'),
    ('a ReplicaSet deletes pods that serve first',
     'lib/planners/replicaset_rank.c',
     '    DIFFER(ready, (int)((b->flags & ROLLOUT_POD_READY) != 0));',
     '    DIFFER((int)((b->flags & ROLLOUT_POD_READY) != 0), ready);'),
    ('a ReplicaSet counts pods that are on their way',
     'lib/planners/replicaset.c',
     '        if ((pod->flags & ROLLOUT_POD_FOREIGN) || !ro_active(pod))\n            continue;\n        if (pod->flags & ROLLOUT_POD_NOT_SELECTED) {',
     '        if (pod->flags & ROLLOUT_POD_FOREIGN)\n            continue;\n        if (pod->flags & ROLLOUT_POD_NOT_SELECTED) {'),
    ("a SidecarSet's budget is one more",
     'lib/planners/sidecarset_select.c',
     '        if (ready && bad >= pass->limits.max_unavailable)',
     '        if (ready && bad > pass->limits.max_unavailable)'),
    ('a SidecarSet does not count what is not ready yet',
     'lib/planners/sidecarset_select.c',
     'bad = pass->bad, taken = 0;',
     'bad = 0, taken = 0;'),
    ("a SidecarSet's partition is not looked at",
     'lib/planners/sidecarset_select.c',
     '(int64_t)pass->wait_count - pass->limits.partition,',
     '(int64_t)pass->wait_count,'),
    ('a SidecarSet updates pods that its update selector leaves out',
     'lib/planners/sidecarset_select.c',
     '                            : !(mark & SC_SELECTED)   ? SC_FATE_EXCLUDED\n',
     ''),
    ('a SidecarSet updates pods of which more than images has changed',
     'lib/planners/sidecarset_select.c',
     '                            : !(mark & SC_UPGRADABLE) ? SC_FATE_IMMUTABLE\n',
     ''),
    ('a SidecarSet updates pods that have not taken the last image',
     'lib/planners/sidecarset_select.c',
     '                            : mark & SC_MID_FLIGHT    ? SC_FATE_RUNNING\n',
     ''),
    ('a SidecarSet goes on while paused',
     'lib/planners/sidecarset.c',
     '    } else if (pass->spec->flags & ROLLOUT_SIDECARSET_PAUSED) {',
     '    } else if (pass->spec->flags & 0) {'),
    ('a SidecarSet updates with NotUpdate',
     'lib/planners/sidecarset.c',
     '    } else if (pass->spec->flags & ROLLOUT_SIDECARSET_NOT_UPDATE) {',
     '    } else if (pass->spec->flags & 0) {'),
    ('a SidecarSet has pods into which it was never injected',
     'lib/planners/sidecarset_facts.c',
     '    if (!sc_injected(object, pass->spec->name)) {',
     '    if (pass->spec->name.len == SIZE_MAX) {'),
    ('a hot upgrade ends before its new container is ready',
     'lib/planners/sidecarset_facts.c',
     '        if (!is_other && !ro_is_true(ro_get(s, "ready")))\n            return false;',
     '        if (!is_other && !ro_is_true(ro_get(s, "ready")))\n            return true;'),
    ('a hot upgrade never ends',
     'lib/planners/sidecarset_facts.c',
     '    if (!any || !sc_consistent(pass, state, &rest))',
     '    if (any || !sc_consistent(pass, state, &rest))'),
    ('a hot upgrade changes the container that works',
     'lib/planners/sidecarset_update.c',
     '    *ret_target = first ? c->first : c->second;\n    *ret_other = first ? c->second : c->first;',
     '    *ret_target = first ? c->second : c->first;\n    *ret_other = first ? c->first : c->second;'),
    ("a UnitedDeployment's subsets that say nothing get one pod too many",
     'lib/planners/uniteddeployment_allocate.c',
     '    int64_t rest = pass->total - sum, average = rest / open, remainder = rest % open;',
     '    int64_t rest = pass->total - sum, average = rest / open + 1, remainder = rest % open;'),
    ("a UnitedDeployment's maxReplicas are not looked at",
     'lib/planners/uniteddeployment_allocate.c',
     '        int64_t room = share->most - share->least, add = room < left ? room : left;',
     '        int64_t room = left, add = room < left ? room : left;'),
    ("a UnitedDeployment's partitions are not looked at",
     'lib/planners/uniteddeployment.c',
     '        share->partition = given->set ? given->value : 0;',
     '        share->partition = given->set ? 0 : 0;'),
    ('a UnitedDeployment keeps children that the spec does not name',
     'lib/planners/uniteddeployment_actions.c',
     '    delete_children(pass, b, CHILD_NOT_IN_SPEC, ROLLOUT_REASON_DELETE_NOT_IN_SPEC, RO_STR("not-in-spec"));\n',
     ''),
    ('a UnitedDeployment never takes a subset for schedulable again',
     'lib/planners/uniteddeployment_schedule.c',
     '    int64_t rest = left(pass, old->last_transition_ms + pass->duration_ms);',
     '    int64_t rest = 1000;'),
    ("a UnitedDeployment's reserved pods stand for others",
     'lib/planners/uniteddeployment_allocate.c',
     '            int64_t cap = (capped ? child->facts->replicas - child->reserved : INT32_MAX) - share->next;',
     '            int64_t cap = (capped && !child ? 0 : INT32_MAX) - share->next;'),
    ("a UnitedDeployment deletes a StatefulSet's old pods that are ready",
     'lib/planners/uniteddeployment_actions.c',
     'pod->child == 0 || pod->flags & ROLLOUT_POD_READY)',
     'pod->child == 0)'),
]

KINDS = {
    'cloneset': ['cloneset', 'cloneset-release', 'cloneset-wild'],
    'statefulset': ['statefulset', 'nativestatefulset'],
    'daemonset': ['daemonset', 'nativedaemonset'],
    'broadcastjob': ['broadcastjob'],
    'deployment': ['deployment'],
    'replicaset': ['replicaset'],
    'sidecarset': ['sidecarset'],
    'uniteddeployment': ['uniteddeployment'],
}


def link_command(build: str, target: str) -> list[str]:
    """How ninja links the program."""
    text = subprocess.check_output(['ninja', '-C', build, '-t', 'commands', target], text=True)
    lines = [line for line in text.splitlines() if f'-o {target} ' in line]
    return shlex.split(lines[-1])


def compile_command(build: str, source: str) -> list[str]:
    """How ninja compiles the file for the library."""
    text = subprocess.check_output(['ninja', '-C', build, '-t', 'commands', 'lib/librollout.a'], text=True)
    lines = [line for line in text.splitlines() if line.endswith('/' + source)]
    return shlex.split(lines[-1])


def replaced(command: list[str], **options: str) -> list[str]:
    """The command with other values behind -o, -MQ, -MF and -c."""
    out = list(command)
    for key, value in options.items():
        if '-' + key in out:
            out[out.index('-' + key) + 1] = value
    return out


def run(command: list[str], where: str) -> bool:
    """Whether the program notices: it fails, or does not end."""
    try:
        done = subprocess.run(command, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def judge(root: str, build: str, mutant: tuple[str, str, str, str]) -> tuple[bool, bool]:
    """Builds the mutant; (caught by check, caught by a recorded decision)."""
    name, path, old, new = mutant
    with open(os.path.join(root, path), encoding='utf-8') as file:
        text = file.read()
    if text.count(old) != 1:
        raise SystemExit(f'{name}: {path} has the text {text.count(old)} times')
    with tempfile.TemporaryDirectory() as folder:
        changed, built = os.path.join(folder, 'mutant.c'), os.path.join(folder, 'mutant.o')
        with open(changed, 'w', encoding='utf-8') as file:
            file.write(text.replace(old, new))
        command = replaced(compile_command(build, path), o=built, MQ=built, MF=built + '.d', c=changed)
        subprocess.run(command + ['-Wno-error', '-w'], cwd=build, check=True)
        programs = {}
        for target in ('tests/sim/stalls', 'tests/vectors/replay'):
            program = os.path.join(folder, os.path.basename(target))
            link = replaced(link_command(build, target), o=program)
            at = link.index(program)
            subprocess.run(link[:at + 1] + [built] + link[at + 1:], cwd=build, check=True)
            programs[os.path.basename(target)] = program
        check = recorded = False
        for kind, sets in KINDS.items():
            worlds = [os.path.join(root, 'tests/sim', f'{which}_{kind}.json') for which in ('stalls', 'mutants')]
            check = check or run([programs['stalls']] + [w for w in worlds if os.path.exists(w)], folder)
            for lines in sets:
                recorded = recorded or run(
                    [programs['replay'], 'line', os.path.join(root, 'tests/vectors', lines + '.jsonl.gz'),
                     os.path.join(root, 'tests/vectors/exceptions.txt')], folder)
    return check, recorded


def main() -> int:
    root, build = sys.argv[1], sys.argv[2]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda mutant: judge(root, build, mutant), MUTANTS))
    words = {(True, True): 'both', (True, False): 'check', (False, True): 'recorded', (False, False): 'nobody'}
    lines = [f'{words[result]:9} {mutant[0]}\n' for mutant, result in zip(MUTANTS, results)]
    kept = os.path.join(root, 'tests/mutants/caught.txt')
    if '--update' in sys.argv:
        with open(kept, 'w', encoding='utf-8') as file:
            file.writelines(lines)
    with open(kept, encoding='utf-8') as file:
        expected = file.readlines()
    sys.stdout.writelines(lines)
    missed = sum(not any(result) for result in results)
    print(f'{len(MUTANTS)} mutants: {sum(r[0] for r in results)} caught by check, {sum(r[1] for r in results)} by recorded '
          f'decisions, {missed} by nobody')
    if lines != expected:
        print('caught.txt says otherwise')
    return missed > 0 or lines != expected


if __name__ == '__main__':
    sys.exit(main())
