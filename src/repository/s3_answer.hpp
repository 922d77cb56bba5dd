#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace keel {

/// What an object storage answers, in as much of XML as it uses: elements, and their text.

/// The text of the first element of that name, entities replaced; empty when there is none.
std::string xml_text(std::string_view xml, std::string_view name);
/// What stands inside each element of that name, as it is.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name);

/// "Fri, 20 Nov 2026 07:15:00 GMT", as in the header Date; nothing when it is no such time.
std::optional<TimePoint> parse_http_date(std::string_view text);
/// "2026-11-20T07:15:00.000Z"; nothing when it is no such time.
std::optional<TimePoint> parse_listed_time(std::string_view text);

}  // namespace keel
