/* SPDX-License-Identifier: Apache-2.0 */
/* The typed specs. */
#include "facts.h"

/* What is planned within a moment: the library takes up to 10,000,000 places of a StatefulSet, and as many claims. */
enum { MOST_PLACES = 300 };

static int32_t few_or_too_many(int32_t pods)
{
    return pods > MOST_PLACES && pods < INT32_MAX - 65536 ? pods % MOST_PLACES : pods;
}

struct rollout_opt facts_opt(struct fuzz *f)
{
    uint8_t how = fuzz_byte(f);
    struct rollout_opt opt = { .set = how > 250 ? how : how % 4 > 0 };
    if (opt.set)
        opt.value = fuzz_number(f);
    return opt;
}

static void make_condition(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_condition *)ret = (struct rollout_condition){
        .type = fuzz_text(f, broken),
        .status = fuzz_text(f, broken),
        .reason = fuzz_text(f, broken),
        .message = fuzz_text(f, broken),
        .last_update_ms = fuzz_time(f),
        .last_transition_ms = fuzz_time(f),
    };
}

const struct rollout_condition *facts_conditions(struct fuzz *f, bool broken, size_t *ret_count)
{
    return facts_list(f, 0, broken, 4, sizeof(struct rollout_condition), make_condition, ret_count);
}

static struct rollout_hook make_hook(struct fuzz *f, bool broken)
{
    struct rollout_hook hook = { .set = fuzz_below(f, 2) };
    if (!hook.set)
        return hook;
    hook.mark_pod_not_ready = fuzz_enum(f, 1);
    hook.labels = fuzz_labels(f, 3, broken);
    hook.finalizers = fuzz_texts(f, 3, broken);
    return hook;
}

static struct rollout_lifecycle make_lifecycle(struct fuzz *f, bool broken)
{
    struct rollout_lifecycle lifecycle = { .set = fuzz_one_in(f, 3) };
    if (!lifecycle.set)
        return lifecycle;
    lifecycle.pre_normal = make_hook(f, broken);
    lifecycle.pre_delete = make_hook(f, broken);
    lifecycle.in_place_update = make_hook(f, broken);
    lifecycle.reserved = broken && fuzz_one_in(f, 128);
    return lifecycle;
}

/* Numbers of an enum that the library refuses beyond `last`. */
uint32_t facts_known(struct fuzz *f, uint32_t last, bool broken)
{
    return broken ? fuzz_enum(f, last) : fuzz_below(f, last + 1);
}

