#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/dump.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/keywords.hpp"
#include "engines/postgres/large_objects.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/restore_rows.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/side_database.hpp"

namespace keel::postgres {
namespace {

// setval calls in one transaction.
constexpr std::size_t sequences_at_once = 500;

/// Holds a session whose name says that the run is at work, so that nobody takes its database for
/// a leftover.
class WorkGuard final : public DatabaseLock {
  public:
    explicit WorkGuard(std::unique_ptr<Connection> session) : session_(std::move(session)) {}

  private:
    std::unique_ptr<Connection> session_;
};

/// A sink for what is only read to be digested.
class NoSink final : public ByteSink {
  public:
    void write(std::span<const std::byte>) override {}
    void finish() override {}
};

std::string create_statement(const std::string& name, const Json& state) {
    const auto literal = [&](std::string_view key) {
        return quote_literal(state.string_or(key, ""));
    };
    std::string sql = fmt::format(
        "create database {} template template0 encoding {} lc_collate {} lc_ctype {}",
        quote_identifier(name), literal("encoding"), literal("collate"), literal("ctype"));
    const auto provider = state.string_or("provider", "c");
    if (provider == "i") sql += " locale_provider icu icu_locale " + literal("icu_locale");
    if (provider == "b") sql += " locale_provider builtin builtin_locale " + literal("icu_locale");
    if (!state.string_or("icu_rules", "").empty()) sql += " icu_rules " + literal("icu_rules");
    return sql;
}

class Stager {
  public:
    Stager(const DumpContent& content, StreamReader& streams, const StageOptions& options,
           const EngineOptions& engine_options, const Context& context)
        : content_(content),
          streams_(streams),
          options_(options),
          context_(context),
          server_(options_.target, engine_options),
          target_(server_.database()),
          name_(side_name(SideRole::staged, target_, options.run_id)),
          maintenance_(server_.maintenance(worker_name(options.run_id))) {}

    StagedDatabase run() {
        require_createdb();
        try {
            create();
            fill();
        } catch (const Error&) {
            drop();
            throw;
        }
        StagedDatabase staged;
        staged.url = options_.target.with_database(name_);
        staged.target = options_.target;
        staged.run_id = options_.run_id;
        staged.guard = std::make_shared<WorkGuard>(std::move(maintenance_));
        return staged;
    }

  private:
    void require_createdb() {
        const auto may = maintenance_->query_text(
            "select 1 from pg_catalog.pg_roles where rolname = current_user and (rolcreatedb or "
            "rolsuper)");
        if (may) return;
        const auto role = maintenance_->query_text("select current_user").value_or("");
        throw Error(ErrorKind::config,
                    fmt::format("role '{}' may not create databases, and a restore makes the new "
                                "database beside the old one",
                                role))
            .with_hint(
                fmt::format("as a superuser: alter role {} createdb", quote_identifier(role)));
    }

    void create() {
        const Json& state = content_.details.at("database");
        try {
            maintenance_->execute(create_statement(name_, state));
        } catch (Error& error) {
            if (error.message().find("locale") != std::string::npos)
                error.set_hint("the backup's locale must exist on this server: install it there");
            error.add_trail("make the database to restore into");
            throw;
        }
        maintenance_->execute(
            fmt::format("revoke connect on database {} from public", quote_identifier(name_)));
        const SideDatabase side{.role = SideRole::staged,
                                .name = name_,
                                .target = target_,
                                .run_id = options_.run_id,
                                .state = state};
        maintenance_->execute(fmt::format("comment on database {} is {}", quote_identifier(name_),
                                          quote_literal(side_comment(side))));
    }

    void fill() {
        const auto connection = server_.connect(name_, worker_name(options_.run_id));
        const CancelOnStop cancel(context_.stop, *connection);
        set_dump_settings(*connection, false);
        // Nobody relies on the database before it is published, and publishing waits for the log.
        connection->execute("set synchronous_commit = off");
        connection->execute("set lock_timeout = 0");
        RowRestore rows(*connection, content_, streams_, context_);
        restore_section(*connection, streams_, "pre-data", context_);
        if (!content_.details.bool_or("has_public", true))
            connection->execute("drop schema if exists public");
        rows.load();
        set_sequences(*connection);
        load_large_objects(*connection, *streams_.open("large-objects"), context_);
        restore_section(*connection, streams_, "post-data", context_);
        connection->execute("analyze");
        verify(*connection, rows);
    }

