#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/migrate/rehearsal.hpp"

namespace keel {

/// How large a table is in the environment that is estimated for.
struct TableSize {
    std::optional<std::uint64_t> rows;  ///< absent: the engine has not counted them yet
    std::uint64_t bytes = 0;
};

/// What a rehearsed migration would take where tables have other sizes.
struct StepEstimate {
    std::chrono::microseconds up{0};
    /// Tables that have rows there and none in the copy: their part is not known.
    std::vector<std::string> unknown;
};

/// Scales what a rehearsal measured to the sizes of another environment: each statement by the
/// largest factor of the tables that it reads or writes. An estimate: indexes deeper than in
/// memory, and other disks, are not in it.
class SizeEstimate {
  public:
    /// Reads the sizes there. Throws ErrorKind::usage when it is of another engine, and what
    /// connecting throws.
    SizeEstimate(OperationContext& context, const std::string& environment);

    const std::string& environment() const noexcept { return environment_; }
    StepEstimate of(const RehearsedMigration& step) const;
    /// Tables whose sizes differ: rows in the copy and there.
    Json tables_json(const RehearsedMigration& first) const;

  private:
    double factor_of(const ObservedStatement& statement,
                     const std::map<std::string, std::uint64_t>& here,
                     std::set<std::string>& unknown) const;

    std::string environment_;
    std::map<std::string, TableSize> sizes_;  ///< by the name that a rehearsal knows the table by
};

}  // namespace keel
