/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A view's insides: what its parts (view*.c) share. Not for other rooms. */
#include "lib/retired.h"
#include "lib/view.h"

struct sl_view {
    struct sl_table table; /* first: sl_view_word() goes straight to it */
    struct sl_view_summary summary __attribute__((aligned(SL_CACHE_LINE)));

    /* read by all, written by the engine as members come and change; NULL if cold records are
     * shared */
    uint32_t *cold __attribute__((aligned(SL_CACHE_LINE))); /* of each slot: reference, 0 = none */
    uint64_t *proven;                                       /* a bit per slot: its member is */
    uint64_t *removed; /* a bit per slot, written as its member becomes LEFT, before the word */
    struct sl_cold_pool pool;
    struct sl_hash_tree tree;
    struct sl_view_config config;

    /* the engine's */
    uint32_t used_slots; /* slots from here on were never in use */
    struct sl_retired retired;
};
