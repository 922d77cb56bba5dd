#include "ops/health/version.hpp"

#include <fmt/format.h>

#include "base/version.hpp"

namespace keel {

void show_version(OperationContext&, const OptionValues&, Report& report) {
    report.result.set("version", version());
    report.body.emplace_back(Paragraph{fmt::format("keel {}", version())});
}

}  // namespace keel
