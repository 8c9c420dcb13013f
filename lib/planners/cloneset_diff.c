/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/cloneset_diff.h"

#include "base/number.h"

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t abs64(int64_t a)
{
    return a < 0 ? -a : a;
}

static int64_t active(const struct ro_cloneset_group *group)
{
    return group->all - group->preparing_delete;
}

/* The larger of what deletes and the update would use, never their sum. */
static void use_surge(const struct ro_cloneset_scale *s, int64_t od, int64_t nd, struct ro_cloneset_diff *d)
{
    int64_t scale = 0, scale_old = 0, update = 0, update_old = 0;
    int64_t to_delete = s->new_.to_delete + s->old.to_delete;

    if (to_delete > 0) {
        scale = min64(max64(ro_minus(d->unavailable + to_delete, s->limits.max_unavailable), 0), to_delete);
        scale_old = max64(scale - s->new_.to_delete, 0);
    }
    if ((od < 0 && nd > 0) || (od > 0 && nd < 0)) {
        update = min64(abs64(od), abs64(nd));
        if (abs64(od) <= abs64(nd) ? od < 0 : nd > 0)
            update_old = update;
    }
    d->use_surge = min64(s->limits.max_surge, max64(scale, update));
    d->use_surge_old = min64(d->use_surge, scale >= update ? scale_old : update_old);
}

struct ro_cloneset_diff ro_cloneset_diff(const struct ro_cloneset_scale *s)
{
    const struct ro_cloneset_group *n = &s->new_, *o = &s->old;
    struct ro_cloneset_diff d = { 0 };
    int64_t od = active(o) - s->limits.partition;
    int64_t nd = active(n) - (s->limits.replicas - s->limits.partition);

    d.old_surplus = od;
    d.new_surplus = nd;
    if (s->one_revision || !s->rollback) {
        od = max64(od, 0);
        nd = min64(nd, 0);
    }
    d.unavailable = n->preparing_delete + o->preparing_delete + n->unavailable + o->unavailable;
    if (s->limits.max_surge > 0)
        use_surge(s, od, nd, &d);

    int64_t all = n->all + o->all, have = all, have_old = o->all;
    if (s->exclude_preparing_delete) {
        have -= n->preparing_delete + o->preparing_delete;
        have_old -= o->preparing_delete;
    }
    int64_t want = s->limits.replicas + d.use_surge, want_old = s->limits.partition + d.use_surge_old;

    if (want > have) {
        d.scale_up = want - have;
        d.scale_up_old = max64(want_old - have_old, 0);
        d.scale_up_limit = min64(d.scale_up, max64(ro_minus(s->limits.scale_max_unavailable, d.unavailable), 0));
    }
    /* Pods that are specified already are not counted again. */
    int64_t to_delete = n->to_delete + o->to_delete;
    if (have - to_delete > want) {
        d.scale_down = have - to_delete - want;
        d.scale_down_old = max64(have_old - o->to_delete - want_old, 0);
    }
    if (to_delete > 0 || d.scale_down > 0)
        d.delete_ready_limit = max64(ro_plus(s->limits.max_unavailable, all - s->limits.replicas - d.unavailable), 0);

    d.update = abs64(od) <= abs64(nd) ? od : -nd;
    if (d.update != 0)
        d.update_max_unavailable = ro_plus(s->limits.max_unavailable, all - s->limits.replicas);
    return d;
}
