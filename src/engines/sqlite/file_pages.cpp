#include "engines/sqlite/file_pages.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <future>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t block_size = std::size_t{4} << 20;

/// The digest of a sequence of blocks.
class BlockDigest {
  public:
    void add(std::span<const std::byte> block) {
        RowDigest one;
        one.add(block);
        whole_.update(one.hex());
    }
    std::string finish() { return whole_.finish_hex(); }

  private:
    Digest whole_;
};

void write_all(const FileDescriptor& file, std::span<const std::byte> bytes,
               const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw io_error("write", path.native());
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

/// Has the system write what it was given so far, so that little is left for the end.
void begin_writing(const FileDescriptor& file, std::uint64_t from, std::uint64_t to) {
    // Only a hint: fsync is what counts.
    static_cast<void>(::sync_file_range(file.get(), static_cast<off_t>(from),
                                        static_cast<off_t>(to - from), SYNC_FILE_RANGE_WRITE));
}

class PageFile {
  public:
    PageFile(const PageSnapshot& pages, const std::filesystem::path& path, std::stop_token stop,
             const Context& context)
        : pages_(pages),
          path_(path),
          stop_(std::move(stop)),
          context_(context),
          leaves_(pages.page_count()),
          buffer_(std::max(block_size, pages.page_size())) {}

    /// Writes it and reads it back.
    void make() {
        const auto sent = write();
        if (digest() == sent) return;
        throw Error(ErrorKind::integrity,
                    fmt::format("'{}' is not what was written", path_.native()))
            .with_hint("look at the disk");
    }
    const LeafCells& leaves() const noexcept { return leaves_; }

  private:
    void check_stop() const {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled: copy");
    }

    std::string write() {
        auto file = create_private_file(path_);
        BlockDigest digest;
        const auto at_once = static_cast<std::uint32_t>(buffer_.size() / pages_.page_size());
        const std::uint64_t total = std::uint64_t{pages_.page_count()} * pages_.page_size();
        std::uint64_t done = 0;
        for (std::uint32_t first = 1; first <= pages_.page_count(); first += at_once) {
            check_stop();
            const std::uint32_t count = std::min(at_once, pages_.page_count() - first + 1);
            const auto block = std::span(buffer_).first(count * pages_.page_size());
            pages_.read(first, block);
            see(first, block);
            digest.add(block);
            write_all(file, block, path_);
            begin_writing(file, done, done + block.size());
            done += block.size();
            context_.progress.on({.phase = "copy",
                                  .item = "database",
                                  .done = done,
                                  .total = total,
                                  .unit = ProgressUnit::bytes});
        }
        if (::fsync(file.get()) != 0) throw io_error("sync", path_.native());
        file.close(path_.native());
        return digest.finish();
    }

    void see(std::uint32_t first, std::span<const std::byte> block) {
        const std::size_t size = pages_.page_size();
        for (std::size_t at = 0; at < block.size(); at += size)
            leaves_.see(first + static_cast<std::uint32_t>(at / size), block.subspan(at, size));
    }

    std::string digest() {
        const auto source = open_file_source(path_);
        // The same blocks as were sent.
        const auto whole = buffer_.size() / pages_.page_size() * pages_.page_size();
        BlockDigest digest;
        for (std::size_t filled = 0;;) {
            check_stop();
            const auto got = source->read(std::span(buffer_).first(whole).subspan(filled));
            filled += got;
            if (got > 0 && filled < whole) continue;
            if (filled > 0) digest.add(std::span(buffer_).first(filled));
            if (got == 0) return digest.finish();
            filled = 0;
        }
    }

    const PageSnapshot& pages_;
    const std::filesystem::path& path_;
    std::stop_token stop_;
    const Context& context_;
    LeafCells leaves_;
    std::vector<std::byte> buffer_;
};

}  // namespace

std::vector<TableContent> copy_file_pages(Connection& source, const PageSnapshot& pages,
                                          const std::filesystem::path& to, const Context& context) {
    std::stop_source stopping;
    const std::stop_callback outer(context.stop, [&] { stopping.request_stop(); });
    PageFile file(pages, to, stopping.get_token(), context);
    // It reads by offset out of the connection's file, and the connection by itself looks at the
    // same pages: neither leaves anything behind in the file that the other would see.
    auto made = std::async(std::launch::async, [&] {
        try {
            file.make();
        } catch (...) {
            source.cancel();
            throw;
        }
    });
    std::optional<Error> damage;
    try {
        check_damage(source);
    } catch (const Error& error) {
        damage = error;
        stopping.request_stop();
    }
    const bool is_consequence = damage && damage->kind() == ErrorKind::cancelled;
    if (damage && !is_consequence) {
        made.wait();
        throw *damage;
    }
    made.get();
    if (damage) throw *damage;
    return count_user_tables(source, pages, &file.leaves());
}

}  // namespace keel::sqlite
