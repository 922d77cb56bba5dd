#include "ops/migrate/settlement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.hpp"
#include "ops/migrate/script.hpp"

namespace keel {
namespace {

std::string_view short_checksum(const std::string& checksum) noexcept {
    return std::string_view(checksum).substr(0, 12);
}

}  // namespace

std::string unfinished_state(const AppliedMigration& row) {
    const int next = row.statements + 1;
    switch (row.state) {
        case MigrationState::running:
            return fmt::format(
                "was interrupted: {} of its statements are done, whether statement "
                "{} is done is not known",
                row.statements, next);
        case MigrationState::failed:
            return fmt::format(
                "stopped half way: {} of its statements are done, statement {} failed",
                row.statements, next);
        case MigrationState::reverting:
            return fmt::format(
                "was interrupted while it was undone: {} statements of its down are "
                "done, whether statement {} is done is not known",
                row.statements, next);
        case MigrationState::applied:
        case MigrationState::reverted:
        case MigrationState::skipped:
            break;
    }
    return "is finished";
}

std::string settlement_hint(const AppliedMigration& row) {
    const std::string repair = fmt::format("keel migrate repair {}", row.version);
    const std::string_view first = row.state == MigrationState::reverting
                                       ? "go on with keel migrate down, where it can be found out "
                                         "how far it came; or "
                                       : "";
    return fmt::format(
        "{}look at the database, then say what is true: '{} --done' (statement {} is done: go on "
        "after "
        "it), '{} --retry' (it had no effect: run it again and go on) or '{} --abandon' ({})",
        first, repair, row.statements + 1, repair, repair,
        row.state == MigrationState::reverting ? "all of it is in the database again"
                                               : "nothing of it is left in the database");
}

void refuse_unfinished(const AppliedEntry& entry) {
    const AppliedMigration& row = entry.row;
    SourcePosition where{.statement = row.statements + 1};
    if (entry.file != nullptr) where.file = entry.file->file.native();
    throw Error(ErrorKind::partial,
                fmt::format("migration {} {}", migration_label(row.version, row.name),
                            unfinished_state(row)))
        .with_hint(settlement_hint(row))
        .at(std::move(where));
}

void refuse_edited(const Standing& standing) {
    const auto edited = std::find_if(
        standing.applied.begin(), standing.applied.end(),
        [](const AppliedEntry& entry) { return entry.is_changed() && !entry.is_unfinished(); });
    if (edited == standing.applied.end()) return;
    const std::string& version = edited->row.version;
    throw Error(ErrorKind::integrity,
                fmt::format("'{}' was edited after it was applied (checksum {} then, {} now)",
                            edited->file->file.native(), short_checksum(edited->row.checksum),
                            short_checksum(edited->file->checksum)))
        .with_hint(fmt::format(
            "put the file back as it was and write the change as a new migration; or, when the "
            "edit changes nothing that matters, accept it with: keel migrate repair {} --accept",
            version))
        .at({.file = edited->file->file.native()});
}

void refuse_half_replaced(const Standing& standing) {
    for (const Migration* file : standing.pending) {
        std::vector<std::string> there;
        for (const std::string& version : file->replaces)
            if (standing.find(version) != nullptr) there.push_back(version);
        if (there.empty()) continue;
        throw Error(
            ErrorKind::integrity,
            fmt::format("'{}' stands for {} and {}, and of these only {} {} applied",
                        file->file.native(),
                        join(std::span(file->replaces).first(file->replaces.size() - 1), ", "),
                        file->replaces.back(), join(there, ", "), there.size() == 1 ? "is" : "are"))
            .with_hint(
                "bring this database up with the files from before they were joined, then use the "
                "joined one")
            .at({.file = file->file.native()});
    }
}

}  // namespace keel
