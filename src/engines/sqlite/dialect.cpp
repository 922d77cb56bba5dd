#include "engines/sqlite/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

std::string text_literal(std::string_view text) {
    // A literal ends at the first NUL, and must be UTF-8: what is neither is written as bytes.
    if (text.find('\0') != std::string_view::npos || !is_valid_utf8(text)) {
        return fmt::format("cast(x'{}' as text)", hex(as_bytes(text)));
    }
    return fmt::format("'{}'", replace_all(text, "'", "''"));
}

std::string real_literal(double number) {
    if (std::isnan(number)) {
        throw Error(ErrorKind::invalid_input, "SQLite cannot hold the number NaN")
            .with_hint("use null instead");
    }
    if (std::isinf(number)) return number > 0 ? "9e999" : "-9e999";
    auto text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

struct LiteralOf {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "1" : "0"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return real_literal(value); }
    std::string operator()(const std::string& value) const { return text_literal(value); }
    std::string operator()(const Blob& value) const { return fmt::format("x'{}'", hex(value)); }
};

/// The first few tokens of a statement: enough to know what it is. Text that cannot be cut is known
/// as far as it can be.
std::vector<Token> first_tokens(std::string_view statement, std::size_t count) {
    std::vector<Token> tokens;
    try {
        Tokenizer tokenizer(statement);
        while (tokens.size() < count) {
            const auto token = tokenizer.next();
            if (!token) break;
            tokens.push_back(*token);
        }
    } catch (const Error&) {
        return tokens;
    }
    return tokens;
}

/// PRAGMA [schema.]name = value, or name(value): the lower-cased name when a value is given.
std::string pragma_that_sets(std::span<const Token> tokens) {
    std::size_t name = 1;
    if (tokens.size() > 3 && tokens[2].text == ".") name = 3;
    if (tokens.size() < name + 2) return {};
    const auto after = tokens[name + 1].text;
    return after == "=" || after == "(" ? to_lower(unquote(tokens[name].text)) : std::string();
}

}  // namespace

std::string quote_name(std::string_view identifier) {
    return fmt::format("\"{}\"", replace_all(identifier, "\"", "\"\""));
}

bool is_internal_table(std::string_view name) noexcept {
    constexpr auto internal =
        std::to_array<std::string_view>({"keel_meta", "keel_migrations", "keel_migration_steps"});
    return std::ranges::any_of(internal,
                               [&](std::string_view own) { return equals_ignore_case(own, name); });
}

std::string SqliteDialect::quote(std::string_view identifier) const {
    if (identifier.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::invalid_input, "a name cannot contain a NUL byte");
    }
    if (!is_valid_utf8(identifier)) {
        throw Error(ErrorKind::invalid_input,
                    fmt::format("the name '{}' is not valid UTF-8", escape_controls(identifier)));
    }
    return quote_name(identifier);
}

std::string SqliteDialect::quote(std::string_view schema, std::string_view name) const {
    if (schema.empty() || equals_ignore_case(schema, "main")) return quote(name);
    return fmt::format("{}.{}", quote(schema), quote(name));
}

std::string SqliteDialect::literal(const Value& value) const {
    return std::visit(LiteralOf{}, value);
}

bool SqliteDialect::needs_no_transaction(std::string_view statement) const {
    const auto tokens = first_tokens(statement, 5);
    if (tokens.empty()) return false;
    if (tokens[0].is("vacuum") || tokens[0].is("detach")) return true;
    if (!tokens[0].is("pragma")) return false;
    // Inside a transaction SQLite refuses these, or (foreign_keys) does nothing without a word.
    constexpr auto settings = std::to_array<std::string_view>(
        {"journal_mode", "foreign_keys", "synchronous", "temp_store", "temp_store_directory"});
    if (std::ranges::find(settings, pragma_that_sets(tokens)) != settings.end()) return true;
    return std::ranges::any_of(tokens,
                               [](const Token& token) { return token.is("wal_checkpoint"); });
}

bool SqliteDialect::controls_transaction(std::string_view statement) const {
    constexpr auto words = std::to_array<std::string_view>(
        {"begin", "commit", "end", "rollback", "savepoint", "release"});
    const auto tokens = first_tokens(statement, 1);
    return !tokens.empty() &&
           std::ranges::any_of(words, [&](std::string_view word) { return tokens[0].is(word); });
}

std::string SqliteDialect::internal_table(std::string_view name) const {
    return quote(fmt::format("keel_{}", name));
}

std::vector<std::string> SqliteDialect::internal_setup() const {
    return {};
}

bool SqliteDialect::is_internal(std::string_view schema, std::string_view name) const noexcept {
    return (schema.empty() || equals_ignore_case(schema, "main")) && is_internal_table(name);
}

}  // namespace keel::sqlite
