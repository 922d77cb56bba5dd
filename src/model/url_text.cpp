#include "model/url_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::url_text {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    static constexpr std::string_view plain = "-._~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           plain.find(c) != std::string_view::npos;
}

/// Names that other tools give to what has another name here.
std::string foreign_name_hint(std::string_view name) {
    if (name == "schema" || name == "currentSchema") return "the schema is chosen with search_path";
    if (name == "pgbouncer" || name == "connection_limit" || name == "pool_timeout")
        return "leave it out: the pool is set up under [environments.NAME] pool in keel.toml";
    return {};
}

}  // namespace

void fail(std::string message, std::string hint) {
    throw Error(ErrorKind::config, std::move(message)).with_hint(std::move(hint));
}

std::string decode(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at];
            continue;
        }
        const int high = at + 1 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
        if (high < 0 || low < 0)
            fail("the database address has a '%' that two hexadecimal digits do not follow",
                 "write a '%' that stands for itself as %25");
        if (high == 0 && low == 0)
            fail("the database address has %00 in it", "a zero byte cannot be part of an address");
        result += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return result;
}

std::string encode(std::string_view text, std::string_view keep) {
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c) || keep.find(c) != std::string_view::npos)
            result += c;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return result;
}

Parameters split_query(std::string_view query) {
    Parameters result;
    if (query.empty()) return result;
    for (const auto& part : split(query, '&')) {
        const auto equals = part.find('=');
        if (equals == std::string::npos || equals == 0)
            fail(fmt::format("parameter {} of the database address is not NAME=VALUE",
                             result.size() + 1),
                 "parameters follow '?' and are separated by '&': ?sslmode=require&user=app");
        result.emplace_back(decode(std::string_view(part).substr(0, equals)),
                            decode(std::string_view(part).substr(equals + 1)));
    }
    return result;
}

std::string join_query(const Parameters& parameters) {
    std::string result;
    for (const auto& [name, value] : parameters)
        result += fmt::format("{}{}={}", result.empty() ? "?" : "&", name, encode(value, "/:,*"));
    return result;
}

const UrlParameter& require_parameter(std::span<const UrlParameter> table, std::string_view name,
                                      bool quotable) {
    if (const auto* found = find_url_parameter(table, name)) return *found;
    std::string hint = "docs/reference/urls.md lists the parameters";
    const bool is_word =
        std::all_of(name.begin(), name.end(), [](char c) { return is_unreserved(c) && c != '~'; });
    if (!quotable || !is_word)
        fail("the database address has an unknown parameter",
             "a password with blanks or one of : / ? # [ ] @ & % in it must be percent-encoded in "
             "a URL, and stand in single quotes in a keyword string");
    if (auto foreign = foreign_name_hint(name); !foreign.empty()) hint = std::move(foreign);
    std::vector<std::string> names;
    for (const auto& row : table) names.emplace_back(row.name);
    fail(fmt::format("unknown parameter '{}' in the database address{}", name,
                     did_you_mean(name, names)),
         hint);
}

void check_value(const UrlParameter& parameter, std::string_view value) {
    const auto problem = url_value_problem(parameter, value);
    if (!problem.empty())
        fail(fmt::format("parameter '{}' of the database address {}", parameter.name, problem),
             "docs/reference/urls.md lists the parameters and their values");
}

}  // namespace keel::url_text
