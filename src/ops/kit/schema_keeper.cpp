#include "ops/kit/schema_keeper.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/kit/schema_file.hpp"
#include "ops/kit/schema_workbench.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

/// The file is a developer's: deployments and test runs leave it alone.
bool is_kept_here(OperationContext& context) {
    const auto kind = context.environment().kind;
    const bool is_development =
        kind == EnvironmentKind::development || kind == EnvironmentKind::other;
    return is_development && !context.is_known_protected() && !context.is_testing();
}

bool is_as_database(OperationContext& context) {
    Workbench bench(context, own_source(context));
    const auto wanted = bench.read(declared_file(context));
    return differences(wanted, bench.read(own_source(context))).empty();
}

bool may_replace(OperationContext& context, const fs::path& path, const std::string& text,
                 const std::string& shown, Report& report) {
    const auto before = read_file(path);
    if (before == text) return false;
    if (trim(before).empty()) return true;
    const auto state = state_of_schema_file(before);
    // Somebody's own text stays as they wrote it; another engine's is no concern of this one.
    if (!state.is_ours || state.engine != context.engine().name()) return false;
    if (!state.is_edited || is_as_database(context)) return true;
    report.warnings.push_back(fmt::format(
        "{} was edited and the database is not as it says, so it was left as it is: look at "
        "it with keel schema diff, or write it anew with keel schema dump --write",
        shown));
    return false;
}

}  // namespace

void keep_schema_file(OperationContext& context, Report& report) {
    const auto& path = context.project().migrations().schema;
    std::error_code ignored;
    if (path.empty() || fs::is_directory(path, ignored) || !is_kept_here(context)) return;
    auto* connection = context.connection_if_exists();
    if (connection == nullptr) return;
    const auto model = context.engine().schema_tools().read(*connection);
    const auto text = schema_file(context.engine(), model);
    const auto shown = path.lexically_proximate(context.project().root()).native();
    if (fs::exists(path, ignored) && !may_replace(context, path, text, shown, report)) return;
    write_file_atomically(path, text, 0644);
    report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("wrote {}", shown)});
}

}  // namespace keel
