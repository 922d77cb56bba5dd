#include "ops/inspect/info.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"

namespace keel {

namespace {

struct ObjectCounts {
    std::size_t schemas = 0;
    std::size_t tables = 0;
    std::size_t views = 0;
    std::size_t indexes = 0;
    std::size_t triggers = 0;
    std::size_t functions = 0;
};

ObjectCounts count_objects(const Catalog& catalog) {
    ObjectCounts counts{.schemas = catalog.schemas.size(),
                        .tables = catalog.tables.size(),
                        .views = catalog.views.size(),
                        .functions = catalog.routines.size()};
    for (const auto& table : catalog.tables) {
        counts.indexes += table.indexes.size();
        counts.triggers += table.triggers.size();
    }
    for (const auto& view : catalog.views) counts.triggers += view.triggers.size();
    return counts;
}

Json to_json(const ObjectCounts& counts) {
    Json json = Json::object();
    json.set("schemas", counts.schemas).set("tables", counts.tables).set("views", counts.views);
    json.set("indexes", counts.indexes).set("triggers", counts.triggers);
    json.set("functions", counts.functions);
    return json;
}

std::string contents(const ObjectCounts& counts) {
    return fmt::format("{}, {}, {}, {}, {}", count_of(counts.tables, "table"),
                       count_of(counts.views, "view"), count_of(counts.indexes, "index", "indexes"),
                       count_of(counts.triggers, "trigger"),
                       count_of(counts.functions, "function"));
}

Json settings_json(const ServerInfo& server) {
    Json json = Json::object();
    for (const auto& [name, value] : server.settings) json.set(name, value);
    return json;
}

KeyValues overview(const std::string& engine, const std::string& address,
                   const ServerInfo& server) {
    KeyValues lines;
    lines.items = {{"engine", fmt::format("{} {}", engine, server.version)},
                   {"database", server.database},
                   {"address", address},
                   {"size", format_bytes(static_cast<std::uint64_t>(server.size_bytes))},
                   {"encoding", server.encoding}};
    if (!server.user.empty()) lines.items.emplace_back("user", server.user);
    return lines;
}

}  // namespace

void show_info(OperationContext& context, const OptionValues&, Report& report) {
    auto& connection = context.connection();
    const auto& engine = context.engine();
    const auto server = engine.admin().info(connection);
    const auto counts = count_objects(engine.inspector().inspect(connection, {}));
    const std::string engine_name(engine.name());
    const auto& address = context.environment().url.redacted();

    report.result.set("engine", engine_name)
        .set("server_version", server.version)
        .set("database", server.database)
        .set("url", address)
        .set("size_bytes", server.size_bytes)
        .set("encoding", server.encoding)
        .set("user", server.user.empty() ? Json() : Json(server.user))
        .set("counts", to_json(counts))
        .set("settings", settings_json(server));

    auto lines = overview(engine_name, address, server);
    lines.items.emplace_back("contents", contents(counts));
    report.body.emplace_back(std::move(lines));
    if (!server.settings.empty()) {
        report.body.emplace_back(Paragraph{"Settings"});
        report.body.emplace_back(KeyValues{server.settings});
    }
}

}  // namespace keel
