#include "ops/migrate/scratch_replay.hpp"

#include <fmt/format.h>

#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "ops/migrate/executor.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

/// An empty database that goes when this does.
class ScratchDatabase {
  public:
    explicit ScratchDatabase(OperationContext& context)
        : engine_(context.engine()), url_(make_url(context)) {
        engine_.admin().create(url_);
        options_ = {.url = url_,
                    .read_only = false,
                    .ignore_ambient = context.is_testing(),
                    .session = context.environment().session,
                    .application_name = "keel squash",
                    .stop = context.context().stop};
        connection_ = engine_.connect(options_);
    }
    ~ScratchDatabase() {
        connection_.reset();
        try {
            engine_.admin().drop(url_);
        } catch (const Error&) {
            // Nothing is lost with it; its name says what it was.
            connection_.reset();
        }
        std::error_code failure;
        if (!folder_.empty()) fs::remove_all(folder_, failure);
    }
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    Connection& connection() { return *connection_; }
    std::unique_ptr<Connection> another() const { return engine_.connect(options_); }

  private:
    DatabaseUrl make_url(OperationContext& context) {
        const std::string id = replace_all(new_uuid(), "-", "").substr(0, 16);
        const DatabaseUrl& url = context.environment().url;
        if (engine_.kind() == EngineKind::postgres) return url.with_database("keel_scratch_" + id);
        folder_ = fs::temp_directory_path() / ("keel-scratch-" + id);
        fs::create_directories(folder_);
        fs::permissions(folder_, fs::perms::owner_all);
        return url.with_path(folder_ / "scratch.db");
    }

    const Engine& engine_;
    fs::path folder_;
    DatabaseUrl url_;
    ConnectOptions options_;
    std::unique_ptr<Connection> connection_;
};

std::map<std::string, std::int64_t> count_rows(Connection& connection, const Engine& engine) {
    std::map<std::string, std::int64_t> counts;
    for (const Table& table :
         engine.inspector().inspect(connection, {.rows = RowCounts::exact}).tables) {
        const std::int64_t rows = table.rows.value_or(0);
        if (rows > 0) counts[engine.dialect().quote(table.schema, table.name)] = rows;
    }
    return counts;
}

}  // namespace

ReplayResult replay_in_scratch(OperationContext& context,
                               const std::vector<const Migration*>& migrations) {
    const Engine& engine = context.engine();
    ScratchDatabase scratch(context);
    MigrationRun run{.engine = engine,
                     .context = context.context(),
                     .connection = [&]() -> Connection& { return scratch.connection(); },
                     .reconnect = [&]() -> Connection& { return scratch.connection(); },
                     .another = [&] { return scratch.another(); },
                     .actor = "squash",
                     .backup = {},
                     .extensions = context.services().extensions,
                     .is_for_real = false};
    History(engine).ensure(scratch.connection());
    const MigrationExecutor executor(run);
    std::int64_t sequence = 0;
    for (const Migration* migration : migrations) {
        const Script script = compile_script(*migration, Direction::up, engine);
        context.context().check_cancelled(script.label());
        static_cast<void>(executor.execute(
            script, {.row = row_of_up(script, ++sequence), .with_fingerprint = false}));
    }
    return {.fingerprint = engine.inspector().fingerprint(scratch.connection()),
            .rows = count_rows(scratch.connection(), engine)};
}

}  // namespace keel