const struct rollout_cloneset *facts_cloneset(struct fuzz *f, bool broken, size_t *ret_pods_to_delete)
{
    struct rollout_cloneset spec = {
        .flags = ROLLOUT_CLONESET_ROLLING_UPDATE ^ fuzz_flags(f, 63 & ~(unsigned)(fuzz_byte(f) % 16 ? 33 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .label_selector = fuzz_text(f, broken),
        .generation = fuzz_long(f),
        .replicas = facts_opt(f),
        .revision_history_limit = facts_opt(f),
        .progress_deadline_seconds = facts_opt(f),
        .min_ready_seconds = fuzz_number(f),
        .grace_period_seconds = fuzz_number(f),
        .update_type = facts_known(f, ROLLOUT_UPDATE_ON_DELETE, broken),
        .pod_update_policy = facts_known(f, ROLLOUT_POLICY_IN_PLACE_ONLY, broken),
        .partition = facts_intstr(f, broken),
        .max_unavailable = facts_intstr(f, broken),
        .max_surge = facts_intstr(f, broken),
        .scale_max_unavailable = facts_intstr(f, broken),
    };
    struct rollout_cloneset_status status = {
        .replicas = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .collision_count = facts_opt(f),
        .update_revision = facts_name(f, "web-r", 6, broken),
        .current_revision = facts_name(f, "web-r", 6, broken),
        .label_selector = fuzz_text(f, broken),
    };
    uint8_t has = fuzz_byte(f);
    if (has & 1)
        spec.pods_to_delete = fuzz_texts(f, 8, broken);
    if (has & 2) {
        spec.claim_templates = fuzz_texts(f, 3, broken);
        spec.replicas.value = few_or_too_many(spec.replicas.value);
        spec.max_surge.count = few_or_too_many(spec.max_surge.count);
        spec.scale_max_unavailable.count = few_or_too_many(spec.scale_max_unavailable.count);
    }
    if (has & 4)
        spec.order = facts_order(f, broken);
    if (has & 8)
        spec.lifecycle = make_lifecycle(f, broken);
    if (has & 16) {
        int32_t *counts[] = {
            &status.ready_replicas,         &status.available_replicas,         &status.updated_replicas,
            &status.updated_ready_replicas, &status.updated_available_replicas, &status.expected_updated_replicas
        };
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            *counts[i] = fuzz_number(f);
    }
    if (has & 32)
        status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (has & 64)
        spec.selector = facts_selector(f, broken);
    if (has & 128)
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    *ret_pods_to_delete = spec.pods_to_delete.count;
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

static void make_claim_template(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    *(struct rollout_claim_template *)ret = (struct rollout_claim_template){
        .name = index == 0 ? fuzz_str(f, "data") : fuzz_text(f, broken),
        .storage_class = fuzz_text(f, broken),
        .request = fuzz_text(f, broken),
        .access_modes = fuzz_texts(f, 2, broken),
    };
}

static void make_claim_status(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_claim_status *)ret = (struct rollout_claim_status){
        .name = fuzz_text(f, broken),
        .compatible_replicas = fuzz_number(f),
        .compatible_ready_replicas = fuzz_number(f),
    };
}

/* Few ordinals, or so many that the library must refuse them, or a range that is none. */
static void make_reserved(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const ranges[] = { "1-3",  "0-20", "3-1", "2147483640-2147483647", "0-2147483647", "-",
                                          "1-",   "-1-2", "5",   "2147483648-2147483649", "1-2-3",        "007-8",
                                          "+1-2", " 1-2", "" };
    struct rollout_intstr *value = ret;
    (void)kind;
    (void)index;
    *value = (struct rollout_intstr){ .kind = facts_known(f, ROLLOUT_INTSTR_TEXT, broken) };
    if (value->kind == ROLLOUT_INTSTR_INT)
        value->count = fuzz_number(f);
    else
        value->text = fuzz_str(f, ranges[fuzz_below(f, sizeof ranges / sizeof *ranges)]);
}

const struct rollout_statefulset *facts_statefulset(struct fuzz *f, bool broken)
{
    struct rollout_statefulset spec = {
        .flags = ROLLOUT_STATEFULSET_ROLLING_UPDATE ^ fuzz_flags(f, 255 & ~(unsigned)(fuzz_byte(f) % 16 ? 3 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .uid = facts_name(f, "uid-", 8, broken),
        .label_selector = fuzz_text(f, broken),
        .generation = fuzz_long(f),
        .replicas = facts_opt(f),
        .revision_history_limit = facts_opt(f),
        .min_ready_seconds = fuzz_number(f),
        .grace_period_seconds = fuzz_number(f),
        .update_type = facts_known(f, ROLLOUT_UPDATE_ON_DELETE, broken),
        .pod_update_policy = facts_known(f, ROLLOUT_POLICY_IN_PLACE_ONLY, broken),
        .start_ordinal = fuzz_one_in(f, 4) ? fuzz_number(f) : 0,
        .partition = fuzz_number(f),
        .max_unavailable = facts_intstr(f, broken),
        .scale_max_unavailable = facts_intstr(f, broken),
        .claims_when_deleted = facts_known(f, ROLLOUT_CLAIMS_DELETE, broken),
        .claims_when_scaled = facts_known(f, ROLLOUT_CLAIMS_DELETE, broken),
    };
    struct rollout_statefulset_status status = {
        .replicas = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .collision_count = facts_opt(f),
        .update_revision = facts_name(f, "web-r", 6, broken),
        .current_revision = facts_name(f, "web-r", 6, broken),
        .label_selector = fuzz_text(f, broken),
    };
    spec.replicas.value = few_or_too_many(spec.replicas.value);
    uint8_t has = fuzz_byte(f);
    if (has & 1)
        spec.reserve_ordinals =
            facts_list(f, 0, broken, 6, sizeof *spec.reserve_ordinals, make_reserved, &spec.reserve_ordinal_count);
    if (has & 2)
        spec.claim_templates =
            facts_list(f, 0, broken, 3, sizeof *spec.claim_templates, make_claim_template, &spec.claim_template_count);
    if (has & 4)
        spec.priority = facts_order(f, broken).priority;
    if (has & 8)
        spec.lifecycle = make_lifecycle(f, broken);
    if (has & 16) {
        int32_t *counts[] = { &status.ready_replicas,         &status.available_replicas,
                              &status.current_replicas,       &status.updated_replicas,
                              &status.updated_ready_replicas, &status.updated_available_replicas };
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            *counts[i] = fuzz_number(f);
        status.claims = facts_list(f, 0, broken, 3, sizeof *status.claims, make_claim_status, &status.claim_count);
    }
    if (has & 32)
        status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (has & 64)
        spec.selector = facts_selector(f, broken);
    if (has & 128)
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

/* ---- DaemonSets ---- */

static void make_toleration(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_toleration *)ret = (struct rollout_toleration){
        .key = fuzz_text(f, broken),
        .value = fuzz_text(f, broken),
        .op = fuzz_enum(f, ROLLOUT_TOLERATION_OTHER),
        .effect = fuzz_enum(f, ROLLOUT_EFFECT_OTHER),
    };
}

static void make_field(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_requirement *)ret = (struct rollout_requirement){
        .key = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "metadata.name"),
        .op = fuzz_enum(f, ROLLOUT_OPERATOR_LT),
        .values = fuzz_texts(f, 2, broken),
    };
}

static void make_term(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    struct rollout_selector selector = facts_selector(f, broken);
    struct rollout_node_term term = { .expressions = selector.requirements,
                                      .expression_count = selector.requirement_count };
    term.fields = facts_list(f, 0, broken, 2, sizeof *term.fields, make_field, &term.field_count);
    *(struct rollout_node_term *)ret = term;
}

struct rollout_scheduling facts_scheduling(struct fuzz *f, bool broken)
{
    struct rollout_scheduling s = { .host_network = fuzz_enum(f, 1) };
    uint8_t has = fuzz_byte(f);
    if (has % 16 == 1)
        s.node_name = facts_name(f, "node-", 8, broken);
    if (has & 16)
        s.node_selector = fuzz_labels(f, 2, broken);
    if (has & 32) {
        s.affinity.set = fuzz_enum(f, 1);
        s.affinity.terms = facts_list(f, 0, broken, 3, sizeof *s.affinity.terms, make_term, &s.affinity.term_count);
        s.affinity.reserved = broken && fuzz_one_in(f, 128);
    }
    if (has & 64)
        s.tolerations = facts_list(f, 0, broken, 4, sizeof *s.tolerations, make_toleration, &s.toleration_count);
    s.reserved = broken && fuzz_one_in(f, 128);
    return s;
}

const struct rollout_daemonset *facts_daemonset(struct fuzz *f, bool broken)
{
    struct rollout_daemonset spec = {
        .flags = ROLLOUT_DAEMONSET_ROLLING_UPDATE ^ fuzz_flags(f, 511 & ~(unsigned)(fuzz_byte(f) % 16 ? 3 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .generation = fuzz_long(f),
        .revision_history_limit = facts_opt(f),
        .min_ready_seconds = fuzz_number(f),
        .update_type = facts_known(f, ROLLOUT_UPDATE_ON_DELETE, broken),
        .pod_update_policy = facts_known(f, ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE, broken),
        .reserved = broken && fuzz_one_in(f, 128),
        .partition = facts_intstr(f, broken),
        .max_unavailable = facts_intstr(f, broken),
        .max_surge = facts_intstr(f, broken),
        .burst_replicas = fuzz_one_in(f, 4) ? facts_intstr(f, broken) : (struct rollout_intstr){ 0 },
    };
    struct rollout_daemonset_status status = {
        .observed_generation = fuzz_long(f),
        .collision_count = facts_opt(f),
        .update_revision = facts_name(f, "web-r", 6, broken),
    };
    uint8_t has = fuzz_byte(f);
    if (has & 1)
        spec.node_selector = facts_selector(f, broken);
    if (has & 2)
        spec.pre_delete = make_hook(f, broken);
    if (has & 4)
        spec.scheduling = facts_scheduling(f, broken);
    if (has & 8)
        spec.template_generation = fuzz_text(f, broken);
    if (has & 16) {
        int32_t *counts[] = { &status.current_number_scheduled, &status.number_misscheduled,
                              &status.desired_number_scheduled, &status.number_ready,
                              &status.updated_number_scheduled, &status.number_available,
                              &status.number_unavailable };
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            *counts[i] = fuzz_number(f);
    }
    if (has & 32)
        status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (has & 64)
        spec.selector = facts_selector(f, broken);
    if (has & 128)
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}
