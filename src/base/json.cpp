#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

[[noreturn]] void wrong_type(std::string_view wanted) {
    throw Error(ErrorKind::invalid_input, fmt::format("JSON value is not {}", wanted));
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
        out += c;
    }
}

std::string with_replacements(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 1;
        while (length <= 4 && at + length <= text.size() && !is_valid_utf8(text.substr(at, length)))
            ++length;
        if (length > 4 || at + length > text.size()) {
            out += "\xEF\xBF\xBD";
            ++at;
        } else {
            out += text.substr(at, length);
            at += length;
        }
    }
    return out;
}

void write_string(std::string& out, std::string_view text) {
    out += '"';
    if (is_valid_utf8(text)) {
        for (const char c : text) append_escaped(out, c);
    } else {
        for (const char c : with_replacements(text)) append_escaped(out, c);
    }
    out += '"';
}

void write_number(std::string& out, double number) {
    // JSON has no infinities or NaN; null is what other writers give.
    out += std::isfinite(number) ? fmt::format("{}", number) : "null";
}

struct Layout {
    int indent = 0;
    bool sorted = false;
};

void write_value(std::string& out, const Json& value, const Layout& layout, int depth);

void new_line(std::string& out, const Layout& layout, int depth) {
    if (layout.indent == 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(layout.indent) * static_cast<std::size_t>(depth), ' ');
}

void write_array(std::string& out, const Json::Array& items, const Layout& layout, int depth) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ',';
        new_line(out, layout, depth + 1);
        write_value(out, items[i], layout, depth + 1);
    }
    if (!items.empty()) new_line(out, layout, depth);
    out += ']';
}

void write_object(std::string& out, const Json::Object& object, const Layout& layout, int depth) {
    std::vector<const Json::Member*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    if (layout.sorted) {
        std::sort(members.begin(), members.end(),
                  [](auto* a, auto* b) { return a->first < b->first; });
    }
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        new_line(out, layout, depth + 1);
        write_string(out, members[i]->first);
        out += layout.indent > 0 ? ": " : ":";
        write_value(out, members[i]->second, layout, depth + 1);
    }
    if (!members.empty()) new_line(out, layout, depth);
    out += '}';
}

void write_value(std::string& out, const Json& value, const Layout& layout, int depth) {
    if (value.is_null())
        out += "null";
    else if (value.is_bool())
        out += value.as_bool() ? "true" : "false";
    else if (value.is_integer())
        out += fmt::format("{}", value.as_integer());
    else if (value.is_number())
        write_number(out, value.as_number());
    else if (value.is_string())
        write_string(out, value.as_string());
    else if (value.is_array())
        write_array(out, value.as_array(), layout, depth);
    else
        write_object(out, value.as_object(), layout, depth);
}

Json convert(const nlohmann::ordered_json& source) {
    using Type = nlohmann::ordered_json::value_t;
    switch (source.type()) {
        case Type::null:
        case Type::discarded:
            return {};
        case Type::boolean:
            return source.get<bool>();
        case Type::number_integer:
            return source.get<std::int64_t>();
        case Type::number_unsigned: {
            const auto number = source.get<std::uint64_t>();
            if (number > static_cast<std::uint64_t>(INT64_MAX)) return static_cast<double>(number);
            return static_cast<std::int64_t>(number);
        }
        case Type::number_float:
            return source.get<double>();
        case Type::string:
            return source.get<std::string>();
        case Type::binary:
            wrong_type("text");
        case Type::array: {
            Json result = Json::array();
            for (const auto& item : source) result.push_back(convert(item));
            return result;
        }
        case Type::object: {
            Json result = Json::object();
            for (const auto& [key, item] : source.items()) result.set(key, convert(item));
            return result;
        }
    }
    return {};
}

}  // namespace

Json Json::array(Array items) {
    Json result;
    result.value_ = std::move(items);
    return result;
}

Json Json::object(Object members) {
    Json result;
    result.value_ = std::move(members);
    return result;
}

bool Json::as_bool() const {
    if (const auto* value = std::get_if<bool>(&value_)) return *value;
    wrong_type("true or false");
}

std::int64_t Json::as_integer() const {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
    wrong_type("a whole number");
}

double Json::as_number() const {
    if (const auto* value = std::get_if<double>(&value_)) return *value;
    return static_cast<double>(as_integer());
}

const std::string& Json::as_string() const {
    if (const auto* value = std::get_if<std::string>(&value_)) return *value;
    wrong_type("a string");
}

const Json::Array& Json::as_array() const {
    if (const auto* value = std::get_if<Array>(&value_)) return *value;
    wrong_type("an array");
}

Json::Array& Json::as_array() {
    if (auto* value = std::get_if<Array>(&value_)) return *value;
    wrong_type("an array");
}

const Json::Object& Json::as_object() const {
    if (const auto* value = std::get_if<Object>(&value_)) return *value;
    wrong_type("an object");
}

const Json* Json::find(std::string_view key) const noexcept {
    const auto* members = std::get_if<Object>(&value_);
    if (members == nullptr) return nullptr;
    const auto found =
        std::find_if(members->begin(), members->end(), [&](auto& m) { return m.first == key; });
    return found == members->end() ? nullptr : &found->second;
}

const Json& Json::at(std::string_view key) const {
    if (const auto* value = find(key)) return *value;
    throw Error(ErrorKind::invalid_input, fmt::format("JSON object has no member '{}'", key));
}

std::string Json::string_or(std::string_view key, std::string_view fallback) const {
    const auto* value = find(key);
    return value != nullptr && value->is_string() ? value->as_string() : std::string(fallback);
}

std::int64_t Json::integer_or(std::string_view key, std::int64_t fallback) const {
    const auto* value = find(key);
    return value != nullptr && value->is_integer() ? value->as_integer() : fallback;
}

bool Json::bool_or(std::string_view key, bool fallback) const {
    const auto* value = find(key);
    return value != nullptr && value->is_bool() ? value->as_bool() : fallback;
}

Json& Json::set(std::string_view key, Json value) {
    if (is_null()) value_ = Object();
    auto* members = std::get_if<Object>(&value_);
    if (members == nullptr) wrong_type("an object");
    const auto found =
        std::find_if(members->begin(), members->end(), [&](auto& m) { return m.first == key; });
    if (found != members->end())
        found->second = std::move(value);
    else
        members->emplace_back(std::string(key), std::move(value));
    return *this;
}

void Json::push_back(Json value) {
    if (is_null()) value_ = Array();
    as_array().push_back(std::move(value));
}

std::string Json::dump(int indent) const {
    std::string out;
    write_value(out, *this, {.indent = indent, .sorted = false}, 0);
    return out;
}

std::string Json::canonical() const {
    std::string out;
    write_value(out, *this, {.indent = 0, .sorted = true}, 0);
    return out;
}

Json Json::parse(std::string_view text) {
    try {
        return convert(nlohmann::ordered_json::parse(text));
    } catch (const nlohmann::json::parse_error& error) {
        throw Error(ErrorKind::invalid_input, fmt::format("not valid JSON at byte {}", error.byte));
    }
}

}  // namespace keel
