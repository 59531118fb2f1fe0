/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes from a client of the control socket, behind a good HELLO or not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/assert.h"
#include "lib/word.h"
#include "ports/control_protocol.h"
#include "ports/control_server.h"
#include "ports/log.h"
#include "tests/fuzz/fuzz.h"

#define MEMBERS 5
#define EVENTS  7

static struct sl_control_server *server;
static char path[64];

static int info(void *context, struct sl_node_info *out)
{
    (void)context;
    memset(out, 0, sizeof(*out));
    out->max_members = MEMBERS;
    return 0;
}

static int stats(void *context, struct sl_node_stats *out)
{
    (void)context;
    memset(out, 0, sizeof(*out));
    out->worker_count = 1;
    return 0;
}

static int members(void *context, uint64_t after_id, struct sl_member_info *out, uint32_t count)
{
    uint32_t copied = 0;
    (void)context;
    for (uint64_t id = 1; id <= MEMBERS && copied < count; id++) {
        if (id <= after_id)
            continue;
        memset(&out[copied], 0, sizeof(out[copied]));
        out[copied].id = id;
        out[copied].word = sl_word(1, 0, SL_ALIVE);
        memset(out[copied].name, 'x', sizeof(out[copied].name) - 1);
        copied++;
    }
    return (int)copied;
}

static int events(void *context, uint64_t after, struct sl_node_event *out, uint32_t count)
{
    uint32_t copied = 0;
    (void)context;
    for (uint64_t sequence = 1; sequence <= EVENTS && copied < count; sequence++) {
        if (sequence <= after)
            continue;
        memset(&out[copied], 0, sizeof(out[copied]));
        out[copied++].sequence = sequence;
    }
    return (int)copied;
}

/* Reads every byte that it was promised. */
static int join(void *context, const char *const *seeds, uint32_t count)
{
    size_t bytes = 0;
    (void)context;
    SL_ASSERT(count <= SL_SEEDS_MAX);
    for (uint32_t i = 0; i < count; i++)
        bytes += strlen(seeds[i]);
    return bytes % 2 == 0 ? 0 : -EINVAL;
}

static int seeds(void *context, struct sl_node_seed *out)
{
    (void)context;
    memset(out, 0, sizeof(*out));
    return 1;
}

static int leave(void *context)
{
    (void)context;
    return 0;
}

static int update(void *context, const void *tags, uint32_t bytes)
{
    uint8_t copy[SL_TAGS_BYTES_MAX];
    (void)context;
    SL_ASSERT(bytes <= sizeof(copy));
    if (bytes != 0)
        memcpy(copy, tags, bytes);
    return 0;
}

static int remove_member(void *context, const char *name, uint32_t name_bytes)
{
    char copy[SL_NAME_BYTES_MAX];
    (void)context;
    SL_ASSERT(name_bytes >= 1 && name_bytes <= sizeof(copy));
    memcpy(copy, name, name_bytes);
    return name_bytes == 1 ? -ENOENT : 0;
}

static void end(void)
{
    sl_control_server_destroy(server);
}

static void begin(void)
{
    static const struct sl_node node = {.info = info,
                                        .stats = stats,
                                        .members = members,
                                        .events = events,
                                        .join = join,
                                        .seeds = seeds,
                                        .leave = leave,
                                        .update = update,
                                        .remove = remove_member};
    snprintf(path, sizeof(path), "/tmp/starling-fuzz-%d.sock", (int)getpid());
    sl_log_set_level(SL_LOG_ERROR);
    struct sl_control_place place = {.path = path, .group = "", .mode = 0600};
    SL_ASSERT(sl_control_server_create(&server, &place, SL_CONTROL_PATIENCE, &node) == 0);
    atexit(end);
}

/* As much as there is room for; a server that reads no more has closed, or waits for its answers to
 * be read. */
static void serve(int fd, const uint8_t *data, size_t size)
{
    static uint8_t answers[65536];
    for (int idle = 0; idle < 3; idle++) {
        ssize_t sent = size > 0 ? send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        if (sent > 0) {
            data += sent;
            size -= (size_t)sent;
            idle = 0;
        }
        SL_ASSERT(sl_control_server_run(server, 0) == 0);
        if (recv(fd, answers, sizeof(answers), MSG_DONTWAIT) > 0)
            idle = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        struct sl_control_request request;
        struct sl_control_hello hello;
    } good = {{1, SL_CONTROL_HELLO, 0, sizeof(struct sl_control_hello)},
              {SL_CONTROL_MAGIC, SL_CONTROL_VERSION, 0, 0}};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (server == NULL)
        begin();
    if (size == 0)
        return 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, path);
    SL_ASSERT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    if (data[0] % 2 == 0)
        serve(fd, (const uint8_t *)&good, sizeof(good));
    serve(fd, data + 1, size - 1);
    close(fd);
    for (int i = 0; i < 2; i++) /* it learns of the end */
        SL_ASSERT(sl_control_server_run(server, 0) == 0);
    return 0;
}
