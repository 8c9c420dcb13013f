/* SPDX-License-Identifier: Apache-2.0 */
#include <rollout/version.h>

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

const char *rollout_version(void)
{
    return STRING(ROLLOUT_VERSION_MAJOR) "." STRING(ROLLOUT_VERSION_MINOR) "." STRING(ROLLOUT_VERSION_PATCH);
}
