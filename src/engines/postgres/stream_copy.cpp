#include "engines/postgres/stream_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <tuple>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/copy_large_objects.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/definitions.hpp"
#include "engines/postgres/inspect.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/post_data_build.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/snapshot.hpp"
#include "engines/postgres/staging.hpp"
#include "engines/postgres/table_load.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

/// Besides those that load: one session that reads, one that writes and we ourselves do not keep
/// the server busy while it waits for its disk.
constexpr std::size_t builders = 1;

class TextSink final : public ByteSink {
  public:
    void write(std::span<const std::byte> bytes) override { text += as_text(bytes); }
    void finish() override {}
    std::string text;
};

class StreamCopy {
  public:
    StreamCopy(const CopyOptions& options, const EngineOptions& engine_options,
               const Context& context)
        : options_(options),
          context_(context),
          loaders_(options.workers == 0 ? usual_workers() : options.workers),
          crew_(loaders_ + builders, loaders_, context.stop),
          snapshot_(options.source, crew_.stop()),
          staging_(options.to, engine_options, context),
          sources_(crew_.size(), crew_.stop(), [this] { return snapshot_.another(); }),
          targets_(crew_.size(), crew_.stop(), [this] { return target_session(); }) {}

    CopiedDatabase run() {
        refuse_older_server();
        if (options_.on_snapshot) options_.on_snapshot(snapshot_.connection());
        choose_tables();
        const auto keys = read_key_indexes(snapshot_.connection());
        const auto state = read_state();
        const auto tool = fit_pg_dump(snapshot_.major_version());
        Definitions own;
        if (!tool) own = write_definitions(snapshot_.connection());
        // Other sessions on the same snapshot: nothing here waits for them.
        auto pre_data = std::async(std::launch::async,
                                   [&] { return tool ? dump(*tool, "pre-data") : own.pre_data; });
        auto post_data = std::async(
            std::launch::async, [&] { return tool ? dump(*tool, "post-data") : own.post_data; });
        staging_.create(state);
        target_ = staging_.connect();
        const CancelOnStop cancel(crew_.stop(), *target_);
        const auto definitions = pre_data.get();
        run_schema(*target_, wanted_statements(*target_, definitions), "pre-data", context_);
        drop_public_if_absent();
        const auto text = post_data.get();
        statements_ = classify_post_data(wanted_statements(*target_, text));
        count_builds();
        prepare_session(*target_, statements_);
        build_and_load(keys);
        return finished();
    }

  private:
    std::string dump(const PgDumpTool& tool, const std::string& section) {
        TextSink sink;
        const auto wire = snapshot_.wire();
        run_pg_dump({.tool = tool, .wire = *wire, .snapshot = snapshot_.name(), .section = section},
                    sink, context_);
        return std::move(sink.text);
    }

    void refuse_older_server() {
        const auto target =
            staging_.maintenance().query_integer("show server_version_num") / 10'000;
        if (target >= snapshot_.major_version()) return;
        throw Error(ErrorKind::unsupported,
                    fmt::format("the target's server is version {}, older than the source's {}",
                                target, snapshot_.major_version()))
            .with_hint("copy to a server of the same version, or a later one");
    }

    void choose_tables() {
        for (auto table : snapshot_.tables()) {
            const auto transform =
                options_.transforms == nullptr
                    ? nullptr
                    : options_.transforms->for_table(table.schema, table.name, table.columns);
            table.is_changed = transform != nullptr;
            if (table.is_binary_safe && can_change_binary(table, transform.get()))
                table.format = CopyFormat::binary;
            if (table.is_changed) set_expressions(table);
            if (options_.leaves_out && options_.leaves_out(table.schema, table.name))
                left_out_.push_back(std::move(table));
            else
                tables_.push_back(std::move(table));
        }
    }

    /// Dates, numbers and the like that nobody looks at need no text on their way.
    static bool can_change_binary(const DumpTable& table, const RowTransform* transform) {
        if (transform == nullptr) return true;
        for (std::size_t i = 0; i < table.kinds.size(); ++i)
            if (table.kinds[i] == WireKind::opaque && transform->uses(i)) return false;
        return true;
    }

    void set_expressions(DumpTable& table) const {
        std::vector<std::string> expressions;
        bool is_any = false;
        for (const auto& column : table.columns) {
            auto expression = options_.transforms->expression(table.schema, table.name, column);
            is_any = is_any || !expression.empty();
            expressions.push_back(expression.empty() ? quote_identifier(column)
                                                     : std::move(expression));
        }
        if (is_any) table.expressions = std::move(expressions);
    }

    DumpTable* find(std::string_view quoted) {
        const auto found = std::ranges::find_if(
            tables_, [&](const DumpTable& table) { return table.quoted() == quoted; });
        return found == tables_.end() ? nullptr : &*found;
    }

