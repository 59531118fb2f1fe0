// SPDX-License-Identifier: BSD-3-Clause
// What a configuration is refused for.
#include "lib/profile.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace
{

struct Retention {
    const char *knob;
    uint64_t sl_config::*value_ns;
};

class ConfigRetention : public ::testing::TestWithParam<Retention>
{
};

TEST_P(ConfigRetention, OutlivesTheLongestCutOrIsRefusedWithTheReason)
{
    sl_config c;
    char why[512] = "";
    ASSERT_EQ(sl_profile_load(&c, "lan"), 0);
    strcpy(c.cluster_name, "test");
    strcpy(c.name, "n1");
    c.v4.port = 1;
    c.v4.ip[15] = 1;
    c.*GetParam().value_ns = c.zone_patience_ns + c.suspicion_max_ns;
    EXPECT_EQ(sl_config_check(&c, why, sizeof(why)), 0) << why;
    (c.*GetParam().value_ns)--;
    EXPECT_NE(sl_config_check(&c, why, sizeof(why)), 0);
    EXPECT_EQ(std::string(why).find(GetParam().knob), 0u) << why;
    EXPECT_NE(std::string(why).find("zone_patience + suspicion_max"), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(
    Of, ConfigRetention,
    ::testing::Values(Retention{"dead_retention", &sl_config::dead_retention_ns},
                      Retention{"left_retention", &sl_config::left_retention_ns}),
    [](const auto &info) { return std::string(info.param.knob); });

} // namespace
