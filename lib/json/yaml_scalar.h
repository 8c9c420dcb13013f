/* SPDX-License-Identifier: Apache-2.0 */
/* What a scalar of YAML means in JSON: as kubectl reads it, which is YAML 1.1 as sigs.k8s.io/yaml has it. */
#ifndef RO_JSON_YAML_SCALAR_H
#define RO_JSON_YAML_SCALAR_H

#include <stdbool.h>

#include <jansson.h>

/* The value of a scalar that is written plainly, or else quoted or as a block; tag: its tag in full, or NULL. NULL where
 * there is none: *ret_problem says why, or is NULL where memory is lacking. */
json_t *ro_yaml_scalar(const char *text, size_t len, bool plain, const char *tag, const char **ret_problem);

/* "<<", by which a mapping takes over members of others. */
bool ro_yaml_is_merge(const char *text, size_t len, bool plain, const char *tag);

#endif
