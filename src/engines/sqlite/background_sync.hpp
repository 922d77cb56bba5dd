#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/file.hpp"

namespace keel::sqlite {

/// Has the disk write a file while it is still being made, and syncs it beside what comes next, so
/// that neither who writes nor who checks waits for the disk.
class BackgroundSync {
  public:
    /// `file` must outlive it, and is written in order.
    BackgroundSync(const FileDescriptor& file, std::filesystem::path path);
    /// Gives up: what was not synced may be lost.
    ~BackgroundSync();
    BackgroundSync(const BackgroundSync&) = delete;
    BackgroundSync& operator=(const BackgroundSync&) = delete;

    /// So many bytes are in the file.
    void reached(std::uint64_t size);
    /// Nothing more will be written: the sync begins.
    void complete();
    /// Waits for the sync. Throws ErrorKind::io when it failed.
    void wait();

  private:
    void run() noexcept;
    bool next(std::uint64_t& size);

    const FileDescriptor& file_;
    std::filesystem::path path_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t size_ = 0;
    std::uint64_t begun_ = 0;
    bool is_complete_ = false;
    std::atomic<bool> is_given_up_ = false;
    std::exception_ptr failure_;
    std::thread worker_;
};

}  // namespace keel::sqlite
