// SPDX-License-Identifier: BSD-3-Clause
// Whoever only heard of a suspicion asks the suspect itself in the end: not all viewers at once.
#include <algorithm>

#include "speaker.h"

namespace
{

using namespace speaker;

class Hearsay : public Speaker
{
  protected:
    // When this viewer begins its last question about a member that another accuses.
    uint64_t asks_at(uint64_t viewer_id)
    {
        e->self_id = viewer_id;
        uint32_t slot = sl_view_find(sl_engine_view(e), id_of(7), nullptr);
        sl_suspicion_heard(e, slot, sl_word_with_status(kWord, SL_SUSPECT), id_of(9));
        uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
        EXPECT_NE(entry, SL_ENTRY_NONE);
        uint64_t at_ns = e->suspicions[entry].timer.deadline_ns - e->now_ns;
        sl_suspicion_end(e, slot);
        return at_ns;
    }
};

TEST_F(Hearsay, AThousandViewersAskASuspectOneAfterAnother)
{
    create();
    preload(1000);
    std::vector<uint64_t> turns;
    for (uint32_t viewer = 10; viewer < 1000; viewer++)
        turns.push_back(asks_at(id_of(viewer)));
    std::sort(turns.begin(), turns.end());
    uint64_t most_in_a_second = 0;
    for (size_t i = 0; i < turns.size(); i++) {
        auto after = std::upper_bound(turns.begin(), turns.end(), turns[i] + kS);
        most_in_a_second = std::max(most_in_a_second, (uint64_t)(after - turns.begin()) - i);
    }
    EXPECT_LE(most_in_a_second, 40u) << "20 on average";
    EXPECT_LE(turns.front(), 2 * config.suspicion_max_ns + config.spread_ns + kS)
        << "of so many, one begins soon";
}

} // namespace
