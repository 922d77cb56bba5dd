#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/streams.hpp"
#include "support/temporary_directory.hpp"

namespace keel::conformance {

using StoredStreams = std::map<std::string, std::vector<std::byte>, std::less<>>;

class MemorySink final : public StreamSink {
  public:
    explicit MemorySink(std::vector<std::byte>& bytes) : bytes_(bytes) {}
    void write(std::span<const std::byte> bytes) override {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    void finish() override {}

  private:
    std::vector<std::byte>& bytes_;
};

class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(std::span<const std::byte> bytes) : rest_(bytes) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const auto size = std::min(buffer.size(), rest_.size());
        std::copy_n(rest_.begin(), size, buffer.begin());
        rest_ = rest_.subspan(size);
        return size;
    }

  private:
    std::span<const std::byte> rest_;
};

/// Takes a backup into memory. Its sinks may be written by several threads, each its own.
class MemoryWriter final : public StreamWriter {
  public:
    explicit MemoryWriter(StoredStreams& streams) : streams_(streams) {}
    std::unique_ptr<StreamSink> open(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        return std::make_unique<MemorySink>(streams_[std::string(name)]);
    }
    std::filesystem::path staging_directory() override { return staging_.path(); }

  private:
    std::mutex mutex_;
    StoredStreams& streams_;
    TemporaryDirectory staging_;
};

class MemoryReader final : public StreamReader {
  public:
    explicit MemoryReader(const StoredStreams& streams) : streams_(streams) {}
    std::unique_ptr<ByteSource> open(std::string_view name) override {
        return std::make_unique<MemorySource>(streams_.at(std::string(name)));
    }

  private:
    const StoredStreams& streams_;
};

}  // namespace keel::conformance
