#include "ops/migrate/histories/match_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/checksums.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/flyway_name.hpp"

namespace keel {
namespace {

/// What two ways to write a version have in common, as the tool sees it.
std::string identity(const ForeignTool& tool, std::string_view version) {
    const bool is_repeatable = version.starts_with("R__") || version.starts_with('B');
    if (tool.name == "flyway" && !is_repeatable) return flyway_version_key(version);
    return std::string(version_key(version));
}

/// Flyway's sum runs over the lines without their ends.
std::string flyway_checksum(std::string_view text) {
    std::uint32_t sum = 0;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        sum = crc32(line, sum);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::to_string(static_cast<std::int32_t>(sum));
}

class Matcher {
  public:
    Matcher(const FoundHistory& history, const std::vector<Migration>& files,
            const std::filesystem::path& root)
        : tool_(*history.tool), files_(files), root_(root) {
        for (const Migration& file : files)
            by_identity_.emplace(identity(tool_, foreign_version(tool_, file)), &file);
    }

    HistoryMatch match(const std::vector<ForeignRow>& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) take(rows[i], i);
        return std::move(match_);
    }

  private:
    void take(const ForeignRow& row, std::size_t position) {
        if (!row.succeeded) return match_.failed.push_back(&row);
        const Migration* file = find(row, position);
        if (row.covers_older) cover(row, file);
        if (file == nullptr && row.covers_older && !taken_.empty() && is_baseline_only(row)) return;
        if (file != nullptr && !taken_.insert(file).second) return;
        match_.applied.push_back({.file = file, .row = &row});
        if (file != nullptr && is_changed(row, *file)) match_.changed.push_back(file);
    }

    /// A line that only says "up to here": no file need be of that version.
    bool is_baseline_only(const ForeignRow& row) const {
        return tool_.name == "flyway" || (tool_.name == "atlas" && row.covers_older);
    }

    const Migration* find(const ForeignRow& row, std::size_t position) const {
        if (tool_.name == "drizzle") return find_drizzle(row, position);
        const auto found = by_identity_.find(identity(tool_, row.version));
        return found == by_identity_.end() ? nullptr : found->second;
    }

    /// drizzle keeps no name: the file with that digest, or the one at that place.
    const Migration* find_drizzle(const ForeignRow& row, std::size_t position) const {
        for (const Migration& file : files_)
            if (checksum_of(file) == row.checksum) return &file;
        return position < files_.size() ? &files_[position] : nullptr;
    }

    void cover(const ForeignRow& row, const Migration* named) {
        for (const Migration& file : files_) {
            const bool is_older = named != nullptr ? &file < named
                                                   : version_less(identity(tool_, file.version),
                                                                  identity(tool_, row.version));
            if (!is_older || file.kind != MigrationKind::versioned) continue;
            if (!taken_.insert(&file).second) continue;
            match_.applied.push_back({.file = &file, .row = &row, .is_covered = true});
        }
    }

    const std::string& checksum_of(const Migration& file) const {
        const auto [found, is_new] = checksums_.try_emplace(&file);
        if (is_new) found->second = foreign_checksum(tool_, file, root_);
        return found->second;
    }

    bool is_changed(const ForeignRow& row, const Migration& file) const {
        if (row.checksum.empty() || file.kind == MigrationKind::repeatable) return false;
        const std::string& now = checksum_of(file);
        return !now.empty() && now != row.checksum;
    }

    const ForeignTool& tool_;
    const std::vector<Migration>& files_;
    const std::filesystem::path& root_;
    std::map<std::string, const Migration*> by_identity_;
    std::set<const Migration*> taken_;
    mutable std::map<const Migration*, std::string> checksums_;
    HistoryMatch match_;
};

}  // namespace

HistoryMatch match_history(const FoundHistory& history, const std::vector<ForeignRow>& rows,
                           const std::vector<Migration>& files, const std::filesystem::path& root) {
    return Matcher(history, files, root).match(rows);
}

std::string foreign_version(const ForeignTool& tool, const Migration& file) {
    if (tool.name == "prisma") return file.file.parent_path().filename().native();
    return file.version;
}

std::string foreign_checksum(const ForeignTool& tool, const Migration& file,
                             const std::filesystem::path& root) {
    const bool has_one = tool.name == "flyway" || tool.name == "prisma" || tool.name == "sqlx" ||
                         tool.name == "drizzle";
    if (!has_one) return {};
    const std::string text = read_file(root / file.file);
    if (tool.name == "flyway") return flyway_checksum(text);
    if (tool.name == "sqlx") return sha384_hex(text);
    if (tool.name == "prisma") return sha256_hex(text);
    return sha256_hex(replace_all(text, "\r\n", "\n"));
}

}  // namespace keel
