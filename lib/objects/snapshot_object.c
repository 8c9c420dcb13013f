/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/snapshot_object.h"

#include "base/error.h"
#include "base/tree.h"
#include "objects/result.h"
#include "rules/diff.h"
#include "rules/revision.h"

/* ---- parts of all objects ---- */

struct ro_edit *ro_write_object(struct ro_snapshot_writer *w, struct rollout_str api_version, struct rollout_str kind,
                                struct rollout_str name)
{
    struct ro_edit *object = ro_edit_object(&w->arena);

    ro_edit_set_text(&w->arena, object, RO_STR("apiVersion"), api_version);
    ro_edit_set_text(&w->arena, object, RO_STR("kind"), kind);
    ro_write_member(w, ro_edit_need_object(&w->arena, object, "metadata"), RO_STR("name"), name);
    return object;
}

void ro_write_member(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                     struct rollout_str text)
{
    if (text.data)
        ro_edit_set_text(&w->arena, object, key, text);
}

void ro_write_instant(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key, int64_t ms)
{
    char buf[RO_TIME_SIZE];

    if (ms != 0) {
        struct rollout_str text = { buf, ro_time_format(ms, ms % 1000 != 0, buf) };
        ro_edit_set_text(&w->arena, object, key, ro_arena_str(&w->arena, text));
    }
}

static struct ro_edit *text_or_null(struct ro_snapshot_writer *w, struct rollout_str text)
{
    return text.data ? ro_edit_text(&w->arena, text) : ro_edit_null(&w->arena);
}

void ro_write_map(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                  const struct rollout_labels *labels)
{
    struct ro_edit *map = ro_edit_object(&w->arena);

    if (labels->count == 0)
        return;
    for (uint32_t i = 0; i < labels->count; i++)
        ro_edit_add(map, *ro_label_key(labels, i), text_or_null(w, *ro_label_value(labels, i)));
    ro_edit_set(object, key, map);
}

void ro_write_list(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                   const struct rollout_strs *strs)
{
    struct ro_edit *list = ro_edit_array(&w->arena);

    if (strs->count == 0)
        return;
    for (uint32_t i = 0; i < strs->count; i++)
        ro_edit_append(list, text_or_null(w, *ro_strs_at(strs, i)));
    ro_edit_set(object, key, list);
}

/* ---- what is no list of objects ---- */

static void write_gates(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    struct ro_edit *gates = ro_edit_object(&w->arena);

    for (size_t i = 0; i < w->workload.gate_count; i++) {
        const struct rollout_gate *gate = &w->workload.gates[i];
        ro_edit_set(gates, ro_gate_name(gate->gate), ro_edit_bool(&w->arena, gate->on != 0));
    }
    if (w->workload.gate_count > 0)
        ro_edit_set(body, RO_STR("featureGates"), gates);
}

static void write_backoffs(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    struct ro_edit *list = ro_edit_array(&w->arena);
    struct ro_path path = ro_path_member(NULL, "failed_pod_backoffs");

    for (size_t i = 0; i < w->facts->arrays.backoffs.count; i++) {
        const struct ro_abi_array *backoffs = &w->facts->arrays.backoffs;
        const struct rollout_backoff *backoff = (const void *)(backoffs->items + i * backoffs->stride);
        struct ro_edit *e = ro_edit_object(&w->arena);
        struct ro_path place = ro_path_element(&path, i);
        ro_check_text(&w->check, &place, "node", backoff->node);
        ro_write_member(w, e, RO_STR("node"), backoff->node);
        ro_edit_set(e, RO_STR("seconds"), ro_edit_integer(&w->arena, backoff->seconds));
        ro_write_instant(w, e, RO_STR("last"), backoff->last_step_ms);
        ro_edit_append(list, e);
    }
    if (w->facts->arrays.backoffs.count > 0)
        ro_edit_set(body, RO_STR("failedPodBackoffs"), list);
}

/* A revision by its number from 1; NULL where it is none or not stored. */
static const struct rollout_revision *stored(struct ro_snapshot_writer *w, const char *name, uint32_t number)
{
    struct ro_path path = ro_path_member(NULL, name);

    if (number == 0)
        return NULL;
    if (number > w->facts->arrays.revisions.count) {
        ro_check_refuse_number(&w->check, ROLLOUT_ERR_INVALID, &path, number, "", " is not among the revisions");
        return NULL;
    }
    const struct rollout_revision *revision = ro_revision_at(&w->facts->arrays.revisions, number - 1);
    return revision->flags & ROLLOUT_REVISION_NEW ? NULL : revision;
}

