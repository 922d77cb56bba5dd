#include "model/environment.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace keel {
namespace {

struct CustomaryName {
    std::string_view written;
    std::string_view name;
    EnvironmentKind kind;
};

constexpr auto customary_names = std::to_array<CustomaryName>({
    {"dev", "dev", EnvironmentKind::development},
    {"development", "dev", EnvironmentKind::development},
    {"test", "test", EnvironmentKind::test},
    {"testing", "test", EnvironmentKind::test},
    {"stage", "stage", EnvironmentKind::staging},
    {"staging", "stage", EnvironmentKind::staging},
    {"prod", "prod", EnvironmentKind::production},
    {"production", "prod", EnvironmentKind::production},
});

const CustomaryName* find_customary(std::string_view name) noexcept {
    const auto found =
        std::find_if(customary_names.begin(), customary_names.end(),
                     [&](const auto& row) { return equals_ignore_case(row.written, name); });
    return found == customary_names.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(EnvironmentKind kind) noexcept {
    switch (kind) {
        case EnvironmentKind::development:
            return "development";
        case EnvironmentKind::test:
            return "test";
        case EnvironmentKind::staging:
            return "staging";
        case EnvironmentKind::production:
            return "production";
        case EnvironmentKind::other:
            return "other";
    }
    return "other";
}

std::string normalize_environment_name(std::string_view name) {
    const auto trimmed = trim(name);
    const auto* customary = find_customary(trimmed);
    return customary ? std::string(customary->name) : to_lower(trimmed);
}

EnvironmentKind kind_of_environment_name(std::string_view name) noexcept {
    const auto* customary = find_customary(name);
    return customary ? customary->kind : EnvironmentKind::other;
}

}  // namespace keel
