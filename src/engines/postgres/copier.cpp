#include "engines/postgres/copier.hpp"

#include "engines/postgres/stream_copy.hpp"
#include "engines/postgres/template_copy.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {

CopiedDatabase PostgresCopier::stage(const CopyOptions& options, const Context& context) const {
    const bool is_whole = !options.leaves_out && options.transforms == nullptr &&
                          !options.reads_back && !options.empties_large_objects;
    if (is_whole && options.may_use_template) {
        if (auto copied = copy_as_template(options, options_, context)) return std::move(*copied);
    }
    return copy_as_rows(options, options_, context);
}

bool PostgresCopier::has_large_objects(Connection& source) const {
    return source.query_text("select 1 from pg_catalog.pg_largeobject_metadata limit 1")
        .has_value();
}

std::vector<TableContent> PostgresCopier::digest(const ConnectOptions& source,
                                                 const Context& context) const {
    return digest_tables(source, context);
}

}  // namespace keel::postgres
