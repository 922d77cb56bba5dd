#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/lock_file.hpp"
#include "base/text.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/background_sync.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/dump.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

// Small enough to be in the processor's cache still when it is written.
constexpr std::size_t block_size = 256 << 10;

void write_all(const FileDescriptor& file, std::span<const std::byte> bytes,
               const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw io_error("write", path.native());
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void check_space(const DumpContent& content, const std::filesystem::path& directory) {
    const auto needed = static_cast<std::uint64_t>(content.details.integer_or("bytes", 0));
    const auto free = free_space(directory);
    if (needed <= free) return;
    throw Error(ErrorKind::io,
                fmt::format("the restored database needs {} in '{}', {} are free",
                            format_bytes(needed), directory.native(), format_bytes(free)))
        .with_hint("free some space, then run the command again");
}

/// Pages on their way from the backup into a file.
class PageWriter {
  public:
    PageWriter(const std::filesystem::path& path, const DumpContent& content)
        : path_(path),
          total_(static_cast<std::uint64_t>(content.details.integer_or("bytes", 0))),
          page_size_(static_cast<std::size_t>(content.details.integer_or("page_size", 0))),
          file_(create_private_file(path)),
          sync_(file_, path),
          leaves_(page_size_ > 0 ? static_cast<std::uint32_t>(total_ / page_size_) : 0,
                  LeafCells::LookFor::overflows) {}

    /// It is synced beside what comes next.
    void run(ByteSource& source, const Context& context) {
        std::vector<std::byte> block(block_size);
        for (auto size = fill(source, block); size > 0; size = fill(source, block)) {
            context.check_cancelled("restore");
            const auto bytes = std::span(block).first(size);
            write_all(file_, bytes, path_);
            look_at(bytes);
            done_ += size;
            sync_.reached(done_);
            context.progress.on({.phase = "restore",
                                 .item = "database",
                                 .done = done_,
                                 .total = total_,
                                 .unit = ProgressUnit::bytes});
        }
        sync_.complete();
    }

    /// When it returns, all of it is on the disk.
    void finish() {
        sync_.wait();
        file_.close(path_.native());
    }

    const LeafCells& leaves() const noexcept { return leaves_; }

  private:
    static std::size_t fill(ByteSource& source, std::span<std::byte> block) {
        std::size_t size = 0;
        while (size < block.size()) {
            const std::size_t count = source.read(block.subspan(size));
            if (count == 0) break;
            size += count;
        }
        return size;
    }

    void look_at(std::span<const std::byte> bytes) {
        if (page_size_ == 0) return;
        auto page = static_cast<std::uint32_t>(done_ / page_size_);
        for (std::size_t at = 0; at + page_size_ <= bytes.size(); at += page_size_)
            leaves_.see(++page, bytes.subspan(at, page_size_));
    }

    const std::filesystem::path& path_;
    std::uint64_t total_;
    std::size_t page_size_;
    FileDescriptor file_;
    BackgroundSync sync_;
    LeafCells leaves_;
    std::uint64_t done_ = 0;
};

void verify(const DumpContent& expected, const std::filesystem::path& path, const LeafCells& leaves,
            const Context& context) {
    const auto differences = compare_content(expected, read_content(path, &leaves, context));
    if (differences.empty()) return;
    throw Error(ErrorKind::integrity,
                fmt::format("the restored database is not what the backup says: {}",
                            join(differences, "; ")))
        .with_hint("nothing was changed; try another backup: keel backup list");
}

}  // namespace

StagedDatabase SqliteDumper::stage(const DumpContent& content, StreamReader& streams,
                                   const StageOptions& options, const Context& context) const {
    const auto target = real_path(options.target);
    create_directories_durably(target.parent_path());
    check_space(content, target.parent_path());
    const PrivateFiles files(target, options.run_id);
    StagedDatabase result{options.target.with_path(files.staged()), options.target, options.run_id,
                          std::make_shared<StagedGuard>(files)};
    try {
        PageWriter writer(files.staged(), content);
        writer.run(*streams.open("database"), context);
        verify(content, files.staged(), writer.leaves(), context);
        writer.finish();
        match_page_size_compared(files, target, context);
    } catch (...) {
        files.remove_staged();
        throw;
    }
    sync_directory(target.parent_path());
    return result;
}

}  // namespace keel::sqlite
