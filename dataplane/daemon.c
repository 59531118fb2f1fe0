/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/daemon.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <urcu/urcu-qsbr.h>

#include "dataplane/address_keeper.h"
#include "dataplane/node.h"
#include "dataplane/port_keeper.h"
#include "dataplane/reload.h"
#include "dataplane/reporter.h"
#include "dataplane/seed_watch.h"
#include "dataplane/signals.h"
#include "dataplane/station.h"
#include "ports/control_server.h"
#include "ports/log.h"
#include "ports/service.h"

struct daemon {
    struct sl_options *options;
    struct sl_reload reload;
    struct sl_seed_watch seeds;
    uint64_t look_due_ns;
    int signals;
    unsigned signals_seen;
    uint64_t leave_until_ns; /* 0: not leaving by signal */
    struct sl_station station;
    struct sl_runtime runtime;
    struct sl_joiner joiner;
    struct sl_address_keeper addresses;
    struct sl_port_keeper keeper;
    struct sl_node_context context;
    struct sl_node node;
    struct sl_control_server *server;
    struct sl_reporter reporter;
};

static uint64_t realtime_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (t.tv_sec < 0) /* before 1970 */
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int daemon_runtime(struct daemon *d)
{
    struct sl_runtime_config config = {
        .name = "node",
        .config = &d->options->config,
        .net = &d->station.net,
        .port = &d->station.port,
        .packets = d->station.packets[0],
        .workers = d->station.workers,
        .first_lcore = 1,
        .busy = d->options->idle == SL_IDLE_BUSY,
        .wall_s = realtime_now_ns() / 1000000000u,
    };
    if (getrandom(&config.seed, sizeof(config.seed), 0) != (ssize_t)sizeof(config.seed)) {
        SL_LOG(SL_LOG_ERROR, "getrandom: %s; is the system call filtered?", strerror(errno));
        return -EIO;
    }
    return sl_runtime_open(&d->runtime, &config);
}

static int daemon_seeds(struct daemon *d)
{
    const char *seeds[SL_SEEDS_MAX];
    for (uint32_t i = 0; i < d->options->seed_count; i++)
        seeds[i] = d->options->seeds[i];
    return sl_joiner_set(&d->joiner, seeds, d->options->seed_count);
}

/* What stands on the runtime. */
static int daemon_serve(struct daemon *d)
{
    int rc = sl_joiner_open(&d->joiner, &d->runtime.clock, &d->runtime.mailbox, &d->options->config,
                            (uint16_t)d->options->udp_port);
    if (rc != 0)
        return rc;
    d->context = (struct sl_node_context){.runtime = &d->runtime,
                                          .options = d->options,
                                          .joiner = &d->joiner,
                                          .troubles = &d->reporter.troubles,
                                          .started_ns = sl_clock_now(&d->runtime.clock)};
    d->node = sl_node_of(&d->context);
    sl_reporter_open(&d->reporter, &d->node, d->options->config.cluster_name, d->context.started_ns,
                     realtime_now_ns());
    struct sl_control_place place = {.path = d->options->control_socket,
                                     .group = d->options->control_group,
                                     .mode = d->options->control_mode};
    rc = sl_control_server_create(&d->server, &place, SL_CONTROL_PATIENCE, &d->node);
    if (rc == 0)
        rc = sl_port_keeper_open(&d->keeper, d->options, &d->station, &d->runtime,
                                 &d->reporter.troubles);
    if (rc == 0)
        rc = sl_runtime_launch(&d->runtime);
    if (rc == 0)
        sl_port_keeper_settle(&d->keeper);
    if (rc == 0 && !sl_port_keeper_address_taken(&d->keeper))
        rc = daemon_seeds(d);
    return rc;
}

static void daemon_signal(struct daemon *d, uint64_t now_ns)
{
    struct sl_signals taken = sl_signals_take(d->signals);
    d->signals_seen += taken.ends;
    if (taken.reloads > 0) {
        sl_service_tell(SL_SERVICE_RELOADING);
        sl_reload(&d->reload);
        sl_service_tell(SL_SERVICE_READY);
    }
    bool must_end = d->signals_seen > 0 || sl_port_keeper_address_taken(&d->keeper);
    if (!must_end || d->leave_until_ns != 0)
        return;
    if (d->signals_seen > 0)
        SL_LOG(SL_LOG_NOTICE, "signal to end: leaves the cluster; a second one ends at once");
    sl_service_tell(SL_SERVICE_STOPPING);
    d->leave_until_ns = now_ns + SL_DAEMON_LEAVE_MS * 1000000ull;
    d->node.leave(d->node.context);
}

