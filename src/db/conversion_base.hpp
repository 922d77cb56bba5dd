#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/row_conversion.hpp"

namespace keel {

/// What both directions share: the columns, and the account of what does not fit.
class ConversionBase : public RowConversion {
  public:
    const std::vector<std::size_t>& exact_columns() const noexcept override { return exact_; }
    std::vector<ConversionProblem> problems() const override;

  protected:
    explicit ConversionBase(std::vector<ConvertedColumn> columns);
    /// Counts a value of that column, when there is something wrong with it.
    void note(std::size_t column, std::string_view reason);
    [[noreturn]] void refuse(std::size_t column, std::string_view reason) const;

    std::vector<ConvertedColumn> columns_;
    std::vector<std::size_t> exact_;

  private:
    std::vector<ConversionProblem> found_;
};

/// A whole number and nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
/// Code points of valid UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

}  // namespace keel
