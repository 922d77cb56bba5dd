#include "repository/encoded_stream.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace keel {
namespace {

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '/';
}

bool is_stream_name(std::string_view name) noexcept {
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest &&
           std::ranges::all_of(name, is_name_character) && name.front() != '/' &&
           name.back() != '/' && name.find("//") == std::string_view::npos;
}

}  // namespace

std::string stream_object(std::string_view stream) {
    if (!is_stream_name(stream)) {
        throw Error(ErrorKind::integrity,
                    fmt::format("'{}' is no name of a backup's stream", stream));
    }
    std::string object(stream);
    std::ranges::replace(object, '/', '.');
    return object + ".zst";
}

}  // namespace keel
