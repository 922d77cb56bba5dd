#include "ops/migrate/layout.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "ops/migrate/native_layout.hpp"

namespace keel {

const MigrationLayout& migration_layout(std::string_view name) {
    static const NativeLayout native;
    if (name == "auto" || name.empty() || name == native.name()) return native;
    throw Error(ErrorKind::unsupported,
                fmt::format("this keel does not read the migration layout '{}'", name))
        .with_hint(
            "use the layout keel: '-- migrate:up' and '-- migrate:down' in <version>_<name>.sql");
}

std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& root) {
    const auto relative = path.lexically_relative(root);
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    return is_inside ? relative.native() : path.native();
}

}  // namespace keel
