#include "postgres_proxy.hpp"

#include <fmt/format.h>

#include <utility>

#include "postgres_support.hpp"

namespace keel::conformance {

CuttingProxy::CuttingProxy(std::string text, Where where)
    : WireCutter(postgres_directory() + "/socket/.s.PGSQL.5432",
                 Cut{.text = std::move(text),
                     .how = where == Where::before_server ? How::before : How::answer,
                     .ends_all = true}) {}

DatabaseUrl CuttingProxy::url(const std::string& database) const {
    return DatabaseUrl::parse(
        fmt::format("postgresql://owner@/{}?host={}", database, host().native()), "/");
}

}  // namespace keel::conformance
