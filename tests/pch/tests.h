/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What most tests include and what takes longest to read: precompiled where -Dprecompile=true
 * asks for it. A test includes what it needs all the same, because most builds do without. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>
