#include "model/manifest_scope.hpp"

namespace keel {

namespace {
constexpr std::string_view scope = "scope";
constexpr std::string_view tables_only = "tables";
}  // namespace

bool is_of_tables(const DumpContent& content) noexcept {
    const Json* found = content.details.find(scope);
    return found != nullptr && found->is_string() && found->as_string() == tables_only;
}

void mark_as_of_tables(DumpContent& content) {
    content.details.set(scope, tables_only);
}

}  // namespace keel
