/* SPDX-License-Identifier: BSD-3-Clause */
/* One writer, several readers, real grace periods: what no single thread can show. Made for TSan.
 */
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "lib/prng.h"
#include "lib/view.h"
#include "tests/unit/rcu_race.h"

namespace
{

const uint32_t READERS = 3;
const uint32_t KNOWN = 200;   /* never forgotten */
const uint32_t PASSING = 400; /* come and go */
const uint32_t COPIES = 5;    /* compactions until the race ends */
const uint32_t STEPS_MAX = 20000000;

using rcu_race::quiescent_state;

uint64_t id_of(uint32_t n)
{
    sl_prng prng = {n};
    return sl_prng_next(&prng) | 1;
}

/* A text that tells whether all its bytes were written together, and by whom. */
struct Pattern {
    char text[SL_TAGS_BYTES_MAX];
    sl_identity identity{};

    Pattern(uint32_t n, uint32_t version)
    {
        char letter = static_cast<char>('a' + version % 26);
        memset(text, letter, sizeof(text));
        identity.name = text;
        identity.tags = text;
        identity.name_bytes = static_cast<uint8_t>(1 + n % SL_NAME_BYTES_MAX);
        identity.tags_bytes = static_cast<uint16_t>(version * 37 % (SL_TAGS_BYTES_MAX + 1));
        identity.v4.port = static_cast<uint16_t>(letter);
    }
};

bool is_torn(const sl_cold *cold, uint32_t n)
{
    sl_identity held = sl_cold_identity(cold);
    char letter = held.name[0];
    bool torn = held.name_bytes != 1 + n % SL_NAME_BYTES_MAX || held.v4.port != letter;
    for (uint32_t i = 0; i < held.name_bytes; i++)
        torn |= held.name[i] != letter;
    for (uint32_t i = 0; i < held.tags_bytes; i++)
        torn |= held.tags[i] != letter;
    return torn || cold->id != id_of(n);
}

struct Findings {
    uint64_t lookups = 0, missed = 0, backwards = 0, torn = 0, strangers = 0, ranges_short = 0;
};

struct Race {
    sl_view *view = nullptr;
    std::vector<uint8_t> memory;
    std::atomic<bool> ended{false};
    std::atomic<uint32_t> ready{0};
    uint32_t copies = 0, forgotten = 0;
    std::vector<uint32_t> slots = std::vector<uint32_t>(KNOWN + PASSING, SL_SLOT_NONE);

    Race()
    {
        sl_view_config config{};
        config.cluster = sl_cluster_from_name("race");
        config.max_members = 400;
        config.load_percent = 60;
        config.cold_bytes_per_member = 400;
        config.compacting = true;
        config.retire = rcu_race::retire;
        sl_arena arena = sl_arena_dry();
        sl_view_create(&arena, &config);
        memory.resize(arena.used_bytes + SL_CACHE_LINE);
        uintptr_t at = reinterpret_cast<uintptr_t>(memory.data());
        arena.base = memory.data() + (SL_CACHE_LINE - at % SL_CACHE_LINE);
        arena.size_bytes = arena.used_bytes;
        arena.used_bytes = 0;
        view = sl_view_create(&arena, &config);
    }

    void look_up(uint32_t n, std::vector<uint64_t> *seen, Findings *found) const
    {
        uint64_t word;
        uint32_t slot = sl_view_find(view, id_of(n), &word);
        found->lookups++;
        if (n < KNOWN) {
            uint64_t again = sl_view_word(view, id_of(n));
            found->missed += slot == SL_SLOT_NONE || again == 0;
            found->backwards += word < (*seen)[n] || again < word;
            (*seen)[n] = again;
        }
        const sl_cold *cold = slot == SL_SLOT_NONE ? nullptr : sl_view_cold(view, slot);
        found->missed += n < KNOWN && cold == nullptr;
        found->torn += cold != nullptr && is_torn(cold, n);
    }

