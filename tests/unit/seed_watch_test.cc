// SPDX-License-Identifier: BSD-3-Clause
// Why a node does not join.
#include "dataplane/seed_watch.h"

#include <netdb.h>

#include "dataplane/seed_verdict.h"
#include "tests/unit/captured_log.h"

namespace
{

constexpr uint64_t S = 1000000000;

struct sl_endpoint v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t address[4] = {a, b, c, d};
    return sl_endpoint_v4(address, 7947);
}

class SeedWatch : public CapturedLog
{
  protected:
    SeedWatch()
    {
        snprintf(config_.cluster_name, sizeof(config_.cluster_name), "lab");
        config_.v4 = v4(10, 0, 0, 1);
        watch_.config = &config_;
        snprintf(seed_.text, sizeof(seed_.text), "s");
    }
    void look(enum sl_phase phase, uint64_t now_ns, uint32_t count = 1)
    {
        sl_troubles_turn(&troubles_, now_ns, now_ns);
        sl_seed_watch_look(&watch_, &troubles_, phase, &seed_, count, now_ns);
    }
    // What is said of the seed after the patience.
    std::string reason()
    {
        look(SL_PHASE_JOINING, S);
        EXPECT_EQ(troubles_.count, 0u);
        look(SL_PHASE_JOINING, S + SL_SEED_WATCH_PATIENCE_NS);
        EXPECT_TRUE(sl_troubles_has(&troubles_, SL_TROUBLE_JOINING));
        return troubles_.count == 2 ? troubles_.list[1].shown.text : "";
    }
    void found(struct sl_endpoint endpoint)
    {
        (sl_endpoint_is_v4(&endpoint) ? seed_.v4 : seed_.v6)++;
        seed_.found[seed_.count++] = endpoint;
    }

    struct sl_config config_ = {};
    struct sl_seed_watch watch_ = {};
    struct sl_troubles troubles_ = {};
    struct sl_seed_state seed_ = {};
};

TEST_F(SeedWatch, SilentSeedIsNamedWithItsAddress)
{
    found(v4(10, 0, 0, 9));
    EXPECT_EQ(reason(), "'s' does not answer at 10.0.0.9:7947");
    EXPECT_NE(std::string(troubles_.list[1].shown.advice).find("cluster.name = lab"),
              std::string::npos);
}

TEST_F(SeedWatch, SeedsAreNotBlamedForALinkThatIsDownOrANameThatIsTaken)
{
    found(v4(10, 0, 0, 9));
    uint64_t ns = S;
    for (auto kind : {SL_TROUBLE_LINK, SL_TROUBLE_NAME_CONFLICT}) {
        sl_troubles_raise(&troubles_, kind, "", 0, "do", "it is so");
        for (int i = 0; i < 9; i++, ns += S)
            look(SL_PHASE_JOINING, ns);
        EXPECT_EQ(troubles_.count, 1u);
        sl_troubles_clear(&troubles_, kind, "");
        look(SL_PHASE_JOINING, ns);
        EXPECT_EQ(troubles_.count, 0u) << "patience begins anew";
    }
    look(SL_PHASE_JOINING, ns + SL_SEED_WATCH_PATIENCE_NS);
    EXPECT_TRUE(sl_troubles_has(&troubles_, SL_TROUBLE_JOINING));
}

TEST_F(SeedWatch, NameThatFailsIsSaidAtOnceAndOncePerChangeByMembersToo)
{
    const std::string text = std::string("'s' cannot be resolved: ") + gai_strerror(EAI_NONAME);
    seed_.error = EAI_NONAME;
    for (uint64_t ns = S; ns < 4 * S; ns += S)
        look(SL_PHASE_MEMBER, ns);
    ASSERT_EQ(troubles_.count, 1u);
    EXPECT_EQ(lines(), std::vector<std::string>{"warning starlingd: seed: " + text +
                                                "; correct [join] seeds or the DNS; tried again"});
    seed_.error = 0;
    found(v4(10, 0, 0, 9));
    look(SL_PHASE_MEMBER, 9 * S);
    EXPECT_EQ(lines(), std::vector<std::string>{"notice starlingd: over (seed): " + text});
    EXPECT_EQ(troubles_.count, 0u);
}

