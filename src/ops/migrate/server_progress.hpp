#pragma once

#include <memory>
#include <string>
#include <thread>

#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// While it lives, a second connection asks the server how far a long statement has come, and
/// reports that as progress. Short statements cost nothing: it connects after half a second. What
/// goes wrong with it is of no consequence.
class ServerProgress {
  public:
    /// `lone` may be null, or of a kind that the server tells nothing about: then nothing happens.
    ServerProgress(const MigrationRun& run, const Script& script, const LoneStatement* lone);
    ~ServerProgress() = default;
    ServerProgress(const ServerProgress&) = delete;
    ServerProgress& operator=(const ServerProgress&) = delete;

  private:
    static void watch(const std::stop_token& stop, const MigrationRun& run,
                      const std::string& query, const std::string& item);

    std::jthread watcher_;
};

}  // namespace keel
