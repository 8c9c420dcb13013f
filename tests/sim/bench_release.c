/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmark: a CloneSet's release of 10,000 pods with random delays a pod, observed every second; 1,000 runs of one of 50;
 * and how many states a second are explored. Figures only: nothing is asserted but that each comes to its end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "small_worlds.h"

static const char workload[] =
    "{\"apiVersion\":\"apps.kruise.io/"
    "v1beta1\",\"kind\":\"CloneSet\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":%d,"
    "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":"
    "{"
    "\"podUpdatePolicy\":\"%s\",\"maxUnavailable\":%s,\"maxSurge\":%d}},\"template\":{\"metadata\":{\"labels\":{"
    "\"app\":\"web\"}},"
    "\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"app:2\"}]}}}}";

static struct small_world make(int pods, const char *policy, const char *unavailable, int surge)
{
    char text[1024];
    json_error_t broken;
    snprintf(text, sizeof text, workload, pods, policy, unavailable, surge);
    json_t *shorthand = json_pack("{s:o, s:s, s:[{s:i, s:s}]}", "workload", json_loads(text, 0, &broken), "old",
                                  "app:1", "pods", "count", pods, "revision", "old");
    json_t *snapshot = small_snapshot(shorthand);
    struct small_world world = small_decode(snapshot);
    json_decref(snapshot);
    json_decref(shorthand);
    return world;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const struct rollout_error *error)
{
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static void simulate(const char *what, int pods, const char *policy, int runs)
{
    static const int64_t delays[ROLLOUT_STEP_COUNT] = { 1000, 5000, 10000, 2000, 5000, 5000, 2000 };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation_options options = { .struct_size = sizeof options, .seed = 1 };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct rollout_simulation *simulation;
    struct small_world world = make(pods, policy, "\"10%\"", 0);
    uint64_t passes = 0;
    for (int i = 0; i < ROLLOUT_STEP_COUNT; i++)
        options.delays[i] = (struct rollout_delay){ ROLLOUT_DELAY_UNIFORM, 0, delays[i], 8 * delays[i] };
    double start = now();
    if (rollout_simulation_new(world.world, &options, &simulation, &error))
        die(&error);
    for (int run = 0; run < runs; run++) {
        if (run > 0 && rollout_simulation_restart(simulation, (uint64_t)run + 1, &error))
            die(&error);
        do {
            if (rollout_simulation_step(simulation, &state, &error))
                die(&error);
        } while (state.outcome == ROLLOUT_SIMULATION_RUNS);
        if (state.outcome != ROLLOUT_SIMULATION_DONE)
            exit(1);
        passes += state.passes;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%s: %d runs of %d pods, %" PRIu64 " passes, %.0f s of virtual time in the last: %.2f s, at most %ld MB\n",
           what, runs, pods, passes, (double)state.now_ms / 1000, now() - start, usage.ru_maxrss / 1024);
    rollout_simulation_free(simulation);
    small_free(&world);
}

static void explore(const char *what, int pods, uint64_t states)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_check_options options = { .struct_size = sizeof options,
                                             .flags = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_VANISH | ROLLOUT_CHECK_FAIL,
                                             .faults = 4,
                                             .state_limit = states,
                                             .memory_limit = (size_t)512 << 20 };
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_check *check;
    struct small_world world = make(pods, "InPlaceIfPossible", "1", 1);
    double start = now();
    if (rollout_check_new(world.world, &options, &check, &error))
        die(&error);
    do {
        if (rollout_check_step(check, 100000, &result, &error))
            die(&error);
    } while (result.outcome == ROLLOUT_CHECK_RUNS);
    double seconds = now() - start;
    printf("%s: %" PRIu64 " states, %" PRIu64 " steps, depth %" PRIu64
           ": %.2f s, %.0f states a second, %zu MB for states\n",
           what, result.states, result.steps, result.depth, seconds, (double)result.states / seconds,
           result.memory >> 20);
    if (result.outcome != ROLLOUT_CHECK_STATES && result.outcome != ROLLOUT_CHECK_HOLDS)
        exit(1);
    rollout_check_free(check);
    small_free(&world);
}

int main(void)
{
    simulate("in place", 50, "InPlaceIfPossible", 1000);
    simulate("by recreation", 50, "ReCreate", 1000);
    simulate("in place", 10000, "InPlaceIfPossible", 1);
    simulate("by recreation", 10000, "ReCreate", 1);
    explore("check", 5, 1000000);
    return 0;
}
