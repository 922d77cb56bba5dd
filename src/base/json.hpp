#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace keel {

/// A JSON value. Objects keep the order in which members were set. Cheap to include: the parser's
/// library stays in json.cpp.
class Json {
  public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(int value) : value_(static_cast<std::int64_t>(value)) {}
    Json(long value) : value_(static_cast<std::int64_t>(value)) {}
    Json(long long value) : value_(static_cast<std::int64_t>(value)) {}
    Json(unsigned value) : value_(static_cast<std::int64_t>(value)) {}
    Json(unsigned long value) : value_(static_cast<std::int64_t>(value)) {}
    Json(unsigned long long value) : value_(static_cast<std::int64_t>(value)) {}
    Json(double value) : value_(value) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}

    static Json array(Array items = {});
    static Json object(Object members = {});
    template <typename T>
    static Json from(const std::vector<T>& items) {
        Json result = array();
        for (const auto& item : items) result.push_back(Json(item));
        return result;
    }

    bool is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(value_); }
    bool is_bool() const noexcept { return std::holds_alternative<bool>(value_); }
    bool is_integer() const noexcept { return std::holds_alternative<std::int64_t>(value_); }
    bool is_number() const noexcept {
        return is_integer() || std::holds_alternative<double>(value_);
    }
    bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
    bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
    bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }

    /// Typed access; throws ErrorKind::invalid_input when the value is of another type.
    bool as_bool() const;
    std::int64_t as_integer() const;
    double as_number() const;
    const std::string& as_string() const;
    const Array& as_array() const;
    Array& as_array();
    const Object& as_object() const;

    /// Member of an object: null pointer when absent (or when this is no object).
    const Json* find(std::string_view key) const noexcept;
    /// Member of an object; throws ErrorKind::invalid_input naming the key when absent.
    const Json& at(std::string_view key) const;
    std::string string_or(std::string_view key, std::string_view fallback) const;
    std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
    bool bool_or(std::string_view key, bool fallback) const;

    /// Sets a member (turning null into an object) and returns *this, so that calls chain.
    Json& set(std::string_view key, Json value);
    /// Appends to an array (turning null into one).
    void push_back(Json value);

    /// Compact when indent is 0. Strings that are not valid UTF-8 get U+FFFD for each bad byte.
    std::string dump(int indent = 0) const;
    /// Members sorted by key, compact: the form that digests are taken over.
    std::string canonical() const;
    /// Throws ErrorKind::invalid_input with the byte position.
    static Json parse(std::string_view text);

    bool operator==(const Json&) const = default;

  private:
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_ =
        nullptr;
};

}  // namespace keel
