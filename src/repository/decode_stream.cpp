#include <zstd.h>

#include <new>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "repository/encoded_stream.hpp"

namespace keel {
namespace {

/// A frame that asks for a larger window (and so for more memory) was not written by us.
constexpr int largest_window_log = 23;

struct DecompressorDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class DecodingSource final : public ByteSource {
  public:
    DecodingSource(StoredStream stream, std::string name, std::unique_ptr<ByteSource> stored)
        : stream_(std::move(stream)),
          name_(std::move(name)),
          stored_(std::move(stored)),
          decompressor_(ZSTD_createDCtx()),
          buffer_(ZSTD_DStreamInSize()) {
        if (!decompressor_) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(decompressor_.get(), ZSTD_d_windowLogMax, largest_window_log);
    }

    std::size_t read(std::span<std::byte> buffer) override {
        if (!failure_.empty()) throw Error(ErrorKind::integrity, failure_);
        if (at_end_ || buffer.empty()) return 0;
        for (;;) {
            ZSTD_outBuffer out{.dst = buffer.data(), .size = buffer.size(), .pos = 0};
            decode(out);
            if (out.pos > 0) return account(buffer.first(out.pos));
            if (in_.pos == in_.size && !refill()) return check_end();
        }
    }

  private:
    void decode(ZSTD_outBuffer& out) {
        // After the frame's end nothing may follow; and with nothing to read only buffered output
        // can come.
        if (frame_ended_ && in_.pos < in_.size) throw damaged("bytes follow its end");
        if (frame_ended_) return;
        const std::size_t left = ZSTD_decompressStream(decompressor_.get(), &out, &in_);
        if (ZSTD_isError(left) != 0) throw damaged(ZSTD_getErrorName(left));
        frame_ended_ = left == 0;
    }

    bool refill() {
        const std::size_t count = stored_->read(buffer_);
        in_ = {.src = buffer_.data(), .size = count, .pos = 0};
        stored_bytes_ += count;
        if (stored_bytes_ > stream_.stored_bytes) throw damaged("it is longer than it was");
        stored_digest_.update(std::span(buffer_).first(count));
        return count > 0;
    }

    std::size_t account(std::span<const std::byte> raw) {
        raw_bytes_ += raw.size();
        if (raw_bytes_ > stream_.raw_bytes) throw damaged("it decodes to more than it was made of");
        raw_digest_.update(raw);
        return raw.size();
    }

    std::size_t check_end() {
        if (stored_bytes_ != stream_.stored_bytes) throw damaged("it is shorter than it was");
        if (!frame_ended_ || raw_bytes_ != stream_.raw_bytes) throw damaged("it ends too early");
        if (stored_digest_.finish_hex() != stream_.stored_digest ||
            raw_digest_.finish_hex() != stream_.digest) {
            throw damaged("its digest does not match");
        }
        at_end_ = true;
        return 0;
    }

    Error damaged(std::string_view why) {
        failure_ =
            fmt::format("{} is damaged: {}", name_, why);  // reading on must not look like an end
        return Error(ErrorKind::integrity, failure_);
    }

    StoredStream stream_;
    std::string name_;
    std::unique_ptr<ByteSource> stored_;
    std::unique_ptr<ZSTD_DCtx, DecompressorDeleter> decompressor_;
    std::vector<std::byte> buffer_;
    ZSTD_inBuffer in_{.src = nullptr, .size = 0, .pos = 0};
    std::uint64_t stored_bytes_ = 0;
    std::uint64_t raw_bytes_ = 0;
    Digest stored_digest_;
    Digest raw_digest_;
    bool frame_ended_ = false;
    bool at_end_ = false;
    std::string failure_;
};

}  // namespace

std::unique_ptr<ByteSource> decode_stream(const StoredStream& stream, std::string name,
                                          std::unique_ptr<ByteSource> stored) {
    return std::make_unique<DecodingSource>(stream, std::move(name), std::move(stored));
}

}  // namespace keel
