#include "ops/kit/schema_differences.hpp"

#include <fmt/format.h>

namespace keel {
namespace {

char sign_of(SchemaAction action) {
    switch (action) {
        case SchemaAction::create:
            return '+';
        case SchemaAction::change:
            return '~';
        case SchemaAction::drop:
            return '-';
    }
    return ' ';
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

}  // namespace

Json differences_json(const std::vector<SchemaDifference>& differences) {
    Json list = Json::array();
    for (const auto& difference : differences) {
        Json item = Json::object();
        item.set("action", to_string(difference.action)).set("kind", difference.kind);
        item.set("name", difference.name).set("changes", Json::from(difference.changes));
        list.push_back(std::move(item));
    }
    return list;
}

Json steps_json(const std::vector<PlanPhase>& phases, bool down) {
    Json list = Json::array();
    const auto add = [&](const PlanPhase& phase, std::size_t number) {
        for (const auto& step : down ? phase.down : phase.up) {
            Json item = Json::object();
            item.set("sql", step.sql).set("object", step.object);
            item.set("phase", static_cast<std::int64_t>(number));
            item.set("transaction", down || phase.transaction);
            item.set("destructive", step.destructive);
            item.set("hazard", text_or_null(step.hazard)).set("lock", text_or_null(step.lock));
            list.push_back(std::move(item));
        }
    };
    for (std::size_t at = 0; at < phases.size(); ++at) {
        const auto number = down ? phases.size() - 1 - at : at;
        add(phases[number], number);
    }
    return list;
}

Json renames_json(const std::vector<SchemaRename>& renames) {
    Json list = Json::array();
    for (const auto& rename : renames) {
        Json item = Json::object();
        item.set("kind", rename.kind).set("from", rename.from).set("to", rename.to);
        list.push_back(std::move(item));
    }
    return list;
}

std::string renames_text(const std::vector<SchemaRename>& renames) {
    std::string text;
    for (const auto& rename : renames)
        text += fmt::format("> {} {} is now {}\n", rename.kind, rename.from, rename.to);
    return text;
}

std::string differences_text(const std::vector<SchemaDifference>& differences) {
    std::string text;
    for (const auto& difference : differences) {
        text +=
            fmt::format("{} {} {}\n", sign_of(difference.action), difference.kind, difference.name);
        for (const auto& change : difference.changes) text += fmt::format("    {}\n", change);
    }
    return text;
}

}  // namespace keel
