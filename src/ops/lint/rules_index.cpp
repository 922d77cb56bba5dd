#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "db/sql_words.hpp"
#include "ops/lint/lock_effect.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

/// Writes CONCURRENTLY behind `word` and takes the section out of its transaction. Only where the
/// statement stands alone: otherwise the others would lose their transaction too.
std::vector<Edit> make_concurrent(const Subject& s, std::string_view word) {
    const MigrationSection& section = *s.statement->section;
    const bool is_alone = std::ranges::count_if(s.statements(), [&](const auto& one) {
                              return one.section == &section;
                          }) == 1;
    const bool is_native = to_lower(section.marker).find("migrate:") != std::string::npos;
    if (!is_alone || s.statement->read.actions.size() != 1) return {};
    if (section.transaction && !is_native) return {};
    const auto found = to_lower(s.statement->statement.text).find(word);
    if (found == std::string::npos) return {};
    const std::size_t at = s.statement->statement.offset + found + word.size();
    std::vector<Edit> edits{
        {.section = &section, .begin = at, .end = at, .replacement = " concurrently"}};
    if (section.transaction)
        edits.push_back({.section = &section, .marker_option = "transaction:false"});
    return edits;
}

std::string locks(const Subject& s) {
    const LockEffect effect = lock_effect(*s.action, s.before);
    return fmt::format("takes {}: {}", to_string(effect.mode), who_waits(effect.mode));
}

void create_index(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::create_index || s.action->concurrently || !s.is_in_use())
        return;
    const bool is_parent = s.table != nullptr && s.table->partitioned;
    Remark remark{.message = fmt::format("create index on {} {} until it is built", s.table_text(),
                                         locks(s))};
    if (is_parent)
        remark.instead =
            "Create it ON ONLY the parent, then CONCURRENTLY on each partition, and attach them "
            "with ALTER INDEX … ATTACH PARTITION.";
    else
        remark.edits = make_concurrent(s, "index");
    remarks.push_back(std::move(remark));
}

void drop_index(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::drop_index || s.action->concurrently) return;
    const TableState* table = s.before.table_of_index(s.action->name);
    if (table != nullptr && table->made_in == s.file.number) return;
    remarks.push_back(
        {.message = fmt::format("drop index {} {} behind it until the transaction ends",
                                s.action->name, locks(s)),
         .edits = make_concurrent(s, "index")});
}

void reindex(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::reindex || s.action->concurrently) return;
    const std::string what = s.action->name.empty() ? s.table_text() : s.action->name;
    std::string word = "table";
    const auto words = sql_words(s.statement->statement.text);
    if (words.size() > 1 && words[1] != "concurrently" && words[1] != "verbose") word = words[1];
    remarks.push_back(
        {.message = fmt::format("reindex {} {} until it is built anew", what, locks(s)),
         .edits = make_concurrent(s, word)});
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "L01",
     .name = "index-without-concurrently",
     .scope = Scope::postgres,
     .title = "builds an index while writes wait",
     .why =
         "CREATE INDEX takes SHARE on the table: inserts, updates and deletes wait until every row "
         "has been read, and whoever waits behind them waits too.",
     .instead = "CREATE INDEX CONCURRENTLY, in a migration of its own.",
     .postgres = {.bad = "create index users_email on users (email);",
                  .good = "-- migrate:up transaction:false\n"
                          "create index concurrently users_email on users (email);"},
     .check = create_index,
     .by_rows = true},
    {.id = "L02",
     .name = "drop-index-without-concurrently",
     .scope = Scope::postgres,
     .title = "drops an index while reads and writes wait",
     .why = "DROP INDEX takes ACCESS EXCLUSIVE on the table. It is quick, but it first waits for "
            "every running query, and everything that comes after it waits behind it.",
     .instead = "DROP INDEX CONCURRENTLY, in a migration of its own.",
     .postgres = {.bad = "drop index orders_user_id;",
                  .good = "-- migrate:up transaction:false\n"
                          "drop index concurrently orders_user_id;"},
     .check = drop_index},
    {.id = "L03",
     .name = "reindex-without-concurrently",
     .scope = Scope::postgres,
     .title = "rebuilds an index while writes wait",
     .why = "REINDEX takes SHARE on the table and ACCESS EXCLUSIVE on the index: writes wait, "
            "and so do the queries that want the index.",
     .instead = "REINDEX … CONCURRENTLY (PostgreSQL 12), in a migration of its own.",
     .postgres = {.bad = "reindex table orders;",
                  .good = "-- migrate:up transaction:false\n"
                          "reindex table concurrently orders;"},
     .check = reindex,
     .by_rows = true},
});

}  // namespace

std::span<const Rule> index_rules() {
    return rules;
}

}  // namespace keel::lint
