#include <fmt/format.h>

#include "engines/postgres/connect.hpp"
#include "engines/postgres/connection.hpp"

namespace keel::postgres {
namespace {

/// One round trip that gives the session its settings. set_config rather than the start-up
/// packet, which would replace the `options` of the URL. For a role that is named like Keel's own
/// schema, "$user" in the search path would put the user's tables into it: it is taken out.
constexpr std::string_view apply_settings = R"(
    select pg_catalog.set_config('lock_timeout', $1, false),
           pg_catalog.set_config('statement_timeout', $2, false),
           pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false),
           pg_catalog.set_config('default_transaction_read_only', $3, false),
           pg_catalog.set_config('synchronous_commit',
               case pg_catalog.current_setting('synchronous_commit')
                   when 'off' then 'on'
                   else pg_catalog.current_setting('synchronous_commit')
               end, false),
           pg_catalog.set_config('search_path',
               case when current_user operator(pg_catalog.=) 'keel'
                   then pg_catalog.regexp_replace(
                       pg_catalog.current_setting('search_path'), '"?[$]user"?( *, *)?', '')
                   else pg_catalog.current_setting('search_path')
               end, false))";

std::string milliseconds(std::chrono::milliseconds duration) {
    return fmt::format("{}ms", duration.count());
}

}  // namespace

std::unique_ptr<Connection> connect(const ConnectOptions& options) {
    auto wire = std::make_shared<Wire>(open_connection(options));
    const std::vector<Value> settings = {milliseconds(options.session.lock_timeout),
                                         milliseconds(options.session.statement_timeout),
                                         std::string(options.read_only ? "on" : "off")};
    wire->run(apply_settings, settings);
    return std::make_unique<PostgresConnection>(
        wire, options.read_only ? std::make_unique<ReadOnlyGate>() : nullptr);
}

}  // namespace keel::postgres
