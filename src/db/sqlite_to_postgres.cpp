#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "db/conversion_base.hpp"
#include "db/stored_row.hpp"
#include "db/type_rules.hpp"

namespace keel {
namespace {

/// Integers beyond this are milliseconds, not seconds (the year 5138).
constexpr std::int64_t largest_seconds = 100'000'000'000;
/// Reals up to here are Julian days (the end of the year 9999), as SQLite's functions take them.
constexpr double largest_julian_day = 5'373'484.5;
constexpr double julian_day_of_epoch = 2'440'587.5;

void append_escaped(std::string& out, std::string_view text) {
    static constexpr auto codes = [] {
        std::array<char, 256> table{};
        table['\b'] = 'b';
        table['\f'] = 'f';
        table['\n'] = 'n';
        table['\r'] = 'r';
        table['\t'] = 't';
        table['\v'] = 'v';
        table['\\'] = '\\';
        return table;
    }();
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char code = codes[static_cast<unsigned char>(text[at])];
        if (code == 0) continue;
        out.append(text, from, at - from);
        out += '\\';
        out += code;
        from = at + 1;
    }
    out.append(text, from);
}

void append_integer(std::string& out, std::int64_t value) {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
}

/// "2024-01-02 03:04:05[.123456]" of microseconds since the epoch, in UTC.
std::string moment_text(std::int64_t microseconds) {
    constexpr std::int64_t second = 1'000'000, day = 86'400 * second;
    std::int64_t days = microseconds / day;
    std::int64_t rest = microseconds % day;
    if (rest < 0) {
        rest += day;
        --days;
    }
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    auto text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            rest / (3600 * second), rest / (60 * second) % 60, rest / second % 60);
    if (rest % second != 0) text += fmt::format(".{:06}", rest % second);
    return text;
}

