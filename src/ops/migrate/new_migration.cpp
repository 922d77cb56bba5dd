#include "ops/migrate/new_migration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/generated_migration.hpp"
#include "ops/migrate/new_rebuild.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

constexpr std::size_t longest_slug = 100;

/// The versions of the files, with nothing said about what is wrong in them.
std::vector<std::string> taken_versions(OperationContext& context) {
    std::vector<std::string> versions;
    for (const Migration& migration : read_migrations_if_any(context))
        versions.push_back(migration.version);
    return versions;
}

}  // namespace

std::string migration_slug(std::string_view name) {
    std::string slug;
    for (const char c : to_lower(trim(name))) {
        const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_kept) slug.push_back(c);
        if (!is_kept && c != '\'' && !slug.empty() && slug.back() != '_') slug.push_back('_');
    }
    slug.resize(std::min(slug.size(), longest_slug));
    while (slug.ends_with('_')) slug.pop_back();
    if (slug.empty())
        throw Error(ErrorKind::usage,
                    fmt::format("no file name can be made of '{}'", escape_controls(name)))
            .with_hint("name it with letters or digits: keel migrate new add_users");
    return slug;
}

std::string next_version(TimePoint now, const std::vector<std::string>& taken) {
    const auto is_taken = [&](const std::string& version) {
        return std::any_of(taken.begin(), taken.end(), [&](const std::string& other) {
            return version_key(other) == version_key(version);
        });
    };
    std::string version = format_utc_compact(now);
    while (is_taken(version)) version = format_utc_compact(now += std::chrono::seconds(1));
    return version;
}

std::string next_number(const std::vector<std::string>& taken) {
    constexpr std::size_t shortest_date = 8;
    std::string_view highest;
    for (const std::string& version : taken) {
        const bool is_number = version.find_first_not_of("0123456789") == std::string::npos;
        if (!is_number || version_key(version).size() >= shortest_date) return {};
        if (highest.empty() || version_less(highest, version)) highest = version;
    }
    const auto number = parse_unsigned(highest);
    return number ? fmt::format("{:0{}}", *number + 1, highest.size()) : std::string();
}

std::string new_version(OperationContext& context, const MigrationLayout& layout,
                        const std::vector<std::string>& given) {
    auto taken = taken_versions(context);
    taken.insert(taken.end(), given.begin(), given.end());
    const std::string number = layout.name() == "keel" ? std::string() : next_number(taken);
    return number.empty() ? next_version(context.context().clock.now(), taken) : number;
}

void migrate_new(OperationContext& context, const OptionValues& options, Report& report) {
    if (options.flag("auto") && options.has("rebuild"))
        throw Error(ErrorKind::usage,
                    "give either --auto or --rebuild: a difference says itself which tables are "
                    "rebuilt")
            .with_hint(
                "write the rebuild of one table with: keel migrate new NAME --rebuild TABLE");
    if (options.flag("auto")) return generate_migration(context, options, report);
    for (const char* option : {"to", "rename", "one-transaction"}) {
        if (options.has(option))
            throw Error(ErrorKind::usage,
                        fmt::format("--{} belongs to --auto: an empty migration has nothing to "
                                    "generate",
                                    option))
                .with_hint("keel migrate new NAME --auto");
    }
    const std::string slug = migration_slug(options.text("name"));
    const MigrationFolder folder = migration_folder(context);
    const MigrationLayout& layout = project_layout(context);
    const std::string version = new_version(context, layout, {});
    const bool is_dry = context.invocation().dry_run;
    const std::vector<NewFile> files =
        options.has("rebuild")
            ? rebuild_files(context, layout, version, slug, options.text("rebuild"))
            : layout.new_files(version, slug);
    const auto path =
        is_dry ? folder.directory / files.front().path : write_migration(files, folder);
    const std::string shown = shown_path(path, folder.root);
    report.result.set("version", version).set("name", slug).set("file", shown);
    report.body.emplace_back(
        MarkedLine{is_dry ? Mark::skipped : Mark::ok,
                   fmt::format("{} {}", is_dry ? "would create" : "created", shown)});
    report.next_steps.emplace_back("keel migrate lint --latest 1");
    report.next_steps.emplace_back("keel migrate up");
}

}  // namespace keel
