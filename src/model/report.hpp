#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/diagnostic.hpp"
#include "model/plan.hpp"

namespace keel {

/// Pieces of a report's human form. Renderers decide how they look.
struct Paragraph {
    std::string text;
};
struct KeyValues {
    std::vector<std::pair<std::string, std::string>> items;
};
struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<bool> right_aligned;  ///< by column; may be shorter than header
};
/// Text shown as it is (SQL, TOML, a file).
struct Verbatim {
    std::string text;
};
enum class Mark { ok, warning, failure, skipped };
/// One line with a mark before it: a step's outcome, a check.
struct MarkedLine {
    Mark mark = Mark::ok;
    std::string text;
};
using Block = std::variant<Paragraph, KeyValues, TextTable, Verbatim, MarkedLine>;

/// The result of every operation. Text, JSON, exit code and HTTP body derive from it; what was done
/// before a failure stays in it.
struct Report {
    std::string command;
    std::string environment;  ///< empty when the operation has none
    std::string engine;
    bool is_protected = false;
    std::chrono::milliseconds duration{0};

    Json result = Json::object();  ///< the contract of docs/reference/json.md
    std::vector<Block> body;       ///< the same for people
    std::vector<Diagnostic> diagnostics;
    std::vector<std::string> warnings;
    std::vector<std::string> next_steps;  ///< commands to type
    std::optional<Error> error;
    bool has_findings = false;  ///< exit 3 where the command reports findings by exit code

    bool ok() const noexcept { return !error.has_value(); }
    int exit_status() const noexcept;
};

}  // namespace keel
