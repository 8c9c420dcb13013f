/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded v1beta1 CloneSet or DaemonSet in the words of v1alpha1. Source: cloneset.md 1.1, daemonset.md 1. */
#ifndef VECTORS_TWIN_H
#define VECTORS_TWIN_H

#include <jansson.h>

/* The line with its workload converted; NULL where it is v1alpha1 already, or where v1alpha1 has no
 * words for it. */
json_t *twin_of(const json_t *line);

#endif
