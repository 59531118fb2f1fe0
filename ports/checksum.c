/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/checksum.h"

const uint8_t SL_SUM_MASKS[2 * SL_SUM_CHUNK_BYTES] = {
    [SL_SUM_CHUNK_BYTES... 2 * SL_SUM_CHUNK_BYTES - 1] = 0xff,
};
