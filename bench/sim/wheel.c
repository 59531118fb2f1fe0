/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/wheel.h"

#include <stdlib.h>

void sim_list_init(struct sim_link *list)
{
    list->next = list->previous = list;
}

void sim_list_append(struct sim_link *list, struct sim_link *link)
{
    link->next = list;
    link->previous = list->previous;
    list->previous->next = link;
    list->previous = link;
}

struct sim_link *sim_list_take(struct sim_link *list)
{
    struct sim_link *link = list->next;
    if (link == list)
        return NULL;
    sim_wheel_cancel(link);
    return link;
}

bool sim_wheel_create(struct sim_wheel *wheel, uint64_t tick)
{
    wheel->slots = malloc(SIM_WHEEL_SLOTS * sizeof(*wheel->slots));
    if (wheel->slots == NULL)
        return false;
    for (uint32_t i = 0; i < SIM_WHEEL_SLOTS; i++)
        sim_list_init(&wheel->slots[i]);
    sim_list_init(&wheel->far);
    wheel->tick = tick;
    return true;
}

void sim_wheel_destroy(struct sim_wheel *wheel)
{
    free(wheel->slots);
    wheel->slots = NULL;
}

void sim_wheel_set(struct sim_wheel *wheel, struct sim_link *link, uint64_t tick)
{
    sim_wheel_cancel(link);
    link->tick = tick > wheel->tick ? tick : wheel->tick + 1;
    bool far = link->tick - wheel->tick >= SIM_WHEEL_SLOTS;
    sim_list_append(far ? &wheel->far : &wheel->slots[link->tick % SIM_WHEEL_SLOTS], link);
}

void sim_wheel_cancel(struct sim_link *link)
{
    if (!sim_link_is_set(link))
        return;
    link->next->previous = link->previous;
    link->previous->next = link->next;
    link->next = link->previous = NULL;
}

struct sim_link *sim_wheel_take(struct sim_wheel *wheel)
{
    return sim_list_take(&wheel->slots[wheel->tick % SIM_WHEEL_SLOTS]);
}

void sim_wheel_advance(struct sim_wheel *wheel)
{
    wheel->tick++;
    if (wheel->tick % SIM_WHEEL_SLOTS != 0)
        return;
    struct sim_link *next;
    for (struct sim_link *link = wheel->far.next; link != &wheel->far; link = next) {
        next = link->next;
        if (link->tick - wheel->tick >= SIM_WHEEL_SLOTS)
            continue;
        sim_wheel_cancel(link);
        sim_list_append(&wheel->slots[link->tick % SIM_WHEEL_SLOTS], link);
    }
}
