#include "model/report.hpp"

namespace keel {

namespace {

constexpr int exit_done = 0;
constexpr int exit_findings = 3;

}  // namespace

int Report::exit_status() const noexcept {
    if (error) return exit_code(error->kind());
    return has_findings ? exit_findings : exit_done;
}

}  // namespace keel
