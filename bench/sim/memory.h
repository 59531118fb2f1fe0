/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Where nodes live. Each has a part of its own, in huge pages, and a part with the arrays of its
 * engine: in a formed cluster these are the same for all at first, so it is one image that the
 * nodes share, page by page, until they write there (10,000 views of 10,000 members would be 3 GB).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sim_memory {
    uint8_t *own, *arrays; /* of all nodes, in their order */
    size_t own_bytes, array_bytes;
    uint32_t count;
    int image; /* file of one node's arrays up to where they are all zero; -1: none */
    size_t image_bytes;
};

/* false: no memory */
bool sim_memory_create(struct sim_memory *memory, uint32_t count, size_t own_bytes,
                       size_t array_bytes);
void sim_memory_destroy(struct sim_memory *memory);

/* A node's two parts, page aligned; zero unless written. */
static inline uint8_t *sim_memory_own(const struct sim_memory *memory, uint32_t node)
{
    return memory->own + node * memory->own_bytes;
}

static inline uint8_t *sim_memory_arrays(const struct sim_memory *memory, uint32_t node)
{
    return memory->arrays + node * memory->array_bytes;
}

/* Makes the image of a node's arrays. */
bool sim_memory_keep(struct sim_memory *memory, uint32_t node);
/* Puts a copy of the image in the place of a node's arrays. */
bool sim_memory_share(struct sim_memory *memory, uint32_t node);
/* Makes both parts zero again. */
bool sim_memory_clear(struct sim_memory *memory, uint32_t node);

#ifdef __cplusplus
}
#endif
