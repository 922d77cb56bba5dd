#include "ops/kit/plan_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {

namespace {

constexpr int newest_format = 1;

std::string qualified(std::string_view kind, std::string_view schema, std::string_view name) {
    return schema.empty() ? fmt::format("{} {}", kind, name)
                          : fmt::format("{} {}.{}", kind, schema, name);
}

/// The parts of a table that are one thing to a reader: its columns and options. Indexes,
/// constraints and triggers are objects of their own.
std::string table_text(const Table& table) {
    std::string text = table.options;
    for (const auto& column : table.columns) {
        text += fmt::format("\n{} {} {} {} {} {}", column.name, column.type, column.nullable,
                            column.default_expression.value_or("\x01"), column.generated,
                            column.collation);
    }
    return text;
}

void add_table(SchemaOutline& outline, const Table& table) {
    outline[qualified("table", table.schema, table.name)] = digest_hex(table_text(table));
    for (const auto& index : table.indexes) {
        outline[qualified("index", table.schema, index.name)] =
            digest_hex(fmt::format("{} {}", index.definition, index.valid));
    }
    for (const auto& constraint : table.constraints) {
        const auto name = constraint.name.empty() ? constraint.definition : constraint.name;
        outline[qualified("constraint", table.schema, table.name + "." + name)] =
            digest_hex(fmt::format("{} {}", constraint.definition, constraint.validated));
    }
    for (const auto& trigger : table.triggers) {
        outline[qualified("trigger", table.schema, table.name + "." + trigger.name)] =
            digest_hex(fmt::format("{} {}", trigger.definition, trigger.enabled));
    }
}

Json steps_json(const Plan& plan) {
    Json steps = Json::array();
    for (const auto& step : plan.steps) {
        Json entry = Json::object();
        entry.set("step", step.step).set("detail", step.detail);
        entry.set("destructive", step.destructive);
        steps.push_back(std::move(entry));
    }
    return steps;
}

Json options_json(const PlanFile& plan) {
    Json options = Json::array();
    for (const auto& [name, value] : plan.options) {
        options.push_back(Json::from(std::vector<std::string>{name, value}));
    }
    return options;
}

Json outline_json(const SchemaOutline& outline) {
    Json result = Json::object();
    for (const auto& [name, digest] : outline) result.set(name, digest);
    return result;
}

Json body_json(const PlanFile& plan) {
    Json body = Json::object();
    body.set("operation", plan.operation).set("options", options_json(plan));
    body.set("command", plan.command_line).set("environment", plan.environment);
    body.set("engine", plan.engine).set("database", plan.database);
    body.set("instance_id", plan.instance_id).set("fingerprint", plan.fingerprint);
    body.set("outline", outline_json(plan.outline)).set("steps", steps_json(plan.plan));
    body.set("plan_id", plan.plan.id()).set("author", plan.author);
    body.set("created_at", format_utc(plan.created_at));
    body.set("expires_at", format_utc(plan.expires_at));
    body.set("keel_version", plan.keel_version);
    return body;
}

PlanFile from_body(const Json& body) {
    PlanFile plan;
    plan.operation = body.at("operation").as_string();
    for (const auto& option : body.at("options").as_array()) {
        plan.options.emplace_back(option.as_array().at(0).as_string(),
                                  option.as_array().at(1).as_string());
    }
    plan.command_line = body.at("command").as_string();
    plan.environment = body.at("environment").as_string();
    plan.engine = body.at("engine").as_string();
    plan.database = body.at("database").as_string();
    plan.instance_id = body.at("instance_id").as_string();
    plan.fingerprint = body.at("fingerprint").as_string();
    for (const auto& [name, digest] : body.at("outline").as_object()) {
        plan.outline[name] = digest.as_string();
    }
    for (const auto& step : body.at("steps").as_array()) {
        plan.plan.steps.push_back({.step = step.at("step").as_string(),
                                   .detail = step.at("detail").as_string(),
                                   .destructive = step.at("destructive").as_bool()});
    }
    plan.author = body.at("author").as_string();
    plan.created_at = parse_utc(body.at("created_at").as_string());
    plan.expires_at = parse_utc(body.at("expires_at").as_string());
    plan.keel_version = body.at("keel_version").as_string();
    return plan;
}

/// A plan made before there was a database fits one that is still empty.
bool was_made_from_nothing(const PlanFile& plan, const PlanSituation& now) {
    return plan.fingerprint.empty() &&
           std::all_of(now.outline.begin(), now.outline.end(),
                       [](const auto& entry) { return entry.first.starts_with("schema "); });
}

Error moved(std::string message) {
    return Error(ErrorKind::refused, std::move(message))
        .with_hint("make a new plan with: keel plan COMMAND");
}

std::string listed(const std::vector<std::string>& lines) {
    constexpr std::size_t shown = 10;
    std::string text;
    for (std::size_t i = 0; i < lines.size() && i < shown; ++i) text += "; " + lines[i];
    if (lines.size() > shown) text += fmt::format("; and {} more", lines.size() - shown);
    return text.empty() ? text : text.substr(2);
}

std::vector<std::string> step_differences(const Plan& before, const Plan& after) {
    const auto text = [](const PlanStep& s) { return fmt::format("{} ({})", s.step, s.detail); };
    SchemaOutline old_steps, new_steps;
    for (const auto& step : before.steps) old_steps["step '" + text(step) + "'"] = "";
    for (const auto& step : after.steps) new_steps["step '" + text(step) + "'"] = "";
    return differences(old_steps, new_steps);
}

}  // namespace

