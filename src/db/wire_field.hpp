#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keel {

/// What a field of PostgreSQL's binary form holds, as far as it can be looked at and changed there.
enum class WireKind {
    opaque,  ///< passed on only, or made null
    text,    ///< its characters
    json,    ///< the same, behind one byte for the version (jsonb)
    integer,
    uuid,
};

/// The value of a field that is not null as COPY's text form has it, before escaping. Throws
/// ErrorKind::internal for one that is opaque.
void decode_wire(WireKind kind, std::string_view raw, std::string& out);
/// The other way; `size` is that of the field which it takes the place of. Throws
/// ErrorKind::invalid_input for what is no value of that kind, without naming it.
void encode_wire(WireKind kind, std::size_t size, std::string_view value, std::string& out);

// Numbers in network order.
std::uint64_t read_wire_number(std::string_view bytes) noexcept;
void append_wire_number(std::string& out, std::uint64_t value, std::size_t bytes);

}  // namespace keel