    void set_sequences(Connection& connection) {
        std::vector<std::string> texts;
        for (const auto& sequence : sequences_from_json(content_.details.at("sequences")))
            texts.push_back(fmt::format("select pg_catalog.setval({}, {}, {})",
                                        quote_literal(quote_name(sequence.schema, sequence.name)),
                                        sequence.last_value, sequence.is_called));
        std::vector<Statement> statements;
        for (const auto& text : texts) {
            statements.emplace_back();
            statements.back().text = text;
            statements.back().number = static_cast<int>(statements.size());
        }
        for (std::span<const Statement> rest = statements; !rest.empty();) {
            const auto batch = rest.first(std::min(sequences_at_once, rest.size()));
            connection.begin({});
            connection.run_script(batch);
            connection.commit();
            rest = rest.subspan(batch.size());
        }
    }

    void verify(Connection& connection, RowRestore& rows) {
        set_dump_settings(connection, false);  // the schema's SQL has its own ideas of them
        connection.begin({.read_only = true, .isolation = Isolation::repeatable_read});
        compare_tables(connection);
        rows.compare();
        compare_sequences(connection);
        NoSink nowhere;
        const auto digest = dump_large_objects(connection, nowhere, context_);
        if (digest.hex() != content_.details.string_or("large_objects", ""))
            fail("the large objects came back with other contents than they were saved with");
        const auto invalid = connection.query_text(
            "select x.indexrelid::pg_catalog.regclass from pg_catalog.pg_index x join "
            "pg_catalog.pg_class i on i.oid = x.indexrelid where i.relkind = 'i' and not "
            "(x.indisvalid and x.indisready) limit 1");
        if (invalid) fail(fmt::format("index {} came back invalid", *invalid));
        connection.rollback();
    }

    void compare_tables(Connection& connection) {
        std::vector<std::string> expected, found;
        for (const auto& table : content_.tables)
            expected.push_back(quote_name(table.schema, table.name));
        for (const auto& table : read_dump_tables(connection))
            found.push_back(quote_name(table.schema, table.name));
        std::ranges::sort(expected);
        std::ranges::sort(found);
        if (expected != found)
            fail(fmt::format("{} tables came back instead of {}, or others", found.size(),
                             expected.size()));
    }

    void compare_sequences(Connection& connection) {
        const auto expected = sequences_from_json(content_.details.at("sequences"));
        const auto found = read_sequences(connection);
        const bool is_same = std::ranges::equal(
            expected, found, [](const SequenceValue& left, const SequenceValue& right) {
                return left.schema == right.schema && left.name == right.name &&
                       left.last_value == right.last_value && left.is_called == right.is_called;
            });
        if (!is_same) fail("the sequences came back with other values than they were saved with");
    }

    [[noreturn]] static void fail(std::string message) {
        throw Error(ErrorKind::integrity, std::move(message))
            .with_hint("the target was left as it was; verify the backup: keel backup verify");
    }

    void drop() noexcept {
        try {
            if (!maintenance_->is_usable())
                maintenance_ = server_.maintenance(worker_name(options_.run_id));
            drop_database(*maintenance_, name_);
        } catch (const std::exception& failure) {
            context_.logger.log(Level::warning,
                                fmt::format("the staged database '{}' could not be dropped: {}; "
                                            "keel recover will do it",
                                            name_, failure.what()));
        }
    }

    const DumpContent& content_;
    StreamReader& streams_;
    const StageOptions& options_;
    const Context& context_;
    Server server_;
    std::string target_;
    std::string name_;
    std::unique_ptr<Connection> maintenance_;
};

}  // namespace

StagedDatabase PostgresDumper::stage(const DumpContent& content, StreamReader& streams,
                                     const StageOptions& options, const Context& context) const {
    if (content.engine != EngineKind::postgres)
        throw Error(ErrorKind::unsupported, "the backup is not of a PostgreSQL database");
    return Stager(content, streams, options, options_, context).run();
}

}  // namespace keel::postgres
