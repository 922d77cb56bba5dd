#pragma once

#include <filesystem>
#include <string_view>

#include "base/context.hpp"
#include "db/engine.hpp"
#include "model/manifest.hpp"

namespace keel {

enum class RowForm {
    csv,    ///< RFC 4180, with a header; null is nothing, an empty text is ""
    jsonl,  ///< one JSON object a line; blobs as \x and hexadecimal digits
};
std::string_view to_string(RowForm form) noexcept;

/// Writes all rows of a table to a new file, durably; all or nothing. Returns how many there were.
std::uint64_t write_table_file(const Engine& engine, Connection& connection,
                               const TableContent& table, RowForm form,
                               const std::filesystem::path& file, const Context& context);

}  // namespace keel
