#include "model/sqlite_address.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace keel {
namespace {

using url_text::fail;

constexpr std::string_view memory_name = ":memory:";

std::string canonical_value(const UrlParameter& row, std::string_view value) {
    switch (row.type) {
        case UrlValueType::text:
        case UrlValueType::integer:
        case UrlValueType::secret:
            return std::string(value);
        case UrlValueType::choice:
            return to_lower(value);
        case UrlValueType::boolean: {
            const auto word = to_lower(value);
            return word == "1" || word == "true" || word == "yes" || word == "on" ? "1" : "0";
        }
    }
    return std::string(value);
}

url_text::Parameters check(const url_text::Parameters& given, bool quotable) {
    url_text::Parameters result;
    for (const auto& [name, value] : given) {
        const auto& row = url_text::require_parameter(sqlite_parameters(), name, quotable);
        url_text::check_value(row, value);
        const std::string key(row.canonical.empty() ? row.name : row.canonical);
        std::erase_if(result, [&](const auto& item) { return item.first == key; });
        result.emplace_back(key, canonical_value(row, value));
    }
    return result;
}

void check_path(std::string_view path) {
    if (path.empty()) fail("the database address names no file", "write it as sqlite:data/app.db");
    if (path.ends_with('/'))
        fail(fmt::format("the database address '{}' names a directory, not a file", path),
             "add the file's name");
    if (path == "~" || path.starts_with("~/"))
        fail("'~' at the start of a database address is not replaced by the home directory",
             "write ${HOME}/… in keel.toml, or the whole path");
}

SqliteAddress finish(std::string path, url_text::Parameters parameters) {
    SqliteAddress result;
    result.parameters = std::move(parameters);
    const auto is_memory_mode = [](const auto& item) {
        return item.first == "mode" && item.second == "memory";
    };
    result.is_memory = path == memory_name || std::any_of(result.parameters.begin(),
                                                          result.parameters.end(), is_memory_mode);
    if (result.is_memory) return result;
    check_path(path);
    result.path = std::move(path);
    return result;
}

struct Halves {
    std::string_view path;
    std::string_view query;
};

Halves split_at_question(std::string_view text) {
    const auto question = text.find('?');
    if (question == std::string_view::npos) return {text, {}};
    return {text.substr(0, question), text.substr(question + 1)};
}

/// For the forms in which SQLite or a URL reader would drop what follows a '#'.
void refuse_fragment(std::string_view text) {
    if (text.find('#') != std::string_view::npos)
        fail("the database address has a '#' in it", "write a '#' in a file's name as %23");
}

}  // namespace

SqliteAddress SqliteAddress::parse_url(std::string_view rest) {
    refuse_fragment(rest);
    auto [path, query] = split_at_question(rest);
    if (path == "//") path = memory_name;  // SQLAlchemy's "sqlite://"
    if (path.starts_with("///"))
        path.remove_prefix(3);
    else if (path.starts_with("//"))
        path.remove_prefix(2);
    return finish(url_text::decode(path), check(url_text::split_query(query), true));
}

SqliteAddress SqliteAddress::parse_file(std::string_view rest) {
    refuse_fragment(rest);
    auto [path, query] = split_at_question(rest);
    if (path.starts_with("//")) {
        const auto slash = path.find('/', 2);
        const auto host = path.substr(2, slash == std::string_view::npos ? slash : slash - 2);
        if (!host.empty() && host != "localhost")
            fail("a file: address cannot name a host",
                 "write it as file:relative/path.db or file:///absolute/path.db");
        path = slash == std::string_view::npos ? "" : path.substr(slash);
    }
    return finish(url_text::decode(path), check(url_text::split_query(query), true));
}

SqliteAddress SqliteAddress::parse_bare(std::string_view text) {
    const auto [path, query] = split_at_question(text);
    // Something with '=' before the '?' may be a keyword string gone wrong, password and all.
    const bool quotable = path.find('=') == std::string_view::npos;
    return finish(std::string(path), check(url_text::split_query(query), quotable));
}

}  // namespace keel
