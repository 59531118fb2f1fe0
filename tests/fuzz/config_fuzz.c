/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as starlingd's configuration file, every value read and checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/options.h"
#include "lib/assert.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sl_options options;
    static char why[SL_OPTIONS_WHY];
    char path[64];
    char *argv[] = {"starlingd", "--config", path, NULL};
    int fd = memfd_create("config", 0);
    SL_ASSERT(fd >= 0);
    SL_ASSERT(write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    FILE *out = fopen("/dev/null", "w");
    SL_ASSERT(out != NULL);
    why[0] = '\0';
    int error = sl_options_load(&options, 3, argv, out, why, sizeof(why));
    /* One line, that says something. */
    SL_ASSERT(error >= 0 || why[0] != '\0');
    SL_ASSERT(strchr(why, '\n') == NULL);
    fclose(out);
    close(fd);
    return 0;
}
