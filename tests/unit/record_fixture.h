// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Records, and what decoders make of them.
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/wire_vectors.h"

namespace record_test
{
// Records in memory of their exact size, so that AddressSanitizer sees every byte read past the
// end.
struct Reader {
    std::unique_ptr<uint8_t[]> bytes;
    struct sl_record_cursor cursor;
    enum sl_wire_error error = SL_WIRE_OK;
    struct sl_record record;

    explicit Reader(const Bytes &from) : bytes(new uint8_t[from.size()])
    {
        if (!from.empty())
            memcpy(bytes.get(), from.data(), from.size());
        cursor = {bytes.get(), bytes.get() + from.size()};
    }
    bool next()
    {
        return sl_record_next(&cursor, &record, &error);
    }
};

// How many records a decoder takes before it stops, and why it stops.
struct Outcome {
    int taken;
    enum sl_wire_error error;
    bool operator==(const Outcome &o) const
    {
        return taken == o.taken && error == o.error;
    }
};
inline Outcome decode(const Bytes &bytes)
{
    Reader reader(bytes);
    int taken = 0;
    while (reader.next())
        taken++;
    return {taken, reader.error};
}
inline Outcome decode_prefixes(const Bytes &bytes)
{
    Reader reader(bytes);
    int taken = 0;
    uint8_t type;
    uint64_t id, word;
    while (sl_record_next_prefix(&reader.cursor, &type, &id, &word, &reader.error))
        taken++;
    return {taken, reader.error};
}

const Outcome none = {0, SL_WIRE_OK}, one = {1, SL_WIRE_OK}, bad = {0, SL_WIRE_RECORD_BAD};
inline Bytes alive(const struct sl_identity &identity)
{
    Bytes out(SL_RECORD_ALIVE_BYTES_MAX);
    out.resize(sl_record_write_alive(out.data(), SL_RECORD_ALIVE_BYTES_MAX, 5,
                                     sl_word(7, 0, SL_ALIVE), &identity));
    return out;
}
inline Bytes alive_named(const std::string &name, const std::string &zone = "")
{
    struct sl_identity i = Vectors().identity();
    i.name = name.data();
    i.name_bytes = static_cast<uint8_t>(name.size());
    i.zone = zone.data();
    i.zone_bytes = static_cast<uint8_t>(zone.size());
    return alive(i);
}
inline Bytes accusation()
{
    Bytes out(SL_RECORD_ACCUSATION_BYTES);
    sl_record_write_accusation(out.data(), SL_RECORD_ACCUSATION_BYTES, 5, sl_word(7, 0, SL_SUSPECT),
                               6);
    return out;
}
inline Bytes left()
{
    Bytes out(SL_RECORD_LEFT_BYTES);
    sl_record_write_left(out.data(), SL_RECORD_LEFT_BYTES, 5, sl_word(7, 0, SL_LEFT));
    return out;
}
inline Bytes removed()
{
    Bytes out(SL_RECORD_ACCUSATION_BYTES);
    sl_record_write_accusation(out.data(), SL_RECORD_ACCUSATION_BYTES, 5, sl_word(7, 0, SL_LEFT),
                               6);
    return out;
}
inline Bytes with_length(Bytes record, size_t length)
{
    sl_be16_store(record.data() + 2, static_cast<uint16_t>(length));
    return record;
}
inline Bytes operator+(Bytes a, const Bytes &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
} // namespace record_test
