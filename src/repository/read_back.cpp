#include "repository/read_back.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "repository/documents.hpp"
#include "repository/encoded_stream.hpp"

namespace keel {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;

class BackupStreams final : public StreamReader {
  public:
    BackupStreams(const Storage& storage, const Manifest& manifest)
        : storage_(storage), id_(manifest.id), streams_(manifest.streams) {}

    std::unique_ptr<ByteSource> open(std::string_view name) override {
        const auto stream = std::ranges::find(streams_, name, &StoredStream::name);
        if (stream == streams_.end()) {
            throw Error(ErrorKind::integrity,
                        fmt::format("backup {} has no stream '{}'", id_, name));
        }
        const std::string title = fmt::format("stream '{}' of backup {}", name, id_);
        return decode_stream(*stream, title, open_stored(*stream, title));
    }

  private:
    std::unique_ptr<ByteSource> open_stored(const StoredStream& stream, const std::string& title) {
        try {
            return storage_.open(Documents::stream_key(id_, stream.name));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;
            throw Error(ErrorKind::integrity, fmt::format("{} is missing", title));
        }
    }

    const Storage& storage_;
    std::string id_;
    std::vector<StoredStream> streams_;
};

}  // namespace

std::unique_ptr<StreamReader> open_streams(const Storage& storage, const Manifest& manifest) {
    return std::make_unique<BackupStreams>(storage, manifest);
}

Verification read_back(const Storage& storage, const Manifest& manifest, const Context& context) {
    Verification result{.at = {}, .how = "read", .ok = false};
    BackupStreams streams(storage, manifest);
    std::vector<std::byte> buffer(buffer_size);
    for (const StoredStream& stream : manifest.streams) {
        try {
            const auto source = streams.open(stream.name);
            while (source->read(buffer) > 0) context.check_cancelled("reading the backup back");
            result.checked_bytes += stream.stored_bytes;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            result.problems.push_back(error.message());
        }
        context.progress.on({.phase = "verify",
                             .item = manifest.id,
                             .done = result.checked_bytes,
                             .total = manifest.bytes_stored(),
                             .unit = ProgressUnit::bytes});
    }
    result.ok = result.problems.empty();
    return result;
}

}  // namespace keel
