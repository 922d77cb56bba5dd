#include <fmt/format.h>

#include <array>

#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

/// A name that no migration has made: it may come from what is not among the files.
bool may_be_elsewhere(std::string_view message) noexcept {
    for (const std::string_view begin :
         {"no such table", "no such function", "no such module", "no such collation",
          "no such view", "no such index", "no such trigger", "unknown function"})
        if (message.find(begin) != std::string_view::npos) return true;
    return false;
}

void cannot_run(const Subject& s, Remarks& remarks) {
    const ReadStatement& read = s.statement->read;
    if (!read.complaint.empty()) {
        remarks.push_back(
            {.message = read.may_be_newer
                            ? fmt::format("{}, by the grammar of PostgreSQL 15", read.complaint)
                            : read.complaint,
             .offset = read.complaint_offset,
             .severity = read.may_be_newer ? Severity::info : Severity::error});
        return;
    }
    if (!s.statement->trial.refusal) return;
    const Error& refusal = *s.statement->trial.refusal;
    // What SQLite would call a syntax error here, another rule has explained already.
    for (const SqlAction& action : read.actions)
        if (action.kind == ActionKind::other_alter_table) return;
    for (const auto& feature : read.features)
        if (!s.engine_version.empty() && version_less(s.engine_version, feature.version)) return;
    Remark remark{.message = fmt::format("SQLite refuses this: {}", refusal.message()),
                  .offset = refusal.sql() ? refusal.sql()->offset.value_or(0) : 0};
    if (may_be_elsewhere(refusal.message())) {
        remark.message = fmt::format("{}: no migration makes it", refusal.message());
        remark.severity = Severity::info;
    }
    remarks.push_back(std::move(remark));
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "X01",
     .name = "cannot-run",
     .severity = Severity::error,
     .title = "holds a statement that cannot be read, or that SQLite refuses",
     .why = "PostgreSQL's statements are read with PostgreSQL 15's own grammar; what it does not "
            "know may be an error or newer, and is only mentioned. SQLite's are tried on an "
            "empty database that the earlier migrations have made.",
     .instead = "Correct the statement.",
     .postgres = {.bad = "create table tags (id bigint primry key);",
                  .good = "create table tags (id bigint primary key);"},
     .sqlite = {.bad = "create index users_mail on users (mail);",
                .good = "create index users_mail on users (email);"},
     .level = Level::statement,
     .check = cannot_run,
     .in_down = true},
    {.id = "X02",
     .name = "ignore-not-valid",
     .severity = Severity::error,
     .title = "holds a `keel:ignore` that does not count",
     .why = "An ignore needs the rule, a reason, and optionally the day until which it holds. "
            "Without a reason, with an unknown rule or after its day it does not count, and says "
            "so.",
     .instead = "`-- keel:ignore L01 reason=\"ten rows\" until=2027-01-31` above the statement; "
                "`keel:ignore-file` for a whole file.",
     .postgres = {.bad = "-- keel:ignore D01\n"
                         "drop table orders;",
                  .good = "-- keel:ignore D01 reason=\"moved to the archive\"\n"
                          "drop table orders;"},
     .sqlite = {.bad = "-- keel:ignore D01\n"
                       "drop table orders;",
                .good = "-- keel:ignore D01 reason=\"moved to the archive\"\n"
                        "drop table orders;"},
     .level = Level::file,
     .check = [](const Subject&, Remarks&) {}},
    {.id = "X03",
     .name = "ignore-of-nothing",
     .severity = Severity::info,
     .title = "holds a `keel:ignore` that nothing needs",
     .why = "It would hide a finding that comes later, for a reason that was given for another.",
     .instead = "Take it away.",
     .postgres = {.bad = "-- keel:ignore D01 reason=\"old\"\n"
                         "select 1;",
                  .good = "select 1;"},
     .sqlite = {.bad = "-- keel:ignore D01 reason=\"old\"\n"
                       "select 1;",
                .good = "select 1;"},
     .level = Level::file,
     .check = [](const Subject&, Remarks&) {}},
});

}  // namespace

std::span<const Rule> reading_rules() {
    return rules;
}

}  // namespace keel::lint
