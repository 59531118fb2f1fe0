/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a run is measured by. This list is the only place to add a figure: scenarios may expect it,
   reports show it. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sim_unit { SIM_UNIT_COUNT, SIM_UNIT_BYTES, SIM_UNIT_NS, SIM_UNIT_SHARE /* millionths */ };

/* name, unit, meaning */
#define SIM_METRICS(X)                                                                         \
    X(events, COUNT, "frames delivered and deadlines kept")                                    \
    X(frames_sent, COUNT, "copies put on the network")                                         \
    X(frames_lost, COUNT, "by loss, cuts, corruption, and nodes that are down")                \
    X(overflows, COUNT, "of these: found the ring of a paused or starved node full")           \
    X(replayed, COUNT, "old packets that came once more")                                      \
    X(resurrection_chances, COUNT, "crashes, starts, old packets: any may revive the dead")    \
    X(dead_seen, COUNT, "times that a viewer saw a member dead")                               \
    X(false_dead, COUNT, "of these: running, reachable, not paused beyond max_pause")          \
    X(false_declared, COUNT, "of these: declared by the viewer itself")                        \
    X(cut_dead, COUNT, "times that a viewer saw a running member dead, by or through a cut")   \
    X(lied_dead, COUNT, "times that a viewer saw a running member dead by a liar's word")      \
    X(removed_seen, COUNT, "times that a viewer saw a member removed")                         \
    X(removed_living, COUNT, "times that a viewer which held a running member alive did")      \
    X(forged_held, COUNT, "times that a viewer took over a forged claim")                      \
    X(unreachable_seen, COUNT, "times that a viewer saw a zone unreachable")                   \
    X(reachable_seen, COUNT, "times that a viewer saw it reachable again")                     \
    X(suspicions, COUNT, "raised by nodes' own probes")                                        \
    X(refutations, COUNT, "of accusations against oneself")                                    \
    X(probes, COUNT, "started")                                                                \
    X(stalls, COUNT, "times that a node had reason to doubt itself")                           \
    X(probes_failed, COUNT, "all tries and helpers")                                           \
    X(rumours_sent, COUNT, "records in rounds and behind PINGs")                               \
    X(syncs, COUNT, "views pulled, to join or to repair")                                      \
    X(syncs_failed, COUNT, "of these: something was not answered, or left out")                \
    X(sync_learned, COUNT, "changes of views by what they told")                               \
    X(repairs_judged, COUNT, "of these, in a quiet cluster: looked at whether they repaired")  \
    X(sync_bytes, BYTES, "sent to pull and to answer pulls")                                   \
    X(refused, COUNT, "rumours and suspicions that found no room")                             \
    X(bytes_per_node_1s, BYTES, "most that a node sent and received in any 1 s")               \
    X(bytes_to_down_1s, BYTES, "most that the address of a node that is down got in any 1 s")  \
    X(bytes_per_node_mean, BYTES, "sent and received per second, mean over nodes and the run") \
    X(packets_per_node_mean, COUNT, "the same in frames")                                      \
    X(detect_p50, NS, "crash to DEAD at 99% of the viewers")                                   \
    X(detect_p99, NS, "the same")                                                              \
    X(detect_max, NS, "the same")                                                              \
    X(detect_first_p50, NS, "crash to DEAD at the first viewer")                               \
    X(spread_p50, NS, "an update until 99% of the viewers hold it")                            \
    X(spread_p99, NS, "the same")                                                              \
    X(spread_max, NS, "the same")                                                              \
    X(spread_all_p50, NS, "an update until all viewers hold it")                               \
    X(spread_all_p99, NS, "the same")                                                          \
    X(spread_all_max, NS, "the same")                                                          \
    X(join_p50, NS, "start to a pulled view")                                                  \
    X(join_max, NS, "the same")                                                                \
    X(views_wrong, COUNT, "at the end: not those of the nodes that run")                       \
    X(nodes_up, COUNT, "at the end")                                                           \
    X(violations, COUNT, "of invariants")

/* Of several runs judged as one, these are added up; of the others the worst run's counts. */
#define SIM_METRICS_ADDED(X) \
    X(events)                \
    X(frames_sent)           \
    X(frames_lost)           \
    X(replayed)              \
    X(resurrection_chances)  \
    X(dead_seen)             \
    X(false_dead)            \
    X(false_declared)        \
    X(cut_dead)              \
    X(lied_dead)             \
    X(removed_seen)          \
    X(removed_living)        \
    X(forged_held)           \
    X(violations)

enum sim_metric {
#define SIM_METRIC_ENUM(name, unit, text) SIM_METRIC_##name,
    SIM_METRICS(SIM_METRIC_ENUM)
#undef SIM_METRIC_ENUM
        SIM_METRIC_COUNT
};

struct sim_metrics {
    uint64_t values[SIM_METRIC_COUNT];
};

const char *sim_metric_name(enum sim_metric metric);
const char *sim_metric_text(enum sim_metric metric);
bool sim_metric_is_added(enum sim_metric metric);
/* Whether it counts deaths that a viewer saw of a member. */
bool sim_metric_is_of_deaths(enum sim_metric metric);
/* Whether it is known while the run goes on. */
bool sim_metric_is_live(enum sim_metric metric);
enum sim_unit sim_metric_unit(enum sim_metric metric);

#ifdef __cplusplus
}
#endif
