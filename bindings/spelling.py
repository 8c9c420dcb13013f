# SPDX-License-Identifier: Apache-2.0
"""Names that no rule gives and that Go and Python have alike: what bindings/headers.py reads does not tell them."""
from __future__ import annotations

# An enum goes by its first constant.
ENUMS = {
    'ROLLOUT_INTSTR_UNSET': 'IntStrKind',
    'ROLLOUT_ROUND_NONE': 'Rounding',
    'ROLLOUT_CLASS_DONE': 'ReasonClass',
    'ROLLOUT_DIFF_POSSIBLE': 'DiffRule',
    'ROLLOUT_DIFF_REPLACE': 'DiffOp',
    'ROLLOUT_CHANGES_IMAGES': 'Changes',
    'ROLLOUT_TOLERATION_EQUAL': 'TolerationOperator',
    'ROLLOUT_STATE_NONE': 'LifecycleState',
    'ROLLOUT_UPDATE_ROLLING': 'UpdateType',
    'ROLLOUT_POLICY_RECREATE': 'UpdatePolicy',
    'ROLLOUT_CLAIMS_RETAIN': 'ClaimsPolicy',
    'ROLLOUT_ATTR_REVISION': 'AttrKey',
    'ROLLOUT_CANDIDATE_WAITING': 'Standing',
    'ROLLOUT_REPLICA_SET_TERMINATING': 'ReplicaSetFactsFlags',
}
# Members whose comment does not begin with the enum that they are of.
MEMBER_ENUMS = {
    'rollout_candidate.subject_kind': 'Subject',
    'rollout_daemonset.pod_update_policy': 'UpdatePolicy',
}
# How words are spelled within a name.
WORDS = {'cloneset': 'CloneSet', 'statefulset': 'StatefulSet', 'daemonset': 'DaemonSet', 'sidecarset': 'SidecarSet',
         'uniteddeployment': 'UnitedDeployment', 'broadcastjob': 'BroadcastJob', 'replicaset': 'ReplicaSet'}
# Labels whose order counts, and of which a key may be there several times.
LABEL_LISTS = ('rollout_order.scatter',)
# Headers that librollout itself does not have.
OTHER_LIBRARY = ('json.h',)
