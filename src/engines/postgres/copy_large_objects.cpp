#include "engines/postgres/copy_large_objects.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "engines/postgres/large_objects.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t room = std::size_t{4} << 20;

/// Bytes from one thread to another, a few at a time.
class Pipe final : public ByteSink, public ByteSource {
  public:
    void write(std::span<const std::byte> bytes) override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return buffer_.size() < room || is_broken_; });
        if (is_broken_) throw Error(ErrorKind::cancelled, "the large objects are not wanted");
        buffer_ += as_text(bytes);
        changed_.notify_all();
    }
    void finish() override { end(false); }
    std::size_t read(std::span<std::byte> buffer) override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !buffer_.empty() || is_ended_ || is_broken_; });
        if (buffer_.empty() && is_broken_)
            throw Error(ErrorKind::cancelled, "the large objects end too early");
        const auto size = std::min(buffer.size(), buffer_.size());
        std::ranges::copy(as_bytes(buffer_).first(size), buffer.begin());
        buffer_.erase(0, size);
        changed_.notify_all();
        return size;
    }
    /// Wakes up the other side, whichever it is, to give up.
    void give_up() { end(true); }

  private:
    void end(bool broken) {
        const std::scoped_lock lock(mutex_);
        is_ended_ = true;
        is_broken_ = is_broken_ || broken;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string buffer_;
    bool is_ended_ = false;
    bool is_broken_ = false;
};

class NoSink final : public ByteSink {
  public:
    void write(std::span<const std::byte>) override {}
    void finish() override {}
};

RowDigest send(Connection& source, Pipe& pipe, const Context& context, bool has_contents) {
    try {
        const auto digest = dump_large_objects(source, pipe, context, has_contents);
        pipe.finish();
        return digest;
    } catch (...) {
        pipe.give_up();
        throw;
    }
}

}  // namespace

void copy_large_objects(Connection& source, Connection& target, bool has_contents,
                        const Context& context) {
    Pipe pipe;
    auto sent =
        std::async(std::launch::async, [&] { return send(source, pipe, context, has_contents); });
    std::optional<Error> failure;
    try {
        load_large_objects(target, pipe, context);
    } catch (const Error& error) {
        failure = error;
        pipe.give_up();
    }
    // What the reading side found wrong is the cause of what the writing side missed.
    const bool is_consequence = failure && failure->kind() == ErrorKind::cancelled;
    if (failure && !is_consequence) {
        sent.wait();
        throw *failure;
    }
    const auto digest = sent.get();
    if (failure) throw *failure;
    NoSink nowhere;
    if (dump_large_objects(target, nowhere, context) == digest) return;
    throw Error(ErrorKind::integrity,
                "the large objects arrived with other contents than were sent")
        .with_hint("the target was left as it was");
}

}  // namespace keel::postgres
