#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "ops/kit/schema_workbench.hpp"

namespace keel {
namespace {

std::string plain(std::string_view name) {
    return to_lower(replace_all(std::string(name), "\"", ""));
}

/// "users" and "public.users" both mean public.users.
bool means(const SchemaObject& object, std::string_view word) {
    const auto name = plain(object.name);
    const auto wanted = plain(word);
    return name == wanted || name.ends_with('.' + wanted);
}

const SchemaObject* find_named(const SchemaModel& model, std::string_view kind,
                               std::string_view word) {
    for (const auto& [key, object] : model.objects)
        if (object.kind == kind && means(object, word)) return &object;
    return nullptr;
}

/// Kinds whose names are words of the user's; columns first, for a table is renamed after them.
constexpr auto kinds = std::to_array<std::string_view>(
    {"column", "table", "view", "materialized view", "enum", "domain", "composite type", "range",
     "sequence", "index", "schema"});

std::string last_name(std::string_view name) {
    const auto dot = name.rfind('.');
    return std::string(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

std::string owner_name(std::string_view name) {
    const auto dot = name.rfind('.');
    return std::string(dot == std::string_view::npos ? "" : name.substr(0, dot));
}

bool is_plain_word(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string quoted(const Dialect& dialect, const std::string& name) {
    return is_plain_word(name) ? name : dialect.quote(name);
}

SchemaRename explicit_rename(const SchemaModel& from, const std::string& word,
                             const Dialect& dialect) {
    const auto sign = word.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == word.size())
        throw Error(ErrorKind::usage, fmt::format("'{}' does not say what became what", word))
            .with_hint("--rename users.mail=email, --rename members=users");
    const auto before = word.substr(0, sign);
    for (const auto kind : kinds) {
        if (const auto* object = find_named(from, kind, before))
            return {std::string(kind), object->name,
                    quoted(dialect, last_name(word.substr(sign + 1)))};
    }
    throw Error(ErrorKind::not_found, fmt::format("there is no '{}' to rename", before))
        .with_hint("name what the first of the two schemas has: --rename OLD=NEW");
}

/// A hint stays in the file when it is long done.
void add_hint(const RenameHint& hint, const SchemaModel& from, const SchemaModel& to,
              const Dialect& dialect, std::vector<SchemaRename>& renames) {
    const bool is_column = find_named(to, "column", hint.now) != nullptr &&
                           find_named(to, "table", hint.now) == nullptr;
    const std::string kind = is_column ? "column" : "table";
    if (find_named(from, kind, hint.now) != nullptr) return;
    auto owner = owner_name(hint.now);
    // The column's table may have another name too.
    for (const auto& rename : renames)
        if (is_column && rename.kind == "table" && plain(rename.to) == plain(last_name(owner)))
            owner = rename.from;
    const auto before = owner.empty() ? hint.before : owner + '.' + last_name(hint.before);
    if (const auto* object = find_named(from, kind, before))
        renames.push_back({kind, object->name, quoted(dialect, last_name(hint.now))});
}

}  // namespace

std::vector<SchemaRename> find_renames(const SchemaModel& from, const SchemaModel& to,
                                       const std::vector<std::string>& words,
                                       const std::vector<RenameHint>& hints,
                                       const Dialect& dialect) {
    std::vector<SchemaRename> renames;
    for (const auto& word : words) renames.push_back(explicit_rename(from, word, dialect));
    for (const bool columns : {false, true}) {
        for (const auto& hint : hints) {
            const bool is_table = find_named(to, "table", hint.now) != nullptr;
            if (is_table != columns) add_hint(hint, from, to, dialect, renames);
        }
    }
    std::ranges::stable_sort(renames, {}, [](const SchemaRename& rename) {
        return std::ranges::find(kinds, rename.kind) - kinds.begin();
    });
    return renames;
}

std::vector<std::string> suggest_renames(const SchemaModel& from, const SchemaModel& to) {
    std::vector<std::string> suggestions;
    for (const auto& [key, object] : from.objects) {
        if (object.kind != "column" || to.find(key) != nullptr) continue;
        if (to.find(object.owner) == nullptr) continue;
        for (const auto& [other_key, other] : to.objects) {
            const bool fits = other.kind == "column" && other.owner == object.owner &&
                              from.find(other_key) == nullptr && other.facts == object.facts;
            if (!fits) continue;
            suggestions.push_back(fmt::format("if {} is called {} now, say --rename {}={}",
                                              object.name, last_name(other.name), object.name,
                                              last_name(other.name)));
            break;
        }
    }
    return suggestions;
}

}  // namespace keel
