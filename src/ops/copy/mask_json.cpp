#include "ops/copy/mask_json.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr int deepest = 1000;

/// "$.a[*].b" as the names to go through; "*" is any item of a list or member.
std::vector<std::string> steps_of(std::string_view path) {
    path.remove_prefix(path.starts_with("$.") ? 2 : 0);
    std::vector<std::string> steps;
    for (const auto& part : split(path, '.')) {
        const auto bracket = part.find('[');
        if (bracket != 0) steps.push_back(part.substr(0, bracket));
        for (auto at = bracket; at != std::string::npos; at = part.find('[', at + 1))
            steps.emplace_back("*");
    }
    return steps;
}

/// A text as JSON has it, in the form in which PostgreSQL writes jsonb.
std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
        const auto at = special.find(c);
        if (at != std::string_view::npos) {
            out += '\\';
            out += letters[at];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

class Walker {
  public:
    Walker(std::string_view text, const MaskRule& rule, const ValueMasker& masker)
        : text_(text), masker_(masker) {
        for (const auto& [path, part] : rule.paths) targets_.push_back({steps_of(path), &part});
    }

    std::string run() {
        skip_blanks();
        value(nullptr);
        skip_blanks();
        if (at_ < text_.size()) fail();
        return std::move(out_);
    }

  private:
    struct Target {
        std::vector<std::string> steps;
        const MaskRule* rule;
    };

    [[noreturn]] void fail() const {
        throw Error(ErrorKind::invalid_input,
                    fmt::format("no JSON at byte {} of a value that is to be masked", at_ + 1));
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void copy() { out_ += text_[at_++]; }
    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(peek()) != std::string::npos)
            copy();
    }

    /// The rule for where we are, or of what is above it.
    const MaskRule* rule_here() const {
        for (const auto& target : targets_) {
            if (target.steps.size() != path_.size()) continue;
            bool is_same = true;
            for (std::size_t i = 0; i < path_.size() && is_same; ++i)
                is_same = target.steps[i] == "*" || target.steps[i] == path_[i];
            if (is_same) return target.rule;
        }
        return nullptr;
    }

    void value(const MaskRule* rule) {
        if (path_.size() > deepest) fail();
        if (rule == nullptr) rule = rule_here();
        const char first = peek();
        if (first == '{') return members(rule);
        if (first == '[') return items(rule);
        const auto begin = at_;
        const auto token = first == '"' ? string_token() : bare_token();
        if (rule == nullptr || rule->kind == MaskKind::keep || token == "null") {
            out_ += token;
        } else if (rule->kind == MaskKind::null_value) {
            out_ += "null";
        } else if (first == '"') {
            const auto plain = Json::parse(text_.substr(begin, at_ - begin)).as_string();
            out_ += json_text(masker_.apply(*rule, plain).value_or(""));
        } else if (rule->kind == MaskKind::fixed) {
            out_ += json_text(rule->text);
        } else {
            // A number stays one; true and false say nothing.
            const bool is_number = first == '-' || (first >= '0' && first <= '9');
            out_ += is_number ? masker_.digits(token) : std::string(token);
        }
    }

    void members(const MaskRule* rule) {
        copy();
        skip_blanks();
        for (bool is_first = true; peek() != '}'; is_first = false) {
            if (!is_first) separator();
            if (peek() != '"') fail();
            const auto key = string_token();
            out_ += key;
            skip_blanks();
            if (peek() != ':') fail();
            copy();
            skip_blanks();
            path_.push_back(Json::parse(key).as_string());
            value(rule);
            path_.pop_back();
            skip_blanks();
        }
        copy();
    }

    void items(const MaskRule* rule) {
        copy();
        skip_blanks();
        for (bool is_first = true; peek() != ']'; is_first = false) {
            if (!is_first) separator();
            path_.emplace_back("*");
            value(rule);
            path_.pop_back();
            skip_blanks();
        }
        copy();
    }

    void separator() {
        if (peek() != ',') fail();
        copy();
        skip_blanks();
    }

    std::string_view string_token() {
        const auto begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2u : 1u;
        if (at_ >= text_.size()) fail();
        ++at_;
        return text_.substr(begin, at_ - begin);
    }

    std::string_view bare_token() {
        const auto begin = at_;
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        if (at_ == begin) fail();
        return text_.substr(begin, at_ - begin);
    }

    std::string_view text_;
    const ValueMasker& masker_;
    std::vector<Target> targets_;
    std::vector<std::string> path_;
    std::string out_;
    std::size_t at_ = 0;
};

}  // namespace

std::string mask_json(std::string_view text, const MaskRule& rule, const ValueMasker& masker) {
    return Walker(text, rule, masker).run();
}

}  // namespace keel
