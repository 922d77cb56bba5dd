#pragma once

#include "app/workspace.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/stop_signals.hpp"

namespace keel {

/// The person's side while an operation runs: console, progress, messages, questions and Ctrl-C.
class Session {
  public:
    Session(const Arguments& arguments, const EnvironmentReader& variables);

    Report run(Workspace& workspace, const Invocation& invocation);

  private:
    OutputOptions output_;
    bool no_input_;
    bool is_screen_;
    Console console_;
    StopSignals signals_;
};

}  // namespace keel
