#include "ops/health/operations.hpp"

#include <array>

#include "ops/health/doctor.hpp"
#include "ops/health/status.hpp"
#include "ops/health/version.hpp"

namespace keel {

namespace {

constexpr std::string_view status_examples[] = {"keel status", "keel status -e prod --json"};
constexpr OperationSpec status_spec{
    .name = "status",
    .summary = "show environment, database, schema version, pending migrations and last backup",
    .examples = status_examples,
};

constexpr std::string_view doctor_examples[] = {"keel doctor", "keel doctor -e prod --json"};
constexpr OperationSpec doctor_spec{
    .name = "doctor",
    .summary = "check configuration, database, migrations, backups and this machine",
    // A broken configuration is one of its findings, so it must start without one.
    .needs = Needs::nothing,
    .examples = doctor_examples,
    .reports_findings = true,
};

constexpr std::string_view version_examples[] = {"keel version", "keel version --json"};
constexpr OperationSpec version_spec{
    .name = "version",
    .summary = "show the version of keel",
    .needs = Needs::nothing,
    .examples = version_examples,
};

constexpr std::array entries{
    OperationEntry{.spec = &status_spec, .read = show_status},
    OperationEntry{.spec = &doctor_spec, .read = run_doctor},
    OperationEntry{.spec = &version_spec, .read = show_version},
};

}  // namespace

std::span<const OperationEntry> health_operations() noexcept {
    return entries;
}

}  // namespace keel
