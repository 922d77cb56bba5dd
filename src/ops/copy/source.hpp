#pragma once

#include <string>
#include <vector>

#include "db/engine.hpp"
#include "model/manifest.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// The environment that is copied from. Connections to it only read.
class CopySource {
  public:
    /// Throws ErrorKind::config for an unknown environment, usage when it is the operation's own.
    CopySource(OperationContext& context, const std::string& name);

    const Environment& environment() const noexcept { return environment_; }
    const Engine& engine() const noexcept { return engine_; }
    /// How it is opened: for engines that open sessions of their own.
    const ConnectOptions& options() const noexcept { return options_; }
    /// Throws what Engine::connect throws; not_found says what to do.
    std::unique_ptr<Connection> connect() const;

  private:
    Environment environment_;
    const Engine& engine_;
    ConnectOptions options_;
};

/// What is known of the source before anything is copied.
struct SourceState {
    bool is_protected = false;         ///< by configuration or by its own marker
    std::vector<TableContent> tables;  ///< the user's; rows may be estimates
    DatabaseIdentity identity;
};
SourceState read_source_state(OperationContext& context, const CopySource& source);

/// Throws ErrorKind::refused when the target is the source under another name.
void refuse_same_database(OperationContext& context, const CopySource& source,
                          const DatabaseIdentity& identity);

}  // namespace keel
