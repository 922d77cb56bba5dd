#include "repository/encoded_stream.hpp"

#include <doctest/doctest.h>
#include <zstd.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "world.hpp"

using namespace keel;

namespace {

class TextSource final : public ByteSource {
  public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), text_.size() - position_);
        const auto piece = as_bytes(std::string_view(text_).substr(position_, count));
        std::ranges::copy(piece, buffer.begin());
        position_ += count;
        return count;
    }

  private:
    std::string text_;
    std::size_t position_ = 0;
};

class FailingSink final : public ByteSink {
  public:
    void write(std::span<const std::byte>) override { throw Error(ErrorKind::io, "disk full"); }
    void finish() override {}
};

/// A frame with chosen parameters, described truthfully.
std::pair<StoredStream, std::string> frame(std::string_view raw, int window_log) {
    std::string stored(ZSTD_compressBound(raw.size()), '\0');
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    // As if streamed: a frame that knows its size would need no larger window than that.
    ZSTD_inBuffer in{raw.data(), raw.size(), 0};
    ZSTD_outBuffer out{stored.data(), stored.size(), 0};
    while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue) != 0 && in.pos < in.size) {
    }
    while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
    }
    ZSTD_freeCCtx(context);
    stored.resize(out.pos);
    return {{.name = "x",
             .raw_bytes = raw.size(),
             .digest = digest_hex(raw),
             .stored_bytes = stored.size(),
             .stored_digest = digest_hex(stored)},
            stored};
}

std::string failure_of(const StoredStream& stream, const std::string& stored) {
    try {
        const auto source = decode_stream(stream, "it", std::make_unique<TextSource>(stored));
        read_all(*source);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::integrity);
        return error.message();
    }
    return {};
}

}  // namespace

TEST_CASE("a frame that says truthfully what it is decodes") {
    const auto [stream, stored] = frame(std::string(100'000, 'x'), 20);
    CHECK(failure_of(stream, stored).empty());
}

TEST_CASE("a small frame that unpacks into far more than declared stops at what was declared") {
    auto [stream, stored] = frame(std::string(64u << 20, '\0'), 20);
    REQUIRE(stored.size() < 20'000);
    stream.raw_bytes = 1000;
    CHECK(failure_of(stream, stored) == "it is damaged: it decodes to more than it was made of");
}

TEST_CASE("a frame that wants a huge window is refused before memory is taken for it") {
    const auto [stream, stored] = frame(std::string(1000, 'x'), 27);
    CHECK(failure_of(stream, stored).find("too much memory") != std::string::npos);
}

TEST_CASE("two frames, or bytes after the frame, are not one stream") {
    const auto [stream, stored] = frame("rows", 20);
    const std::string twice = stored + stored;
    StoredStream declared = stream;
    declared.stored_bytes = twice.size();
    declared.stored_digest = digest_hex(twice);
    CHECK_FALSE(failure_of(declared, twice).empty());
}

TEST_CASE("the bytes at rest are compared too, not only what they decode to") {
    auto [stream, stored] = frame("rows", 20);
    stream.stored_digest = digest_hex("other");
    CHECK(failure_of(stream, stored) == "it is damaged: its digest does not match");
}

TEST_CASE("once a stream was found damaged, reading on is no way to its end") {
    auto [stream, stored] = frame("rows", 20);
    stream.digest = digest_hex("other");
    const auto source = decode_stream(stream, "it", std::make_unique<TextSource>(stored));
    CHECK_THROWS_AS(read_all(*source), Error);
    CHECK_THROWS_AS(read_all(*source), Error);
}

TEST_CASE(
    "a sink that fails on the other thread fails the writer, and nothing is reported stored") {
    bool is_done = false;
    const auto sink = encode_stream("x", std::make_unique<FailingSink>(),
                                    [&](const StoredStream&) { is_done = true; });
    // Random enough not to stay in the compressor's buffers.
    std::string text;
    for (std::uint32_t i = 1; text.size() < 100'000; i = i * 1664525u + 1013904223u)
        text += std::to_string(i);
    CHECK_THROWS_AS(
        [&] {
            for (int i = 0; i < 200; ++i) sink->write(as_bytes(text));
            sink->finish();
        }(),
        Error);
    CHECK_FALSE(is_done);
}

TEST_CASE("stream names become file names, and nothing else does") {
    CHECK(stream_object("table/3") == "table.3.zst");
    CHECK(stream_object("pre-data") == "pre-data.zst");
    for (const auto* bad : {"", "/x", "x/", "a//b", "../x", "a.b", "A", "x y", "a\\b"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(stream_object(bad), Error);
    }
}
