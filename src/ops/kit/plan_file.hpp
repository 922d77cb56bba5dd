#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "model/catalog.hpp"
#include "model/plan.hpp"

namespace keel {

/// Every object of a schema by name, with a digest of its definition: enough to say what moved.
using SchemaOutline = std::map<std::string, std::string>;

SchemaOutline outline_of(const Catalog& catalog);
/// "table public.users was changed", "index public.users_email was added", in order.
std::vector<std::string> differences(const SchemaOutline& before, const SchemaOutline& after);

/// A plan on disk: what was going to be done, to which database, in which state. Specified in
/// docs/formats/plan.md. Its hash is taken over everything in it.
struct PlanFile {
    std::string operation;  ///< "migrate up"
    std::vector<std::pair<std::string, std::string>> options;
    std::string command_line;  ///< redacted
    std::string environment;
    std::string engine;
    std::string database;     ///< redacted
    std::string instance_id;  ///< of the marker; empty when the database had none
    std::string fingerprint;  ///< of the schema
    SchemaOutline outline;
    Plan plan;
    std::string author;
    TimePoint created_at{};
    TimePoint expires_at{};
    std::string keel_version;

    std::string hash() const;
};

/// The file's JSON, hash included.
Json to_json(const PlanFile& plan);
/// Throws ErrorKind::integrity when the hash does not fit, ErrorKind::unsupported for a newer
/// format, ErrorKind::invalid_input for what is no plan.
PlanFile plan_file_from_json(const Json& json);
PlanFile read_plan_file(const std::filesystem::path& path);
void write_plan_file(const std::filesystem::path& path, const PlanFile& plan);

/// The situation a plan is about to be applied in.
struct PlanSituation {
    std::string environment;
    std::string instance_id;
    std::string fingerprint;
    SchemaOutline outline;
    Plan plan;  ///< made anew
    TimePoint now{};
};

/// Throws ErrorKind::refused naming what moved, when the plan is expired or anything is not as it
/// was when the plan was made.
void refuse_moved_plan(const PlanFile& plan, const PlanSituation& situation);

}  // namespace keel