    void count_builds() {
        for (const auto& statement : statements_) {
            auto* table = find(statement.table);
            if (table == nullptr) continue;
            if (statement.kind == PostDataKind::index || statement.kind == PostDataKind::key)
                ++table->builds;
            if (statement.kind != PostDataKind::foreign_key) continue;
            auto* parent = find(statement.references);
            if (parent != nullptr) parent->awaited = std::max(parent->awaited, table->bytes);
        }
    }

    Json read_state() {
        auto& connection = snapshot_.connection();
        const auto name =
            connection.query_text("select pg_catalog.current_database()").value_or("");
        return read_database_state(connection, name).value_or(Json());
    }

    void drop_public_if_absent() {
        const auto has_public = snapshot_.connection().query_text(
            "select 1 from pg_catalog.pg_namespace where nspname = 'public'");
        if (!has_public) target_->execute("drop schema if exists public");
    }

    std::unique_ptr<Connection> target_session() const {
        auto session = staging_.connect();
        prepare_session(*session, statements_);
        return session;
    }

    void build_and_load(const std::vector<KeyIndex>& keys) {
        PostDataBuild build({.crew = crew_,
                             .targets = targets_,
                             .tables = tables_,
                             .statements = statements_,
                             .keys = keys,
                             .analyzes_roots = has_root_statistics(snapshot_.connection()),
                             .context = context_});
        TableLoad load({.crew = crew_,
                        .sources = sources_,
                        .targets = targets_,
                        .tables = tables_,
                        .encoding = snapshot_.encoding(),
                        .transforms = options_.transforms,
                        .reads_back = options_.reads_back,
                        .context = context_,
                        .on_rows_in = [&](std::size_t table) { build.rows_are_in(table); },
                        .on_compared = [&](std::size_t table) { build.is_compared(table); }});
        const auto units = plan_row_units(
            tables_,
            {.workers = loaders_,
             // What is loaded in one piece is frozen, which saves the server writing it twice.
             .units_each = 1,
             .may_split = has_page_ranges(snapshot_.connection())});
        load.start(units);
        crew_.run();
        build.finish(*target_, [this] { copy_outside_tables(); });
        compare_tables();
        settle();
        build.make_event_triggers(*target_);
        compare_schema();
        content_ = load.content();
        proof_ = load.has_counted() ? "counted" : "read_back";
    }

    void copy_outside_tables() {
        copy_large_objects(snapshot_.connection(), *target_, !options_.empties_large_objects,
                           context_);
        const auto sequences = read_sequences(snapshot_.connection());
        set_sequences(*target_, sequences);
        if (read_sequences(*target_) != sequences)
            throw Error(ErrorKind::integrity, "the sequences arrived with other values");
    }

    /// Each table of the source is there, and no other.
    void compare_tables() {
        std::vector<std::string> expected, found;
        for (const auto& table : snapshot_.tables()) expected.push_back(table.quoted());
        for (const auto& table : read_dump_tables(*target_)) found.push_back(table.quoted());
        std::ranges::sort(expected);
        std::ranges::sort(found);
        if (expected == found) return;
        throw Error(ErrorKind::integrity, fmt::format("{} tables arrived instead of {}, or others",
                                                      found.size(), expected.size()));
    }

    void settle() {
        if (!options_.settle) return;
        target_->execute("reset search_path");  // the schema's SQL works without one
        options_.settle(*target_);
    }

    void compare_schema() {
        const PostgresInspector inspector;
        if (inspector.fingerprint(*target_) == inspector.fingerprint(snapshot_.connection()))
            return;
        throw Error(ErrorKind::integrity, "the schema that arrived is not that of the source")
            .with_hint("the target was left as it was; copy as the role that owns the objects");
    }

    CopiedDatabase finished() {
        CopiedDatabase copied;
        copied.tables = std::move(content_);
        for (const auto& table : left_out_)
            copied.tables.push_back({.schema = table.schema, .name = table.name});
        std::ranges::sort(copied.tables, {}, [](const TableContent& table) {
            return std::tie(table.schema, table.name);
        });
        copied.method = "rows";
        copied.proof = proof_;
        copied.bytes = static_cast<std::uint64_t>(target_->query_integer(
            "select pg_catalog.pg_database_size(pg_catalog.current_database())"));
        sources_.close();
        targets_.close();
        target_.reset();
        copied.staged = staging_.keep();
        return copied;
    }

    const CopyOptions& options_;
    const Context& context_;
    std::size_t loaders_;
    Crew crew_;
    Snapshot snapshot_;
    Staging staging_;
    WorkerSessions sources_;
    WorkerSessions targets_;
    std::unique_ptr<Connection> target_;
    std::vector<DumpTable> tables_;
    std::vector<DumpTable> left_out_;
    std::vector<PostDataStatement> statements_;
    std::vector<TableContent> content_;
    std::string proof_;
};

}  // namespace

CopiedDatabase copy_as_rows(const CopyOptions& options, const EngineOptions& engine_options,
                            const Context& context) {
    return StreamCopy(options, engine_options, context).run();
}

}  // namespace keel::postgres
