/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_listen.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ports/log.h"

#define BACKLOG 16

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    return address;
}

static int complain(const char *path, const char *what, int error)
{
    SL_LOG(SL_LOG_ERROR,
           "control socket %s: cannot %s: %s; choose another path with [control] socket", path,
           what, strerror(error));
    return -error;
}

static int refuse_live(const char *path, int fd)
{
    struct ucred owner = {0};
    socklen_t bytes = sizeof(owner);
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &bytes);
    SL_LOG(
        SL_LOG_ERROR,
        "control socket %s: process %d listens there; stop it, or give this node another path with "
        "[control] socket",
        path, (int)owner.pid);
    return -EADDRINUSE;
}

/* Removes the file that a dead process left. */
static int clear_path(const char *path)
{
    struct stat file;
    if (lstat(path, &file) != 0)
        return errno == ENOENT ? 0 : complain(path, "look at it", errno);
    if (!S_ISSOCK(file.st_mode)) {
        SL_LOG(SL_LOG_ERROR,
               "control socket %s: a file that is no socket is there; choose another path", path);
        return -EADDRINUSE;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return complain(path, "make a socket", errno);
    struct sockaddr_un address = address_of(path);
    int error = 0;
    /* EAGAIN: alive, with a full backlog. */
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
        error = refuse_live(path, fd);
    else if (errno != ECONNREFUSED)
        error = complain(path, "tell whether it is in use", errno);
    else if (unlink(path) != 0)
        error = complain(path, "remove a dead process's file", errno);
    close(fd);
    return error;
}

static int complain_group(const struct sl_control_place *place, int error)
{
    SL_LOG(
        SL_LOG_ERROR,
        "control socket %s: cannot give it to group '%s': %s; run as root or as a member of that "
        "group, or change [control] group",
        place->path, place->group, strerror(error));
    return -error;
}

/* -1: none is asked for. */
static int find_group(const struct sl_control_place *place, gid_t *group)
{
    char *end;
    *group = (gid_t)-1;
    if (*place->group == '\0')
        return 0;
    const struct group *named = getgrnam(place->group);
    unsigned long number = strtoul(place->group, &end, 10);
    *group = named != NULL ? named->gr_gid : (gid_t)number;
    if (named != NULL || (*end == '\0' && isdigit((unsigned char)place->group[0])))
        return 0;
    SL_LOG(SL_LOG_ERROR,
           "control socket %s: no group '%s' on this machine; make it (groupadd), or change "
           "[control] group",
           place->path, place->group);
    return -EINVAL;
}

/* listen() comes last: before it no connection is taken, whatever the file says. */
static int bind_and_listen(struct sl_control_listener *l, const struct sl_control_place *place)
{
    struct sockaddr_un address = address_of(l->path);
    struct stat file;
    gid_t group;
    int error = find_group(place, &group);
    if (error)
        return error;
    mode_t mask = umask(0777 & ~place->mode);
    bool bound = bind(l->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    error = errno;
    umask(mask);
    if (!bound)
        return complain(l->path, "bind", error);
    if (group != (gid_t)-1 && lchown(l->path, (uid_t)-1, group) != 0) {
        error = errno;
        unlink(l->path);
        return complain_group(place, error);
    }
    if (chmod(l->path, place->mode) != 0 || lstat(l->path, &file) != 0 ||
        listen(l->fd, BACKLOG) != 0) {
        error = errno;
        unlink(l->path);
        return complain(l->path, "listen", error);
    }
    l->device = file.st_dev;
    l->inode = file.st_ino;
    return 0;
}

/* The directory that holds the socket, made if need be, and locked: of two nodes that start at once
   none may take the other's fresh socket, bound but not yet listening, for a dead one. */
static int lock_directory(struct sl_control_listener *l)
{
    char directory[sizeof(l->path)];
    memcpy(directory, l->path, sizeof(directory));
    char *slash = strrchr(directory, '/');
    if (slash == NULL)
        memcpy(directory, ".", 2);
    else
        slash[slash == directory] = '\0';
    if (mkdir(directory, 0755) == 0)
        l->made_directory = chmod(directory, 0755) == 0; /* whatever the umask */
    else if (errno != EEXIST)
        return complain(l->path, "make its directory", errno);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return complain(l->path, "open its directory", errno);
    if (flock(fd, LOCK_EX) != 0) {
        int error = errno;
        close(fd);
        return complain(l->path, "lock its directory", error);
    }
    return fd;
}

static void remove_directory(const struct sl_control_listener *l)
{
    char directory[sizeof(l->path)];
    memcpy(directory, l->path, sizeof(directory));
    *strrchr(directory, '/') = '\0';
    rmdir(directory); /* unless another socket is in it by now */
}

int sl_control_listen(struct sl_control_listener *l, const struct sl_control_place *place)
{
    const char *path = place->path;
    memset(l, 0, sizeof(*l));
    l->fd = -1;
    if (*path == '\0' || strlen(path) >= sizeof(l->path))
        return complain(path, "use a path of that length", ENAMETOOLONG);
    memcpy(l->path, path, strlen(path) + 1);
    int lock = lock_directory(l);
    if (lock < 0)
        return lock;
    int error = clear_path(path);
    if (error == 0) {
        l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        error = l->fd < 0 ? complain(path, "make a socket", errno) : bind_and_listen(l, place);
    }
    close(lock);
    if (error) {
        if (l->fd >= 0)
            close(l->fd);
        l->fd = -1;
        if (l->made_directory)
            remove_directory(l);
    }
    return error;
}

bool sl_control_listener_is_reachable(const struct sl_control_listener *l)
{
    struct stat file;
    return lstat(l->path, &file) == 0 && file.st_dev == l->device && file.st_ino == l->inode;
}

void sl_control_listener_close(struct sl_control_listener *l)
{
    if (l->fd < 0)
        return;
    if (sl_control_listener_is_reachable(l))
        unlink(l->path);
    close(l->fd);
    l->fd = -1;
    if (l->made_directory)
        remove_directory(l);
}
