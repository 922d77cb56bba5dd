#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/migrate/layouts/assemble.hpp"

namespace keel {

enum class SourceRole { up, down };

/// What the name of a file says.
struct FileRole {
    std::string version;
    std::string name;
    SourceRole role = SourceRole::up;
    int preference =
        0;  ///< of several files for one role the highest counts; of equals, none may be
    bool transaction = true;
    bool tells_apart = false;  ///< the name belongs to what the migration is known by
};

/// Reads a file's name; nothing when the file is no migration's.
using RoleReader = std::function<std::optional<FileRole>(const SourceFile&)>;

/// Joins the files of each migration, in no particular order. Throws ErrorKind::invalid_input for
/// two files that would do the same.
std::vector<Migration> collect_numbered(const std::vector<SourceFile>& files,
                                        const RoleReader& role_of, std::string_view tool);

}  // namespace keel
