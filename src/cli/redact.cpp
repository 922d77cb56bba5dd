#include "cli/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "base/text.hpp"

namespace keel {

namespace {

constexpr std::array<std::string_view, 6> secret_words = {"password", "passwd", "passphrase",
                                                          "secret",   "token",  "pwd"};

bool is_name_character(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

/// Between the colon after the user and the last '@': a password may hold any character, so that
/// the end of the authority does not end it.
void find_user_part(std::string_view argument, std::vector<SecretRange>& found) {
    const std::size_t scheme = argument.find("://");
    if (scheme == std::string_view::npos) return;
    const std::size_t begin = scheme + 3;
    const std::size_t at = argument.rfind('@');
    const std::size_t colon = argument.find(':', begin);
    if (at == std::string_view::npos || colon == std::string_view::npos || colon >= at) return;
    const std::size_t query = argument.find('?', begin);
    if (query < colon) return;
    found.emplace_back(colon + 1, at - colon - 1);
}

bool names_secret(std::string_view name) {
    const std::string lower = to_lower(name);
    return std::ranges::any_of(
        secret_words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::size_t value_end(std::string_view argument, std::size_t begin) {
    if (begin < argument.size() && (argument[begin] == '\'' || argument[begin] == '"')) {
        return std::min(argument.find(argument[begin], begin + 1), argument.size());
    }
    return std::min(argument.find_first_of("& \t", begin), argument.size());
}

void find_parameters(std::string_view argument, std::vector<SecretRange>& found) {
    for (std::size_t equals = argument.find('='); equals != std::string_view::npos;
         equals = argument.find('=', equals + 1)) {
        std::size_t name = equals;
        while (name > 0 && is_name_character(argument[name - 1])) --name;
        if (!names_secret(argument.substr(name, equals - name))) continue;
        const std::size_t end = value_end(argument, equals + 1);
        found.emplace_back(equals + 1, end - equals - 1);
    }
}

/// Ranges in order, those that touch or overlap made one.
std::vector<SecretRange> merged(std::vector<SecretRange> ranges) {
    std::ranges::sort(ranges);
    std::vector<SecretRange> result;
    for (const auto& [offset, length] : ranges) {
        if (length == 0) continue;
        if (!result.empty() && offset <= result.back().first + result.back().second) {
            const std::size_t end =
                std::max(result.back().first + result.back().second, offset + length);
            result.back().second = end - result.back().first;
        } else {
            result.emplace_back(offset, length);
        }
    }
    return result;
}

std::string quoted(const std::string& argument) {
    const bool is_plain = !argument.empty() && std::ranges::all_of(argument, [](char c) {
        return is_name_character(c) || std::strchr("./:=@%+,", c) != nullptr;
    });
    return is_plain ? argument : "'" + replace_all(argument, "'", "'\\''") + "'";
}

}  // namespace

std::vector<SecretRange> find_secrets(std::string_view argument) {
    std::vector<SecretRange> found;
    find_user_part(argument, found);
    find_parameters(argument, found);
    return merged(std::move(found));
}

std::string redact(std::string_view argument) {
    std::string result(argument);
    const std::vector<SecretRange> secrets = find_secrets(argument);
    for (auto secret = secrets.rbegin(); secret != secrets.rend(); ++secret) {
        result.replace(secret->first, secret->second, "***");
    }
    return result;
}

std::string redacted_command_line(std::span<const std::string> arguments) {
    std::string result = "keel";
    for (const std::string& argument : arguments) result += " " + quoted(redact(argument));
    return result;
}

void conceal_arguments(std::span<char* const> arguments) noexcept {
    try {
        for (char* const argument : arguments) {
            for (const auto& [offset, length] : find_secrets(argument)) {
                std::memset(argument + offset, '*', length);
            }
        }
    } catch (const std::bad_alloc&) {
        return;  // without memory nothing will run either
    }
}

}  // namespace keel
