/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RO_BASE_LOG_H
#define RO_BASE_LOG_H

#include <stdint.h>

/* Natural logarithm of n >= 1 with Go's last bit: fdlibm's method without fused operations, since
 * spread ranks are sums of these that compare for equality (cloneset.md 5.8). */
double ro_log(uint64_t n);

#endif
