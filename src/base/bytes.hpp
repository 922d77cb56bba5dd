#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace keel {

inline std::span<const std::byte> as_bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Where a stream of bytes goes. Not thread-safe. Destroying a sink without `finish` abandons what
/// was written.
class ByteSink {
  public:
    virtual ~ByteSink() = default;
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// Ends the stream; after it returns the bytes are as durable as the sink promises.
    virtual void finish() = 0;
};

/// Where a stream of bytes comes from. Not thread-safe.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// Fills some of `buffer`; 0 only at the end. Checks (length, digest) have been made when it
    /// returns 0.
    virtual std::size_t read(std::span<std::byte> buffer) = 0;
};

}  // namespace keel
