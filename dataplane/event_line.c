/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/event_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* The engine tells it again and again, and says no word when it is over. */
#define CONFLICT_NS 60000000000ull

static void put(struct sl_event_line *line, enum sl_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct sl_event_line *line, enum sl_log_level level, const char *format, ...)
{
    va_list arguments;
    line->level = level;
    va_start(arguments, format);
    vsnprintf(line->text, sizeof(line->text), format, arguments);
    va_end(arguments);
}

static void put_alive(struct sl_event_line *line, const struct sl_node_event *e)
{
    if (e->previous_word == 0) {
        put(line, SL_LOG_NOTICE, "member '%s' is alive", e->name);
        return;
    }
    bool same_life = sl_word_generation(e->word) == sl_word_generation(e->previous_word);
    if (!sl_word_is_live(e->previous_word))
        put(line, SL_LOG_NOTICE, "member '%s' is alive again", e->name);
    else if (same_life)
        put(line, SL_LOG_INFO, "member '%s' is alive: it answered the suspicion", e->name);
    else
        put(line, SL_LOG_NOTICE, "member '%s' is alive: it has started again", e->name);
}

static void put_accused(struct sl_event_line *line, enum sl_log_level level,
                        const struct sl_node_event *e, const char *what)
{
    if (e->accuser[0] != '\0')
        put(line, level, "member '%s' is %s by '%s'", e->name, what, e->accuser);
    else if (e->accuser_id != 0)
        put(line, level, "member '%s' is %s by %016" PRIx64, e->name, what, e->accuser_id);
    else
        put(line, level, "member '%s' is %s", e->name, what);
}

/* id 0: somebody else's; of the own one the port says more. */
static void put_rival(struct sl_event_line *line, const struct sl_node_event *e)
{
    if (e->id == 0)
        put(line, SL_LOG_NOTICE,
            "the host with MAC address %s claims the address of another host, %s; the one known "
            "before is kept while it answers",
            e->name, sl_endpoint_text(&e->endpoint).text);
}

static void put_other(struct sl_event_line *line, const struct sl_node_event *e)
{
    struct sl_endpoint_text at = sl_endpoint_text(&e->endpoint);
    put(line, SL_LOG_NOTICE, "%s: '%s'%s%s", sl_event_name((enum sl_event_type)e->type), e->name,
        at.text[0] != '\0' ? " at " : "", at.text);
}

void sl_event_line(struct sl_event_line *line, const struct sl_node_event *e)
{
    *line = (struct sl_event_line){.level = SL_LOG_DEBUG};
    switch ((enum sl_event_type)e->type) {
    case SL_EVENT_MEMBER_ALIVE:
        put_alive(line, e);
        break;
    case SL_EVENT_MEMBER_SUSPECT:
        put_accused(line, SL_LOG_INFO, e, "suspected");
        break;
    case SL_EVENT_MEMBER_DEAD:
        put_accused(line, SL_LOG_WARNING, e, "declared dead");
        break;
    case SL_EVENT_MEMBER_LEFT:
        put(line, SL_LOG_NOTICE, "member '%s' has left", e->name);
        break;
    case SL_EVENT_MEMBER_REMOVED:
        put_accused(line, SL_LOG_NOTICE, e, "removed");
        break;
    case SL_EVENT_MEMBER_UPDATED:
        put(line, SL_LOG_INFO, "member '%s' has new tags or addresses", e->name);
        break;
    case SL_EVENT_MEMBER_FORGOTTEN:
        put(line, SL_LOG_INFO, "member '%s' is forgotten", e->name);
        break;
    case SL_EVENT_SELF_ACCUSED:
        put(line, SL_LOG_WARNING,
            "this node is taken for %s by others and has refuted it; if that comes again, look at "
            "its "
            "load, its link and `starling stats`",
            sl_word_status(e->previous_word) == SL_SUSPECT ? "suspect" : "gone");
        break;
    case SL_EVENT_MEMBER_FLAPPING:
        put(line, SL_LOG_WARNING,
            "member '%s' died and came back several times within minutes: it flaps, and its "
            "changes are told again when it is quiet; look at its link and its load",
            e->name);
        break;
    case SL_EVENT_ADDRESS_CONFLICT:
        put_rival(line, e);
        break;
    case SL_EVENT_SELF_JOINED:
    case SL_EVENT_SELF_LEFT:
    case SL_EVENT_CONFLICT:
    case SL_EVENT_CONFLICT_YIELD:
    case SL_EVENT_MEMBERS_FULL:
    case SL_EVENT_ZONE_UNREACHABLE:
    case SL_EVENT_ZONE_REACHABLE:
    case SL_EVENT_PATH_SHORT:
    case SL_EVENT_PATH_LONG:
    case SL_EVENT_LINK_DOWN:
    case SL_EVENT_LINK_UP:
        break;
    default:
        put_other(line, e);
    }
}

static const char *zone_name(const struct sl_node_event *e)
{
    return e->name[0] != '\0' ? e->name : "default";
}

void sl_event_troubles(struct sl_troubles *t, const struct sl_node_event *e)
{
    switch ((enum sl_event_type)e->type) {
    case SL_EVENT_CONFLICT:
        sl_troubles_raise(t, SL_TROUBLE_NAME_CONFLICT, "", CONFLICT_NS,
                          "give one of the two a name of its own (node.name)",
                          "another node uses this node's name at %s",
                          sl_endpoint_text(&e->endpoint).text);
        break;
    case SL_EVENT_ZONE_UNREACHABLE:
        sl_troubles_raise(t, SL_TROUBLE_ZONE, e->name, 0,
                          "see whether the zone has power and a way to here",
                          "nobody in zone '%s' answers", e->name);
        break;
    case SL_EVENT_ZONE_REACHABLE:
        sl_troubles_clear(t, SL_TROUBLE_ZONE, e->name);
        break;
    case SL_EVENT_PATH_SHORT:
        sl_troubles_raise(t, SL_TROUBLE_PATH, zone_name(e), 0,
                          "mend the path, or lower port.mtu and protocol.frame_bytes",
                          "long frames to zone '%s' vanish on their way, short ones are sent there",
                          zone_name(e));
        break;
    case SL_EVENT_PATH_LONG:
        sl_troubles_clear(t, SL_TROUBLE_PATH, zone_name(e));
        break;
    default:
        break;
    }
}
