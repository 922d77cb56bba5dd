#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"

namespace keel {

struct DumpContent;  // model/manifest.hpp

/// One stream of a backup while it is written. Compressing, encrypting and storing are done by the
/// repository's own threads; `write` waits only when they are behind.
class StreamSink : public ByteSink {
  public:
    /// A natural seam: what follows is stored apart from what came before, so that it is found
    /// again when it comes unchanged in the next backup, whatever happened before it. Without
    /// seams, pieces of a fixed size are. Seams less than some 64 KiB apart cost more than they
    /// save.
    virtual void cut() {}
};

/// Takes the named streams of a backup. Names do not repeat. Thread-safe: several threads may open
/// and write streams at once; each sink belongs to one of them. What the repository has already is
/// not stored again.
class StreamWriter {
  public:
    virtual ~StreamWriter() = default;
    virtual std::unique_ptr<StreamSink> open(std::string_view name) = 0;
    /// A stream of pages of one size. Pages that are as they were, at their place, in the backup
    /// before are neither compressed nor stored again.
    virtual std::unique_ptr<StreamSink> open_paged(std::string_view name,
                                                   std::size_t /*page_size*/) {
        return open(name);
    }
    /// What the backup before of this database held; null when there is none to build upon.
    virtual const DumpContent* previous() const { return nullptr; }
    /// Takes stream `name` over from the backup before, as it is there. Only where `previous` is.
    virtual void keep(std::string_view /*name*/) {}
    /// A private directory (0700) on the repository's file system for what must be staged; removed
    /// afterwards.
    virtual std::filesystem::path staging_directory() = 0;
};

/// Gives them back. Reading a stream to its end has verified it. Thread-safe; each source belongs
/// to one thread.
class StreamReader {
  public:
    virtual ~StreamReader() = default;
    virtual std::unique_ptr<ByteSource> open(std::string_view name) = 0;
};

}  // namespace keel
