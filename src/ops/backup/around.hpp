#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "config/project.hpp"
#include "model/manifest.hpp"
#include "model/report.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// What [backup] has run and told around `backup create`: the hooks, and the heartbeat.
class AroundBackup {
  public:
    /// Fetches the heartbeat's address. Throws ErrorKind::config.
    explicit AroundBackup(OperationContext& context);

    /// Throws when a hook fails: then no backup is taken.
    void before(Report& report);
    /// What fails from here on is a warning: the backup is there.
    void after(const Manifest& manifest, Report& report);
    /// Throws nothing: what fails here is a warning beside the error.
    void failed(const Error& error, Report& report) noexcept;

  private:
    using Variables = std::vector<std::pair<std::string, std::string>>;
    void run_all(const std::vector<std::string>& hooks, const Variables& variables, Report& report,
                 std::string_view although);
    void tell(std::string_view end, std::string_view body, Report& report);

    OperationContext& context_;
    BackupAround around_;
};

}  // namespace keel