TEST_F(SeedWatch, NameThatFailsAgainKeepsItsAddresses)
{
    found(v4(10, 0, 0, 9));
    seed_.error = EAI_AGAIN;
    look(SL_PHASE_MEMBER, S);
    ASSERT_EQ(troubles_.count, 1u);
    EXPECT_NE(std::string(troubles_.list[0].shown.text).find("its former addresses are kept"),
              std::string::npos);
    EXPECT_EQ(sl_seed_verdict(&config_, &seed_).state, SL_NODE_SEED_ASKED);
}

TEST_F(SeedWatch, SeedThatIsThisNodeIsNamed)
{
    found(v4(10, 0, 0, 1));
    EXPECT_EQ(reason(), "'s' is this node itself");
}

TEST_F(SeedWatch, LoopbackAddressIsNamed)
{
    found(v4(127, 0, 1, 1));
    EXPECT_EQ(reason(), "'s' is the loopback address 127.0.1.1:7947");
}

TEST_F(SeedWatch, SeedOfAFamilyThatThePortLacksIsNamed)
{
    const uint8_t address[16] = {0xfd, 0, 0, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    found(sl_endpoint_v6(address, 7947));
    EXPECT_EQ(reason(), "'s' has only IPv6, and this node has none");
}

TEST_F(SeedWatch, OneAddressThatCanBeAskedIsEnough)
{
    found(v4(127, 0, 1, 1));
    found(v4(10, 0, 0, 9));
    EXPECT_EQ(reason(), "'s' does not answer at 10.0.0.9:7947");
}

TEST_F(SeedWatch, AddressesThatAreAskedAreCountedAlsoThoseThatAreNotShown)
{
    found(v4(127, 0, 1, 1));
    found(v4(10, 0, 0, 1));
    found(v4(10, 0, 0, 9));
    seed_.v4 = 9; /* one of another family, too */
    seed_.v6 = 1;
    struct sl_seed_verdict v = sl_seed_verdict(&config_, &seed_);
    EXPECT_EQ(v.state, SL_NODE_SEED_ASKED);
    EXPECT_EQ(v.addresses, 7u);
    EXPECT_STREQ(v.what, "");
}

TEST_F(SeedWatch, SeedThatIsOfNoUseIsLeftOutWithTheReasonOfItsTrouble)
{
    found(v4(10, 0, 0, 1));
    struct sl_seed_verdict v = sl_seed_verdict(&config_, &seed_);
    EXPECT_EQ(v.state, SL_NODE_SEED_LEFT_OUT);
    EXPECT_EQ(v.addresses, 0u);
    EXPECT_EQ(reason(), std::string("'s' ") + v.what);
}

TEST_F(SeedWatch, NameUnderWayIsNoReasonYet)
{
    seed_.looking_up = true;
    EXPECT_EQ(sl_seed_verdict(&config_, &seed_).state, SL_NODE_SEED_LOOKING_UP);
    look(SL_PHASE_MEMBER, S);
    EXPECT_EQ(troubles_.count, 0u);
}

TEST_F(SeedWatch, MemberHasNoTroubleWithSeeds)
{
    found(v4(10, 0, 0, 9));
    reason();
    look(SL_PHASE_MEMBER, 9 * S);
    EXPECT_EQ(troubles_.count, 0u);
}

TEST_F(SeedWatch, SeedThatWasReplacedIsForgotten)
{
    found(v4(10, 0, 0, 9));
    reason();
    snprintf(seed_.text, sizeof(seed_.text), "t");
    look(SL_PHASE_JOINING, 9 * S);
    ASSERT_EQ(troubles_.count, 2u);
    EXPECT_STREQ(troubles_.list[1].shown.subject, "t");
}

} // namespace
