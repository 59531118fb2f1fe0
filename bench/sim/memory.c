/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/memory.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096ul

static size_t whole_pages(size_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static void *map(void *at, size_t bytes, int file)
{
    int flags = MAP_PRIVATE | MAP_NORESERVE;
    flags |= at != NULL ? MAP_FIXED : 0;
    flags |= file < 0 ? MAP_ANONYMOUS : 0;
    void *memory = mmap(at, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool sim_memory_create(struct sim_memory *m, uint32_t count, size_t own_bytes, size_t array_bytes)
{
    *m = (struct sim_memory){
        .own_bytes = whole_pages(own_bytes),
        .array_bytes = whole_pages(array_bytes),
        .count = count,
        .image = -1,
    };
    m->own = map(NULL, count * m->own_bytes, -1);
    m->arrays = map(NULL, count * m->array_bytes, -1);
    if (m->own == NULL || m->arrays == NULL)
        return false;
    madvise(m->own, count * m->own_bytes, MADV_HUGEPAGE);
    return true;
}

void sim_memory_destroy(struct sim_memory *m)
{
    if (m->own != NULL)
        munmap(m->own, m->count * m->own_bytes);
    if (m->arrays != NULL)
        munmap(m->arrays, m->count * m->array_bytes);
    if (m->count != 0 && m->image >= 0)
        close(m->image);
    memset(m, 0, sizeof(*m));
}

/* Pages that hold nothing yet need no image. */
static size_t bytes_in_use(const uint8_t *arrays, size_t bytes)
{
    static const uint8_t zeroes[PAGE_BYTES];
    while (bytes > PAGE_BYTES && memcmp(arrays + bytes - PAGE_BYTES, zeroes, PAGE_BYTES) == 0)
        bytes -= PAGE_BYTES;
    return bytes;
}

bool sim_memory_keep(struct sim_memory *m, uint32_t node)
{
    const uint8_t *arrays = sim_memory_arrays(m, node);
    m->image_bytes = bytes_in_use(arrays, m->array_bytes);
    m->image = memfd_create("arrays", MFD_CLOEXEC);
    if (m->image < 0 || ftruncate(m->image, (off_t)m->image_bytes) != 0)
        return false;
    void *image = mmap(NULL, m->image_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m->image, 0);
    if (image == MAP_FAILED)
        return false;
    memcpy(image, arrays, m->image_bytes);
    munmap(image, m->image_bytes);
    return true;
}

bool sim_memory_share(struct sim_memory *m, uint32_t node)
{
    return map(sim_memory_arrays(m, node), m->image_bytes, m->image) != NULL;
}

bool sim_memory_clear(struct sim_memory *m, uint32_t node)
{
    return map(sim_memory_own(m, node), m->own_bytes, -1) != NULL &&
           map(sim_memory_arrays(m, node), m->array_bytes, -1) != NULL;
}
