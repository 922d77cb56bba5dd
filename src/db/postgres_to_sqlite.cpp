#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/conversion_base.hpp"
#include "db/row_editor.hpp"
#include "db/stored_row.hpp"
#include "db/type_rules.hpp"

namespace keel {
namespace {

/// A double keeps so many digits of any number.
constexpr std::size_t digits_of_real = 15;

std::optional<double> parse_real(std::string_view text) noexcept {
    double value = 0;
    if (text == "Infinity") return HUGE_VAL;
    if (text == "-Infinity") return -HUGE_VAL;
    const auto [at, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || at != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Digits that count, of a number as numeric writes it.
std::size_t significant_digits(std::string_view number) noexcept {
    std::size_t count = 0, zeros = 0;
    for (const char c : number) {
        if (c < '0' || c > '9') continue;
        if (c == '0') {
            if (count > 0) ++zeros;
            continue;
        }
        count += zeros + 1;
        zeros = 0;
    }
    return count;
}

/// Seconds since the epoch of "2024-01-02 03:04:05"; nothing with parts of a second, or for what
/// is no such date.
std::optional<std::int64_t> epoch_seconds(std::string_view text) {
    if (!is_timestamp(text) || text.size() < 19) return std::nullopt;
    const auto rest = text.substr(19);
    if (!rest.empty() && rest != "+00") return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t length) {
        return static_cast<int>(parse_integer(text.substr(at, length)).value_or(0));
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
    return std::int64_t{days} * 86'400 + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
}

class PostgresToSqlite final : public ConversionBase {
  public:
    explicit PostgresToSqlite(std::vector<ConvertedColumn> columns)
        : ConversionBase(std::move(columns)) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            classes_.push_back(read_postgres_type(columns_[i].source_type).value_class);
            affinities_.push_back(affinity_of(columns_[i].target_type));
            is_blob_.push_back(to_lower(columns_[i].target_type).find("blob") != std::string::npos);
            if (comes_back(classes_.back(), affinities_.back())) exact_.push_back(i);
        }
    }

    std::span<const std::byte> convert(std::span<const std::byte> row) override {
        read(row);
        writer_.start(columns_.size());
        const bool has_part = !exact_.empty() && exact_.size() < columns_.size();
        if (has_part) part_.start(exact_.size());
        std::size_t next = 0;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (const auto reason = append(i, writer_); !reason.empty()) refuse(i, reason);
            if (!has_part || next == exact_.size() || exact_[next] != i) continue;
            append(i, part_);
            ++next;
        }
        return as_bytes(writer_.row());
    }

    std::span<const std::byte> exact_part() override {
        const bool has_part = !exact_.empty() && exact_.size() < columns_.size();
        return as_bytes(has_part ? part_.row() : writer_.row());
    }

    void check(std::span<const std::byte> row) override {
        read(row);
        writer_.start(columns_.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) note(i, append(i, writer_));
    }

  private:
    /// Whether SQLite gives the value back in the storage class in which it is written here.
    static bool comes_back(ValueClass value_class, Affinity affinity) {
        switch (value_class) {
            case ValueClass::boolean:
            case ValueClass::integer:
                return affinity != Affinity::real;
            case ValueClass::real:
                return affinity == Affinity::real || affinity == Affinity::none;
            case ValueClass::bytes:
                return true;
            case ValueClass::date:
            case ValueClass::time:
            case ValueClass::timestamptz:
                return true;
            case ValueClass::timestamp:
                return true;
            case ValueClass::numeric:
            case ValueClass::text:
            case ValueClass::uuid:
            case ValueClass::json:
            case ValueClass::other:
                return affinity == Affinity::text || affinity == Affinity::none;
        }
        return false;
    }

    void read(std::span<const std::byte> row) {
        editor_.open(row);
        if (editor_.size() != columns_.size())
            throw Error(ErrorKind::invalid_input,
                        fmt::format("the row has {} fields for {} columns", editor_.size(),
                                    columns_.size()));
    }

