#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/workspace.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "support/temporary_directory.hpp"

namespace keel {

/// Nobody at a terminal: what must be asked is answered by the invocation or not at all.
class NobodyThere final : public Interaction {
  public:
    void banner(std::string_view text) override { banners += std::string(text) + "\n"; }
    bool can_ask() const override { return false; }
    std::optional<std::string> ask(std::string_view) override { return std::nullopt; }

    std::string banners;
};

/// The system's time, moved by as much as a test says.
class ShiftedClock final : public Clock {
  public:
    TimePoint now() const override { return SystemClock().now() + shift; }

    std::chrono::milliseconds shift{0};
};

/// How an operation is called.
struct TestCall {
    std::vector<std::pair<std::string, std::string>> options = {};
    bool yes = false;
    bool dry_run = false;
    std::string confirm = {};
    std::string environment = {};
};

/// A project in a temporary directory with one database, on which operations run through a
/// Workspace as every front end runs them. The database does not exist at first, and goes with the
/// project. Nothing of the real process environment is seen.
class TestProject {
  public:
    explicit TestProject(EngineKind kind = EngineKind::sqlite) : kind_(kind) {
        if (kind == EngineKind::postgres) {
            const auto server = process_environment()("KEEL_TEST_POSTGRES").value_or("");
            const auto name = "t_" + replace_all(new_uuid(), "-", "");
            url_ = "postgresql://keel@/" + name + "?host=" + server + "/socket";
        } else {
            url_ = "sqlite:" + (root() / "app.db").native();
        }
        write("keel.toml",
              "[project]\nname = \"shop\"\ndefault = \"dev\"\n\n[environments.dev]\n"
              "url = \"" +
                  url_ + "\"\n");
        std::filesystem::create_directory(root() / "migrations");
        std::filesystem::permissions(root(), std::filesystem::perms::owner_all);
    }
    ~TestProject() {
        if (kind_ != EngineKind::postgres) return;
        try {
            if (engine().admin().exists(url())) engine().admin().drop(url());
        } catch (const Error&) {
            // A database that stays behind goes with the private server.
        }
    }
    TestProject(const TestProject&) = delete;
    TestProject& operator=(const TestProject&) = delete;

    static bool has_postgres() {
        return !process_environment()("KEEL_TEST_POSTGRES").value_or("").empty();
    }

    const std::filesystem::path& root() const noexcept { return directory_.path(); }
    EngineKind kind() const noexcept { return kind_; }
    DatabaseUrl url() const { return DatabaseUrl::parse(url_, root()); }
    const std::string& url_text() const noexcept { return url_; }

    const Engine& engine() {
        if (!engine_) {
            engine_ = kind_ == EngineKind::sqlite ? sqlite::make_engine() : postgres::make_engine();
        }
        return *engine_;
    }
    /// A connection past the Workspace, that may write: what somebody else does to the database.
    std::unique_ptr<Connection> connect(bool create = false) {
        if (create && !engine().admin().exists(url())) engine().admin().create(url());
        ConnectOptions options{.url = url(), .read_only = false, .create = create, .session = {}};
        return engine().connect(options);
    }
    void execute(std::initializer_list<std::string_view> statements) {
        const auto connection = connect(true);
        for (const auto statement : statements) connection->execute(statement);
    }

    void write(const std::string& file, std::string_view text) const {
        std::ofstream(root() / file, std::ios::binary | std::ios::trunc) << text;
    }
    /// A migration of the native format.
    void add_migration(const std::string& name, std::string_view up, std::string_view down) const {
        write("migrations/" + name + ".sql", "-- migrate:up\n" + std::string(up) +
                                                 "\n\n-- migrate:down\n" + std::string(down) +
                                                 "\n");
    }

    std::map<std::string, std::string> variables;  ///< the process environment it sees
    std::optional<SchemaDeclaration> models;       ///< what its application declares
    Extensions extensions;                         ///< what the application brings

    Report run(const std::string& operation, const TestCall& call = {}) {
        Invocation invocation;
        invocation.operation = operation;
        for (const auto& [name, value] : call.options) invocation.options.set(name, value);
        invocation.overrides.directory = root();
        if (!call.environment.empty()) invocation.overrides.environment = call.environment;
        invocation.actor = {.name = "tester", .host = "here"};
        invocation.dry_run = call.dry_run;
        invocation.yes = call.yes;
        invocation.confirm = call.confirm;
        invocation.command_line = "keel " + operation;
        Workspace workspace(
            [this](std::string_view name) -> std::optional<std::string> {
                const auto found = variables.find(std::string(name));
                if (found == variables.end()) return std::nullopt;
                return found->second;
            },
            extensions);
        if (models) workspace.declare(*models);
        const Context context{
            .stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};
        return workspace.run(invocation, interaction, context);
    }

    NobodyThere interaction;
    ShiftedClock clock;

  private:
    TemporaryDirectory directory_;
    EngineKind kind_;
    std::string url_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace keel
