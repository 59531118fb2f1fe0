// SPDX-License-Identifier: BSD-3-Clause
// One process of a host serves an address on a kernel interface.
#include "ports/address_lock.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/captured_log.h"

namespace
{

class AddressLock : public CapturedLog
{
  protected:
    AddressLock()
    {
        // Of a device that no test machine has: the lock outlives no test, but others may run.
        device_ = "no" + std::to_string(getpid());
    }
    ~AddressLock() override
    {
        for (auto *lock : {&first_, &second_, &whole_})
            sl_address_lock_release(lock);
    }

    int take(struct sl_address_lock *lock, const std::string &kind, const uint8_t last = 2,
             uint32_t vlan = 0)
    {
        struct sl_port_spec spec;
        char why[256];
        const uint8_t address[4] = {10, 77, 0, last};
        EXPECT_EQ(sl_port_spec_parse((kind + ":" + device_).c_str(), &spec, why, sizeof(why)), 0);
        struct sl_endpoint endpoint = sl_endpoint_v4(address, 7947);
        return sl_address_lock_take(lock, &spec, vlan, &endpoint);
    }

    int take_whole(struct sl_address_lock *lock, const std::string &kind)
    {
        struct sl_port_spec spec;
        char why[256];
        EXPECT_EQ(sl_port_spec_parse((kind + ":" + device_).c_str(), &spec, why, sizeof(why)), 0);
        return sl_address_lock_take_whole(lock, &spec);
    }

    std::string device_;
    struct sl_address_lock first_ = {-1}, second_ = {-1}, whole_ = {-1};
};

TEST_F(AddressLock, OfTwoOnOneInterfaceTheSecondIsRefusedWhateverItsDriver)
{
    ASSERT_EQ(take(&first_, "af_packet"), 0);
    for (const char *kind : {"af_packet", "af_xdp"})
        EXPECT_EQ(take(&second_, kind), -EADDRINUSE);
    auto said = lines();
    ASSERT_EQ(said.size(), 2u);
    EXPECT_EQ(said[0], "error starlingd: port af_packet:" + device_ +
                           ": address conflict: process " + std::to_string(getpid()) +
                           " on this host serves 10.77.0.2:7947 already: this node ends; end that "
                           "one, or set another port.address");
}

TEST_F(AddressLock, TheHolderHearsOnceOfTheProcessThatWasRefused)
{
    ASSERT_EQ(take(&first_, "af_packet"), 0);
    EXPECT_EQ(sl_address_lock_refused(&first_), 0);
    EXPECT_EQ(take(&second_, "af_packet"), -EADDRINUSE);
    EXPECT_EQ(sl_address_lock_refused(&first_), getpid());
    EXPECT_EQ(sl_address_lock_refused(&first_), 0);
}

TEST_F(AddressLock, ItIsFreeWhenItsHolderHasReleasedIt)
{
    ASSERT_EQ(take(&first_, "af_packet"), 0);
    sl_address_lock_release(&first_);
    EXPECT_EQ(take(&second_, "af_packet"), 0);
}

TEST_F(AddressLock, OtherAddressesAndVlansOfAnInterfaceAreFree)
{
    ASSERT_EQ(take(&first_, "af_packet"), 0);
    EXPECT_EQ(take(&second_, "af_packet", 3), 0);
    sl_address_lock_release(&second_);
    EXPECT_EQ(take(&second_, "af_packet", 2, 7), 0);
}

TEST_F(AddressLock, AfXdpHasItsInterfaceAloneWhateverTheAddress)
{
    ASSERT_EQ(take_whole(&first_, "af_xdp"), 0);
    EXPECT_EQ(take_whole(&second_, "af_xdp"), -EADDRINUSE);
    EXPECT_EQ(take_whole(&second_, "af_packet"), -EADDRINUSE);
    auto said = lines();
    ASSERT_EQ(said.size(), 2u);
    EXPECT_EQ(said[0], "error starlingd: port af_xdp:" + device_ + ": process " +
                           std::to_string(getpid()) + " on this host uses interface " + device_ +
                           ", which one alone can have with AF_XDP: this node ends; end that one, "
                           "or set another interface in port.spec");
    sl_address_lock_release(&first_);
    EXPECT_EQ(take_whole(&second_, "af_xdp"), 0);
}

TEST_F(AddressLock, AfXdpIsRefusedWhereAfPacketServesAnAddress)
{
    ASSERT_EQ(take_whole(&whole_, "af_packet"), 0);
    ASSERT_EQ(take(&first_, "af_packet"), 0);
    EXPECT_EQ(take_whole(&second_, "af_packet"), 0);
    EXPECT_EQ(take_whole(&second_, "af_xdp"), -EADDRINUSE);
    sl_address_lock_release(&first_);
    EXPECT_EQ(take_whole(&second_, "af_xdp"), 0) << "a refusal keeps nothing";
}

TEST_F(AddressLock, ADeviceThatOneProcessOpensNeedsNone)
{
    ASSERT_EQ(take(&first_, "tap"), 0);
    EXPECT_EQ(take(&second_, "tap"), 0);
    EXPECT_EQ(sl_address_lock_refused(&first_), 0);
}

} // namespace
