#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/dump.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/large_objects.hpp"
#include "engines/postgres/post_data_build.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/restore_rows.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/staging.hpp"

namespace keel::postgres {
namespace {

/// Besides those that load, who wait for the server and for us.
constexpr std::size_t builders = 2;

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
        Crew crew(usual_workers() + builders, usual_workers(), context_.stop);
        const auto connection = staging_.connect();
        const CancelOnStop cancel(crew.stop(), *connection);
        restore_section(*connection, streams_, "pre-data", context_);
        if (!content_.details.bool_or("has_public", true))
            connection->execute("drop schema if exists public");
        const auto text = read_section(streams_, "post-data");
        const auto statements = classify_post_data(wanted_statements(*connection, text));
        prepare_session(*connection, statements);
        build(crew, *connection, statements);
        verify(*connection);
    }

    void build(Crew& crew, Connection& connection,
               const std::vector<PostDataStatement>& statements) {
        WorkerSessions sessions(crew.size(), crew.stop(), [&] {
            auto session = staging_.connect();
            prepare_session(*session, statements);
            return session;
        });
        PostDataBuild* builder = nullptr;
        RowRestore rows({.crew = crew,
                         .targets = sessions,
                         .loaders = usual_workers(),
                         .content = content_,
                         .streams = streams_,
                         .context = context_,
                         .on_rows_in = [&](std::size_t table) { builder->rows_are_in(table); },
                         .on_compared = [&](std::size_t table) { builder->is_compared(table); }});
        const Json* keys_json = content_.details.find("keys");
        const auto keys =
            keys_json == nullptr ? std::vector<KeyIndex>() : key_indexes_from_json(*keys_json);
        PostDataBuild post_data(
            {.crew = crew,
             .targets = sessions,
             .tables = rows.tables(),
             .statements = statements,
             .keys = keys,
             .analyzes_roots = content_.details.bool_or("root_statistics", true),
             .context = context_});
        builder = &post_data;
        rows.start();
        crew.run();
        post_data.finish(connection, [&] {
            set_sequences(connection, sequences_from_json(content_.details.at("sequences")));
            load_large_objects(connection, *streams_.open("large-objects"), context_);
        });
        post_data.make_event_triggers(connection);
    }

    void verify(Connection& connection) {
        connection.begin({.read_only = true, .isolation = Isolation::repeatable_read});
        compare_tables(connection);
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
