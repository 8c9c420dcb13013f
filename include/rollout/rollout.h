/* SPDX-License-Identifier: Apache-2.0 */
/** @file rollout.h
 *  librollout: the arithmetic of releasing software to many machines.
 *
 *      plan = f(workload, snapshot)
 *
 *  What was asked for and what is there go in; what must be done now, and for every pod why or why
 *  not, comes out. rollout_plan() in plan.h is that function.
 *
 *  What holds for the whole library:
 *    - Same input, same bytes out. The clock, feature gates and seeds are fields of the input;
 *      nothing reads a file, the environment or the locale, nothing is cached, nothing is global.
 *      So every function may be called from any thread.
 *    - Arguments are borrowed for the call. Results are one block, owned by the caller, read-only.
 *    - A struct that begins with struct_size may be shorter or longer than this library's: what is
 *      missing reads as zero, and what is not known must be zero. The same holds for the elements
 *      of a view with a stride. Both end at 65,536 bytes: a size that was never set is refused.
 *    - NULL for what must be there, a ret_ pointer say, is ROLLOUT_ERR_INVALID; of NULL, a function that frees
 *      frees nothing, and one that answers a question says 0.
 *    - On failure nothing behind a ret_ pointer is written but the error record.
 *    - With no fix named the decision is that of OpenKruise, or of Kubernetes for its own kinds, down to
 *      their defects.
 *
 *  While the version is 0.x, functions marked "testing" may change. */
#ifndef ROLLOUT_ROLLOUT_H
#define ROLLOUT_ROLLOUT_H

#include <rollout/base.h>
#include <rollout/broadcastjob.h>
#include <rollout/candidates.h>
#include <rollout/check.h>
#include <rollout/cloneset.h>
#include <rollout/daemonset.h>
#include <rollout/deployment.h>
#include <rollout/inject.h>
#include <rollout/sidecarset.h>
#include <rollout/inplace.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/lint.h>
#include <rollout/node.h>
#include <rollout/objects.h>
#include <rollout/order.h>
#include <rollout/plan.h>
#include <rollout/reason.h>
#include <rollout/replicaset.h>
#include <rollout/scheduling.h>
#include <rollout/selector.h>
#include <rollout/simulate.h>
#include <rollout/snapshot.h>
#include <rollout/statefulset.h>
#include <rollout/uniteddeployment.h>
#include <rollout/version.h>
#include <rollout/workload.h>

#endif
