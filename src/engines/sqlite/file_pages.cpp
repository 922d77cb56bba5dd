#include "engines/sqlite/file_pages.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/errors.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr std::uint64_t block_size = std::uint64_t{4} << 20;

std::string pragma(sqlite3* database, const char* sql) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(database, sql, -1, &prepared, nullptr);
    const StatementHandle statement(prepared);
    if (code != SQLITE_OK || sqlite3_step(prepared) != SQLITE_ROW)
        throw make_error(database, sqlite3_extended_errcode(database), sql);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
    return text == nullptr ? std::string() : std::string(text);
}

/// With an empty log the transaction holds the lock that keeps the log's pages from being written
/// into the file.
bool is_in_file_alone(sqlite3* database, const std::filesystem::path& path) {
    if (path.empty()) return false;
    const auto mode = pragma(database, "pragma journal_mode");
    if (mode != "wal") return mode == "delete" || mode == "truncate" || mode == "persist";
    std::error_code none;
    const auto size = std::filesystem::file_size(with_suffix(path, "-wal"), none);
    return none ? none == std::errc::no_such_file_or_directory : size == 0;
}

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

std::string copy_blocks(sqlite3* from, std::uint64_t size, const std::filesystem::path& to,
                        const Context& context) {
    sqlite3_file* source = nullptr;
    if (sqlite3_file_control(from, "main", SQLITE_FCNTL_FILE_POINTER, &source) != SQLITE_OK)
        throw Error(ErrorKind::internal, "SQLite does not give its file");
    auto target = create_private_file(to);
    BlockDigest digest;
    std::vector<std::byte> buffer(std::min(block_size, size));
    for (std::uint64_t done = 0; done < size;) {
        context.check_cancelled("copy");
        const auto block = std::span(buffer).first(std::min(block_size, size - done));
        const int code = source->pMethods->xRead(
            source, block.data(), static_cast<int>(block.size()), static_cast<sqlite3_int64>(done));
        if (code != SQLITE_OK) throw make_error(from, code, {});
        digest.add(block);
        write_all(target, block, to);
        done += block.size();
        context.progress.on({.phase = "copy",
                             .item = "database",
                             .done = done,
                             .total = size,
                             .unit = ProgressUnit::bytes});
    }
    if (::fsync(target.get()) != 0) throw io_error("sync", to.native());
    target.close(to.native());
    return digest.finish();
}

std::string digest_file(const std::filesystem::path& path, const Context& context) {
    const auto source = open_file_source(path);
    BlockDigest digest;
    std::vector<std::byte> buffer(block_size);
    for (std::size_t filled = 0;;) {
        context.check_cancelled("copy");
        const auto got = source->read(std::span(buffer).subspan(filled));
        filled += got;
        if (got > 0 && filled < buffer.size()) continue;
        if (filled > 0) digest.add(std::span(buffer).first(filled));
        if (got == 0) return digest.finish();
        filled = 0;
    }
}

}  // namespace

bool copy_file_pages(sqlite3* from, const std::filesystem::path& to, const Context& context) {
    if (!is_in_file_alone(from, path_of(from))) return false;
    const auto size = std::stoull(pragma(from, "pragma page_count")) *
                      std::stoull(pragma(from, "pragma page_size"));
    const auto sent = copy_blocks(from, size, to, context);
    if (digest_file(to, context) == sent) return true;
    throw Error(ErrorKind::integrity, fmt::format("'{}' is not what was written", to.native()))
        .with_hint("look at the disk");
}

}  // namespace keel::sqlite
