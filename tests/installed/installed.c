/* SPDX-License-Identifier: Apache-2.0 */
/* A program as somebody else would write it: public headers only, found with pkg-config. */
#include <stdio.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

static const char document[] =
    "{\"kind\":\"Snapshot\",\"now\":\"2026-11-23T12:00:00Z\",\"workload\":{"
    "\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\","
    "\"metadata\":{\"name\":\"web\",\"namespace\":\"default\",\"uid\":\"u\"},"
    "\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},"
    "\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[]}},"
    "\"updateStrategy\":{\"type\":\"RollingUpdate\"}}}}";

int main(int argc, char **argv)
{
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", ROLLOUT_VERSION_MAJOR, ROLLOUT_VERSION_MINOR, ROLLOUT_VERSION_PATCH);
    if (argc != 2 || strcmp(argv[1], text) != 0 || strcmp(argv[1], rollout_version()) != 0) {
        fprintf(stderr, "header %s, library %s, asked for %s\n", text, rollout_version(), argc == 2 ? argv[1] : "none");
        return 1;
    }

    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    int rc = rollout_json_parse(document, sizeof document - 1, &json, &error);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error);
    if (rc == ROLLOUT_OK)
        rc = rollout_plan(world->workload, world->snapshot, &plan, &error);
    if (rc != ROLLOUT_OK) {
        fprintf(stderr, "%d: %s\n", rc, error.message);
        return 1;
    }
    int creates = 0;
    for (size_t i = 0; i < plan->action_count; i++)
        creates += plan->actions[i].op == ROLLOUT_OP_CREATE;
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    return creates > 0 ? 0 : 1;
}
