#include "ops/kit/operation.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {

std::string_view to_string(Effect effect) noexcept {
    switch (effect) {
        case Effect::read:
            return "read";
        case Effect::write:
            return "write";
        case Effect::schema:
            return "schema";
        case Effect::destructive:
            return "destructive";
    }
    return "destructive";
}

const std::vector<std::string>* OptionValues::find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

std::string OptionValues::text(std::string_view name, std::string_view fallback) const {
    const auto* values = find(name);
    return values == nullptr ? std::string(fallback) : values->back();
}

std::int64_t OptionValues::integer(std::string_view name, std::int64_t fallback) const {
    const auto* values = find(name);
    if (values == nullptr) return fallback;
    const auto value = parse_unsigned(values->back());
    if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) {
        throw Error(ErrorKind::usage, fmt::format("'{}' is not a whole number for {}",
                                                  escape_controls(values->back()), name));
    }
    return static_cast<std::int64_t>(*value);
}

std::vector<std::string> OptionValues::list(std::string_view name) const {
    const auto* values = find(name);
    return values == nullptr ? std::vector<std::string>() : *values;
}

std::vector<std::pair<std::string, std::string>> OptionValues::all() const {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& [name, values] : values_) {
        for (const auto& value : values) result.emplace_back(name, value);
    }
    return result;
}

void Operation::prepare(OperationContext&) {}

void Operation::verify(OperationContext&, Report&) {}

void Operation::nothing_to_do(OperationContext&, Report& report) {
    report.body.push_back(Paragraph{"nothing to do"});
}

}  // namespace keel
