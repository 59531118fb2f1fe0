/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Real grace periods for tests that race a writer against readers, in a way that TSan understands.
 */
#include <urcu/urcu-qsbr.h>

#include <atomic>
#include <cstddef>

#include "lib/retire.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

/* liburcu stops its helper but never joins it. */
extern "C" const char *__tsan_default_options();
extern "C" const char *__tsan_default_options()
{
    return "report_thread_leaks=0";
}

namespace rcu_race
{

/* liburcu's grace period orders readers before callbacks by means that TSan does not see: a
   reader's report releases here what it has read, a callback acquires it. */
#if defined(__SANITIZE_THREAD__)
inline char grace_period;
inline void report_reads()
{
    __tsan_release(&grace_period);
}
inline void acquire_reads()
{
    __tsan_acquire(&grace_period);
}
#else
inline void report_reads()
{
}
inline void acquire_reads()
{
}
#endif

inline void quiescent_state()
{
    report_reads();
    urcu_qsbr_quiescent_state();
}

inline std::atomic<uint32_t> under_way{0};

static_assert(sizeof(struct rcu_head) <= sizeof(sl_retire_ticket::host_private), "the head fits");
static_assert(offsetof(sl_retire_ticket, host_private) == 0, "the head is the ticket");

inline void ended(struct rcu_head *head)
{
    acquire_reads();
    sl_retire_done(reinterpret_cast<sl_retire_ticket *>(head));
    under_way--;
}

/* An engine's or a view's host's. */
inline void retire(void *, sl_retire_ticket *ticket)
{
    under_way++;
    urcu_qsbr_call_rcu(reinterpret_cast<struct rcu_head *>(ticket), ended);
}

/* The writer's thread while it lives: registered, with a helper of its own; at the end nothing is
 * under way. */
class Writer
{
  public:
    Writer() : helper_(urcu_qsbr_create_call_rcu_data(0, -1))
    {
        urcu_qsbr_register_thread();
        urcu_qsbr_set_thread_call_rcu_data(helper_);
    }
    ~Writer()
    {
        while (under_way.load() != 0)
            quiescent_state();
        urcu_qsbr_set_thread_call_rcu_data(nullptr);
        urcu_qsbr_call_rcu_data_free(helper_);
        urcu_qsbr_unregister_thread();
    }
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

  private:
    struct call_rcu_data *helper_;
};

/* A reader's thread while it lives. */
class Reader
{
  public:
    Reader()
    {
        urcu_qsbr_register_thread();
    }
    ~Reader()
    {
        report_reads();
        urcu_qsbr_unregister_thread();
    }
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;
};

} // namespace rcu_race