/* One that is not stored is made again from the template; the current one is then the update revision, too. No current
 * one is said by the update revision's name, lest the status's counts; where that is not stored, it means none. */
static void write_revision_names(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    const struct rollout_snapshot *s = &w->facts->snapshot;
    const struct rollout_revision *update = stored(w, "update_revision", s->update_revision), *current;

    current = s->current_revision ? stored(w, "current_revision", s->current_revision) : update;
    if (!current && s->update_revision > 0 && s->update_revision <= w->facts->arrays.revisions.count)
        current = ro_revision_at(&w->facts->arrays.revisions, s->update_revision - 1);
    if (current && !w->workload.daemonset)
        ro_write_member(w, body, RO_STR("currentRevision"), current->name);
    if (update)
        ro_write_member(w, body, RO_STR("updateRevision"), update->name);
}

/* ---- the whole ---- */

typedef struct ro_edit *write_fn(struct ro_snapshot_writer *w, size_t i);

static void write_array(struct ro_snapshot_writer *w, struct ro_edit *body, struct rollout_str key, size_t count,
                        write_fn *write)
{
    struct ro_edit *list = ro_edit_array(&w->arena);

    for (size_t i = 0; i < count && w->check.code == ROLLOUT_OK; i++)
        ro_edit_append(list, write(w, i));
    if (count > 0)
        ro_edit_set(body, key, list);
}

static bool has_sets(const struct ro_snapshot_writer *w)
{
    return w->workload.deployment || w->workload.replicaset;
}

static struct ro_edit *write_body(struct ro_snapshot_writer *w)
{
    const struct ro_snapshot_facts *facts = w->facts;
    struct ro_edit *body = ro_edit_object(&w->arena);

    ro_edit_set_text(&w->arena, body, RO_STR("kind"), RO_STR("Snapshot"));
    ro_write_instant(w, body, RO_STR("now"), facts->snapshot.now_ms);
    ro_edit_set(body, RO_STR("workload"), ro_edit_copy(&w->arena, w->world->workload_object.nodes));
    write_gates(w, body);
    if (w->workload.uniteddeployment)
        ro_write_children_open(w);
    if (w->check.code != ROLLOUT_OK)
        return body;
    if (has_sets(w)) {
        write_array(w, body, RO_STR("revisions"), facts->arrays.replica_sets.count, ro_write_replica_set);
    } else {
        write_revision_names(w, body);
        write_array(w, body, RO_STR("revisions"), facts->arrays.revisions.count, ro_write_revision);
    }
    if (w->workload.uniteddeployment)
        ro_write_children(w, body);
    write_array(w, body, RO_STR("pods"), facts->arrays.pods.count, ro_write_pod);
    write_array(w, body, RO_STR("nodes"), facts->arrays.nodes.count, ro_write_node);
    write_array(w, body, RO_STR("claims"), facts->arrays.claims.count, ro_write_claim);
    write_array(w, body, RO_STR("storageClasses"), facts->arrays.storage_classes.count, ro_write_storage_class);
    write_backoffs(w, body);
    if (facts->snapshot.unobserved_since_ms != 0)
        ro_write_instant(w, ro_edit_need_object(&w->arena, body, "inFlight"), RO_STR("since"),
                         facts->snapshot.unobserved_since_ms);
    ro_check_text(&w->check, NULL, "written_version", facts->snapshot.written_version);
    if (w->workload.uniteddeployment && facts->snapshot.written_version.data)
        ro_write_member(w, ro_edit_need_object(&w->arena, body, "inFlight"), RO_STR("workload"),
                        facts->snapshot.written_version);
    if (facts->arrays.in_flight.count > 0)
        ro_write_in_flight(w, body);
    ro_write_namespaces(w, body);
    return body;
}

