#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace keel {

/// Owns a file descriptor (opened O_CLOEXEC).
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();

    int get() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }
    /// Closes and reports: a failed close is an error of the data that was written.
    void close(std::string_view path);

  private:
    int fd_ = -1;
};

/// Whole file as text. Throws ErrorKind::not_found, ErrorKind::io, or ErrorKind::invalid_input
/// above `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = 64u << 20);

/// Publishes a file at once or not at all: written beside the target under a temporary name (mode
/// 0600 unless said), fsynced, renamed over (or, with `replace` false, linked to fail if it
/// exists), and its directory fsynced. Without `commit` nothing remains. A failing write, fsync or
/// close is final: nothing is published.
class AtomicFile final : public ByteSink {
  public:
    explicit AtomicFile(std::filesystem::path target, unsigned mode = 0600, bool replace = true);
    ~AtomicFile() override;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes) override;
    void write(std::string_view text) { write(as_bytes(text)); }
    /// Publishes: once it returns, the file survives a power cut.
    void finish() override;

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    FileDescriptor file_;
    bool replace_;
};

void write_file_atomically(const std::filesystem::path& path, std::string_view text,
                           unsigned mode = 0600);

/// mkdir -p with mode 0700, each created directory's parent fsynced.
void create_directories_durably(const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& path);
/// Removes a file or a tree and fsyncs its parent; nothing happens when it is not there.
void remove_durably(const std::filesystem::path& path);
/// Bytes that an unprivileged process may still write below `path`.
std::uint64_t free_space(const std::filesystem::path& path);

/// Reads a plain file in pieces. Not for a live SQLite file: a second descriptor drops SQLite's
/// locks when closed.
std::unique_ptr<ByteSource> open_file_source(const std::filesystem::path& path);

}  // namespace keel
