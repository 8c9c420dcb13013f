/* SPDX-License-Identifier: Apache-2.0 */
/* daemonset.md 3: each row of its tables, and each operator. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rules/nodes.h"

/* Worlds of words, separated by spaces. A template: @name (nodeName), key=value (nodeSelector), host (hostNetwork),
 * ~key,operator,value,effect (toleration; operator = or E or ?), and the affinity's terms: "{" expressions "}", each
 * key,operator,a|b over labels or with "." before the key over fields; "[]" is an affinity without terms. A node: its
 * name, key=value (labels), !key,value,effect (taints). Effects: S NoSchedule, X NoExecute, P PreferNoSchedule,
 * ? another; none: empty. */
enum { ROOM = 32 };

struct scene {
    char template[256], node[256]; /* texts stay here */
    struct rollout_scheduling scheduling;
    struct rollout_label selector[ROOM], labels[ROOM];
    struct rollout_toleration tolerations[ROOM];
    struct rollout_node_term terms[ROOM];
    struct rollout_requirement requirements[ROOM];
    struct rollout_str values[ROOM];
    struct rollout_taint taints[ROOM];
    struct rollout_node_facts facts;
    size_t n_requirements, n_values;
};

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* Cuts the text at the first of the separator and gives what is behind it, "" where there is none. */
static char *cut(char *text, char separator)
{
    char *at = strchr(text, separator);
    if (!at)
        return text + strlen(text);
    *at = '\0';
    return at + 1;
}

static uint32_t effect_of(const char *text)
{
    return *text == 'S'   ? ROLLOUT_EFFECT_NO_SCHEDULE
           : *text == 'X' ? ROLLOUT_EFFECT_NO_EXECUTE
           : *text == 'P' ? ROLLOUT_EFFECT_PREFER_NO_SCHEDULE
           : *text        ? ROLLOUT_EFFECT_OTHER
                          : ROLLOUT_EFFECT_ANY;
}

static void add_label(struct rollout_label *room, struct rollout_labels *labels, char *word)
{
    char *value = cut(word, '=');
    room[labels->count++] = (struct rollout_label){ str(word), str(value) };
    labels->items = room;
    labels->stride = sizeof *room;
}

static void add_toleration(struct scene *s, char *key)
{
    char *op = cut(key, ','), *value = cut(op, ','), *effect = cut(value, ',');
    s->tolerations[s->scheduling.toleration_count++] = (struct rollout_toleration){
        .key = str(key),
        .value = str(value),
        .op = *op == 'E'   ? ROLLOUT_TOLERATION_EXISTS
              : *op == '=' ? ROLLOUT_TOLERATION_EQUAL
                           : ROLLOUT_TOLERATION_OTHER,
        .effect = effect_of(effect),
    };
    s->scheduling.tolerations = s->tolerations;
}

