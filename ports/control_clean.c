/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_clean.h"

#include <errno.h>
#include <stdbool.h>

#define END(string) ((string)[sizeof(string) - 1] = '\0')

int sl_control_check_response(const struct sl_control_response *response, uint32_t last_id,
                              uint32_t room_bytes)
{
    /* Id 0: the server speaks before it was asked. */
    bool is_ours = response->for_id == last_id || response->for_id == 0;
    bool fits = response->payload_bytes <= room_bytes && response->status >= 0;
    return is_ours && fits ? 0 : -EPROTO;
}

void sl_control_clean_member(struct sl_control_member *member)
{
    END(member->name);
    END(member->zone);
    END(member->tags);
    END(member->accuser_name);
}

void sl_control_clean_info(struct sl_control_info *info)
{
    sl_control_clean_member(&info->self);
    END(info->cluster);
    END(info->profile);
    END(info->phase);
    END(info->port);
    END(info->version);
}

static uint32_t at_most(uint32_t count, uint32_t most)
{
    return count < most ? count : most;
}

void sl_control_clean_stats(struct sl_control_stats *stats)
{
    stats->worker_count = at_most(stats->worker_count, SL_CONTROL_WORKERS);
    stats->class_count = at_most(stats->class_count, SL_CONTROL_CLASSES);
    stats->drop_count = at_most(stats->drop_count, SL_CONTROL_DROPS);
    for (uint32_t i = 0; i < stats->class_count; i++)
        END(stats->classes[i].name);
    for (uint32_t i = 0; i < stats->drop_count; i++) {
        END(stats->drops[i].name);
        END(stats->drops[i].text);
    }
}

void sl_control_clean_event(struct sl_control_event *event)
{
    END(event->type);
    END(event->name);
    END(event->accuser_name);
}

void sl_control_clean_seed(struct sl_control_seed *seed)
{
    END(seed->text);
    END(seed->why);
    seed->state = at_most(seed->state, 2);
}
