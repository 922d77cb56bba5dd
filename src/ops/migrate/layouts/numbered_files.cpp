#include "ops/migrate/layouts/numbered_files.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/error.hpp"

namespace keel {
namespace {

struct Candidate {
    SourceFile file;
    FileRole role;
};

/// One migration's files so far.
struct Joined {
    std::optional<Candidate> up;
    std::optional<Candidate> down;
};

void keep_better(std::optional<Candidate>& kept, Candidate candidate) {
    if (kept && kept->role.preference == candidate.role.preference)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' and '{}' have the same version {}", kept->file.shown,
                                candidate.file.shown, version_key(candidate.role.version)))
            .with_hint("give the newer of the two another version")
            .at({.file = candidate.file.shown});
    if (!kept || candidate.role.preference > kept->role.preference) kept = std::move(candidate);
}

Migration join_files(const Joined& joined, std::string_view tool) {
    const Candidate& first = joined.up ? *joined.up : *joined.down;
    if (!program_language(first.file.name).empty())
        return program_migration(first.role.version, first.role.name, first.file, tool);
    MigrationParts parts{.version = first.role.version, .name = first.role.name};
    if (joined.up) {
        parts.up = joined.up->file;
        parts.transaction = joined.up->role.transaction;
    }
    const bool has_sql_down = joined.down && program_language(joined.down->file.name).empty();
    if (has_sql_down) {
        parts.down = joined.down->file;
        parts.down_transaction = joined.down->role.transaction;
    }
    return assemble(parts);
}

}  // namespace

std::vector<Migration> collect_numbered(const std::vector<SourceFile>& files,
                                        const RoleReader& role_of, std::string_view tool) {
    std::map<std::string, Joined> joined;
    for (const SourceFile& file : files) {
        auto role = role_of(file);
        if (!role) continue;
        std::string identity(version_key(role->version));
        if (role->tells_apart) identity += "_" + role->name;
        Joined& entry = joined[identity];
        auto& kept = role->role == SourceRole::up ? entry.up : entry.down;
        keep_better(kept, {.file = file, .role = std::move(*role)});
    }
    std::vector<Migration> migrations;
    for (const auto& [identity, entry] : joined) migrations.push_back(join_files(entry, tool));
    return migrations;
}

}  // namespace keel
