#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace keel {

enum class MaskKind {
    email,
    name,
    phone,
    address,
    text,
    digits,
    hash,
    null_value,
    fixed,
    keep,
    sql,
    json,
};
std::string_view to_string(MaskKind kind) noexcept;
/// The built-in of that name; nothing for any other word.
std::optional<MaskKind> mask_kind_of(std::string_view word) noexcept;

/// What becomes of the values of a column.
struct MaskRule {
    MaskKind kind = MaskKind::keep;
    std::string text;  ///< of fixed: the value; of sql: the expression
    std::vector<std::pair<std::string, MaskRule>> paths = {};  ///< of json: "$.a.b", "$.list[*].c"

    /// "email", "sql: lower(name)".
    std::string shown() const;
    bool operator==(const MaskRule&) const = default;
};

struct MaskedColumn {
    std::string table;  ///< as it was written: "users", "audit.events"
    std::string column;
    MaskRule rule;
    SourcePosition where;
};

/// Which rows come along, when only some do.
struct SubsetSettings {
    std::vector<std::pair<std::string, std::string>> roots;  ///< table and SQL condition
    /// How many references away rows that refer to kept ones come along.
    int children = 1'000'000;
    bool has_all_parents = false;  ///< tables that are only referred to come whole
};

struct MaskSettings {
    std::vector<MaskedColumn> columns;
    std::optional<Secret> key;
    std::string large_objects;  ///< "keep", "empty"; empty: nobody has said
    SubsetSettings subset;
};

}  // namespace keel
