#include "model/migration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace keel {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// The digits a version begins with, without leading zeros.
std::string_view leading_number(std::string_view version) noexcept {
    const auto end = std::find_if_not(version.begin(), version.end(), is_digit);
    auto begin = std::find_if_not(version.begin(), end, [](char c) { return c == '0'; });
    return {begin, end};
}

std::string_view after_number(std::string_view version) noexcept {
    return version.substr(std::min(version.find_first_not_of("0123456789"), version.size()));
}

}  // namespace

bool version_less(std::string_view left, std::string_view right) noexcept {
    const std::string_view left_number = leading_number(left);
    const std::string_view right_number = leading_number(right);
    if (left_number.size() != right_number.size()) return left_number.size() < right_number.size();
    if (left_number != right_number) return left_number < right_number;
    const std::string_view left_rest = after_number(left);
    const std::string_view right_rest = after_number(right);
    if (left_rest.starts_with('.') && right_rest.starts_with('.'))
        return version_less(left_rest.substr(1), right_rest.substr(1));
    return left < right;
}

std::string_view version_key(std::string_view version) noexcept {
    while (version.size() > 1 && version[0] == '0' && is_digit(version[1]))
        version.remove_prefix(1);
    return version;
}

std::string_view to_string(MigrationState state) noexcept {
    switch (state) {
        case MigrationState::applied:
            return "applied";
        case MigrationState::running:
            return "running";
        case MigrationState::failed:
            return "failed";
        case MigrationState::reverting:
            return "reverting";
        case MigrationState::reverted:
            return "reverted";
        case MigrationState::skipped:
            return "skipped";
    }
    return "applied";
}

MigrationState parse_migration_state(std::string_view word) {
    for (const auto state :
         {MigrationState::applied, MigrationState::running, MigrationState::failed,
          MigrationState::reverting, MigrationState::reverted, MigrationState::skipped}) {
        if (word == to_string(state)) return state;
    }
    throw Error(ErrorKind::integrity,
                fmt::format("the migration history says '{}', which is no state", word))
        .with_hint("a newer keel may have written it: use that version");
}

}  // namespace keel
