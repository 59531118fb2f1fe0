/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A member as JSON. */
#include <jansson.h>

#include "ports/control_protocol.h"

/* Its status in a word: "unreachable" stands before what its word says. */
const char *sl_member_status(const struct sl_control_member *member);
const char *sl_member_status_colour(const struct sl_control_member *member);

json_t *sl_member_json(const struct sl_control_member *member);
json_t *sl_member_tags_json(const char *tags); /* lines of key=value as an object */

/* The IPv4 endpoint if there is one, else the IPv6 one. */
const struct sl_control_endpoint *sl_member_endpoint(const struct sl_control_member *member);
