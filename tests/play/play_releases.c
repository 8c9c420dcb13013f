/* SPDX-License-Identifier: Apache-2.0 */
/* Plays recorded releases as a driver would: plan, carry out every action by rollout_apply() and
 * rollout_apply_status(), let the others move (release.c says who and what), and go on from the objects so
 * made, never from recorded ones, so that an error stays. Pass by pass they must be those that OpenKruise's own
 * controller left, and decode to the same facts (facts.c).
 *
 *   play_releases FILE */
#include <stdio.h>

#include "facts.h"
#include "release.h"

enum { SHOWN = 20 };

struct tally {
    size_t releases, agree, passes, passes_agree, shown;
};

static void play_release(const struct release *release, struct tally *tally)
{
    size_t count = json_array_size(release->passes), wrong = 0;
    json_t *played = json_deep_copy(json_array_get(release->passes, 0));
    for (size_t i = 0; i + 1 < count; i++) {
        json_t *next = release_step(release, i, played);
        char id[160];
        snprintf(id, sizeof id, "%s-%02zu", release->id, i + 1);
        size_t found = facts_compare(id, json_array_get(release->passes, i + 1), next, SHOWN - tally->shown);
        tally->shown += found < SHOWN - tally->shown ? found : SHOWN - tally->shown;
        tally->passes++;
        tally->passes_agree += found == 0;
        wrong += found > 0;
        json_decref(played);
        played = next;
    }
    json_decref(played);
    tally->releases += count > 1;
    tally->agree += count > 1 && wrong == 0;
}

int main(int argc, char **argv)
{
    struct tally tally = { 0 };
    struct release release = { 0 };
    if (argc < 2)
        return 2;
    FILE *lines = lines_open(argv[1]);
    while (release_read(lines, &release))
        play_release(&release, &tally);
    release_free(&release);
    lines_close(lines);
    printf("%s: %zu releases, %zu agree; %zu passes, %zu agree\n", argv[1], tally.releases, tally.agree, tally.passes,
           tally.passes_agree);
    return tally.passes == 0 || tally.passes_agree < tally.passes;
}
