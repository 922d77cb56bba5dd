#include "model/url_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace keel {
namespace {

using enum UrlValueType;

constexpr std::string_view tls_versions = "TLSv1|TLSv1.1|TLSv1.2|TLSv1.3";

constexpr auto postgres_table = std::to_array<UrlParameter>({
    {"application_name"},
    {"authtype"},
    {"channel_binding", choice, "disable|prefer|require"},
    {"client_encoding"},
    {"connect_timeout", integer},
    {"dbname"},
    {"fallback_application_name"},
    {"gssdelegation", boolean},
    {"gssencmode", choice, "disable|prefer|require"},
    {"gsslib"},
    {"host"},
    {"hostaddr"},
    {"keepalives", boolean},
    {"keepalives_count", integer},
    {"keepalives_idle", integer},
    {"keepalives_interval", integer},
    {"krbsrvname"},
    {"load_balance_hosts", choice, "disable|random"},
    {"max_protocol_version"},
    {"min_protocol_version"},
    {"oauth_client_id"},
    {"oauth_client_secret", secret},
    {"oauth_issuer"},
    {"oauth_scope"},
    {"options"},
    {"passfile"},
    {"password", secret},
    {"port"},
    {"replication"},
    {"require_auth"},
    {"requirepeer"},
    {"scram_client_key", secret},
    {"scram_server_key", secret},
    {"search_path"},
    {"service"},
    {"servicefile"},
    {"socket", text, {}, "host"},
    {"ssl", choice, "true"},
    {"ssl_max_protocol_version", choice, tls_versions},
    {"ssl_min_protocol_version", choice, tls_versions},
    {"sslcert"},
    {"sslcertmode", choice, "disable|allow|require"},
    {"sslcompression", boolean},
    {"sslcrl"},
    {"sslcrldir"},
    {"sslkey"},
    {"sslkeylogfile"},
    {"sslmode", choice, "disable|allow|prefer|require|verify-ca|verify-full"},
    {"sslnegotiation", choice, "postgres|direct"},
    {"sslpassword", secret},
    {"sslrootcert"},
    {"sslsni", boolean},
    {"target_session_attrs", choice, "any|read-write|read-only|primary|standby|prefer-standby"},
    {"tcp_user_timeout", integer},
    {"user"},
});

constexpr auto sqlite_table = std::to_array<UrlParameter>({
    {"_busy_timeout", integer},
    {"_cache_size", integer},
    {"_fk", boolean, {}, "_foreign_keys"},
    {"_foreign_keys", boolean},
    {"_journal", choice, "delete|truncate|persist|wal", "_journal_mode"},
    {"_journal_mode", choice, "delete|truncate|persist|wal"},
    {"_query_only", boolean},
    {"_sync", choice, "normal|full|extra", "_synchronous"},
    {"_synchronous", choice, "normal|full|extra"},
    {"_timeout", integer, {}, "_busy_timeout"},
    {"_txlock", choice, "deferred|immediate|exclusive"},
    {"cache", choice, "private|shared"},
    {"immutable", boolean},
    {"mode", choice, "ro|rw|rwc|memory"},
    {"vfs"},
});

bool is_integer(std::string_view value) {
    if (value.starts_with('-')) value.remove_prefix(1);
    return parse_unsigned(value).has_value();
}

bool is_boolean(std::string_view value) {
    static constexpr std::array<std::string_view, 8> words = {"0",   "1",  "true", "false",
                                                              "yes", "no", "on",   "off"};
    return std::find(words.begin(), words.end(), to_lower(value)) != words.end();
}

bool is_choice(std::string_view choices, std::string_view value) {
    const auto words = split(choices, '|');
    return std::any_of(words.begin(), words.end(),
                       [&](const auto& word) { return equals_ignore_case(word, value); });
}

}  // namespace

std::span<const UrlParameter> postgres_parameters() noexcept {
    return postgres_table;
}
std::span<const UrlParameter> sqlite_parameters() noexcept {
    return sqlite_table;
}

const UrlParameter* find_url_parameter(std::span<const UrlParameter> table,
                                       std::string_view name) noexcept {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
    return found == table.end() ? nullptr : &*found;
}

std::string url_value_problem(const UrlParameter& parameter, std::string_view value) {
    switch (parameter.type) {
        case text:
        case secret:
            return {};
        case integer:
            return is_integer(value) ? "" : "must be a whole number";
        case boolean:
            return is_boolean(value) ? "" : "must be 1 or 0";
        case choice:
            if (is_choice(parameter.choices, value)) return {};
            return fmt::format("must be {}", replace_all(parameter.choices, "|", " or "));
    }
    return {};
}

}  // namespace keel
