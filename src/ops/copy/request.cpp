#include "ops/copy/request.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.hpp"

namespace keel {
namespace {

/// Options of which only one can be meant.
constexpr std::array contradictions{
    std::pair{"schema-only", "data-only"},     std::pair{"schema-only", "merge"},
    std::pair{"schema-only", "table"},         std::pair{"schema-only", "exclude"},
    std::pair{"schema-only", "verify-only"},   std::pair{"merge", "verify-only"},
    std::pair{"schema-only", "mask"},          std::pair{"schema-only", "subset"},
    std::pair{"schema-only", "where"},         std::pair{"schema-only", "report"},
    std::pair{"schema-only", "read-back"},     std::pair{"schema-only", "create-tables"},
    std::pair{"verify-only", "create-tables"},
};

void refuse_contradictions(const OptionValues& options) {
    for (const auto& [one, other] : contradictions) {
        if (!options.has(one) || !options.has(other)) continue;
        throw Error(ErrorKind::usage,
                    fmt::format("--{} and --{} contradict each other", one, other))
            .with_hint("see what each does with: keel copy --help");
    }
}

}  // namespace

CopyRequest read_copy_request(const OptionValues& options) {
    refuse_contradictions(options);
    CopyRequest request;
    request.source = options.text("source");
    request.tables = TablePatterns(options.list("table"));
    request.excluded = TablePatterns(options.list("exclude"));
    request.creates_tables = options.flag("create-tables");
    request.verify_only = options.flag("verify-only");
    if (options.flag("schema-only"))
        request.mode = CopyRequest::Mode::schema;
    else if (options.flag("merge"))
        request.mode = CopyRequest::Mode::merge;
    else if (options.flag("data-only") || !request.tables.empty())
        request.mode = CopyRequest::Mode::rows;
    return request;
}

}  // namespace keel
