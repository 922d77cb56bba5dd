#include "ops/migrate/marker_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view prefix = "migrate:";

std::size_t skip_blanks(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    return at;
}

/// Where "migrate:" begins, if the line is a comment that begins with it.
std::optional<std::size_t> find_prefix(std::string_view line) noexcept {
    std::size_t at = skip_blanks(line, 0);
    if (line.substr(at, 2) != "--") return std::nullopt;
    at = skip_blanks(line, at + 2);
    if (!starts_with_ignore_case(line.substr(at), prefix)) return std::nullopt;
    return at;
}

/// Reads one marker line, word by word; knows where it is for the errors.
class MarkerReader {
  public:
    MarkerReader(std::string_view line, const std::string& file, int line_number)
        : line_(line), file_(file), line_number_(line_number) {}

    MarkerLine read() {
        if (!line_.starts_with("--"))
            throw fail(0, "a migrate: marker must stand at the beginning of its line",
                       "remove the blanks before '--'");
        at_ = *find_prefix(line_);
        result_.section.marker = std::string(trim(line_));
        read_kind();
        for (at_ = skip_blanks(line_, at_); at_ < line_.size(); at_ = skip_blanks(line_, at_))
            read_option();
        check_combination();
        return std::move(result_);
    }

  private:
    Error fail(std::size_t at, std::string message, std::string hint) const {
        return Error(ErrorKind::invalid_input, std::move(message))
            .with_hint(std::move(hint))
            .at({.file = file_, .line = line_number_, .column = line_column(line_, at).column});
    }

    std::string_view next_word() noexcept {
        const std::size_t begin = at_;
        while (at_ < line_.size() && line_[at_] != ' ' && line_[at_] != '\t') ++at_;
        return line_.substr(begin, at_ - begin);
    }

    void read_kind() {
        const std::size_t begin = at_;
        const std::string_view word = next_word();
        for (const auto kind : {SectionKind::up, SectionKind::verify, SectionKind::down}) {
            if (word != fmt::format("{}{}", prefix, to_string(kind))) continue;
            result_.kind = kind;
            return;
        }
        const std::array<std::string, 3> known{"migrate:up", "migrate:down", "migrate:verify"};
        throw fail(begin, fmt::format("unknown marker '{}'{}", word, did_you_mean(word, known)),
                   "a section begins with -- migrate:up, -- migrate:down or -- migrate:verify");
    }

    void read_option() {
        const std::size_t begin = at_;
        const std::size_t colon = line_.find_first_of(": \t", begin);
        const bool has_value = colon != std::string_view::npos && line_[colon] == ':';
        const std::string name(has_value ? line_.substr(begin, colon - begin) : next_word());
        const auto options = allowed_options();
        if (std::find(options.begin(), options.end(), name) == options.end())
            throw fail(
                begin,
                fmt::format("unknown option '{}' of migrate:{}{}", name, to_string(result_.kind),
                            did_you_mean(name, options)),
                fmt::format("migrate:{} takes: {}", to_string(result_.kind), join(options, ", ")));
        if (std::find(seen_.begin(), seen_.end(), name) != seen_.end())
            throw fail(begin, fmt::format("option '{}' is given twice", name), "keep one of them");
        seen_.push_back(name);
        if (!has_value) return set_bare(name, begin);
        at_ = colon + 1;
        const std::size_t value_at = at_;
        set_value(name, name == "probe" ? rest_of_line() : next_word(), value_at);
    }

    std::string_view rest_of_line() noexcept {
        const std::string_view rest = trim(line_.substr(at_));
        at_ = line_.size();
        return rest;
    }

    std::vector<std::string> allowed_options() const {
        if (result_.kind == SectionKind::verify) return {"engine"};
        return {"transaction", "engine", "lock_timeout", "probe", "idempotent"};
    }

    void set_bare(const std::string& name, std::size_t begin) {
        if (name != "idempotent")
            throw fail(begin, fmt::format("option '{}' needs a value", name),
                       fmt::format("write {}:{}", name, example_value(name)));
        result_.section.idempotent = true;
    }

    static std::string_view example_value(std::string_view name) noexcept {
        if (name == "transaction") return "false";
        if (name == "engine") return "postgres";
        if (name == "lock_timeout") return "5s";
        return "select …";
    }

    void set_value(const std::string& name, std::string_view value, std::size_t at) {
        if (value.empty())
            throw fail(at, fmt::format("option '{}' needs a value", name),
                       fmt::format("write {}:{}", name, example_value(name)));
        if (name == "transaction") return set_transaction(value, at);
        if (name == "engine") return set_engine(value, at);
        if (name == "lock_timeout") return set_lock_timeout(value, at);
        if (name == "idempotent")
            throw fail(at, "option 'idempotent' takes no value", "write idempotent alone");
        result_.section.probe = std::string(value);
    }

    void set_transaction(std::string_view value, std::size_t at) {
        if (value != "true" && value != "false")
            throw fail(at, fmt::format("'{}' is neither true nor false", value),
                       "write transaction:false for statements that cannot run in a transaction");
        result_.section.transaction = value == "true";
    }

    void set_engine(std::string_view value, std::size_t at) {
        for (const auto kind : {EngineKind::postgres, EngineKind::sqlite}) {
            if (value == to_string(kind)) {
                result_.section.engine = kind;
                return;
            }
        }
        const std::array<std::string, 2> known{"postgres", "sqlite"};
        throw fail(at, fmt::format("unknown engine '{}'{}", value, did_you_mean(value, known)),
                   "engines are: postgres, sqlite");
    }

    void set_lock_timeout(std::string_view value, std::size_t at) {
        result_.section.lock_timeout = parse_duration(value);
        if (!result_.section.lock_timeout)
            throw fail(at, fmt::format("'{}' is no duration", value),
                       "write for instance lock_timeout:5s or lock_timeout:500ms");
    }

    /// Options that would be without effect are mistakes.
    void check_combination() const {
        const MigrationSection& section = result_.section;
        if (!section.transaction) return;
        const std::string_view idle = section.idempotent       ? "idempotent"
                                      : !section.probe.empty() ? "probe"
                                                               : "";
        if (idle.empty()) return;
        throw fail(line_.find(idle),
                   fmt::format("option '{}' means nothing in a transaction", idle),
                   "it is for transaction:false; a transaction is undone whole");
    }

    std::string_view line_;
    const std::string& file_;
    int line_number_;
    std::size_t at_ = 0;
    MarkerLine result_;
    std::vector<std::string> seen_;
};

}  // namespace

std::string_view to_string(SectionKind kind) noexcept {
    switch (kind) {
        case SectionKind::up:
            return "up";
        case SectionKind::verify:
            return "verify";
        case SectionKind::down:
            return "down";
    }
    return "up";
}

bool is_marker_line(std::string_view line) noexcept {
    return find_prefix(line).has_value();
}

MarkerLine parse_marker_line(std::string_view line, const std::string& file, int line_number) {
    return MarkerReader(line, file, line_number).read();
}

}  // namespace keel
