#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/lock_file.hpp"
#include "base/text.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/dump.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t block_size = 1 << 20;

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

void write_stream(StreamReader& streams, const std::filesystem::path& path,
                  const DumpContent& content, const Context& context) {
    const auto total = static_cast<std::uint64_t>(content.details.integer_or("bytes", 0));
    auto file = create_private_file(path);
    const auto source = streams.open("database");
    std::vector<std::byte> block(block_size);
    std::uint64_t done = 0;
    for (auto size = source->read(block); size > 0; size = source->read(block)) {
        context.check_cancelled("restore");
        write_all(file, std::span(block).first(size), path);
        done += size;
        context.progress.on({.phase = "restore",
                             .item = "database",
                             .done = done,
                             .total = total,
                             .unit = ProgressUnit::bytes});
    }
    if (::fsync(file.get()) != 0) throw io_error("sync", path.native());
    file.close(path.native());
}

void verify(const DumpContent& expected, const std::filesystem::path& path,
            const Context& context) {
    const auto differences = compare_content(expected, read_content(path, context));
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
        write_stream(streams, files.staged(), content, context);
        verify(content, files.staged(), context);
        match_page_size_compared(files, target, context);
    } catch (...) {
        files.remove_staged();
        throw;
    }
    sync_directory(target.parent_path());
    return result;
}

}  // namespace keel::sqlite
