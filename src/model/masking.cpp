#include "model/masking.hpp"

#include <array>

namespace keel {
namespace {

constexpr std::array names{
    std::pair{MaskKind::email, std::string_view("email")},
    std::pair{MaskKind::name, std::string_view("name")},
    std::pair{MaskKind::phone, std::string_view("phone")},
    std::pair{MaskKind::address, std::string_view("address")},
    std::pair{MaskKind::text, std::string_view("text")},
    std::pair{MaskKind::digits, std::string_view("digits")},
    std::pair{MaskKind::hash, std::string_view("hash")},
    std::pair{MaskKind::null_value, std::string_view("null")},
    std::pair{MaskKind::fixed, std::string_view("fixed")},
    std::pair{MaskKind::keep, std::string_view("keep")},
    std::pair{MaskKind::sql, std::string_view("sql")},
    std::pair{MaskKind::json, std::string_view("json")},
};

}  // namespace

std::string_view to_string(MaskKind kind) noexcept {
    for (const auto& [known, name] : names)
        if (known == kind) return name;
    return "keep";
}

std::optional<MaskKind> mask_kind_of(std::string_view word) noexcept {
    for (const auto& [kind, name] : names)
        if (name == word && kind != MaskKind::sql && kind != MaskKind::json) return kind;
    return std::nullopt;
}

std::string MaskRule::shown() const {
    auto result = std::string(to_string(kind));
    if (kind == MaskKind::sql) result += ": " + text;
    if (kind != MaskKind::json) return result;
    for (const auto& [path, rule] : paths)
        result += (&path == &paths.front().first ? ": " : ", ") + path + " " + rule.shown();
    return result;
}

}  // namespace keel
