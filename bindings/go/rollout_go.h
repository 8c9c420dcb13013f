/* SPDX-License-Identifier: Apache-2.0 */
/* What the Go files see of the library: the one-file copy beside them, or with the build tag rollout_system the installed
 * headers, whose version must be that which the Go files were generated from. */
#ifndef ROLLOUT_GO_H
#define ROLLOUT_GO_H

#include "version_gen.h"

#ifdef ROLLOUT_GO_SYSTEM
#include <rollout/rollout.h>
#else
#include "rollout_amalgamation.h"
#endif

/* While the version is 0.x each minor version is an interface of its own. */
#if ROLLOUT_VERSION_MAJOR != ROLLOUT_GO_VERSION_MAJOR || ROLLOUT_VERSION_MINOR != ROLLOUT_GO_VERSION_MINOR || \
    ROLLOUT_VERSION_PATCH < ROLLOUT_GO_VERSION_PATCH
#error "the installed librollout is not of the version that this Go package was made for"
#endif

#endif
