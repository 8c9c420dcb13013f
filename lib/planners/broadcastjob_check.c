/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/broadcastjob_check.h"

#include "planners/check.h"

int ro_broadcastjob_check(const struct rollout_broadcastjob *spec, const struct ro_planner_input *in,
                          struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path status = ro_path_member(NULL, "status");
    ro_check_text(&c, NULL, "namespace_", spec->namespace_);
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_intstr(&c, NULL, "parallelism", &spec->parallelism);
    ro_check_known(&c, NULL, "completion", spec->completion, ROLLOUT_COMPLETION_NEVER);
    ro_check_known(&c, NULL, "failure", spec->failure, ROLLOUT_FAILURE_PAUSE);
    ro_check_known(&c, NULL, "active_deadline_set", spec->active_deadline_set, 1);
    ro_check_scheduling(&c, NULL, &spec->scheduling);
    ro_check_resources_of(&c, NULL, "requests", spec->requests, spec->request_count);
    ro_check_reserved(&c, &status, spec->status->reserved);
    ro_check_time(&c, &status, "start_ms", spec->status->start_ms);
    ro_check_time(&c, &status, "completion_ms", spec->status->completion_ms);
    ro_check_text(&c, &status, "phase", spec->status->phase);
    ro_check_conditions(&c, &status, spec->status->conditions, spec->status->condition_count);
    ro_check_snapshot(&c, in);
    return c.code;
}