/* Pairs that were compared beforehand are not written: they must say what comparing them says. */
static void check_verdicts(struct ro_snapshot_writer *w)
{
    uint32_t flags = ro_gates_diff_flags(&w->gates, w->kind.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY);
    struct ro_path list = ro_path_member(NULL, "in_place_verdicts");

    for (size_t i = 0; i < w->facts->arrays.verdicts.count; i++) {
        const struct ro_abi_array *verdicts = &w->facts->arrays.verdicts;
        const struct rollout_in_place_verdict *given = (const void *)(verdicts->items + i * verdicts->stride);
        struct ro_path place = ro_path_element(&list, i);
        struct ro_diff_verdict verdict = { .rule = ROLLOUT_DIFF_NO_REVISION };
        ro_check_text(&w->check, &place, "path", given->path);
        if (given->from > 0 && given->from <= w->facts->arrays.revisions.count && given->to > 0 &&
            given->to <= w->facts->arrays.revisions.count) {
            const struct rollout_revision *from = ro_revision_at(&w->facts->arrays.revisions, given->from - 1);
            const struct rollout_revision *to = ro_revision_at(&w->facts->arrays.revisions, given->to - 1);
            ro_diff_verdict(from->data.count ? from->data.nodes : NULL, to->data.count ? to->data.nodes : NULL,
                            from->claims_hash, to->claims_hash, flags, &verdict);
        }
        if (w->check.code == ROLLOUT_OK &&
            (verdict.rule != given->rule || verdict.flags != given->flags ||
             !ro_str_eq(given->path, (struct rollout_str){ verdict.path, verdict.path_len })))
            ro_check_refuse(&w->check, ROLLOUT_ERR_INVALID, &place,
                            "cannot be written: comparing the two revisions says something else");
    }
}

/* Reads the document back: it must say the same. */
static int verify(const struct ro_snapshot_writer *w, const struct rollout_tree *document, struct rollout_error *reterr)
{
    struct rollout_world *world = NULL;
    int r = rollout_document_decode(document, 0, 0, &world, reterr);

    if (r == ROLLOUT_OK)
        r = ro_snapshot_compare(w->facts, world->snapshot, &w->workload, reterr);
    rollout_world_free(world);
    return r;
}

static int run(struct ro_snapshot_writer *w, struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    char now[RO_TIME_SIZE];

    w->now = (struct rollout_str){ now, ro_time_format(w->facts->snapshot.now_ms, false, now) };
    struct ro_edit *body = write_body(w);
    if (w->check.code == ROLLOUT_OK)
        check_verdicts(w); /* after the revisions were looked at */
    if (w->check.code != ROLLOUT_OK)
        return w->check.code;
    if (w->arena.failed)
        return ro_error_nomem(reterr);
    int r = ro_objects_make(&body, 1, &objects, reterr);
    if (r == ROLLOUT_OK)
        r = verify(w, &objects->items[0], reterr);
    if (r != ROLLOUT_OK)
        rollout_objects_free(objects);
    else
        *ret_objects = objects;
    return r;
}

int rollout_snapshot_object(const struct rollout_world *world, const struct rollout_snapshot *snapshot,
                            struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct ro_snapshot_facts facts = { 0 };
    struct ro_snapshot_writer w = { .world = world, .facts = &facts, .check = { reterr, ROLLOUT_OK } };

    if (!world || !snapshot || !ret_objects)
        return ro_error_null(reterr, !world ? "world" : !snapshot ? "snapshot" : "ret_objects");
    int r = rollout_tree_check(&world->workload_object, reterr);
    if (r == ROLLOUT_OK)
        r = ro_abi_struct(world->workload, &w.workload, sizeof(w.workload), "workload", reterr);
    if (r == ROLLOUT_OK)
        r = ro_specs_open(&w.workload, &w.specs, reterr);
    if (r == ROLLOUT_OK)
        r = ro_gates_resolve(w.workload.gates, w.workload.gate_count, &w.gates, reterr);
    if (r != ROLLOUT_OK)
        return r;
    r = ro_abi_struct(snapshot, &facts.snapshot, sizeof(facts.snapshot), "snapshot", reterr);
    if (r == ROLLOUT_OK)
        r = ro_arrays_open(&facts.snapshot, &facts.arrays, reterr);
    if (r == ROLLOUT_OK) {
        if (has_sets(&w)) { /* they have no revisions, whatever is listed */
            facts.arrays.revisions.count = facts.arrays.verdicts.count = 0;
            facts.snapshot.update_revision = facts.snapshot.current_revision = 0;
        }
        w.kind = ro_kind_of(&w.workload);
        w.uid = ro_text(ro_dig(world->workload_object.nodes, "metadata", "uid", NULL));
        r = run(&w, ret_objects, reterr);
    }
    ro_arena_free(&w.arena);
    ro_arrays_close(&facts.arrays);
    return r;
}
