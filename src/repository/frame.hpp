#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "repository/vault.hpp"

namespace keel {

/// A frame is one chunk of data as it lies in a pack: compressed where that helps, encrypted when
/// the repository is, and in any case with a tag that shows every alteration. See
/// docs/formats/backup.md.
constexpr std::size_t frame_header_size = 16;
constexpr std::size_t frame_overhead = frame_header_size + 1 + tag_size;
/// No chunk is larger, whatever a frame says.
constexpr std::size_t largest_chunk = 4u << 20;

/// Which frame it must be. Numbers do not repeat within a run.
struct FrameName {
    std::uint64_t number = 0;
    std::uint32_t raw = 0;  ///< bytes of the chunk
};

/// Makes frames. Belongs to one thread.
class FrameEncoder {
  public:
    FrameEncoder();
    ~FrameEncoder();
    FrameEncoder(FrameEncoder&&) noexcept;
    FrameEncoder& operator=(FrameEncoder&&) = delete;

    /// The result is valid until the next call.
    std::span<const std::byte> encode(const RunKey& run, std::uint64_t number,
                                      std::span<const std::byte> chunk);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads frames. Belongs to one thread.
class FrameDecoder {
  public:
    FrameDecoder();
    ~FrameDecoder();
    FrameDecoder(FrameDecoder&&) noexcept;
    FrameDecoder& operator=(FrameDecoder&&) = delete;

    /// `frame` is used up. Throws ErrorKind::integrity when it is not the frame of that name,
    /// exactly as it was made. Memory that is not needed any more serves again: of bytes that were
    /// decoded before, and lay in `spare`.
    std::vector<std::byte> decode(const RunKey& run, const FrameName& name,
                                  std::span<std::byte> frame, std::vector<std::byte> spare = {});
    /// Room for a frame, until the next call.
    std::span<std::byte> room(std::size_t size);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace keel
