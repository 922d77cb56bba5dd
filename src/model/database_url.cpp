#include "model/database_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/postgres_address.hpp"
#include "model/sqlite_address.hpp"
#include "model/url_text.hpp"

namespace keel {
namespace {

using url_text::fail;

enum class Form { postgres, sqlite, file };
struct Scheme {
    std::string_view name;
    Form form;
};
constexpr auto schemes = std::to_array<Scheme>({
    {"postgresql", Form::postgres},
    {"postgres", Form::postgres},
    {"pgsql", Form::postgres},
    {"pg", Form::postgres},
    {"sqlite", Form::sqlite},
    {"sqlite3", Form::sqlite},
    {"file", Form::file},
});
constexpr std::string_view forms_hint =
    "write postgresql://user@host/name or sqlite:path/to/file.db (docs/reference/urls.md)";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_scheme_character(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/// "postgresql+asyncpg" of "postgresql+asyncpg://…"; empty when no scheme is there. One letter is
/// none.
std::string_view scheme_of(std::string_view text) {
    if (text.empty() || !is_letter(text.front())) return {};
    const auto end =
        std::find_if_not(text.begin(), text.end(), [](char c) { return is_scheme_character(c); });
    const auto length = static_cast<std::size_t>(end - text.begin());
    return length > 1 && end != text.end() && *end == ':' ? text.substr(0, length)
                                                          : std::string_view();
}

[[noreturn]] void fail_unknown_scheme(std::string_view scheme, std::string_view rest) {
    std::vector<std::string> names;
    for (const auto& row : schemes) names.emplace_back(row.name);
    const auto lower = to_lower(scheme);
    if (lower == "jdbc") fail("the database address begins with 'jdbc:'", "leave out the 'jdbc:'");
    // Without "//" or a near name, what stands before the colon is more likely no scheme at all,
    // and may be anything: it is not quoted.
    if (!rest.starts_with("//") && !nearest(lower, names))
        fail("the database address has a ':' but no scheme that is known", std::string(forms_hint));
    fail(fmt::format("unknown scheme '{}' of the database address{}", escape_controls(scheme),
                     did_you_mean(lower, names)),
         std::string(forms_hint));
}

const Scheme& require_scheme(std::string_view written, std::string_view rest) {
    const auto plus = written.find('+');
    const auto name = to_lower(written.substr(0, plus));  // SQLAlchemy's "+driver" names no place
    const auto found = std::find_if(schemes.begin(), schemes.end(),
                                    [&](const auto& row) { return row.name == name; });
    if (found == schemes.end()) fail_unknown_scheme(written, rest);
    return *found;
}

/// Whether it begins like "host=…": letters and underscores, then '='.
bool looks_like_keywords(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    const auto name = trim(text.substr(0, equals));
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || c == '_'; });
}

void refuse_controls(std::string_view text) {
    const auto is_control = [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7f;
    };
    if (std::any_of(text.begin(), text.end(), is_control))
        fail("the database address has a control character in it (a line break, a tab)",
             "an address is one line; look for a stray line break in the file or variable");
}

/// "user:word@host/name": a server's address whose scheme was forgotten, not a file.
void refuse_server_without_scheme(std::string_view text) {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find('@', colon) != std::string_view::npos)
        fail("the database address looks like a server's, but has no scheme",
             "put postgresql:// before it; a file of that name is written sqlite:NAME");
}

}  // namespace

std::string_view to_string(EngineKind kind) noexcept {
    switch (kind) {
        case EngineKind::sqlite:
            return "sqlite";
        case EngineKind::postgres:
            return "postgres";
    }
    return "sqlite";
}

DatabaseUrl DatabaseUrl::parse(std::string_view text, const std::filesystem::path& base) {
    text = trim(text);
    if (text.empty()) fail("the database address is empty", std::string(forms_hint));
    refuse_controls(text);
    const auto written = scheme_of(text);
    if (!written.empty()) {
        const auto rest = text.substr(written.size() + 1);
        if (require_scheme(written, rest).form != Form::postgres) return parse_sqlite(text, base);
        if (!rest.starts_with("//"))
            fail("the scheme of the database address is not followed by '//'",
                 std::string(forms_hint));
        return parse_postgres("postgresql:" + std::string(rest));
    }
    if (looks_like_keywords(text)) return parse_postgres(text);
    refuse_server_without_scheme(text);
    return parse_sqlite(text, base);
}

DatabaseUrl DatabaseUrl::parse_postgres(std::string_view text) {
    const auto address = PostgresAddress::parse(text);
    DatabaseUrl result;
    result.engine_ = EngineKind::postgres;
    result.conninfo_ = Secret(address.render());
    result.redacted_ = escape_controls(address.render_redacted());
    result.password_ = Secret(address.password());
    result.database_ = address.database();
    result.is_local_ = address.is_local();
    return result;
}

DatabaseUrl DatabaseUrl::parse_sqlite(std::string_view text, const std::filesystem::path& base) {
    const auto scheme = scheme_of(text);
    const auto rest = scheme.empty() ? text : text.substr(scheme.size() + 1);
    auto address = scheme.empty() ? SqliteAddress::parse_bare(rest)
                   : require_scheme(scheme, rest).form == Form::file
                       ? SqliteAddress::parse_file(rest)
                       : SqliteAddress::parse_url(rest);
    DatabaseUrl result;
    result.parameters_ = std::move(address.parameters);
    result.is_memory_ = address.is_memory;
    result.is_read_only_ = result.parameter("mode") == "ro" || result.parameter("immutable") == "1";
    result.set_sqlite_path(address.is_memory ? std::filesystem::path() : base / address.path);
    return result;
}

void DatabaseUrl::set_sqlite_path(std::filesystem::path path) {
    if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal();
    path_ = std::move(path);
    redacted_ = "sqlite:" +
                (is_memory_ ? std::string(":memory:") : url_text::encode(path_.string(), "/:,@ ")) +
                url_text::join_query(parameters_);
    redacted_ = escape_controls(redacted_);
}

std::optional<std::string> DatabaseUrl::parameter(std::string_view name) const {
    for (const auto& [known, value] : parameters_)
        if (known == name) return value;
    return std::nullopt;
}

DatabaseUrl DatabaseUrl::with_database(std::string_view name) const {
    if (engine_ != EngineKind::postgres)
        throw Error(ErrorKind::internal, "with_database needs a PostgreSQL address");
    auto address = PostgresAddress::parse(conninfo_.reveal());
    address.set_database(name);
    return parse_postgres(address.render());
}

DatabaseUrl DatabaseUrl::with_path(std::filesystem::path path) const {
    if (engine_ != EngineKind::sqlite)
        throw Error(ErrorKind::internal, "with_path needs a SQLite address");
    auto result = *this;
    result.is_memory_ = false;
    std::erase(result.parameters_, std::pair<std::string, std::string>("mode", "memory"));
    result.set_sqlite_path(std::move(path));
    return result;
}

bool DatabaseUrl::operator==(const DatabaseUrl& other) const {
    return engine_ == other.engine_ && path_ == other.path_ && is_memory_ == other.is_memory_ &&
           parameters_ == other.parameters_ && conninfo_.reveal() == other.conninfo_.reveal();
}

}  // namespace keel
