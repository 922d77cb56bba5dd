#include "engines/postgres/catalog_session.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "engines/postgres/connection.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view set_local_path = "select pg_catalog.set_config('search_path', $1, true)";

}  // namespace

CatalogSession::CatalogSession(Connection& connection)
    : internal_(internal_connection(connection)), owns_transaction_(!internal_->in_transaction()) {
    if (owns_transaction_)
        internal_->begin({.read_only = true, .isolation = Isolation::repeatable_read});
    search_path_ =
        internal_->query_text("select pg_catalog.current_setting('search_path')").value_or("");
    const std::vector<Value> path = {std::string("pg_catalog")};
    internal_->query_text(set_local_path, path);
}

CatalogSession::~CatalogSession() {
    try {
        const std::vector<Value> path = {search_path_};
        if (owns_transaction_)
            internal_->rollback();
        else
            internal_->query_text(set_local_path, path);
    } catch (const Error&) {
        // The transaction has failed or the connection is lost: the setting went with it, and
        // whoever uses the connection next is told.
        return;
    }
}

std::string oid_array(const std::vector<std::int64_t>& oids) {
    return fmt::format("{{{}}}", fmt::join(oids, ","));
}

std::vector<std::string> string_list(std::string_view json) {
    std::vector<std::string> list;
    const Json array = Json::parse(json);
    for (const auto& item : array.as_array()) list.push_back(item.as_string());
    return list;
}

}  // namespace keel::postgres
