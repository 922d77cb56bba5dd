#include "ops/migrate/placeholders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "db/sql_words.hpp"

namespace keel {
namespace {

constexpr std::string_view name_in_form = "name";

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == ':';
}

/// What stands around the name.
struct Form {
    std::string_view before;
    std::string_view after;
};

Form parse_form(std::string_view form) noexcept {
    const std::size_t at = form.find(name_in_form);
    if (at == std::string_view::npos) return {};
    return {form.substr(0, at), form.substr(at + name_in_form.size())};
}

class Filler {
  public:
    Filler(const Placeholders& placeholders, Migration& migration)
        : values_(placeholders.values),
          form_(parse_form(placeholders.form)),
          migration_(migration) {}

    void fill(std::vector<MigrationSection>& sections) {
        for (MigrationSection& section : sections) fill(section);
    }

  private:
    void fill(MigrationSection& section) {
        if (!values_.empty() || migration_.has_placeholders) section.text = filled(section);
        const std::size_t left = find_template(section.text);
        if (left == std::string::npos) return;
        const std::string_view rest = std::string_view(section.text).substr(left);
        report(
            section, left,
            fmt::format("'{}' is for a template engine to fill", rest.substr(0, rest.find('\n'))),
            "declare it: [migrations] placeholder_form = \"{{ name }}\" and its value in "
            "[migrations.placeholders]");
    }

    std::string filled(const MigrationSection& section) {
        std::string result;
        std::string_view rest = section.text;
        while (true) {
            const std::size_t at = rest.find(form_.before);
            if (at == std::string_view::npos) return result.append(rest);
            result.append(rest.substr(0, at));
            rest.remove_prefix(at);
            const std::size_t used = take(section, rest, result);
            rest.remove_prefix(used);
        }
    }

    /// Appends what stands for the placeholder that `rest` begins with, if it is one; gives how
    /// much of `rest` is used up.
    std::size_t take(const MigrationSection& section, std::string_view rest, std::string& result) {
        const std::size_t name_at = form_.before.size();
        std::size_t end = name_at;
        while (end < rest.size() && is_name_character(rest[end]) &&
               !rest.substr(end).starts_with(form_.after))
            ++end;
        const bool is_one = end > name_at && rest.substr(end).starts_with(form_.after);
        if (!is_one) {
            result.append(rest.substr(0, name_at));
            return name_at;
        }
        const std::string name(rest.substr(name_at, end - name_at));
        end += form_.after.size();
        if (const auto value = value_of(section, name)) {
            result.append(*value);
            return end;
        }
        if (migration_.has_placeholders)
            report(
                section, section.text.size() - rest.size(),
                fmt::format("the placeholder '{}' has no value", name),
                fmt::format("declare it in keel.toml: [migrations.placeholders] {} = \"…\"", name));
        result.append(rest.substr(0, end));
        return end;
    }

    std::optional<std::string> value_of(const MigrationSection& section,
                                        const std::string& name) const {
        const auto found = values_.find(name);
        if (found != values_.end()) return found->second;
        if (!migration_.has_placeholders) return std::nullopt;
        if (name == "flyway:filename")
            return (section.file.empty() ? migration_.file : section.file).filename().native();
        if (name == "flyway:table") return "flyway_schema_history";
        return std::nullopt;
    }

    void report(const MigrationSection& section, std::size_t offset, const std::string& problem,
                const std::string& hint) {
        if (!migration_.problem.empty()) return;
        const int line = line_column(section.text, offset).line + section.line - 1;
        const auto& file = section.file.empty() ? migration_.file : section.file;
        migration_.problem = fmt::format("{}:{}: {}", file.native(), line, problem);
        migration_.problem_hint = hint;
    }

    const std::map<std::string, std::string>& values_;
    Form form_;
    Migration& migration_;
};

}  // namespace

bool Placeholders::is_form_valid() const {
    const Form parsed = parse_form(form);
    return !parsed.before.empty() && !parsed.after.empty();
}

void fill_placeholders(std::vector<Migration>& migrations, const Placeholders& placeholders) {
    for (Migration& migration : migrations) {
        Filler filler(placeholders, migration);
        filler.fill(migration.up);
        filler.fill(migration.verify);
        filler.fill(migration.down);
    }
}

std::size_t find_template(std::string_view text) noexcept {
    if (text.find("{{") == std::string_view::npos) return std::string_view::npos;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t past = past_literal(text, at);
        if (past > at) {
            at = past;
            continue;
        }
        if (text.substr(at, 2) == "{{") {
            const std::size_t word = text.find_first_not_of(" -", at + 2);
            const bool is_named = word != std::string_view::npos &&
                                  (text[word] == '.' || (text[word] >= 'a' && text[word] <= 'z') ||
                                   (text[word] >= 'A' && text[word] <= 'Z'));
            if (is_named) return at;
        }
        ++at;
    }
    return std::string_view::npos;
}

}  // namespace keel
