#include "ops/migrate/layouts/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "ops/migrate/migration_text.hpp"

namespace keel {
namespace {

/// Reads a file as a section whose offsets begin at `offset`.
MigrationSection read_section(const SourceFile& file, std::string_view kind, bool transaction,
                              std::size_t offset) {
    MigrationSection section;
    section.text = read_source(file);
    section.marker = section_marker(kind, transaction);
    section.offset = offset;
    section.file = file.shown;
    section.transaction = transaction;
    return section;
}

std::size_t end_of(const MigrationSection& section) noexcept {
    return section.offset + section.text.size() + 1;
}

bool have_one_version(const Migration& a, const Migration& b) noexcept {
    return version_key(a.version) == version_key(b.version);
}

}  // namespace

std::string section_marker(std::string_view kind, bool transaction) {
    return fmt::format("-- migrate:{}{}", kind, transaction ? "" : " transaction:false");
}

void run_without_transaction(std::vector<MigrationSection>& sections, std::string_view kind) {
    for (MigrationSection& section : sections) {
        section.transaction = false;
        section.marker = section_marker(kind, false);
    }
}

Migration assemble(const MigrationParts& parts) {
    Migration migration;
    migration.version = parts.version;
    migration.name = parts.name;
    migration.kind = parts.kind;
    std::size_t offset = 0;
    if (parts.up) {
        migration.file = parts.up->shown;
        migration.up.push_back(read_section(*parts.up, "up", parts.transaction, offset));
        offset = end_of(migration.up.front());
    }
    if (parts.down) {
        if (!parts.up) migration.file = parts.down->shown;
        migration.down.push_back(read_section(*parts.down, "down", parts.down_transaction, offset));
        offset = end_of(migration.down.front());
    }
    if (parts.verify)
        migration.verify.push_back(read_section(*parts.verify, "verify", true, offset));
    migration.checksum =
        migration_checksum(migration.up.empty() ? std::string_view() : migration.up.front().text);
    return migration;
}

Migration program_migration(std::string version, std::string name, const SourceFile& file,
                            std::string_view tool) {
    Migration migration;
    migration.version = std::move(version);
    migration.name = std::move(name);
    migration.file = file.shown;
    migration.checksum = migration_checksum(read_source(file));
    migration.problem = fmt::format("'{}' is written in {}, and keel runs SQL alone", file.shown,
                                    program_language(file.name));
    migration.problem_hint = fmt::format(
        "rewrite it in SQL; or apply it with {}, then record that it is done with: keel "
        "migrate up --skip {}",
        tool, migration.version);
    return migration;
}

void sort_by_version(std::vector<Migration>& migrations) {
    std::stable_sort(migrations.begin(), migrations.end(),
                     [](const Migration& a, const Migration& b) {
                         if (have_one_version(a, b)) return a.file < b.file;
                         return version_less(a.version, b.version);
                     });
}

void refuse_duplicates(const std::vector<Migration>& migrations) {
    std::unordered_map<std::string_view, const Migration*> first;
    for (const Migration& migration : migrations) {
        const auto [twin, is_new] = first.emplace(version_key(migration.version), &migration);
        if (is_new) continue;
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' and '{}' have the same version {}",
                                twin->second->file.native(), migration.file.native(), twin->first))
            .with_hint("give the newer of the two another version")
            .at({.file = migration.file.native()});
    }
}

void tell_apart(std::vector<Migration>& migrations) {
    std::unordered_map<std::string, int> count;
    for (const Migration& migration : migrations)
        ++count[std::string(version_key(migration.version))];
    for (Migration& migration : migrations) {
        const bool is_shared = count.at(std::string(version_key(migration.version))) > 1;
        if (!is_shared || migration.name.empty()) continue;
        migration.version = fmt::format("{}_{}", migration.version, migration.name);
        migration.name.clear();
    }
    refuse_duplicates(migrations);
}

}  // namespace keel
