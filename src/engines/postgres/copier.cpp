#include "engines/postgres/copier.hpp"

#include "engines/postgres/stream_copy.hpp"
#include "engines/postgres/template_copy.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {

CopiedDatabase PostgresCopier::stage(const CopyOptions& options, const Context& context) const {
    const bool is_whole = !options.leaves_out && options.transforms == nullptr && !options.reads_back;
    if (is_whole && options.may_use_template) {
        if (auto copied = copy_as_template(options, options_, context)) return std::move(*copied);
    }
    return copy_as_rows(options, options_, context);
}

std::vector<TableContent> PostgresCopier::digest(const ConnectOptions& source,
                                                 const Context& context) const {
    return digest_tables(source, context);
}

}  // namespace keel::postgres