    std::string_view append(std::size_t i, StoredRowWriter& out) {
        if (editor_.is_null(i)) {
            out.null();
            return columns_[i].nullable ? "" : "that are null, where null is not allowed";
        }
        const auto text = editor_.text(i);
        const auto affinity = affinities_[i];
        switch (classes_[i]) {
            case ValueClass::boolean:
                return append_whole(text == "t" ? 1 : 0, affinity, out);
            case ValueClass::integer:
                return append_whole(parse_integer(text).value_or(0), affinity, out);
            case ValueClass::real:
                return append_real(text, affinity, out);
            case ValueClass::numeric:
                return append_numeric(text, affinity, out);
            case ValueClass::bytes:
                out.blob(as_text(unhex(text.substr(2))));
                return "";
            case ValueClass::timestamp:
            case ValueClass::timestamptz:
                return append_moment(text, affinity, out);
            case ValueClass::uuid:
                return append_uuid(text, i, out);
            case ValueClass::text:
            case ValueClass::date:
            case ValueClass::time:
            case ValueClass::json:
            case ValueClass::other:
                return append_text(text, affinity, out);
        }
        return "";
    }

    static std::string_view append_whole(std::int64_t value, Affinity affinity,
                                         StoredRowWriter& out) {
        if (affinity == Affinity::text)
            out.text(fmt::format("{}", value));
        else
            out.integer(value);
        return "";
    }

    static std::string_view append_real(std::string_view text, Affinity affinity,
                                        StoredRowWriter& out) {
        const auto value = parse_real(text);
        if (!value || std::isnan(*value)) return "that are not a number, which SQLite cannot hold";
        if (affinity == Affinity::text)
            out.text(text);
        else
            out.real(*value);
        return "";
    }

    static std::string_view append_numeric(std::string_view text, Affinity affinity,
                                           StoredRowWriter& out) {
        if (affinity == Affinity::text || affinity == Affinity::none) {
            out.text(text);
            return "";
        }
        const auto whole = parse_integer(text);
        if (whole && affinity != Affinity::real) {
            out.integer(*whole);
            return "";
        }
        const auto value = parse_real(text);
        if (!value || std::isnan(*value)) return "that are not a number, which SQLite cannot hold";
        if (!std::isinf(*value) && significant_digits(text) > digits_of_real)
            return "with more digits than a REAL keeps (declare the column TEXT there)";
        out.real(*value);
        return "";
    }

    static std::string_view append_moment(std::string_view text, Affinity affinity,
                                          StoredRowWriter& out) {
        if (affinity == Affinity::integer) {
            const auto seconds = epoch_seconds(text);
            if (!seconds) return "that are no whole seconds";
            out.integer(*seconds);
            return "";
        }
        // SQLite's own functions want the minutes of a zone.
        if (text.ends_with("+00"))
            out.text(fmt::format("{}:00", text));
        else
            out.text(text);
        return "";
    }

    std::string_view append_uuid(std::string_view text, std::size_t i, StoredRowWriter& out) const {
        if (is_blob_[i])
            out.blob(as_text(unhex(replace_all(text, "-", ""))));
        else
            out.text(text);
        return "";
    }

    /// A text that SQLite would take for a number in such a column may not change by that.
    static std::string_view append_text(std::string_view text, Affinity affinity,
                                        StoredRowWriter& out) {
        const bool may_change = affinity != Affinity::text && affinity != Affinity::none;
        if (may_change && is_number(trim(text))) {
            const auto whole = parse_integer(text);
            if (!whole || fmt::format("{}", *whole) != text)
                return "that SQLite would change (declare the column TEXT there)";
        }
        out.text(text);
        return "";
    }

    std::vector<ValueClass> classes_;
    std::vector<Affinity> affinities_;
    std::vector<bool> is_blob_;
    RowEditor editor_;
    StoredRowWriter writer_;
    StoredRowWriter part_;
};

}  // namespace

std::unique_ptr<RowConversion> make_postgres_to_sqlite(std::vector<ConvertedColumn> columns) {
    return std::make_unique<PostgresToSqlite>(std::move(columns));
}

}  // namespace keel
