#include "ops/migrate/migration_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

// A change that comes within a tick of the file system's clock after another leaves no trace in the
// times; ticks are at most two seconds long (FAT).
constexpr std::int64_t young = 2'100'000'000;
constexpr std::size_t fields = 9;
constexpr std::size_t most_files = 16;

std::string digest_of(std::string_view text) {
    return fast_fingerprint(as_bytes(text)).hex();
}

std::int64_t nanoseconds(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

/// The fields of a migration, or nothing when one would break the lines.
std::optional<std::string> line_of(const Migration& migration) {
    const std::string line =
        fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", migration.version, migration.name,
                    migration.file.native(), migration.checksum, static_cast<int>(migration.kind),
                    migration.has_placeholders ? 1 : 0, join(migration.replaces, ","),
                    migration.problem, migration.problem_hint);
    const auto tabs = static_cast<std::size_t>(std::count(line.begin(), line.end(), '\t'));
    const bool is_plain = tabs == fields - 1 && line.find('\n') == std::string::npos;
    return is_plain && !migration.is_skipped ? std::optional(line) : std::nullopt;
}

/// Cuts what stands before the next `end` off `text`.
std::string_view cut(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view found = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return found;
}

Migration read_line(std::string_view line) {
    Migration migration;
    migration.version = cut(line, '\t');
    migration.name = cut(line, '\t');
    migration.file = cut(line, '\t');
    migration.checksum = cut(line, '\t');
    migration.kind = static_cast<MigrationKind>(cut(line, '\t').front() - '0');
    migration.has_placeholders = cut(line, '\t') == "1";
    std::string_view replaces = cut(line, '\t');
    while (!replaces.empty()) migration.replaces.emplace_back(cut(replaces, ','));
    migration.problem = cut(line, '\t');
    migration.problem_hint = line;
    return migration;
}

/// Other settings had files of their own; few of them are of use to anybody.
void thin_out(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
    if (found.size() <= most_files) return;
    std::error_code ignored;
    for (const fs::path& file : found) fs::remove(file, ignored);
}

}  // namespace

MigrationCache::MigrationCache(const fs::path& state_directory, const fs::path& migrations,
                               std::string_view settings)
    : folder_(state_directory / "cache"),
      file_(folder_ /
            fmt::format("migrations-{}", digest_of(fmt::format("{}\n{}\n{}", version(),
                                                               migrations.native(), settings)))),
      migrations_(migrations) {}

std::optional<std::vector<Migration>> MigrationCache::load() const noexcept {
    try {
        std::error_code failure;
        if (!fs::exists(file_, failure)) return std::nullopt;
        const std::string text = read_file(file_);
        std::string_view rest = text;
        const std::string_view tree = cut(rest, '\n');
        const std::string_view digest = cut(rest, '\n');
        if (digest != digest_of(rest)) return std::nullopt;
        const auto state = tree_state(migrations_);
        if (!state || tree != state->fingerprint.hex()) return std::nullopt;
        std::vector<Migration> migrations;
        migrations.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')));
        while (!rest.empty()) migrations.push_back(read_line(cut(rest, '\n')));
        return migrations;
    } catch (...) {
        return std::nullopt;
    }
}

void MigrationCache::store(const std::vector<Migration>& migrations,
                           const std::optional<TreeState>& before, TimePoint now) const noexcept {
    try {
        // Only where Keel keeps its state already: looking at a project leaves nothing behind.
        std::error_code failure;
        if (!before || !fs::is_directory(folder_.parent_path(), failure)) return;
        const auto after = tree_state(migrations_);
        const bool is_same = after && after->fingerprint == before->fingerprint;
        if (!is_same || before->newest_change + young > nanoseconds(now)) return;
        std::string body;
        for (const Migration& migration : migrations) {
            const auto line = line_of(migration);
            if (!line) return;
            body += *line;
            body += '\n';
        }
        fs::create_directories(folder_);
        thin_out(folder_);
        write_file_atomically(
            file_, fmt::format("{}\n{}\n{}", before->fingerprint.hex(), digest_of(body), body));
    } catch (...) {
        return;  // the next command reads the files again
    }
}

}  // namespace keel
