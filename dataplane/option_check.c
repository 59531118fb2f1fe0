/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/option_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/option_table.h"
#include "lib/identity.h"
#include "lib/profile.h"

struct check {
    struct sl_options *options;
    char *why;
    size_t why_bytes;
};

/* "WHERE: [section] key: sentence" */
static int __attribute__((format(printf, 4, 5)))
refuse(const struct check *c, const char *section, const char *key, const char *format, ...)
{
    char where[PATH_MAX + 16], sentence[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    sl_options_where(c->options, section, key, where, sizeof(where));
    snprintf(c->why, c->why_bytes, "%s: [%s] %s: %s", where, section, key, sentence);
    return -EINVAL;
}

static int fill_name(const struct check *c)
{
    struct sl_config *config = &c->options->config;
    if (config->name[0] != '\0')
        return 0;
    char host[256] = "";
    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0' ||
        strlen(host) >= sizeof(config->name))
        return refuse(c, "node", "name",
                      "the host name does not serve; set a name of 1 to %d bytes",
                      SL_NAME_BYTES_MAX);
    memcpy(config->name, host, strlen(host) + 1);
    return 0;
}

static bool on_link(const struct sl_options_family *f)
{
    uint32_t bytes = f->prefix_bits / 8u, bits = f->prefix_bits % 8u;
    if (memcmp(f->address, f->gateway, bytes) != 0)
        return false;
    return bits == 0 || ((f->address[bytes] ^ f->gateway[bytes]) >> (8 - bits)) == 0;
}

static int check_family(const struct check *c, const struct sl_options_family *f,
                        const char *address, const char *gateway)
{
    bool alone = f->prefix_bits == (f == &c->options->v4 ? 32 : 128);
    if (f->set && alone && !f->has_gateway)
        return refuse(c, "port", address,
                      "a network of one address has no neighbours; write the network's prefix "
                      "length, or set %s",
                      gateway);
    if (!f->has_gateway)
        return 0;
    if (!f->set)
        return refuse(c, "port", gateway, "a gateway needs %s in [port] as well", address);
    if (memcmp(f->address, f->gateway, sizeof(f->address)) == 0)
        return refuse(c, "port", gateway, "this is the node's own %s; write the router's", address);
    if (!alone && !on_link(f))
        return refuse(c, "port", gateway, "not within the network of %s; correct one of them",
                      address);
    return 0;
}

/* What is claimed: the port's endpoint, or how others reach it. */
static int claim(const struct check *c, bool set, const struct sl_endpoint *advertised,
                 const char *key, struct sl_endpoint *claimed, struct sl_endpoint *bound)
{
    static const uint8_t nobody[16];
    if (memcmp(advertised->ip, nobody, sizeof(nobody)) == 0)
        return 0;
    if (!set)
        return refuse(c, "port", key,
                      "an address to advertise needs one of the port's own as well");
    *bound = *claimed;
    *claimed = *advertised;
    if (claimed->port == 0)
        claimed->port = bound->port;
    return 0;
}

/* Two names that differ in such a blank look like one. */
static int check_blanks(const struct check *c, const char *section, const char *key,
                        const char *text)
{
    size_t bytes = strlen(text);
    if (bytes == 0 || (text[0] != ' ' && text[bytes - 1] != ' '))
        return 0;
    return refuse(c, section, key,
                  "'%s' begins or ends with a blank, which nobody sees; leave it out", text);
}

/* By the rule of those who will read it. */
static int check_identity(const struct check *c)
{
    const struct sl_config *config = &c->options->config;
    struct sl_identity identity = {
        .v4 = config->v4,
        .v6 = config->v6,
        .name = config->name,
        .name_bytes = (uint8_t)strlen(config->name),
    };
    if (!sl_identity_is_valid(&identity))
        return refuse(c, "node", "name",
                      "other nodes refuse this name: it must be UTF-8 without control characters");
    identity.zone = config->zone;
    identity.zone_bytes = (uint8_t)strlen(config->zone);
    if (!sl_identity_is_valid(&identity))
        return refuse(c, "node", "zone",
                      "other nodes refuse this zone: it must be UTF-8 without control characters");
    int error = check_blanks(c, "node", "name", config->name);
    if (error == 0)
        error = check_blanks(c, "node", "zone", config->zone);
    return error ? error : check_blanks(c, "cluster", "name", config->cluster_name);
}

static int check_addresses(const struct check *c)
{
    struct sl_options *o = c->options;
    if (!o->v4.set && !o->v6.set)
        return refuse(c, "port", "address",
                      "the port needs an address; set address or address6, such as 192.0.2.1/24");
    int error = check_family(c, &o->v4, "address", "gateway");
    if (error == 0)
        error = check_family(c, &o->v6, "address6", "gateway6");
    if (o->v4.set)
        o->config.v4 = sl_endpoint_v4(o->v4.address, (uint16_t)o->udp_port);
    if (o->v6.set)
        o->config.v6 = sl_endpoint_v6(o->v6.address, (uint16_t)o->udp_port);
    if (error == 0)
        error =
            claim(c, o->v4.set, &o->advertise_v4, "advertise", &o->config.v4, &o->config.bound_v4);
    if (error == 0)
        error =
            claim(c, o->v6.set, &o->advertise_v6, "advertise6", &o->config.v6, &o->config.bound_v6);
    return error;
}

static int check_port(const struct check *c)
{
    struct sl_options *o = c->options;
    uint32_t headers = o->v6.set ? 48 : 28; /* IP and UDP */
    if (o->mtu != 0 && o->mtu < o->config.frame_bytes + headers)
        return refuse(c, "port", "mtu", "%u is less than frame_bytes %u and %u bytes of headers",
                      o->mtu, o->config.frame_bytes, headers);
    o->port.packet_bytes = o->config.frame_bytes + headers;
    if (o->port.packet_bytes < o->mtu)
        o->port.packet_bytes = o->mtu;
    if (o->udp_port + o->workers > UINT16_MAX)
        return refuse(c, "port", "udp_port",
                      "the engine and each of %u workers have a port of their own; set at most %u",
                      o->workers, UINT16_MAX - o->workers);
    if (o->cpu_count != 0 && o->cpu_count != o->workers + 1)
        return refuse(c, "workers", "cpus", "%u CPUs for one engine and %u workers; list %u",
                      o->cpu_count, o->workers, o->workers + 1);
    return 0;
}

/* sl_config_check() names the knob in its first word. */
static int check_protocol(const struct check *c)
{
    char sentence[256];
    if (sl_config_check(&c->options->config, sentence, sizeof(sentence)) == 0)
        return 0;
    for (uint32_t i = 0; i < sl_option_count; i++) {
        const char *key = sl_option_table[i].key;
        size_t length = strlen(key);
        if (strcmp(sl_option_table[i].section, "protocol") == 0 &&
            strncmp(sentence, key, length) == 0 &&
            (sentence[length] == ' ' || strncmp(sentence + length, "_ns ", 4) == 0))
            return refuse(c, "protocol", key, "%s", sentence);
    }
    return refuse(c, "protocol", "max_members", "%s", sentence);
}

int sl_options_check(struct sl_options *options, char *why, size_t why_bytes)
{
    struct check c = {.options = options, .why = why, .why_bytes = why_bytes};
    int error = fill_name(&c);
    if (error == 0)
        error = check_addresses(&c);
    if (error == 0)
        error = check_identity(&c);
    if (error == 0)
        error = check_port(&c);
    return error ? error : check_protocol(&c);
}
