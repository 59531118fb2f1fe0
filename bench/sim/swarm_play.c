/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sim/swarm.h"
#include "bench/sim/world.h"

/* Of real time: a case takes seconds, so this one hangs. */
#define HANGS_S 300

/* "expect views equal at 100% within 65s" is "views equal at 100%": a smaller case may have another
   bound. */
static void name_expectation(const struct sim_expect *x, char *what, size_t what_bytes)
{
    const char *text = x->text + strlen("expect ");
    const char *within = strstr(text, " within ");
    size_t length = within == NULL ? strlen(text) : (size_t)(within - text);
    snprintf(what, what_bytes, "%.*s", (int)length, text);
}

static void judge_rule(const struct sim_world *w, enum sim_rule rule, struct sim_verdict *v)
{
    if (w->invariants.broken[rule] == 0)
        return;
    snprintf(v->what, sizeof(v->what), "%s", sim_rule_text(rule));
    snprintf(v->detail, sizeof(v->detail), "%s", w->invariants.first[rule]);
}

/* The gravest is named: a rule that holds whatever happens, then an expectation, then the bytes. */
static void judge(struct sim_world *w, struct sim_verdict *v)
{
    uint64_t measured;
    judge_rule(w, SIM_RULE_BYTE_CAP, v);
    for (uint32_t i = w->scenario->expect_count; i-- > 0;) {
        const struct sim_expect *x = &w->scenario->expects[i];
        bool held = sim_world_judge(w, x, &measured);
        if (x->kind == SIM_EXPECT_EQUAL)
            v->settled_ns = measured;
        if (held)
            continue;
        name_expectation(x, v->what, sizeof(v->what));
        snprintf(v->detail, sizeof(v->detail), "line %u: %s", x->line, x->text);
    }
    for (int rule = SIM_RULE_COUNT; rule-- > 0;) {
        if (rule != SIM_RULE_BYTE_CAP)
            judge_rule(w, (enum sim_rule)rule, v);
    }
}

static void play(const char *text, struct sim_verdict *v)
{
    static struct sim_scenario scenario;
    static struct sim_world world;
    char why[SIM_WHY_BYTES];
    if (sim_scenario_parse(&scenario, "drawn", text, why, sizeof(why)) != 0)
        errx(1, "%s", why);
    for (uint32_t i = 0; i < scenario.action_count; i++)
        v->verbs |= 1ull << scenario.actions[i].verb;
    if (sim_world_create(&world, &scenario, scenario.seed) != 0)
        errx(1, "not enough memory for %u nodes", scenario.node_count);
    sim_world_run(&world, scenario.run_ns);
    sim_world_finish(&world);
    v->events = world.metrics.values[SIM_METRIC_events];
    judge(&world, v);
}

void sim_swarm_play(const char *text, struct sim_verdict *verdict)
{
    const struct sim_verdict none = {.settled_ns = SIM_NEVER};
    struct sim_verdict *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "a page for the verdict");
    *shared = none;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        alarm(HANGS_S);
        play(text, shared);
        _exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) /* our own Ctrl-C, which a terminal sends to both */
        kill(child, SIGINT);
    *verdict = *shared;
    munmap(shared, sizeof(*shared));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    verdict->interrupted = number == SIGINT || number == SIGTERM;
    if (number == SIGALRM)
        snprintf(verdict->what, sizeof(verdict->what), "it ends within %d s of real time", HANGS_S);
    else if (number != 0)
        snprintf(verdict->what, sizeof(verdict->what), "the program lives: %s", strsignal(number));
    else
        snprintf(verdict->what, sizeof(verdict->what), "the program runs to its end");
}
