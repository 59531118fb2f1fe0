/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A listening UNIX socket and its file. Control thread. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The socket's file, and which processes may connect. */
struct sl_control_place {
    const char *path;
    const char *group; /* a name or a number; "": that of this process */
    uint32_t mode;     /* permission bits, 0660 as a rule */
};

struct sl_control_listener {
    int fd; /* non-blocking */
    dev_t device;
    ino_t inode; /* with `device`: the file that is ours to remove */
    char path[108];
    bool made_directory; /* and it goes again with us */
};

/* Listens at place->path; makes its directory if it is missing; replaces the file of a dead
   process. Nobody can connect before the file has its group and mode. Returns 0 or -errno after
   logging one line; -EADDRINUSE: a live process listens there; -EINVAL: no such group. */
int sl_control_listen(struct sl_control_listener *listener, const struct sl_control_place *place);

/* false: its file was removed or replaced, so nobody finds the socket any more. */
bool sl_control_listener_is_reachable(const struct sl_control_listener *listener);

/* Closes, and removes the file unless somebody has replaced it. */
void sl_control_listener_close(struct sl_control_listener *listener);

#ifdef __cplusplus
}
#endif