SchemaOutline outline_of(const Catalog& catalog) {
    SchemaOutline outline;
    for (const auto& schema : catalog.schemas) outline["schema " + schema] = "";
    for (const auto& table : catalog.tables) add_table(outline, table);
    for (const auto& view : catalog.views) {
        outline[qualified("view", view.schema, view.name)] = digest_hex(view.definition);
    }
    for (const auto& routine : catalog.routines) {
        outline[qualified(routine.kind, routine.schema, routine.signature)] =
            digest_hex(routine.definition);
    }
    return outline;
}

std::vector<std::string> differences(const SchemaOutline& before, const SchemaOutline& after) {
    std::vector<std::string> lines;
    for (const auto& [name, digest] : before) {
        const auto found = after.find(name);
        if (found == after.end())
            lines.push_back(name + " is gone");
        else if (found->second != digest)
            lines.push_back(name + " was changed");
    }
    for (const auto& [name, digest] : after) {
        if (!before.contains(name)) lines.push_back(name + " is new");
    }
    return lines;
}

std::string PlanFile::hash() const {
    return digest_hex(body_json(*this).canonical());
}

Json to_json(const PlanFile& plan) {
    Json json = Json::object();
    json.set("keel_plan", newest_format).set("hash", plan.hash()).set("body", body_json(plan));
    return json;
}

PlanFile plan_file_from_json(const Json& json) {
    const auto* format = json.find("keel_plan");
    if (format == nullptr || !format->is_integer()) {
        throw Error(ErrorKind::invalid_input, "this is not a plan file")
            .with_hint("plan files are written by: keel plan COMMAND");
    }
    if (format->as_integer() > newest_format) {
        throw Error(ErrorKind::unsupported, "the plan was written by a newer keel")
            .with_hint("apply it with the version that wrote it, or make a new plan");
    }
    const auto& body = json.at("body");
    if (digest_hex(body.canonical()) != json.string_or("hash", "")) {
        throw Error(ErrorKind::integrity, "the plan was changed after it was written")
            .with_hint("make a new plan with: keel plan COMMAND");
    }
    return from_body(body);
}

PlanFile read_plan_file(const std::filesystem::path& path) {
    try {
        return plan_file_from_json(Json::parse(read_file(path)));
    } catch (Error& error) {
        error.set_where({.file = path.native()});
        throw;
    }
}

void write_plan_file(const std::filesystem::path& path, const PlanFile& plan) {
    write_file_atomically(path, to_json(plan).dump(2) + "\n");
}

void refuse_moved_plan(const PlanFile& plan, const PlanSituation& situation) {
    if (plan.environment != situation.environment) {
        throw moved(fmt::format("the plan is for '{}', this is '{}'", plan.environment,
                                situation.environment));
    }
    if (situation.now >= plan.expires_at) {
        throw moved(fmt::format("the plan expired at {}", format_utc(plan.expires_at)));
    }
    if (situation.now < plan.created_at) {
        throw moved(fmt::format("the plan was made in the future ({}): the clocks disagree",
                                format_utc(plan.created_at)));
    }
    if (plan.instance_id != situation.instance_id) {
        throw moved("the plan was made for another database: the marker is not the same");
    }
    if (plan.fingerprint != situation.fingerprint && !was_made_from_nothing(plan, situation)) {
        throw moved("the schema is not what it was when the plan was made: " +
                    listed(differences(plan.outline, situation.outline)));
    }
    if (plan.plan.id() != situation.plan.id()) {
        throw moved("it would not do the same any more: " +
                    listed(step_differences(plan.plan, situation.plan)));
    }
}

}  // namespace keel
