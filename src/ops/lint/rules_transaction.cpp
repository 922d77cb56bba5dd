#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "db/sql_words.hpp"
#include "ops/lint/rules.hpp"

namespace keel::lint {
namespace {

bool is_in(const SqlAction& action, std::initializer_list<ActionKind> kinds) noexcept {
    return std::ranges::find(kinds, action.kind) != kinds.end();
}

/// What PostgreSQL refuses inside a transaction; empty when it does not.
std::string refused_in_transaction(const SqlAction& action, EngineKind engine) {
    if (engine == EngineKind::sqlite) return action.kind == ActionKind::vacuum ? "VACUUM" : "";
    if (action.concurrently && is_in(action, {ActionKind::create_index, ActionKind::drop_index,
                                              ActionKind::reindex, ActionKind::detach_partition}))
        return "CONCURRENTLY";
    if (is_in(action, {ActionKind::vacuum, ActionKind::vacuum_full})) return "VACUUM";
    if (action.kind == ActionKind::alter_system) return "ALTER SYSTEM";
    if (action.kind == ActionKind::create_database) return "CREATE DATABASE";
    if (action.kind == ActionKind::drop_database) return "DROP DATABASE";
    return "";
}

void not_in_transaction(const Subject& s, Remarks& remarks) {
    const bool is_alone = s.statements().size() == 1;
    if (!s.statement->section->transaction || is_alone) return;
    const std::string what = refused_in_transaction(*s.action, s.engine);
    if (what.empty()) return;
    remarks.push_back(
        {.message = fmt::format("{} is refused inside a transaction: this file runs in "
                                "steps, and a failure leaves those before it done",
                                what)});
}

/// The statements that came before in the same transaction.
std::span<const JudgedStatement> before_in_transaction(const Subject& s) {
    if (!s.statement->section->transaction) return {};
    return s.statements().first(s.index);
}

void enum_value_used(const Subject& s, Remarks& remarks) {
    for (const auto& statement : before_in_transaction(s)) {
        for (const SqlAction& action : statement.read.actions) {
            if (action.kind != ActionKind::add_enum_value) continue;
            const std::string literal = "'" + replace_all(action.name, "'", "''") + "'";
            const auto found = s.statement->statement.text.find(literal);
            if (found == std::string_view::npos) continue;
            remarks.push_back(
                {.message = fmt::format("{} is used in the file that adds it to {}: it cannot be "
                                        "one transaction, and runs in steps",
                                        literal, action.object.text()),
                 .offset = found});
            return;
        }
    }
}

void validated_at_once(const Subject& s, Remarks& remarks) {
    if (s.action->kind != ActionKind::validate_constraint) return;
    for (const auto& statement : before_in_transaction(s)) {
        for (const SqlAction& action : statement.read.actions) {
            const bool is_it = action.kind == ActionKind::add_constraint &&
                               action.name == s.action->name && !action.constraints.empty() &&
                               action.constraints.front().not_valid && s.is_in_use();
            if (is_it)
                remarks.push_back(
                    {.message = fmt::format("{} is validated under the lock that adding "
                                            "it took",
                                            s.action->name)});
        }
    }
}

Edit remove_statement(const Subject& s) {
    const std::string& text = s.statement->section->text;
    std::size_t end = s.statement->statement.offset + s.statement->statement.text.size();
    if (end < text.size() && text[end] == ';') ++end;
    if (end < text.size() && text[end] == '\n') ++end;
    return {.section = s.statement->section, .begin = s.statement->statement.offset, .end = end};
}

void own_transaction(const Subject& s, Remarks& remarks) {
    if (!is_in(*s.action, {ActionKind::begin, ActionKind::commit, ActionKind::rollback})) return;
    Remark remark{.message = "the migration has a transaction of its own: this is left out"};
    if (s.action->kind == ActionKind::rollback) {
        remark.message = "a migration cannot undo itself half way: Keel refuses this";
        remark.severity = Severity::error;
    }
    // Taken away where the pair stands around everything else.
    const bool is_first = s.index == 0 && s.action->kind == ActionKind::begin;
    const bool is_last =
        s.index + 1 == s.statements().size() && s.action->kind == ActionKind::commit;
    const auto count = std::ranges::count_if(s.statements(), [](const auto& one) {
        return !one.read.actions.empty() &&
               is_in(one.read.actions.front(),
                     {ActionKind::begin, ActionKind::commit, ActionKind::rollback});
    });
    if (s.statement->section->transaction && count == 2 && (is_first || is_last))
        remark.edits = {remove_statement(s)};
    remarks.push_back(std::move(remark));
}

void schema_and_rows(const Subject& s, Remarks& remarks) {
    if (!s.file.in_transaction()) return;
    const SqlAction* change = nullptr;
    for (const auto& statement : s.file.up) {
        // Its batches are transactions of their own: what was changed before is committed by then.
        if (statement.is_batched) change = nullptr;
        for (const SqlAction& action : statement.read.actions) {
            const bool is_schema =
                action.kind >= ActionKind::add_column && action.kind <= ActionKind::set_inheritance;
            if (is_schema && !s.was_made_here(action.object)) change = &action;
            const bool is_bulk = is_in(action, {ActionKind::update, ActionKind::delete_rows}) ||
                                 (action.kind == ActionKind::insert && !action.others.empty());
            const TableState* table = s.after->table(action.object);
            const bool is_new = table == nullptr || table->made_in == s.file.number;
            if (!is_bulk || is_new || change == nullptr) continue;
            remarks.push_back(
                {.message = fmt::format("rows of {} are changed in the transaction that "
                                        "changes the schema of {}",
                                        action.object.text(), change->object.text()),
                 .at = &statement});
            return;
        }
    }
}

void uncommitted(const Subject& s, Remarks& remarks) {
    for (const auto* list : {&s.file.up, &s.file.down}) {
        const JudgedStatement* open = nullptr;
        for (const auto& statement : *list) {
            for (const SqlAction& action : statement.read.actions) {
                if (action.kind == ActionKind::begin) open = &statement;
                if (is_in(action, {ActionKind::commit, ActionKind::rollback})) open = nullptr;
            }
        }
        if (open != nullptr)
            remarks.push_back(
                {.message = "the transaction that this begins is never committed", .at = open});
    }
}

void not_resumable(const Subject& s, Remarks& remarks) {
    const MigrationSection& section = *s.statement->section;
    const bool commits =
        s.action->kind == ActionKind::code_block && has_word(sql_words(s.action->body), "commit");
    if (!commits || section.idempotent || !section.probe.empty()) return;
    remarks.push_back(
        {.message =
             "this block commits by itself: after an interruption nobody knows how far it got"});
}

constexpr std::array rules = std::to_array<Rule>({
    {.id = "T01",
     .name = "refused-in-transaction",
     .title = "mixes what is refused inside a transaction with other statements",
     .why = "CONCURRENTLY, VACUUM, CREATE DATABASE and ALTER SYSTEM are refused in a "
            "transaction, and SQLite refuses VACUUM. Keel runs such a file in steps, and other "
            "tools fail at it: when a later step fails, the earlier ones stay.",
     .instead = "Give it a migration of its own.",
     .postgres = {.bad = "create index concurrently users_email on users (email);\n"
                         "alter table users add column country text;",
                  .good = "create index concurrently users_email on users (email);"},
     .sqlite = {.bad = "delete from notes where id = 7;\n"
                       "vacuum;",
                .good = "vacuum;"},
     .check = not_in_transaction,
     .in_down = true},
    {.id = "T02",
     .name = "enum-value-used-at-once",
     .scope = Scope::postgres,
     .title = "uses a new enum value in the file that adds it",
     .why = "ALTER TYPE … ADD VALUE may stand in a transaction, but the value cannot be used "
            "before it is committed: error 55P04. Keel makes a step of its own of it, so that "
            "the file is no longer one transaction; other tools fail.",
     .instead = "Add the value in one migration and use it in the next.",
     .postgres = {.bad = "alter type mood add value 'happy' after 'ok';\n"
                         "alter table users add column mood mood default 'happy';",
                  .good = "alter type mood add value 'happy' after 'ok';"},
     .level = Level::statement,
     .check = enum_value_used},
    {.id = "T03",
     .name = "validated-at-once",
     .scope = Scope::postgres,
     .title = "validates a constraint in the transaction that adds it",
     .why = "NOT VALID is there so that the rows are checked under a weak lock. In one "
            "transaction the strong lock of the first statement is held until the second has "
            "read every row.",
     .instead = "Put VALIDATE CONSTRAINT into the next migration.",
     .postgres =
         {.bad = "alter table orders add constraint total_positive check (total >= 0) not "
                 "valid;\n"
                 "alter table orders validate constraint total_positive;",
          .good = "alter table orders add constraint total_positive check (total >= 0) not valid;"},
     .check = validated_at_once},
    {.id = "T04",
     .name = "own-transaction",
     .title = "begins or ends a transaction itself",
     .why = "Keel runs a migration and its line of history in one transaction, and leaves BEGIN "
            "and COMMIT out; a ROLLBACK it refuses. In other tools a COMMIT in the middle tears "
            "them apart: what fails afterwards stays half done, and is not recorded.",
     .instead = "Remove BEGIN and COMMIT.",
     .postgres = {.bad = "begin;\n"
                         "alter table users add column country text;\n"
                         "commit;",
                  .good = "alter table users add column country text;"},
     .sqlite = {.bad = "begin;\n"
                       "alter table users add column country text;\n"
                       "commit;",
                .good = "alter table users add column country text;"},
     .check = own_transaction,
     .in_down = true},
    {.id = "T05",
     .name = "schema-and-rows-together",
     .scope = Scope::postgres,
     .severity = Severity::info,
     .title = "changes the schema and many rows in one transaction",
     .why = "The locks of the schema change are held until the last row is written, and if a row "
            "fails everything is undone.",
     .instead =
         "Change the schema in one migration and the rows in the next; where there are many, in "
         "batches: `-- keel:backfill table=users` above an update with `where :batch`.",
     .postgres = {.bad = "alter table users add column country text;\n"
                         "update users set country = 'de' where country is null;",
                  .good = "update users set name = '' where name is null;"},
     .level = Level::file,
     .check = schema_and_rows},
    {.id = "T06",
     .name = "uncommitted-transaction",
     .title = "begins a transaction and never commits it",
     .why = "Keel leaves the BEGIN out. Tools that run the file as it stands end the connection "
            "with the transaction open: everything in it is undone, and recorded as applied.",
     .instead = "Remove the BEGIN.",
     .postgres = {.bad = "begin;\n"
                         "create table tags (id bigint primary key);",
                  .good = "create table tags (id bigint primary key);"},
     .sqlite = {.bad = "begin;\n"
                       "create table tags (id integer primary key);",
                .good = "create table tags (id integer primary key);"},
     .level = Level::file,
     .check = uncommitted},
    {.id = "T07",
     .name = "not-resumable",
     .scope = Scope::postgres,
     .title = "runs a block that commits by itself, and cannot be gone on with",
     .why = "What a DO block or a procedure has committed stays when it is interrupted. Keel "
            "goes on after any interruption where the server can be asked what is done; here it "
            "stops and asks.",
     .instead = "Write it so that it can be run again, and say `idempotent` on the marker; or "
                "batches by `keel migrate backfill`.",
     .postgres = {.bad = "-- migrate:up transaction:false\n"
                         "do $$ begin update orders set paid = false where paid is null; commit; "
                         "end $$;",
                  .good = "-- migrate:up transaction:false idempotent\n"
                          "do $$ begin update orders set paid = false where paid is null; "
                          "commit; end $$;"},
     .check = not_resumable},
});

}  // namespace

std::span<const Rule> transaction_rules() {
    return rules;
}

}  // namespace keel::lint
