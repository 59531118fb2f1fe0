/* SPDX-License-Identifier: BSD-3-Clause */
/* The owner gives slots to ever new next hops while workers look up. Made for TSan; needs no EAL.
 */
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "lib/prng.h"
#include "ports/neighbour_table.h"

namespace
{

const uint32_t READERS = 3, HOPS = 16, LIVES = 200000;

/* One life of a slot, written before its MAC is: who sees the MAC sees this. Plain memory, so that
 * TSan tells if the MAC was not published. */
struct Life {
    uint32_t hop = 0;
};

struct Race {
    std::vector<sl_neighbour_slot> slots = std::vector<sl_neighbour_slot>(SL_NEIGHBOUR_SLOTS);
    sl_neighbour_table table = {};
    std::vector<Life> lives = std::vector<Life>(LIVES + 1);
    std::atomic<bool> ended{false};
    std::atomic<uint32_t> ready{0};
    std::atomic<uint64_t> found{0}, wrong{0};

    Race()
    {
        memset(slots.data(), 0, slots.size() * sizeof(slots[0]));
        table.slot = slots.data();
    }

    static void ip_of(uint32_t hop, uint8_t ip[16])
    {
        memset(ip, 0, 16);
        ip[0] = ip[15] = (uint8_t)(1 + hop);
    }

    void read(uint32_t number)
    {
        sl_prng prng = {number};
        ready++;
        while (!ended.load(std::memory_order_relaxed)) {
            uint8_t ip[16];
            uint32_t hop = sl_prng_below(&prng, HOPS), life = 0;
            rte_ether_addr mac = {};
            ip_of(hop, ip);
            if (!sl_neighbour_table_find(&table, ip, &mac))
                continue;
            memcpy(&life, mac.addr_bytes, sizeof(life));
            wrong += lives[life].hop != hop;
            found++;
        }
    }

    /* All next hops share one bucket's slots, so that one slot serves many. */
    void write()
    {
        sl_prng prng = {99};
        for (uint32_t life = 1; life <= LIVES; life++) {
            uint32_t hop = sl_prng_below(&prng, HOPS);
            uint8_t ip[16];
            ip_of(hop, ip);
            uint32_t slot = sl_neighbour_table_lookup(&table, ip);
            if (slot == SL_NEIGHBOUR_NONE) {
                slot = sl_neighbour_table_bucket(&table, ip) + sl_prng_below(&prng, 2);
                sl_neighbour_table_assign(&table, slot, ip);
            }
            lives[life].hop = hop;
            rte_ether_addr mac = {};
            memcpy(mac.addr_bytes, &life, sizeof(life));
            sl_neighbour_table_set_mac(&table, slot, &mac);
            if (life % 64 == 0)
                std::this_thread::yield();
        }
    }
};

TEST(NeighbourRace, AMacThatIsFoundIsThatOfTheNextHopAskedFor)
{
    Race race;
    std::vector<std::thread> readers;
    for (uint32_t r = 0; r < READERS; r++)
        readers.emplace_back(&Race::read, &race, r);
    while (race.ready.load() < READERS)
        std::this_thread::yield();
    race.write();
    race.ended = true;
    for (std::thread &reader : readers)
        reader.join();
    EXPECT_GT(race.found.load(), 0u);
    EXPECT_EQ(race.wrong.load(), 0u);
}

} // namespace
