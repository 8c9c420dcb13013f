/* SPDX-License-Identifier: Apache-2.0 */
/* Words that nobody knows, fields in the wrong place, and those that do nothing. */
#include <inttypes.h>

#include "base/str.h"
#include "sim/lint.h"

void ro_lint_word(struct ro_lint *l, const struct ro_at *object, const char *key, const char *const *words,
                  const char *assumed)
{
    struct ro_at at = ro_at_member(object, key);
    struct rollout_str text = ro_text(at.node);
    if (text.len == 0)
        return;
    for (size_t i = 0; words[i]; i++)
        if (ro_str_eq(text, (struct rollout_str){ words[i], strlen(words[i]) }))
            return;
    struct rollout_str shown = ro_lint_shown(l, &at);
    RO_LINT(l, UNKNOWN_TEXT, &at, "%s %.*s is not known and is taken as %s", key, (int)shown.len, shown.data, assumed);
}

void ro_lint_misplaced(struct ro_lint *l, const struct ro_at *object, const char *const *keys, const char *where)
{
    for (size_t i = 0; keys[i]; i++) {
        struct ro_at at = ro_at_member(object, keys[i]);
        if (at.node)
            RO_LINT(l, MISPLACED, &at, "%s is no field of %.*s here, and is dropped: %s", keys[i],
                    (int)l->world->api_version.len, l->world->api_version.data, where);
    }
}

void ro_lint_paused(struct ro_lint *l, const struct ro_at *fields, const char *but)
{
    struct ro_at at = ro_at_member(fields, "paused");
    if (ro_is_true(at.node))
        RO_LINT(l, PAUSED, &at, "paused: no pod is updated%s", but);
}

void ro_lint_grace(struct ro_lint *l, const struct ro_at *fields, int32_t seconds, uint32_t policy)
{
    if (seconds == 0 || policy != ROLLOUT_POLICY_RECREATE)
        return;
    struct ro_at in_place = ro_at_object(&l->decoder, fields, "inPlaceUpdateStrategy");
    struct ro_at at = ro_at_member(&in_place, "gracePeriodSeconds");
    RO_LINT(l, IGNORED, &at, "gracePeriodSeconds %" PRId32 " has no effect: pods are recreated, not updated in place",
            seconds);
}
