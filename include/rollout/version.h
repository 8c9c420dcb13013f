/* SPDX-License-Identifier: Apache-2.0 */
/** @file version.h
 *  The version of the headers a program was compiled with, and of the library it runs with. */
#ifndef ROLLOUT_VERSION_H
#define ROLLOUT_VERSION_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* meson.build reads these three lines: the version is written nowhere else. */
#define ROLLOUT_VERSION_MAJOR 0
#define ROLLOUT_VERSION_MINOR 1
#define ROLLOUT_VERSION_PATCH 0

/** Version of the library that is running, as "major.minor.patch". Static storage.
 *  Since: 0.1 (testing) */
ROLLOUT_API const char *rollout_version(void);

#ifdef __cplusplus
}
#endif

#endif
