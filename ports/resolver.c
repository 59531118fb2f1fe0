/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ports/log.h"
#include "ports/lookup.h"

struct target {
    struct sl_seed seed;
    int error; /* of the last lookup, an EAI_ code; 0 = found, or not looked up yet */
    bool looked_up;
    uint32_t count;
    struct sl_endpoint found[SL_SEEDS_MAX];
};

/* Shared by the control thread and the helper; freed by whoever leaves last. Everything below the
   mutex is guarded by it. */
struct sl_resolver {
    sl_lookup_fn lookup;
    uint16_t default_port;
    int event_fd;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    uint32_t users;
    bool stop;
    bool due;         /* names are to be looked up */
    uint64_t version; /* of `targets`: what was asked for older ones is void */
    uint32_t count;
    struct target targets[SL_SEEDS_MAX];
};

/* Gives up one of the two uses; the mutex is held and released here. */
static void release(struct sl_resolver *r)
{
    bool last = --r->users == 0;
    pthread_mutex_unlock(&r->mutex);
    if (!last)
        return;
    close(r->event_fd);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}

static void announce_result(struct sl_resolver *r)
{
    uint64_t one = 1;
    /* Fails only if 2^64 - 2 results wait: readable all the same. */
    if (write(r->event_fd, &one, sizeof(one)) < 0)
        return;
}

/* Looks one name up with the mutex released; false if the seeds were replaced meanwhile. */
static bool look_up(struct sl_resolver *r, uint32_t index, uint64_t version)
{
    struct sl_endpoint found[SL_SEEDS_MAX];
    struct sl_seed seed = r->targets[index].seed;
    pthread_mutex_unlock(&r->mutex);
    int count = r->lookup(seed.host, seed.port, found, SL_SEEDS_MAX);
    pthread_mutex_lock(&r->mutex);
    if (r->stop || r->version != version)
        return false;
    struct target *target = &r->targets[index];
    target->looked_up = true;
    target->error = count > 0 ? 0 : count == 0 ? EAI_NONAME : count;
    if (count > 0) {
        target->count = (uint32_t)count;
        memcpy(target->found, found, (size_t)count * sizeof(found[0]));
    }
    return true;
}

static void *helper_main(void *argument)
{
    struct sl_resolver *r = argument;
    pthread_mutex_lock(&r->mutex);
    while (!r->stop) {
        if (!r->due) {
            pthread_cond_wait(&r->wake, &r->mutex);
            continue;
        }
        uint64_t version = r->version;
        bool current = true;
        r->due = false;
        for (uint32_t i = 0; current && i < r->count; i++) {
            if (!r->targets[i].seed.numeric)
                current = look_up(r, i, version);
        }
        if (current)
            announce_result(r);
    }
    release(r);
    return NULL;
}

/* Signals are the control thread's: the helper starts with all of them blocked. */
static int start_helper(struct sl_resolver *r)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, helper_main, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -error;
}

int sl_resolver_create(struct sl_resolver **out, uint16_t default_port, sl_lookup_fn lookup)
{
    struct sl_resolver *r = calloc(1, sizeof(*r));
    int error = r == NULL ? -ENOMEM : 0;
    if (r != NULL) {
        r->lookup = lookup != NULL ? lookup : sl_lookup;
        r->default_port = default_port;
        r->users = 2;
        pthread_mutex_init(&r->mutex, NULL);
        pthread_cond_init(&r->wake, NULL);
        r->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        error = r->event_fd < 0 ? -errno : start_helper(r);
    }
    if (error == 0) {
        *out = r;
        return 0;
    }
    SL_LOG(SL_LOG_ERROR,
           "seeds: cannot start the thread that looks names up: %s; free memory or raise "
           "the limits of threads and open files",
           strerror(-error));
    if (r != NULL && r->event_fd >= 0)
        close(r->event_fd);
    free(r);
    return error;
}

