#include "repository/copy_backup.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::size_t buffer_size = 1u << 20;

/// The same pieces there as here, so that they are found again.
class CopiedStream {
  public:
    CopiedStream(BackupDraft& draft, const StreamMap& map)
        : map_(map),
          sink_(map.page_size > 0 ? draft.open_paged(map.name, map.page_size)
                                  : draft.open(map.name)) {}

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty() && map_.page_size == 0 && slice_ < map_.slices.size()) {
            const std::size_t left = map_.slices[slice_].length - in_slice_;
            const std::size_t count = std::min(left, bytes.size());
            sink_->write(bytes.first(count));
            bytes = bytes.subspan(count);
            in_slice_ += count;
            if (in_slice_ < map_.slices[slice_].length) continue;
            sink_->cut();
            ++slice_;
            in_slice_ = 0;
        }
        if (!bytes.empty()) sink_->write(bytes);
    }
    void finish() { sink_->finish(); }

  private:
    const StreamMap& map_;
    std::unique_ptr<StreamSink> sink_;
    std::size_t slice_ = 0;
    std::size_t in_slice_ = 0;
};

}  // namespace

CommittedBackup copy_backup(const Repository& from, const Backup& backup, Repository& to,
                            const Context& context) {
    const Manifest& manifest = backup.manifest;
    const auto draft = to.begin({.expected_bytes = manifest.bytes_stored(),
                                 .environment = manifest.environment,
                                 .engine = manifest.content.engine,
                                 .id = backup.id,
                                 .created_at = manifest.created_at},
                                context);
    const BackupIndex index = from.index(manifest);
    const auto streams = from.streams(manifest);
    std::vector<std::byte> buffer(buffer_size);
    for (const StreamMap& map : index.streams) {
        const auto source = streams->open(map.name);
        CopiedStream copied(*draft, map);
        while (const std::size_t count = source->read(buffer)) {
            context.check_cancelled("copying a backup");
            copied.write(std::span(buffer).first(count));
        }
        copied.finish();
    }
    Manifest copy = manifest;
    copy.streams.clear();
    return draft->commit(std::move(copy), context);
}

}  // namespace keel
