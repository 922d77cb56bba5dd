#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/dump.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/large_objects.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/restore_rows.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/staging.hpp"

namespace keel::postgres {
namespace {

/// A sink for what is only read to be digested.
class NoSink final : public ByteSink {
  public:
    void write(std::span<const std::byte>) override {}
    void finish() override {}
};

class Stager {
  public:
    Stager(const DumpContent& content, StreamReader& streams, const StageOptions& options,
           const EngineOptions& engine_options, const Context& context)
        : content_(content),
          streams_(streams),
          context_(context),
          staging_(options, engine_options, context) {}

    StagedDatabase run() {
        staging_.create(content_.details.at("database"));
        fill();
        return staging_.keep();
    }

  private:
    void fill() {
        const auto connection = staging_.connect();
        const CancelOnStop cancel(context_.stop, *connection);
        RowRestore rows(*connection, content_, streams_, context_);
        restore_section(*connection, streams_, "pre-data", context_);
        if (!content_.details.bool_or("has_public", true))
            connection->execute("drop schema if exists public");
        rows.load();
        set_sequences(*connection, sequences_from_json(content_.details.at("sequences")));
        load_large_objects(*connection, *streams_.open("large-objects"), context_);
        restore_section(*connection, streams_, "post-data", context_);
        connection->execute("analyze");
        verify(*connection, rows);
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
        if (expected != found)
            fail("the sequences came back with other values than they were saved with");
    }

    [[noreturn]] static void fail(std::string message) {
        throw Error(ErrorKind::integrity, std::move(message))
            .with_hint("the target was left as it was; verify the backup: keel backup verify");
    }

    const DumpContent& content_;
    StreamReader& streams_;
    const Context& context_;
    Staging staging_;
};

}  // namespace

StagedDatabase PostgresDumper::stage(const DumpContent& content, StreamReader& streams,
                                     const StageOptions& options, const Context& context) const {
    if (content.engine != EngineKind::postgres)
        throw Error(ErrorKind::unsupported, "the backup is not of a PostgreSQL database");
    return Stager(content, streams, options, options_, context).run();
}

}  // namespace keel::postgres
