/* SPDX-License-Identifier: Apache-2.0 */
/* The article's example, recorded as release 0: five pods, maxSurge 20%, maxUnavailable 0. Told twice: by the
 * recorded passes with what OpenKruise decided, and by the passes that our own plans lead to.
 *
 *   article FILE      its first release is played */
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "play.h"
#include "release.h"

enum { REPLICAS = 5, MOST_PODS = 6 };

/* What a pass sees, and the one thing that it does to the number or revision of pods. */
struct move {
    int partition;
    int old_pods, new_pods, available;
    const char *op; /* "" = nothing, and nothing will happen: the end of a stage */
};

static const struct move story[] = {
    { 3, 5, 0, 5, "create" },          /* one new pod */
    { 3, 5, 1, 6, "update-in-place" }, /* it is ready: an old pod follows */
    { 3, 4, 2, 6, "delete" },          /* that is ready: an old pod goes */
    { 3, 3, 2, 5, "" },                /* 3 old, 2 new */
    { 0, 3, 2, 5, "create" },          /* partition 0: one more */
    { 0, 3, 3, 6, "update-in-place" }, /* two old pods follow, */
    { 0, 2, 4, 6, "update-in-place" }, /* the second when the first is ready */
    { 0, 1, 5, 6, "delete" },          /* the last old pod goes */
    { 0, 0, 5, 5, "" },                /* 5 new */
};

struct teller {
    const char *who;
    size_t at; /* in the story */
    size_t wrong;
};

static bool is_available(const struct rollout_pod *pod)
{
    return (pod->lifecycle_state == ROLLOUT_STATE_NONE || pod->lifecycle_state == ROLLOUT_STATE_NORMAL) &&
           pod->phase == ROLLOUT_PHASE_RUNNING && (pod->flags & ROLLOUT_POD_READY) &&
           (!(pod->flags & ROLLOUT_POD_IN_PLACE_CONDITION) || (pod->flags & ROLLOUT_POD_IN_PLACE_TRUE));
}

static bool is_old(const struct rollout_pod *pod)
{
    return pod->revision.len == 8 && memcmp(pod->revision.data, "demo-old", 8) == 0;
}

static struct move look(const struct rollout_world *world)
{
    struct move now = { world->workload->cloneset->partition.count, 0, 0, 0, "" };
    for (size_t i = 0; i < world->snapshot->pods.count; i++) {
        const struct rollout_pod *pod = &world->snapshot->pods.items[i];
        now.available += is_available(pod);
        now.old_pods += is_old(pod);
        now.new_pods += !is_old(pod);
    }
    return now;
}

static void complain(struct teller *teller, size_t pass, const struct move *now, const char *what)
{
    teller->wrong++;
    printf("%s, pass %zu: partition %d, %d old, %d new, %d available, \"%s\": %s\n", teller->who, pass, now->partition,
           now->old_pods, now->new_pods, now->available, now->op, what);
}

/* A created pod is new, every other move is made on an old one. */
static bool on_the_right(const struct rollout_snapshot *snapshot, json_t *action)
{
    const char *name = json_string_value(json_object_get(action, "pod"));
    if (!name)
        return json_integer_value(json_object_get(action, "count")) == 1 &&
               strcmp(json_string_value(json_object_get(action, "revision")), "demo-new") == 0;
    int i = find_pod(snapshot, (struct rollout_str){ name, strlen(name) });
    return i >= 0 && is_old(&snapshot->pods.items[i]);
}

static bool is_move(json_t *action)
{
    const char *op = json_string_value(json_object_get(action, "op"));
    return strcmp(op, "set-ready") != 0 && strcmp(op, "set-lifecycle") != 0;
}

static bool same_move(const struct move *a, const struct move *b)
{
    return a->partition == b->partition && a->old_pods == b->old_pods && a->new_pods == b->new_pods &&
           a->available == b->available && strcmp(a->op, b->op) == 0;
}

static void tell(struct teller *teller, size_t pass, const struct rollout_world *world, json_t *actions)
{
    struct move now = look(world);
    size_t i, moves = 0, count = sizeof story / sizeof *story;
    json_t *action;
    json_array_foreach(actions, i, action)
    {
        if (!is_move(action))
            continue;
        now.op = json_string_value(json_object_get(action, "op"));
        moves++;
        if (!on_the_right(world->snapshot, action))
            complain(teller, pass, &now, "on the wrong pod");
    }
    if (now.available < REPLICAS)
        complain(teller, pass, &now, "fewer available than replicas");
    if (now.old_pods + now.new_pods > MOST_PODS)
        complain(teller, pass, &now, "more pods than the surge allows");
    if (moves > 1)
        complain(teller, pass, &now, "more than one move");
    /* a stage ends once, however many passes look at it; other passes without a move are waits */
    if (teller->at < count && same_move(&now, &story[teller->at]))
        teller->at++;
    else if (moves > 0)
        complain(teller, pass, &now, "not what the story tells next");
}

/* The plan's actions as its document has them. */
static json_t *actions_of(const struct played *pass)
{
    struct rollout_objects *objects = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    if (rollout_plan_object(pass->world, pass->plan, &objects, &error))
        return NULL;
    json_t *plan = tree_json(&objects->items[0]);
    rollout_objects_free(objects);
    json_t *actions = json_incref(json_object_get(plan, "actions"));
    json_decref(plan);
    return actions;
}

static size_t ended(struct teller *teller)
{
    size_t count = sizeof story / sizeof *story;
    if (teller->at < count) {
        printf("%s: only %zu of %zu moves were made\n", teller->who, teller->at, count);
        teller->wrong++;
    }
    return teller->wrong;
}

int main(int argc, char **argv)
{
    struct release release = { 0 };
    struct teller recorded = { .who = "recorded" }, ours = { .who = "played" };
    size_t differences = 0;
    if (argc < 2)
        return 2;
    FILE *lines = lines_open(argv[1]);
    if (!release_read(lines, &release))
        return 1;
    size_t count = json_array_size(release.passes);
    json_t *played = json_deep_copy(json_array_get(release.passes, 0));
    for (size_t i = 0; i < count; i++) {
        struct played theirs, own;
        char id[160];
        played_make(json_array_get(release.passes, i), &theirs);
        tell(&recorded, i, theirs.world, json_object_get(json_array_get(release.expects, i), "actions"));
        played_free(&theirs);

        played_make(played, &own);
        json_t *actions = actions_of(&own);
        tell(&ours, i, own.world, actions);
        json_decref(actions);
        played_free(&own);
        snprintf(id, sizeof id, "%s-%02zu", release.id, i);
        if (i > 0)
            differences += facts_compare(id, json_array_get(release.passes, i), played, 20);
        if (i + 1 < count) {
            json_t *next = release_step(&release, i, played);
            json_decref(played);
            played = next;
        }
    }
    json_decref(played);
    printf("%s: %zu passes\n", release.id, count);
    release_free(&release);
    lines_close(lines);
    return ended(&recorded) + ended(&ours) + differences > 0;
}
