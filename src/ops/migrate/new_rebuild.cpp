#include "ops/migrate/new_rebuild.hpp"
#include "db/table_rebuild.hpp"

#include <fmt/format.h>

namespace keel {
namespace {

/// Both directions in one file, as the layout marks them.
std::string joined(const MigrationLayout& layout, const TableRebuild& rebuild) {
    if (layout.name() == "keel")
        return fmt::format("-- migrate:up\n{}\n-- migrate:down\n{}", rebuild.up, rebuild.down);
    if (layout.name() != "goose") return rebuild.up;  // it has no down
    const auto section = [](std::string_view marker, const std::string& text) {
        // Triggers have semicolons inside; goose wants to be told.
        return fmt::format("-- +goose {}\n-- +goose StatementBegin\n{}-- +goose StatementEnd\n",
                           marker, text);
    };
    return section("Up", rebuild.up) + "\n" + section("Down", rebuild.down);
}

}  // namespace

std::vector<NewFile> rebuild_files(OperationContext& context, const MigrationLayout& layout,
                                   std::string_view version, std::string_view name,
                                   const std::string& table) {
    const TableRebuild rebuild = context.engine().rebuild_table(context.connection(), table);
    std::vector<NewFile> files = layout.new_files(version, name);
    if (files.size() == 1) {
        files.front().text = joined(layout, rebuild);
        return files;
    }
    files.at(0).text = rebuild.up;
    files.at(1).text = rebuild.down;
    return files;
}

}  // namespace keel
