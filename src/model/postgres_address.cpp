#include "model/postgres_address.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace keel {
namespace {

using url_text::fail;

constexpr std::string_view uri_start = "postgresql://";
constexpr std::string_view encode_hint =
    "in a URL, write each of : / ? # [ ] @ & % and the blank inside a name or a password "
    "percent-encoded: '@' is %40, '/' is %2F, ':' is %3A, '?' is %3F";

void check_port(std::string_view port) {
    if (port.empty()) return;
    const auto number = parse_unsigned(port);
    if (!number || *number == 0 || *number > 65535)
        fail("the port in the database address is not a number from 1 to 65535",
             std::string(encode_hint));
}

struct HostPort {
    std::string_view host;
    std::string_view port;
};

HostPort split_host(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || end == 1)
            fail("the database address has a '[' without an IPv6 address and ']'",
                 "write it as postgresql://[::1]:5432/name");
        const auto rest = text.substr(end + 1);
        if (!rest.empty() && rest.front() != ':')
            fail("the IPv6 host in the database address is not followed by ':' or '/'",
                 std::string(encode_hint));
        return {text.substr(1, end - 1), rest.empty() ? rest : rest.substr(1)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

bool is_local_host(std::string_view host) {
    return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
           host.starts_with("127.") || host == "::1";
}

std::string search_path_option(std::string_view path) {
    std::string escaped;
    for (const char c : path) {
        if (c == ' ' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return "-c search_path=" + escaped;
}

/// 'value' in libpq's quoting; bare when nothing in it needs quotes.
std::string quote_value(std::string_view value) {
    const bool is_plain =
        !value.empty() && value.find_first_of(" ='\\\t\n\r") == std::string_view::npos;
    if (is_plain) return std::string(value);
    std::string result = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

constexpr std::string_view blanks = " \t";

struct KeywordValue {
    std::string text;
    std::size_t end = 0;  ///< where reading goes on; npos when a quote was not closed
};

KeywordValue read_value(std::string_view text, std::size_t from) {
    KeywordValue result;
    auto at = std::min(text.find_first_not_of(blanks, from), text.size());
    const bool is_quoted = at < text.size() && text[at] == '\'';
    if (is_quoted) ++at;
    const std::string_view stops = is_quoted ? "'" : blanks;
    for (; at < text.size() && stops.find(text[at]) == std::string_view::npos; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        result.text += text[at];
    }
    result.end = !is_quoted ? at : at < text.size() ? at + 1 : std::string_view::npos;
    return result;
}

bool is_secret(std::string_view name) {
    const auto* row = find_url_parameter(postgres_parameters(), name);
    return row != nullptr && row->type == UrlValueType::secret;
}

/// Whether an unquoted value looks as if the next keyword had run into it: libpq would take it, and
/// it would be shown although it may be a password. Options are full of '=' by nature.
bool is_ambiguous(std::string_view name, std::string_view written) {
    written = trim(written);
    return !written.starts_with('\'') && name != "options" && !is_secret(name) &&
           written.find_first_of("='") != std::string_view::npos;
}

}  // namespace

PostgresAddress PostgresAddress::parse(std::string_view text) {
    return text.starts_with(uri_start) ? parse_uri(text.substr(uri_start.size()))
                                       : parse_keywords(text);
}

PostgresAddress PostgresAddress::parse_uri(std::string_view rest) {
    if (rest.find(' ') != std::string_view::npos)
        fail("the database address has a blank in it", std::string(encode_hint));
    PostgresAddress result;
    result.is_uri_ = true;
    // As libpq: the user information ends at the first '@', unless a '/' comes before it.
    const auto stop = rest.find_first_of("@/");
    result.has_user_info_ = stop != std::string_view::npos && rest[stop] == '@';
    if (result.has_user_info_) {
        result.take_user(rest.substr(0, stop));
        rest.remove_prefix(stop + 1);
    }
    const auto question = rest.find('?');
    const auto query = question == std::string_view::npos ? "" : rest.substr(question + 1);
    const auto place = rest.substr(0, question);
    const auto slash = place.find('/');
    const auto name = slash == std::string_view::npos ? "" : place.substr(slash + 1);
    const bool has_stray_at = query.find('@') != std::string_view::npos;
    if (place.find('@') != std::string_view::npos || (has_stray_at && result.has_user_info_))
        fail("the database address has an '@' that does not stand between user and host",
             std::string(encode_hint));
    if (name.find_first_of("=&") != std::string_view::npos)
        fail("the name of the database has '=' or '&' in it",
             "parameters begin with '?'; in a name, write '=' as %3D and '&' as %26");
    result.take_hosts(place.substr(0, slash));
    result.uri_database_ = url_text::decode(name);
    result.parameters_ = url_text::split_query(query);
    result.check_parameters(!has_stray_at);
    return result;
}

void PostgresAddress::take_user(std::string_view user_info) {
    const auto colon = user_info.find(':');
    user_ = url_text::decode(user_info.substr(0, colon));
    if (colon != std::string_view::npos)
        uri_password_ = url_text::decode(user_info.substr(colon + 1));
}

void PostgresAddress::take_hosts(std::string_view hosts) {
    for (const auto& one : split(hosts, ',')) {
        const auto parts = split_host(one);
        check_port(parts.port);
        static_cast<void>(url_text::decode(parts.host));
    }
    uri_hosts_ = hosts;
}

PostgresAddress PostgresAddress::parse_keywords(std::string_view text) {
    static constexpr std::string_view quote_hint =
        "write it as host=… dbname=…; a value with blanks or quotes stands in single quotes, with "
        "\\' and \\\\ inside";
    PostgresAddress result;
    bool after_secret = false;
    for (auto at = text.find_first_not_of(blanks); at < text.size();
         at = text.find_first_not_of(blanks, at)) {
        const auto equals = text.find('=', at);
        const auto name = trim(text.substr(at, equals - at));
        if (equals == std::string_view::npos || name.empty() ||
            name.find_first_of(blanks) != std::string_view::npos)
            fail(fmt::format("keyword {} of the database address is not NAME=VALUE",
                             result.parameters_.size() + 1),
                 std::string(quote_hint));
        auto [value, end] = read_value(text, equals + 1);
        const auto written = text.substr(equals + 1, end - equals - 1);
        if (is_ambiguous(name, written))
            fail(fmt::format("the value of keyword {} of the database address has '=' or a quote "
                             "in it",
                             result.parameters_.size() + 1),
                 std::string(quote_hint));
        if (end == std::string_view::npos)
            fail(fmt::format("the value of keyword {} of the database address has no closing quote",
                             result.parameters_.size() + 1),
                 std::string(quote_hint));
        at = end;
        // An unknown name that follows a secret may be the secret's second half.
        static_cast<void>(url_text::require_parameter(postgres_parameters(), name, !after_secret));
        after_secret = after_secret || is_secret(name);
        result.parameters_.emplace_back(name, std::move(value));
    }
    result.check_parameters(true);
    return result;
}

void PostgresAddress::check_parameters(bool quotable) {
    const auto given = std::exchange(parameters_, {});
    for (const auto& [name, value] : given) {
        const auto& row = url_text::require_parameter(postgres_parameters(), name, quotable);
        url_text::check_value(row, value);
        if (name == "port")
            for (const auto& port : split(value, ',')) check_port(port);
        if (name == "ssl") {
            set_parameter("sslmode", "require");
        } else if (name == "search_path") {
            const auto* options = parameter("options");
            set_parameter("options",
                          (options ? *options + " " : std::string()) + search_path_option(value));
        } else if (name == "options" && parameter("options")) {
            set_parameter("options", *parameter("options") + " " + value);
        } else {
            set_parameter(row.canonical.empty() ? name : std::string(row.canonical), value);
        }
    }
}

void PostgresAddress::set_parameter(std::string_view name, std::string value) {
    for (auto& [known, present] : parameters_) {
        if (known == name) {
            present = std::move(value);
            return;
        }
    }
    parameters_.emplace_back(name, std::move(value));
}

const std::string* PostgresAddress::parameter(std::string_view name) const noexcept {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const auto& item) { return item.first == name; });
    return found == parameters_.end() ? nullptr : &found->second;
}

std::string PostgresAddress::database() const {
    const auto* named = parameter("dbname");
    return named ? *named : uri_database_;
}

std::string PostgresAddress::password() const {
    const auto* named = parameter("password");
    return named ? *named : uri_password_.value_or("");
}

std::vector<std::string> PostgresAddress::hosts() const {
    for (const auto* name : {"hostaddr", "host"})
        if (const auto* named = parameter(name)) return split(*named, ',');
    std::vector<std::string> result;
    if (uri_hosts_.empty()) return result;
    for (const auto& one : split(uri_hosts_, ','))
        result.push_back(url_text::decode(split_host(one).host));
    return result;
}

bool PostgresAddress::is_local() const {
    const auto all = hosts();
    if (all.empty()) return parameter("service") == nullptr;
    return std::all_of(all.begin(), all.end(), is_local_host);
}

void PostgresAddress::set_database(std::string_view name) {
    if (is_uri_) {
        uri_database_ = name;
        std::erase_if(parameters_, [](const auto& item) { return item.first == "dbname"; });
    } else {
        set_parameter("dbname", std::string(name));
    }
}

std::string PostgresAddress::render(bool redact) const {
    if (is_uri_) return render_uri(redact);
    std::string result;
    for (const auto& [name, value] : parameters_)
        result += fmt::format("{}{}={}", result.empty() ? "" : " ", name,
                              redact && is_secret(name) ? "***" : quote_value(value));
    return result;
}

std::string PostgresAddress::render_uri(bool redact) const {
    std::string result(uri_start);
    if (has_user_info_) {
        result += url_text::encode(user_, "");
        if (uri_password_) result += ":" + (redact ? "***" : url_text::encode(*uri_password_, ""));
        result += '@';
    }
    result += uri_hosts_;
    if (!uri_database_.empty()) result += "/" + url_text::encode(uri_database_, "");
    auto shown = parameters_;
    for (auto& [name, value] : shown)
        if (redact && is_secret(name)) value = "***";
    // libpq wants the '/' before the '?' even where no database is named after a user or no host.
    if (!shown.empty() && uri_database_.empty()) result += '/';
    return result + url_text::join_query(shown);
}

}  // namespace keel
