#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/streams.hpp"
#include "model/manifest.hpp"
#include "repository/backup_index.hpp"
#include "repository/chunk_store.hpp"

namespace keel {

/// A stream that has been written: what the manifest says of it (but for `stored_bytes`, which is
/// known when everything is stored), and what the index says.
struct FinishedStream {
    StoredStream stream;
    StreamMap map;
};
using StreamDone = std::function<void(FinishedStream)>;

/// The largest piece that a stream is cut into.
constexpr std::size_t chunk_target = 1u << 20;

/// Throws ErrorKind::integrity for a name that no dumper gives: lower-case letters, digits, '-' and
/// '_', parts separated by '/'.
void check_stream_name(std::string_view name);

/// A sink that cuts a stream at its seams, and otherwise into pieces of `chunk_target`.
std::unique_ptr<StreamSink> make_chunked_sink(std::string name, ChunkStore& store, StreamDone done);

/// A sink for a stream of pages, which stores those that differ from the page at the same place in
/// the stream of the same name of the store's base. `page_size` is a power of two up to 64 KiB.
std::unique_ptr<StreamSink> make_paged_sink(std::string name, std::size_t page_size,
                                            ChunkStore& store, StreamDone done);

/// Takes a stream of the base over whole. False when that cannot be done.
bool keep_stream(std::string_view name, ChunkStore& store, const StreamDone& done);

}  // namespace keel