class SqliteToPostgres final : public ConversionBase {
  public:
    explicit SqliteToPostgres(std::vector<ConvertedColumn> columns)
        : ConversionBase(std::move(columns)) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            types_.push_back(read_postgres_type(columns_[i].target_type));
            if (comes_back(types_.back())) exact_.push_back(i);
        }
    }

    std::span<const std::byte> convert(std::span<const std::byte> row) override {
        read(row);
        out_.clear();
        places_.clear();
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            if (i > 0) out_ += '\t';
            const auto begin = out_.size();
            if (const auto reason = append(i); !reason.empty()) refuse(i, reason);
            places_.emplace_back(begin, out_.size() - begin);
        }
        out_ += '\n';
        return as_bytes(out_);
    }

    std::span<const std::byte> exact_part() override {
        if (exact_.empty() || exact_.size() == columns_.size()) return as_bytes(out_);
        part_.clear();
        for (const auto place : exact_) {
            if (!part_.empty()) part_ += '\t';
            part_.append(out_, places_[place].first, places_[place].second);
        }
        part_ += '\n';
        return as_bytes(part_);
    }

    void check(std::span<const std::byte> row) override {
        read(row);
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            out_.clear();
            auto reason = append(i);
            if (reason.empty() && types_[i].value_class == ValueClass::json)
                reason = json_problem(fields_[i]);
            note(i, reason);
        }
    }

  private:
    /// Whether PostgreSQL gives such values back in the form in which they are written here.
    static bool comes_back(const PostgresType& type) {
        switch (type.value_class) {
            case ValueClass::boolean:
            case ValueClass::integer:
            case ValueClass::bytes:
            case ValueClass::uuid:
                return true;
            case ValueClass::text:
                return !type.is_padded;
            case ValueClass::numeric:
            case ValueClass::real:
            case ValueClass::date:
            case ValueClass::time:
            case ValueClass::timestamp:
            case ValueClass::timestamptz:
            case ValueClass::json:
            case ValueClass::other:
                return false;
        }
        return false;
    }

    void read(std::span<const std::byte> row) {
        parse_stored_row(row, fields_);
        if (fields_.size() != columns_.size())
            throw Error(ErrorKind::invalid_input,
                        fmt::format("the row has {} fields for {} columns", fields_.size(),
                                    columns_.size()));
    }

    static std::string_view json_problem(const StoredField& field) {
        if (field.storage != 't') return "";
        try {
            Json::parse(field.bytes);
        } catch (const Error&) {
            return "that are no JSON";
        }
        return "";
    }

    /// Appends the field; otherwise says what is wrong with it.
    std::string_view append(std::size_t i) {
        const auto& field = fields_[i];
        if (field.storage == 'n') {
            out_ += "\\N";
            return columns_[i].nullable ? "" : "that are null, where null is not allowed";
        }
        switch (types_[i].value_class) {
            case ValueClass::boolean:
                return append_boolean(field);
            case ValueClass::integer:
                return append_whole(field, types_[i]);
            case ValueClass::numeric:
            case ValueClass::real:
                return append_number(field);
            case ValueClass::text:
                return append_text(field, types_[i].characters);
            case ValueClass::bytes:
                return append_bytes(field);
            case ValueClass::date:
                return append_moment(field, 10);
            case ValueClass::time:
                return append_checked(field, is_time, "that are no time");
            case ValueClass::timestamp:
            case ValueClass::timestamptz:
                return append_moment(field, std::string::npos);
            case ValueClass::uuid:
                return append_uuid(field);
            case ValueClass::json:
            case ValueClass::other:
                return append_text(field, {});
        }
        return "";
    }

    std::string_view append_boolean(const StoredField& field) {
        constexpr std::array words{
            std::pair{"t", true},      std::pair{"f", false},  std::pair{"true", true},
            std::pair{"false", false}, std::pair{"yes", true}, std::pair{"no", false},
            std::pair{"y", true},      std::pair{"n", false},  std::pair{"on", true},
            std::pair{"off", false},   std::pair{"1", true},   std::pair{"0", false}};
        const auto text = field.storage == 'b' ? std::string() : to_lower(field.text());
        for (const auto& [word, value] : words) {
            if (text != word) continue;
            out_ += value ? 't' : 'f';
            return "";
        }
        return "that are neither true nor false";
    }

    std::string_view append_whole(const StoredField& field, const PostgresType& type) {
        std::optional<std::int64_t> value;
        if (field.storage == 'i') value = field.integer();
        if (field.storage == 'r' && std::trunc(field.real()) == field.real() &&
            std::abs(field.real()) < 9.2e18)
            value = static_cast<std::int64_t>(field.real());
        if (field.storage == 't') value = parse_integer(trim(field.bytes));
        if (!value) return "that are no whole numbers";
        if (*value < type.lowest || *value > type.highest) return "that are too large";
        append_integer(out_, *value);
        return "";
    }

    std::string_view append_number(const StoredField& field) {
        if (field.storage == 'i') {
            append_integer(out_, field.integer());
            return "";
        }
        if (field.storage == 'r') {
            out_ += real_text(field.real());
            return "";
        }
        const auto text = trim(field.bytes);
        if (field.storage != 't' || !is_number(text)) return "that are no numbers";
        out_ += text;
        return "";
    }

    std::string_view append_text(const StoredField& field, std::optional<std::size_t> characters) {
        if (field.storage == 'b') return "that are bytes, not text";
        if (field.storage != 't') {
            out_ += field.text();
            return "";
        }
        if (field.bytes.find('\0') != std::string_view::npos)
            return "with a character 0, which PostgreSQL's text cannot hold";
        if (!is_valid_utf8(field.bytes)) return "that are no UTF-8";
        if (characters && field.bytes.size() > *characters &&
            count_characters(field.bytes) > *characters)
            return "that are too long";
        append_escaped(out_, field.bytes);
        return "";
    }

    std::string_view append_bytes(const StoredField& field) {
        out_ += "\\\\x";
        const bool is_raw = field.storage == 'b' || field.storage == 't';
        const auto text = is_raw ? std::string() : field.text();
        out_ += hex(as_bytes(is_raw ? field.bytes : std::string_view(text)));
        return "";
    }

    template <typename Is>
    std::string_view append_checked(const StoredField& field, Is is, std::string_view otherwise) {
        if (field.storage != 't' || !is(trim(field.bytes))) return otherwise;
        out_ += trim(field.bytes);
        return "";
    }

    /// A text as it is, seconds or milliseconds since the epoch, or a Julian day.
    std::string_view append_moment(const StoredField& field, std::size_t length) {
        if (field.storage == 't' &&
            (trim(field.bytes) == "infinity" || trim(field.bytes) == "-infinity")) {
            out_ += trim(field.bytes);
            return "";
        }
        if (field.storage == 't' || field.storage == 'b')
            return append_checked(field, is_timestamp, "that are no dates");
        std::int64_t moment = 0;
        if (field.storage == 'i') {
            const auto value = field.integer();
            const bool is_seconds = std::abs(value) < largest_seconds;
            if (!is_seconds && std::abs(value) > largest_seconds * 1000) return "that are no dates";
            moment = value * (is_seconds ? 1'000'000 : 1'000);
        } else {
            const auto value = field.real();
            const bool is_day = value >= 0 && value < largest_julian_day;
            const auto seconds = is_day ? (value - julian_day_of_epoch) * 86'400 : value;
            if (!(std::abs(seconds) < static_cast<double>(largest_seconds)))
                return "that are no dates";
            // A Julian day is not exact to more than the millisecond.
            moment = is_day ? std::llround(seconds * 1e3) * 1000 : std::llround(seconds * 1e6);
        }
        out_ += moment_text(moment).substr(0, length);
        return "";
    }

    std::string_view append_uuid(const StoredField& field) {
        std::string digits;
        if (field.storage == 'b' && field.bytes.size() == 16) digits = hex(as_bytes(field.bytes));
        if (field.storage == 't')
            for (const char c : to_lower(trim(field.bytes)))
                if (c != '-' && c != '{' && c != '}') digits += c;
        if (digits.size() != 32 ||
            digits.find_first_not_of("0123456789abcdef") != std::string::npos)
            return "that are no UUIDs";
        out_ += fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                            digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
        return "";
    }

    std::vector<PostgresType> types_;
    std::vector<StoredField> fields_;
    std::vector<std::pair<std::size_t, std::size_t>> places_;
    std::string out_;
    std::string part_;
};

}  // namespace

std::unique_ptr<RowConversion> make_sqlite_to_postgres(std::vector<ConvertedColumn> columns) {
    return std::make_unique<SqliteToPostgres>(std::move(columns));
}

}  // namespace keel
