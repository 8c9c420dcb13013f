/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"

int ro_abi_zero(const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++)
        if (b[i])
            return 0;
    return 1;
}

int ro_abi_struct(const void *given, void *full, size_t full_size, const char *name, struct rollout_error *reterr)
{
    uint32_t size;
    if (!given)
        return ro_error_null(reterr, name);
    memcpy(&size, given, sizeof(size));
    /* Half of a pointer would be read as one. */
    bool cuts = size < full_size && size % sizeof(void *);
    if (size < 8 || size % 4 || cuts || size > RO_ABI_SIZE_MAX)
        return ro_error(reterr, ROLLOUT_ERR_ABI, name, "%s: struct_size %u is none", name, (unsigned)size);
    if (size > full_size && !ro_abi_zero((const char *)given + full_size, size - full_size))
        return ro_error(reterr, ROLLOUT_ERR_ABI, name, "%s: sets a field that this version does not know", name);

    memset(full, 0, full_size);
    memcpy(full, given, size < full_size ? size : full_size);
    uint32_t known = (uint32_t)full_size;
    memcpy(full, &known, sizeof(known));
    return ROLLOUT_OK;
}

int ro_abi_out(const void *out, const char *name, struct rollout_error *reterr)
{
    uint32_t size;
    if (!out)
        return ro_error_null(reterr, name);
    memcpy(&size, out, sizeof size);
    if (size < sizeof size || size > RO_ABI_SIZE_MAX)
        return ro_error(reterr, ROLLOUT_ERR_ABI, name, "%s: struct_size %u is none", name, (unsigned)size);
    return ROLLOUT_OK;
}

void ro_abi_hand_over(void *out, const void *full, size_t full_size)
{
    uint32_t size;
    memcpy(&size, out, sizeof size);
    size_t known = size < full_size ? size : full_size;
    memcpy((char *)out + sizeof size, (const char *)full + sizeof size, known - sizeof size);
    if (size > full_size)
        memset((char *)out + full_size, 0, size - full_size);
}

int ro_abi_array(const void *items, size_t count, size_t stride, size_t full_size, const char *name,
                 struct ro_abi_array *ret, struct rollout_error *reterr)
{
    const char *bytes = items;
    if (count == 0) {
        *ret = (struct ro_abi_array){ .stride = full_size };
        return ROLLOUT_OK;
    }
    if (!items)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, name, "%s: is NULL with a count of %zu", name, count);
    if (count >= UINT32_MAX)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, name, "%s: %zu elements are too many", name, count);
    if (!ro_abi_stride_ok(stride))
        return ro_error(reterr, ROLLOUT_ERR_ABI, name, "%s: stride %zu is none", name, stride);
    if (stride > SIZE_MAX / count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, name, "%s: %zu elements of %zu bytes are too many", name, count,
                        stride);

    if (stride >= full_size) {
        for (size_t i = 0; i < count && stride > full_size; i++)
            if (!ro_abi_zero(bytes + i * stride + full_size, stride - full_size))
                return ro_error_at(reterr, ROLLOUT_ERR_ABI, (uint32_t)i, name,
                                   "%s[%zu]: sets a field that this version does not know", name, i);
        *ret = (struct ro_abi_array){ .items = bytes, .count = count, .stride = stride };
        return ROLLOUT_OK;
    }

    char *copy = calloc(count, full_size);
    if (!copy)
        return ro_error_nomem(reterr);
    for (size_t i = 0; i < count; i++)
        memcpy(copy + i * full_size, bytes + i * stride, stride);
    *ret = (struct ro_abi_array){ .items = copy, .count = count, .stride = full_size, .copy = copy };
    return ROLLOUT_OK;
}