static void add_requirement(struct scene *s, struct rollout_node_term *term, char *key)
{
    static const char *const operators[] = { "?", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt" };
    struct rollout_requirement *r = &s->requirements[s->n_requirements++];
    char *op = cut(key, ','), *values = cut(op, ',');
    r->key = str(*key == '.' ? key + 1 : key);
    for (uint32_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(op, operators[i]) == 0)
            r->op = i;
    r->values = (struct rollout_strs){ &s->values[s->n_values], 0, sizeof *s->values };
    while (*values) {
        char *next = cut(values, '|');
        s->values[s->n_values++] = str(values);
        r->values.count++;
        values = next;
    }
    /* Fields come after the expressions of their term. */
    const struct rollout_requirement **list = *key == '.' ? &term->fields : &term->expressions;
    if (!*list)
        *list = r;
    *(*key == '.' ? &term->field_count : &term->expression_count) += 1;
}

static void read_template(struct scene *s)
{
    struct rollout_node_affinity *affinity = &s->scheduling.affinity;
    affinity->terms = s->terms;
    for (char *word = s->template, *next; *word; word = next) {
        next = cut(word, ' ');
        if (*word == '@') {
            s->scheduling.node_name = str(word + 1);
        } else if (*word == '~') {
            add_toleration(s, word + 1);
        } else if (strcmp(word, "host") == 0) {
            s->scheduling.host_network = 1;
        } else if (strcmp(word, "[]") == 0) {
            affinity->set = 1;
        } else if (strcmp(word, "{") == 0) {
            affinity->set = 1;
            affinity->term_count++;
        } else if (strchr(word, ',')) {
            add_requirement(s, &s->terms[affinity->term_count - 1], word);
        } else if (strchr(word, '=')) {
            add_label(s->selector, &s->scheduling.node_selector, word);
        }
    }
}

static void read_node(struct scene *s)
{
    char *next = cut(s->node, ' ');
    s->facts.name = str(s->node);
    s->facts.taints = s->taints;
    for (char *word = next; *word; word = next) {
        next = cut(word, ' ');
        if (*word == '!') {
            char *value = cut(word, ','), *effect = cut(value, ',');
            s->taints[s->facts.taint_count++] =
                (struct rollout_taint){ .key = str(word + 1), .value = str(value), .effect = effect_of(effect) };
        } else {
            add_label(s->labels, &s->facts.labels, word);
        }
    }
}

static void read_scene(struct scene *s, const char *template, const char *node)
{
    *s = (struct scene){ .n_values = 0 };
    snprintf(s->template, sizeof s->template, "%s", template);
    snprintf(s->node, sizeof s->node, "%s", node);
    read_template(s);
    read_node(s);
}

/* "runs", "continues: why", or "leaves: why". */
static const char *answer(struct scene *s)
{
    static char text[256];
    uint8_t usable[ROOM];
    struct ro_node_rule rule = ro_node_rule(&s->scheduling, usable);
    struct ro_node_fit fit = ro_node_fit(&rule, &s->facts);
    struct rollout_str parts[4];
    ro_node_fit_text(&fit, &s->scheduling, &s->facts, parts);
    size_t n = (size_t)snprintf(text, sizeof text, "%s",
                                fit.runs && fit.continues ? "runs"
                                : fit.continues           ? "continues: "
                                : fit.runs                ? "?"
                                                          : "leaves: ");
    for (int i = 0; i < 4; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s", (int)parts[i].len, parts[i].len ? parts[i].data : "");
    return text;
}

#define K   "node.kubernetes.io/"
#define A60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct row {
    const char *name, *template, *node, *answer;
} rows[] = {
    { "nothing asked for", "", "n1", "runs" },
    /* 1: the node's name */
    { "its own name", "@n1", "n1", "runs" },
    { "another name", "@n2", "n1", "leaves: nodeName n2" },
    { "the start of its name", "@n", "n1", "leaves: nodeName n" },
    { "the name comes first", "@n2 disk=ssd", "n1 !a,,X", "leaves: nodeName n2" },
    /* 2: node selector */
    { "selector", "disk=ssd", "n1 cpu=8 disk=ssd", "runs" },
    { "selector, other value", "disk=ssd", "n1 disk=hdd", "leaves: nodeSelector disk=ssd" },
    { "selector, absent", "disk=ssd", "n1 disk2=ssd", "leaves: nodeSelector disk=ssd" },
    { "selector, all are needed", "disk=ssd zone=a", "n1 disk=ssd zone=b", "leaves: nodeSelector zone=a" },
    { "selector, empty value is not absent", "disk=", "n1", "leaves: nodeSelector disk=" },
    { "selector before affinity", "disk=ssd [] ", "n1", "leaves: nodeSelector disk=ssd" },
    { "affinity is needed too", "disk=ssd { cpu,Gt,8 }", "n1 disk=ssd cpu=8", "leaves: nodeAffinity" },
    /* 2: terms */
    { "no term matches nothing", "[]", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "an empty term matches nothing", "{ }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "an empty term beside one that holds", "{ } { disk,Exists }", "n1 disk=ssd", "runs" },
    { "terms are alternatives", "{ disk,In,hdd } { disk,In,ssd }", "n1 disk=ssd", "runs" },
    { "none of them holds", "{ disk,In,hdd } { disk,In,nvme }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "expressions are all needed", "{ disk,In,ssd cpu,Exists }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "expressions all hold", "{ disk,In,ssd cpu,Exists }", "n1 cpu=8 disk=ssd", "runs" },
    { "a field is needed too", "{ disk,In,ssd .metadata.name,In,n2 }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "both hold", "{ disk,In,ssd .metadata.name,In,n1 }", "n1 disk=ssd", "runs" },
    /* 2: operators */
    { "In", "{ disk,In,hdd|ssd }", "n1 disk=ssd", "runs" },
    { "In, other", "{ disk,In,hdd|nvme }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "In, absent", "{ disk,In,ssd }", "n1", "leaves: nodeAffinity" },
    { "NotIn", "{ disk,NotIn,hdd|ssd }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "NotIn, other", "{ disk,NotIn,hdd }", "n1 disk=ssd", "runs" },
    { "NotIn, absent", "{ disk,NotIn,hdd }", "n1", "runs" },
    { "Exists", "{ disk,Exists }", "n1 disk=", "runs" },
    { "Exists, absent", "{ disk,Exists }", "n1 disks=1", "leaves: nodeAffinity" },
    { "DoesNotExist", "{ disk,DoesNotExist }", "n1", "runs" },
    { "DoesNotExist, there", "{ disk,DoesNotExist }", "n1 disk=", "leaves: nodeAffinity" },
    { "Gt", "{ cpu,Gt,4 }", "n1 cpu=5", "runs" },
    { "Gt, equal", "{ cpu,Gt,4 }", "n1 cpu=4", "leaves: nodeAffinity" },
    { "Gt, by number and not by text", "{ cpu,Gt,4 }", "n1 cpu=16", "runs" },
    { "Gt, a label below zero", "{ cpu,Gt,4 }", "n1 cpu=-5", "leaves: nodeAffinity" },
    { "Gt, absent", "{ cpu,Gt,4 }", "n1", "leaves: nodeAffinity" },
    { "Gt, no integer", "{ cpu,Gt,4 }", "n1 cpu=5.5", "leaves: nodeAffinity" },
    { "Gt, the largest", "{ cpu,Gt,9223372036854775806 }", "n1 cpu=9223372036854775807", "runs" },
    { "Gt, too large a label", "{ cpu,Gt,4 }", "n1 cpu=9223372036854775808", "leaves: nodeAffinity" },
    { "Lt", "{ cpu,Lt,4 }", "n1 cpu=3", "runs" },
    { "Lt, equal", "{ cpu,Lt,4 }", "n1 cpu=4", "leaves: nodeAffinity" },
    { "Lt, absent", "{ cpu,Lt,4 }", "n1", "leaves: nodeAffinity" },
    { "Lt, by number and not by text", "{ cpu,Lt,16 }", "n1 cpu=4", "runs" },
    /* 2: terms that do not parse */
    { "In nothing", "{ disk,In }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "NotIn nothing", "{ disk,NotIn }", "n1", "leaves: nodeAffinity" },
    { "Exists with values", "{ disk,Exists,ssd }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "DoesNotExist with values", "{ disk,DoesNotExist,ssd }", "n1", "leaves: nodeAffinity" },
    { "Gt two values", "{ cpu,Gt,1|2 }", "n1 cpu=8", "leaves: nodeAffinity" },
    { "Gt nothing", "{ cpu,Gt }", "n1 cpu=8", "leaves: nodeAffinity" },
    { "Gt no integer", "{ cpu,Gt,x }", "n1 cpu=8", "leaves: nodeAffinity" },
    { "Lt two values", "{ cpu,Lt,9|10 }", "n1 cpu=8", "leaves: nodeAffinity" },
    { "an unknown operator", "{ disk,Near,ssd }", "n1 disk=ssd", "leaves: nodeAffinity" },
    { "a key that is none", "{ -disk,DoesNotExist }", "n1", "leaves: nodeAffinity" },
    { "a value that is none", "{ disk,NotIn,a/b }", "n1", "leaves: nodeAffinity" },
    { "a value that is too long", "{ disk,NotIn," A60 "aaaa }", "n1", "leaves: nodeAffinity" },
    { "a value of full length", "{ disk,NotIn," A60 "aaa }", "n1", "runs" },
    { "beside one that holds", "{ cpu,Gt,x } { disk,Exists }", "n1 cpu=8 disk=ssd", "runs" },
    /* 2: fields */
    { "field In", "{ .metadata.name,In,n1 }", "n1", "runs" },
    { "field In, another", "{ .metadata.name,In,n2 }", "n1", "leaves: nodeAffinity" },
    { "field Exists is none", "{ .metadata.name,Exists,n1 }", "n1", "leaves: nodeAffinity" },
    { "field NotIn", "{ .metadata.name,NotIn,n1 }", "n1", "leaves: nodeAffinity" },
    { "field NotIn, another", "{ .metadata.name,NotIn,n2 }", "n1", "runs" },
    { "fields are all needed", "{ .metadata.name,In,n1 .metadata.name,NotIn,n1 }", "n1", "leaves: nodeAffinity" },
    { "field In two", "{ .metadata.name,In,n1|n2 }", "n1", "leaves: nodeAffinity" },
    { "field NotIn two", "{ .metadata.name,NotIn,n2|n3 }", "n1", "leaves: nodeAffinity" },
    { "field Exists", "{ .metadata.name,Exists }", "n1", "leaves: nodeAffinity" },
    { "another field", "{ .metadata.uid,In,n1 }", "n1", "leaves: nodeAffinity" },
    { "a label of that key is no field", "{ .metadata.name,In,n2 }", "n1 metadata.name=n2", "leaves: nodeAffinity" },
    /* 3, 4: taints */
    { "NoSchedule", "", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "NoSchedule without a value", "", "n1 !team,,S", "continues: team:NoSchedule" },
    { "NoExecute", "", "n1 !team,a,X", "leaves: team=a:NoExecute" },
    { "PreferNoSchedule", "", "n1 !team,a,P", "runs" },
    { "another effect", "", "n1 !team,a,?", "runs" },
    { "no effect", "", "n1 !team,a", "runs" },
    { "NoExecute decides, wherever it stands", "", "n1 !a,,S !b,,X", "leaves: b:NoExecute" },
    { "NoExecute first", "", "n1 !b,,X !a,,S", "leaves: b:NoExecute" },
    { "the first NoSchedule", "~a,E,,", "n1 !a,,S !b,,S !c,,S", "continues: b:NoSchedule" },
    { "affinity before taints", "{ disk,Exists }", "n1 !a,,X", "leaves: nodeAffinity" },
    /* tolerations */
    { "Equal", "~team,=,a,S", "n1 !team,a,S", "runs" },
    { "Equal, another value", "~team,=,b,S", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "Equal without a value", "~team,=,,S", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "Equal, neither has one", "~team,=,,S", "n1 !team,,S", "runs" },
    { "Exists takes any value", "~team,E,,S", "n1 !team,a,S", "runs" },
    { "another key", "~teams,E,,S", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "no key", "~,E,,S", "n1 !team,a,S", "runs" },
    { "no key and Equal", "~,=,a,S", "n1 !team,a,S", "runs" },
    { "no key and Equal, another value", "~,=,b,S", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "another effect tolerated", "~team,E,,X", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "NoSchedule tolerated only", "~team,E,,S", "n1 !team,a,X", "leaves: team=a:NoExecute" },
    { "every effect", "~team,E,,", "n1 !team,a,X", "runs" },
    { "an effect that is none", "~team,E,,?", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "an operator that is none", "~team,?,a,S", "n1 !team,a,S", "continues: team=a:NoSchedule" },
    { "everything", "~,E,,", "n1 !team,a,X !b,,S", "runs" },
    { "NoExecute tolerated, NoSchedule not", "~b,E,,X", "n1 !a,,S !b,,X", "continues: a:NoSchedule" },
    /* tolerations that every daemon pod has */
    { "not-ready NoExecute", "", "n1 !" K "not-ready,,X", "runs" },
    { "not-ready NoSchedule", "", "n1 !" K "not-ready,,S", "continues: " K "not-ready:NoSchedule" },
    { "not-ready, as a dead node has it", "", "n1 !" K "not-ready,,S !" K "not-ready,,X",
      "continues: " K "not-ready:NoSchedule" },
    { "unreachable NoExecute", "", "n1 !" K "unreachable,,X", "runs" },
    { "unreachable NoSchedule", "", "n1 !" K "unreachable,,S", "continues: " K "unreachable:NoSchedule" },
    { "disk-pressure", "", "n1 !" K "disk-pressure,,S", "runs" },
    { "disk-pressure NoExecute", "", "n1 !" K "disk-pressure,,X", "leaves: " K "disk-pressure:NoExecute" },
    { "memory-pressure", "", "n1 !" K "memory-pressure,,S", "runs" },
    { "pid-pressure", "", "n1 !" K "pid-pressure,,S", "runs" },
    { "cordoned", "", "n1 !" K "unschedulable,,S", "runs" },
    { "with a value too", "", "n1 !" K "unschedulable,x,S", "runs" },
    { "network-unavailable", "", "n1 !" K "network-unavailable,,S", "continues: " K "network-unavailable:NoSchedule" },
    { "network-unavailable, the host's network", "host", "n1 !" K "network-unavailable,,S", "runs" },
    { "cordoned, the host's network", "host", "n1 !" K "unschedulable,,S", "runs" },
    { "out-of-service", "", "n1 !" K "out-of-service,,X", "leaves: " K "out-of-service:NoExecute" },
};

START_TEST(test_row)
{
    const struct row *row = &rows[_i];
    struct scene s;
    read_scene(&s, row->template, row->node);
    const char *got = answer(&s);
    ck_assert_msg(strcmp(got, row->answer) == 0, "%s: %s", row->name, got);
}
END_TEST

/* One rule for all nodes: what it remembers of one does not decide on the next. */
START_TEST(test_many)
{
    struct scene a, b;
    uint8_t usable[ROOM];
    read_scene(&a, "disk=ssd { cpu,Gt,4 } { .metadata.name,In,n2 }", "n1 zone=x cpu=8 disk=ssd");
    read_scene(&b, "", "n2 disk=ssd");
    struct ro_node_rule rule = ro_node_rule(&a.scheduling, usable);
    for (int i = 0; i < 3; i++) {
        ck_assert(ro_node_fit(&rule, &a.facts).runs);
        ck_assert(ro_node_fit(&rule, &b.facts).runs);
        b.facts.name = RO_STR("n3");
        ck_assert_int_eq(ro_node_fit(&rule, &b.facts).check, RO_NODE_AFFINITY);
        b.facts.name = RO_STR("n2");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nodes");
    TCase *tcase = tcase_create("nodes");
    tcase_add_loop_test(tcase, test_row, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tcase, test_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
