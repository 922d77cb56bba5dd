#include "ops/migrate/layouts/sqitch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

/// The line without the note that may follow.
std::string_view without_note(std::string_view line) noexcept {
    return trim(line.substr(0, line.find('#')));
}

std::string_view first_word(std::string_view text) noexcept {
    return text.substr(0, text.find_first_of(" \t"));
}

class PlanReader {
  public:
    explicit PlanReader(const std::string& file) : file_(file) {}

    void take(std::string_view raw, int number) {
        std::string_view line = without_note(raw);
        if (line.empty()) return;
        if (line.starts_with('%')) return take_pragma(line);
        if (line.starts_with('@')) return take_tag(first_word(line.substr(1)));
        if (line.starts_with('-'))
            throw fail(number, "a plan cannot undo a change by itself",
                       "remove the line; changes are undone with: keel migrate down");
        if (line.starts_with('+')) line = trim(line.substr(1));
        take_change(first_word(line), number);
    }

    SqitchPlan finish() { return std::move(plan_); }

  private:
    Error fail(int number, std::string message, std::string hint) const {
        return Error(ErrorKind::invalid_input, std::move(message))
            .with_hint(std::move(hint))
            .at({.file = file_, .line = number, .column = 1});
    }

    void take_pragma(std::string_view line) {
        constexpr std::string_view project = "%project=";
        if (line.starts_with(project)) plan_.project = trim(line.substr(project.size()));
    }

    void take_tag(std::string_view tag) {
        for (const auto& [name, index] : last_) plan_.changes[index].tags.emplace_back(tag);
    }

    void take_change(std::string_view name, int number) {
        SqitchChange change{.name = std::string(name), .line = number};
        const auto before = last_.find(change.name);
        if (before != last_.end()) {
            SqitchChange& reworked = plan_.changes[before->second];
            if (reworked.tags.empty())
                throw fail(
                    number,
                    fmt::format("'{}' is in the plan twice, and no tag stands between", name),
                    "tag the plan before a change is reworked");
            reworked.is_last = false;
            change.occurrence = reworked.occurrence + 1;
        }
        last_[change.name] = plan_.changes.size();
        plan_.changes.push_back(std::move(change));
    }

    const std::string& file_;
    SqitchPlan plan_;
    std::unordered_map<std::string, std::size_t> last_;
};

/// "engine.pg" of `[engine "pg"]`.
std::string section_name(std::string_view line) {
    std::string name(line.substr(1, line.find(']') - 1));
    name = replace_all(replace_all(name, " \"", "."), "\"", "");
    return to_lower(trim(name));
}

}  // namespace

SqitchPlan parse_sqitch_plan(std::string_view text, const std::string& file) {
    PlanReader reader(file);
    int number = 0;
    for (const std::string& line : split(text, '\n')) reader.take(line, ++number);
    return reader.finish();
}

std::map<std::string, std::string> parse_sqitch_configuration(std::string_view text) {
    std::map<std::string, std::string> settings;
    std::string section;
    for (const std::string& raw : split(text, '\n')) {
        const std::string_view line = trim(raw);
        if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
        if (line.starts_with('[')) {
            section = section_name(line);
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        std::string_view value = trim(line.substr(equals + 1));
        if (value.size() > 1 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        settings[section + "." + to_lower(trim(line.substr(0, equals)))] = std::string(value);
    }
    return settings;
}

}  // namespace keel
