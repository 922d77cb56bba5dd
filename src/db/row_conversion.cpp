#include "db/row_conversion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "db/conversion_base.hpp"

namespace keel {

CopyFormat exchange_format(EngineKind engine) noexcept {
    return engine == EngineKind::sqlite ? CopyFormat::binary : CopyFormat::text;
}

ConversionBase::ConversionBase(std::vector<ConvertedColumn> columns)
    : columns_(std::move(columns)), found_(columns_.size()) {}

void ConversionBase::note(std::size_t column, std::string_view reason) {
    if (reason.empty()) return;
    auto& problem = found_[column];
    if (problem.values++ > 0) return;
    problem.column = columns_[column].name;
    problem.reason = reason;
}

void ConversionBase::refuse(std::size_t column, std::string_view reason) const {
    throw Error(ErrorKind::invalid_input,
                fmt::format("column {} ({}, there {}) has values {}", columns_[column].name,
                            columns_[column].source_type, columns_[column].target_type, reason));
}

std::vector<ConversionProblem> ConversionBase::problems() const {
    std::vector<ConversionProblem> problems;
    for (const auto& problem : found_)
        if (problem.values > 0) problems.push_back(problem);
    return problems;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [at, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || at != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace keel