void sl_resolver_destroy(struct sl_resolver *r)
{
    if (r == NULL)
        return;
    pthread_mutex_lock(&r->mutex);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    release(r);
}

int sl_resolver_fd(const struct sl_resolver *r)
{
    return r->event_fd;
}

static void wake_helper(struct sl_resolver *r)
{
    bool names = false;
    for (uint32_t i = 0; i < r->count; i++)
        names |= !r->targets[i].seed.numeric;
    r->due |= names;
    if (names)
        pthread_cond_signal(&r->wake);
}

int sl_resolver_set(struct sl_resolver *r, const char *const *seeds, uint32_t count, char *why,
                    size_t why_bytes)
{
    struct sl_seed parsed[SL_SEEDS_MAX];
    if (count > SL_SEEDS_MAX) {
        snprintf(why, why_bytes, "%u seeds are more than %d", count, SL_SEEDS_MAX);
        return -EINVAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        int error = sl_seed_parse(seeds[i], r->default_port, &parsed[i], why, why_bytes);
        if (error)
            return error;
    }
    pthread_mutex_lock(&r->mutex);
    r->version++;
    r->count = count;
    memset(r->targets, 0, sizeof(r->targets));
    for (uint32_t i = 0; i < count; i++) {
        r->targets[i].seed = parsed[i];
        r->targets[i].found[0] = parsed[i].endpoint;
        r->targets[i].count = parsed[i].numeric ? 1 : 0;
    }
    wake_helper(r);
    announce_result(r); /* numeric ones need not wait for the names */
    pthread_mutex_unlock(&r->mutex);
    return 0;
}

void sl_resolver_refresh(struct sl_resolver *r)
{
    pthread_mutex_lock(&r->mutex);
    wake_helper(r);
    pthread_mutex_unlock(&r->mutex);
}

uint32_t sl_resolver_take(struct sl_resolver *r, struct sl_endpoint out[SL_SEEDS_MAX])
{
    uint64_t results;
    uint32_t taken = 0;
    pthread_mutex_lock(&r->mutex);
    if (read(r->event_fd, &results, sizeof(results)) < 0)
        results = 0; /* nothing new: what is known is the same as before */
    for (uint32_t i = 0; i < r->count; i++) {
        const struct target *target = &r->targets[i];
        for (uint32_t j = 0; j < target->count && taken < SL_SEEDS_MAX; j++) {
            bool known = false;
            for (uint32_t k = 0; k < taken; k++)
                known |= sl_endpoint_equal(&out[k], &target->found[j]);
            if (!known)
                out[taken++] = target->found[j];
        }
    }
    pthread_mutex_unlock(&r->mutex);
    return taken;
}

uint32_t sl_resolver_states(struct sl_resolver *r, struct sl_seed_state out[SL_SEEDS_MAX])
{
    pthread_mutex_lock(&r->mutex);
    uint32_t count = r->count;
    for (uint32_t i = 0; i < count; i++) {
        const struct target *target = &r->targets[i];
        out[i] = (struct sl_seed_state){.looking_up = !target->seed.numeric && !target->looked_up,
                                        .error = target->error};
        memcpy(out[i].text, target->seed.text, sizeof(out[i].text));
        for (uint32_t j = 0; j < target->count; j++) {
            bool is_v4 = sl_endpoint_is_v4(&target->found[j]);
            out[i].v4 += is_v4;
            out[i].v6 += !is_v4;
        }
        out[i].count = target->count < SL_SEED_ADDRESSES ? target->count : SL_SEED_ADDRESSES;
        memcpy(out[i].found, target->found, sizeof(out[i].found));
    }
    pthread_mutex_unlock(&r->mutex);
    return count;
}

bool sl_resolver_lacks_names(struct sl_resolver *r)
{
    bool lacks = false;
    pthread_mutex_lock(&r->mutex);
    for (uint32_t i = 0; i < r->count; i++)
        lacks |= r->targets[i].count == 0;
    pthread_mutex_unlock(&r->mutex);
    return lacks;
}