static void daemon_look_at_seeds(struct daemon *d, uint64_t now_ns)
{
    static struct sl_seed_state states[SL_SEEDS_MAX]; /* larger than a stack should hold */
    uint32_t count = sl_resolver_states(d->joiner.resolver, states);
    sl_seed_watch_look(&d->seeds, &d->reporter.troubles, sl_node_phase(&d->runtime), states, count,
                       now_ns);
}

/* What needs no look at every turn. */
static void daemon_look_around(struct daemon *d, uint64_t now_ns)
{
    if (now_ns < d->look_due_ns)
        return;
    d->look_due_ns = now_ns + SL_REPORTER_COUNTERS_NS;
    daemon_look_at_seeds(d, now_ns);
    sl_control_server_keep(d->server);
}

static bool daemon_done(struct daemon *d, uint64_t now_ns, int *status)
{
    enum sl_phase phase = sl_node_phase(&d->runtime);
    if (phase == SL_PHASE_YIELDED) {
        SL_LOG(
            SL_LOG_ERROR,
            "another node was first to use the name '%s' in cluster '%s': this one ends; give it "
            "a name of its own (node.name)",
            d->options->config.name, d->options->config.cluster_name);
        *status = SL_EXIT_YIELDED;
        return true;
    }
    if (sl_port_keeper_address_taken(&d->keeper))
        *status = SL_EXIT_YIELDED;
    bool late = d->leave_until_ns != 0 && now_ns >= d->leave_until_ns;
    if (late)
        SL_LOG(SL_LOG_WARNING, "leaving took too long: others will find out by themselves");
    return phase == SL_PHASE_LEFT || d->signals_seen > 1 || late;
}

static int daemon_loop(struct daemon *d)
{
    int status = SL_EXIT_DONE;
    for (;;) {
        struct pollfd fds[] = {
            {.fd = d->signals, .events = POLLIN},
            {.fd = sl_control_server_fd(d->server), .events = POLLIN},
            {.fd = sl_joiner_fd(&d->joiner), .events = POLLIN},
            {.fd = sl_port_keeper_fd(&d->keeper), .events = POLLIN},
        };
        poll(fds, sizeof(fds) / sizeof(fds[0]), SL_DAEMON_TICK_MS);
        sl_clock_keep(&d->runtime.clock);
        uint64_t now_ns = sl_clock_now(&d->runtime.clock);
        if (sl_port_keeper_run(&d->keeper) != 0)
            return SL_EXIT_FAILED;
        daemon_signal(d, now_ns);
        sl_address_keeper_run(&d->addresses, &d->reporter.troubles, &d->runtime.mailbox);
        sl_reporter_turn(&d->reporter, now_ns, realtime_now_ns());
        daemon_look_around(d, now_ns);
        if (daemon_done(d, now_ns, &status))
            return status;
        sl_joiner_run(&d->joiner, d->reporter.alone);
        if (sl_control_server_run(d->server, 0) != 0)
            return SL_EXIT_FAILED;
    }
}

static int daemon_on_station(struct daemon *d)
{
    int status = SL_EXIT_FAILED;
    if (daemon_runtime(d) != 0)
        return status;
    if (daemon_serve(d) == 0) {
        SL_LOG(SL_LOG_NOTICE, "node '%s' of cluster '%s' is up on %s (%s)", d->options->config.name,
               d->options->config.cluster_name, d->options->port.text, d->station.port.driver);
        sl_service_tell(SL_SERVICE_READY);
        status = daemon_loop(d);
        sl_service_tell(SL_SERVICE_STOPPING);
        sl_reporter_finish(&d->reporter, sl_clock_now(&d->runtime.clock), realtime_now_ns());
    }
    sl_control_server_destroy(d->server);
    sl_runtime_stop(&d->runtime);
    sl_port_keeper_close(&d->keeper);
    sl_joiner_close(&d->joiner);
    sl_runtime_close(&d->runtime);
    return status;
}

int sl_daemon_run(struct sl_options *options, int signals, int argc, char *const argv[])
{
    static struct daemon d; /* larger than a stack should hold */
    int status = SL_EXIT_FAILED;
    d.options = options;
    d.seeds.config = &options->config;
    d.reload = (struct sl_reload){
        .argc = argc, .argv = argv, .options = options, .joiner = &d.joiner, .node = &d.node};
    d.signals = signals;
    d.keeper.watch.fd = -1;
    int rc = sl_address_keeper_open(&d.addresses, options);
    if (rc != 0)
        return rc == -EADDRINUSE ? SL_EXIT_YIELDED : status;
    if (sl_station_open(&d.station, options) != 0) {
        sl_address_keeper_close(&d.addresses);
        return status;
    }
    urcu_qsbr_register_thread();
    urcu_qsbr_thread_offline();
    status = daemon_on_station(&d);
    urcu_qsbr_unregister_thread();
    sl_station_close(&d.station);
    sl_address_keeper_close(&d.addresses);
    return status;
}
