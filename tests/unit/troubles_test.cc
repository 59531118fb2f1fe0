// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/troubles.h"

#include "tests/unit/captured_log.h"

namespace
{

constexpr uint64_t S = 1000000000, TODAY = 1700000000 * S;

class Troubles : public CapturedLog
{
  protected:
    void at(uint64_t ns)
    {
        sl_troubles_turn(&t_, ns, TODAY + ns);
    }
    void raise(const char *subject, const char *what, uint64_t lasts_ns = 0)
    {
        sl_troubles_raise(&t_, SL_TROUBLE_SEED, subject, lasts_ns, "do it", "%s %s", subject, what);
    }
    struct sl_troubles t_ = {};
};

TEST_F(Troubles, BeginAndEndAreALineEach)
{
    at(S);
    raise("a", "is mute");
    EXPECT_EQ(lines(), std::vector<std::string>{"warning starlingd: seed: a is mute; do it"});
    at(2 * S);
    raise("a", "is mute");
    ASSERT_EQ(t_.count, 1u);
    EXPECT_STREQ(t_.list[0].shown.text, "a is mute");
    EXPECT_STREQ(t_.list[0].shown.advice, "do it");
    EXPECT_EQ(t_.list[0].shown.since_ns, TODAY + S);
    EXPECT_TRUE(lines().empty());
    sl_troubles_clear(&t_, SL_TROUBLE_SEED, "a");
    EXPECT_EQ(lines(), std::vector<std::string>{"notice starlingd: over (seed): a is mute"});
    EXPECT_FALSE(sl_troubles_has(&t_, SL_TROUBLE_SEED));
    sl_troubles_clear(&t_, SL_TROUBLE_SEED, "a");
    EXPECT_TRUE(lines().empty());
}

TEST_F(Troubles, NewTextIsANewLineOfTheSameTrouble)
{
    at(S);
    raise("a", "is mute");
    at(3 * S);
    raise("a", "has no address");
    EXPECT_EQ(lines(),
              (std::vector<std::string>{"warning starlingd: seed: a is mute; do it",
                                        "warning starlingd: seed: a has no address; do it"}));
    EXPECT_EQ(t_.count, 1u);
    EXPECT_EQ(t_.list[0].shown.since_ns, TODAY + S);
}

TEST_F(Troubles, ManyAtOnceAreOneLineASecond)
{
    at(S);
    for (char name = 'a'; name < 'k'; name++)
        raise(std::string(1, name).c_str(), "is mute");
    EXPECT_EQ(t_.count, 10u);
    EXPECT_EQ(lines().size(), 1u);
    at(2 * S);
    EXPECT_EQ(lines(), std::vector<std::string>{
                           "warning starlingd: seed: j is mute; do it (and 8 more like it)"});
    at(4 * S);
    sl_troubles_clear(&t_, SL_TROUBLE_SEED, nullptr);
    EXPECT_EQ(t_.count, 0u);
    EXPECT_EQ(lines().size(), 1u);
}

TEST_F(Troubles, LastLineIsTheTruthAlsoOfOneThatEndsWithinItsSecond)
{
    at(S);
    raise("a", "is mute");
    raise("a", "is gone");
    sl_troubles_clear(&t_, SL_TROUBLE_SEED, "a");
    EXPECT_EQ(lines(), std::vector<std::string>{"warning starlingd: seed: a is mute; do it"});
    at(2 * S);
    EXPECT_EQ(lines(), std::vector<std::string>{
                           "notice starlingd: over (seed): a is gone (and 1 more like it)"});
}

TEST_F(Troubles, OneThatIsNotRaisedAgainEndsByItself)
{
    at(S);
    raise("a", "is late", 10 * S);
    raise("b", "is mute");
    at(6 * S);
    raise("a", "is late", 10 * S);
    at(15 * S);
    EXPECT_EQ(t_.count, 2u);
    at(16 * S);
    ASSERT_EQ(t_.count, 1u);
    EXPECT_STREQ(t_.list[0].shown.subject, "b");
}

TEST_F(Troubles, OneTooManyIsLoggedAndTheOthersStay)
{
    at(S);
    for (int i = 0; i <= SL_NODE_TROUBLES_MAX; i++)
        raise(("s" + std::to_string(i)).c_str(), "is mute");
    EXPECT_EQ(t_.count, (uint32_t)SL_NODE_TROUBLES_MAX);
    EXPECT_STREQ(t_.list[0].shown.subject, "s0");
    at(2 * S);
    EXPECT_NE(lines().back().find("s24 is mute"), std::string::npos);
}

} // namespace
