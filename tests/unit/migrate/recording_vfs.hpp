#pragma once

#include <filesystem>
#include <memory>

#include "disk_trace.hpp"

namespace keel::test {

/// While it lives, SQLite works through a file layer that notes down what it asks of the files
/// world.db, world.db-journal and world.db-wal, and promises it nothing: no sector is written
/// whole, no order is kept. One at a time; for one thread.
class RecordingVfs {
  public:
    explicit RecordingVfs(DiskTrace& trace);
    ~RecordingVfs();
    RecordingVfs(const RecordingVfs&) = delete;
    RecordingVfs& operator=(const RecordingVfs&) = delete;

  private:
    struct Layer;
    std::unique_ptr<Layer> layer_;
};

}  // namespace keel::test
