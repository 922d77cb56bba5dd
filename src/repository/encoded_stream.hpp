#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/streams.hpp"
#include "model/manifest.hpp"

namespace keel {

/// How streams lie at rest: one zstd frame each, digests (BLAKE2b-256) over the raw and over the
/// stored bytes.

/// A sink that compresses into `stored`, on a thread of its own once there is more than one block,
/// so that compressing overlaps with whatever produces the bytes. Memory is a few MiB whatever the
/// stream's length. `finish` finishes `stored` too and then calls `done` with what was stored.
std::unique_ptr<StreamSink> encode_stream(std::string name, std::unique_ptr<ByteSink> stored,
                                          std::function<void(StoredStream)> done);

/// A source of the raw bytes. What `stream` declares bounds everything: longer, shorter, altered or
/// undecodable content throws ErrorKind::integrity beginning with `name`, at the latest instead of
/// the 0 that ends the stream. Memory is bounded whatever the bytes say.
std::unique_ptr<ByteSource> decode_stream(const StoredStream& stream, std::string name,
                                          std::unique_ptr<ByteSource> stored);

/// Where a stream of that name lies below its backup ("table/3" is "table.3.zst"). Throws
/// ErrorKind::integrity for a name that no dumper gives: lower-case letters, digits, '-' and '_',
/// parts separated by '/'.
std::string stream_object(std::string_view stream);

}  // namespace keel
