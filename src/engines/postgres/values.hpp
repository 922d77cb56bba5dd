#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "engines/postgres/libpq.hpp"

namespace keel::postgres {

/// Parameters in the form that libpq takes. Types are left to the server to infer, except for
/// blobs, which are sent as binary bytea. Throws ErrorKind::invalid_input for text with a NUL.
class Parameters {
  public:
    explicit Parameters(std::span<const Value> values);

    int count() const noexcept { return static_cast<int>(pointers_.size()); }
    const Oid* types() const noexcept { return types_.data(); }
    const char* const* pointers() const noexcept { return pointers_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

  private:
    void add(const Value& value);

    std::vector<std::string> texts_;
    std::vector<Oid> types_;
    std::vector<const char*> pointers_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// One row of a result that is being streamed.
class ResultRow final : public Row {
  public:
    ResultRow(const PGresult& result, int row) : result_(result), row_(row) {}

    std::size_t size() const noexcept override;
    std::string_view name(std::size_t column) const override;
    bool is_null(std::size_t column) const override;
    std::string_view text(std::size_t column) const override;
    Value value(std::size_t column) const override;

  private:
    int checked(std::size_t column) const;

    const PGresult& result_;
    int row_;
};

/// "\x…" as bytea is written, or the older escape form. Throws ErrorKind::invalid_input.
Blob parse_bytea(std::string_view text);

}  // namespace keel::postgres