    void look_through(const std::vector<uint64_t> &seen, Findings *found) const
    {
        std::vector<bool> met(KNOWN, false);
        sl_view_range range;
        sl_view_item item;
        uint64_t before = 0;
        sl_view_range_begin(&range, view, 0, UINT64_MAX);
        while (sl_view_range_next(&range, &item)) {
            found->strangers += item.id <= before || item.cold->id != item.id;
            before = item.id;
            uint32_t n = item.cold->name_bytes - 1u; /* the remainder tells the candidates */
            for (; n < KNOWN && id_of(n) != item.id; n += SL_NAME_BYTES_MAX)
                ;
            if (n < KNOWN) {
                met[n] = true;
                found->backwards += item.word < seen[n];
            }
        }
        for (bool m : met)
            found->ranges_short += !m;
        sl_view_range_hash(view, 1ull << 62, 3ull << 62);
    }

    void read(uint32_t reader, Findings *found)
    {
        rcu_race::Reader self;
        ready++;
        sl_prng prng = {reader};
        std::vector<uint64_t> seen(KNOWN, 0);
        for (uint32_t round = 0; !ended.load(std::memory_order_relaxed); round++) {
            for (uint32_t i = 0; i < 32; i++)
                look_up(sl_prng_below(&prng, KNOWN + PASSING), &seen, found);
            if (round % 16 == 0)
                look_through(seen, found);
            quiescent_state();
        }
    }

    /* Readers are registered by now, so they see every state the writer goes through. */
    void write()
    {
        sl_prng prng = {99};
        bool was_copying = false;
        for (uint32_t step = 1; copies < COPIES && step < STEPS_MAX; step++) {
            uint32_t n = sl_prng_below(&prng, KNOWN + PASSING);
            Pattern pattern(n, step);
            if (slots[n] == SL_SLOT_NONE) {
                if (sl_view_add(view, id_of(n), sl_word(1 + step, 0, SL_ALIVE), &pattern.identity,
                                &slots[n]) != 0)
                    refused(n);
            } else if (n >= KNOWN && sl_prng_below(&prng, 4) != 0) {
                sl_view_forget(view, slots[n]);
                slots[n] = SL_SLOT_NONE;
                forgotten++;
            } else {
                sl_view_describe(view, slots[n], &pattern.identity);
                /* Only at times: a word's own release would publish the description too. */
                if (step % 2 == 0)
                    sl_view_raise(view, slots[n], sl_word(1 + step, 0, SL_ALIVE));
            }
            if (step % 8 == 0) {
                sl_view_maintain(view, 16, 16);
                quiescent_state();
            }
            bool is_copying = reinterpret_cast<const sl_table *>(view)->phase == SL_TABLE_COPYING;
            if (is_copying && step % 32 == 0) /* few cores: let readers look in between */
                std::this_thread::yield();
            copies += is_copying && !was_copying;
            was_copying = is_copying;
        }
    }

    /* All that is free waits for a grace period: give the readers the core. */
    void refused(uint32_t n)
    {
        slots[n] = SL_SLOT_NONE;
        quiescent_state();
        std::this_thread::yield();
    }

    void add_known()
    {
        for (uint32_t n = 0; n < KNOWN; n++) {
            Pattern pattern(n, 0);
            ASSERT_EQ(
                sl_view_add(view, id_of(n), sl_word(1, 0, SL_ALIVE), &pattern.identity, &slots[n]),
                0);
        }
    }
};

TEST(ViewRace, ReadersMissNobodyAndSeeNoWordGoBackNorTornRecord)
{
    Race race;
    rcu_race::Writer writer; /* ends before the view's memory does */
    race.add_known();
    std::vector<Findings> found(READERS);
    std::vector<std::thread> readers;
    for (uint32_t r = 0; r < READERS; r++)
        readers.emplace_back(&Race::read, &race, r, &found[r]);
    while (race.ready.load() < READERS)
        quiescent_state();
    race.write();
    race.ended = true;
    urcu_qsbr_thread_offline();
    for (std::thread &reader : readers)
        reader.join();
    urcu_qsbr_thread_online();

    EXPECT_EQ(race.copies, COPIES);
    EXPECT_GT(race.forgotten, 300u);
    for (const Findings &f : found) {
        EXPECT_GT(f.lookups, 0u);
        EXPECT_EQ(f.missed, 0u);
        EXPECT_EQ(f.backwards, 0u);
        EXPECT_EQ(f.torn, 0u);
        EXPECT_EQ(f.strangers, 0u);
        EXPECT_EQ(f.ranges_short, 0u);
    }
}

} // namespace
