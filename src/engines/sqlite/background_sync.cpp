#include "engines/sqlite/background_sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/error.hpp"

namespace keel::sqlite {
namespace {

/// The disk gets its work in pieces of this size.
constexpr std::uint64_t piece = std::uint64_t{8} << 20;

}  // namespace

BackgroundSync::BackgroundSync(const FileDescriptor& file, std::filesystem::path path)
    : file_(file), path_(std::move(path)), worker_([this] { run(); }) {}

BackgroundSync::~BackgroundSync() {
    {
        const std::lock_guard lock(mutex_);
        is_given_up_ = true;
    }
    changed_.notify_one();
    if (worker_.joinable()) worker_.join();
}

void BackgroundSync::reached(std::uint64_t size) {
    {
        const std::lock_guard lock(mutex_);
        size_ = size;
        if (size_ < begun_ + piece) return;
    }
    changed_.notify_one();
}

void BackgroundSync::complete() {
    {
        const std::lock_guard lock(mutex_);
        is_complete_ = true;
    }
    changed_.notify_one();
}

void BackgroundSync::wait() {
    worker_.join();
    if (failure_) std::rethrow_exception(failure_);
}

/// False when there is nothing more to come.
bool BackgroundSync::next(std::uint64_t& size) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_given_up_ || is_complete_ || size_ >= begun_ + piece; });
    size = size_;
    return !is_given_up_ && !is_complete_;
}

void BackgroundSync::run() noexcept {
    try {
        std::uint64_t size = 0;
        while (next(size)) {
            // Only a hint: fsync is what counts.
            static_cast<void>(::sync_file_range(file_.get(), static_cast<off_t>(begun_),
                                                static_cast<off_t>(size - begun_),
                                                SYNC_FILE_RANGE_WRITE));
            const std::lock_guard lock(mutex_);
            begun_ = size;
        }
        if (!is_given_up_ && ::fsync(file_.get()) != 0) throw io_error("sync", path_.native());
    } catch (...) {
        failure_ = std::current_exception();
    }
}

}  // namespace keel::sqlite
