// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What is written to stderr while the test runs, as lines.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "ports/log.h"

class CapturedLog : public ::testing::Test
{
  protected:
    CapturedLog()
    {
        testing::internal::CaptureStderr();
    }
    ~CapturedLog() override
    {
        if (capturing_)
            testing::internal::GetCapturedStderr();
        sl_log_set_level(SL_LOG_NOTICE);
    }

    // The lines since the last call, without time stamps: "warning starlingd: ...".
    std::vector<std::string> lines()
    {
        std::istringstream in(testing::internal::GetCapturedStderr());
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line.substr(line.find(' ') + 1));
        testing::internal::CaptureStderr();
        return all;
    }

    bool capturing_ = true;
};
