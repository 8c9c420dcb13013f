/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RO_JSON_YAML_PARSE_H
#define RO_JSON_YAML_PARSE_H

#include "json/parse.h"

/* One YAML document, as ro_json_parse; *ret_json is NULL where the text holds none. Built without libyaml it always
 * fails with ROLLOUT_ERR_SYNTAX. */
int ro_yaml_parse(const char *text, size_t len, struct ro_json_place place, struct rollout_json **ret_json,
                  size_t *ret_read, struct rollout_error *reterr);

#endif
