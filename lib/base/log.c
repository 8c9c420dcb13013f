/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/log.h"

/* fdlibm's e_log: ln 2 in two parts, and the coefficients of its polynomial. */
static const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
static const double L1 = 6.666666666666735130e-01, L2 = 3.999999999940941908e-01, L3 = 2.857142874366239149e-01,
                    L4 = 2.222219843214978396e-01, L5 = 1.818357216161805012e-01, L6 = 1.531383769920937332e-01,
                    L7 = 1.479819860511658591e-01;
static const double sqrt_half = 7.07106781186547524401e-01;

/* x = f * 2^*ret_exponent with 1/2 <= f < 1; x is finite, positive and normal. */
static double split(double x, int *ret_exponent)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    *ret_exponent = (int)(bits >> 52) - 1022;
    bits = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1022 << 52;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

double ro_log(uint64_t n)
{
    int exponent;
    double f = split((double)n, &exponent);
    if (f < sqrt_half) {
        f *= 2;
        exponent--;
    }
    f -= 1;
    double k = exponent;
    double s = f / (2 + f), z = s * s, w = z * z;
    double odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
    double even = w * (L2 + w * (L4 + w * L6));
    double r = odd + even, h = 0.5 * f * f;
    return k * ln2_hi - ((h - (s * (h + r) + k * ln2_lo)) - f);
}
