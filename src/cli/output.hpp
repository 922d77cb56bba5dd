#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/environment_variables.hpp"
#include "cli/arguments.hpp"
#include "model/report.hpp"
#include "ops/kit/operation.hpp"

namespace keel {

/// Where results go (stdout) and problems (stderr), in the form that was asked for.
class Output {
  public:
    Output(OutputOptions options, const EnvironmentReader& variables)
        : options_(options), variables_(variables) {}

    /// Prints the report and returns the exit status. `spec` is absent when no command was found;
    /// `project` is where the files that errors point into may be.
    int print(const Report& report, const OperationSpec* spec,
              const std::optional<std::filesystem::path>& project) const;
    /// Prints text that is no report: help. Returns the exit status.
    int print_text(std::string_view text) const;

  private:
    int finish(int status, std::string_view text) const;
    void print_problems(const Report& report,
                        const std::optional<std::filesystem::path>& project) const;
    bool shows_body(const Report& report, const OperationSpec* spec) const;

    OutputOptions options_;
    const EnvironmentReader& variables_;
};

}  // namespace keel
