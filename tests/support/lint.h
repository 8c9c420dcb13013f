/* SPDX-License-Identifier: Apache-2.0 */
/* Documents and what is found in them. */
#ifndef SUPPORT_LINT_H
#define SUPPORT_LINT_H

#include <stddef.h>

/* A document, and all that is found in its first workload: lines "Code path = value: message\n". Both with ' for ". */
struct lint_case {
    const char *document;
    const char *wanted;
};

void check_lint(const struct lint_case *c);

/* A test program of such cases. */
struct lint_table {
    const struct lint_case *cases;
    size_t count;
};
#define LINT_TABLE(cases) { cases, sizeof(cases) / sizeof((cases)[0]) }
int run_lint_tables(const char *name, const struct lint_table *tables, size_t count);

/* A workload alone; spec: its further members, beginning with a comma or empty. */
#define LINT_WORKLOAD(version, kind, spec)                                                                             \
    "{'apiVersion':'" version "','kind':'" kind "','metadata':{'name':'a','namespace':'ns','uid':'u'},'spec':"         \
    "{'selector':{'matchLabels':{'app':'a'}},'template':{'metadata':{'labels':{'app':'a','tier':'t'}},'spec':"         \
    "{'containers':[{'name':'m','image':'i'}]}}" spec "}}"

/* With pods (their labels beside app: a, as members) or other members of a Snapshot. */
#define LINT_SNAPSHOT(workload, members) "{'kind':'Snapshot','workload':" workload members "}"
#define LINT_POD(name, labels)                                                                                         \
    "{'metadata':{'name':'" name "','namespace':'ns','labels':{'app':'a'" labels "},'ownerReferences':[{'kind':'X',"   \
    "'name':'a','uid':'u','controller':true}]}}"
#define LINT_NODE(name, labels) "{'metadata':{'name':'" name "','labels':{" labels "}}}"

#endif
