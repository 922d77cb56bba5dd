#include "base/clock.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

struct Fields {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Fields fields_of(TimePoint time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(time - day)};
}

[[noreturn]] void not_a_time(std::string_view text) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("'{}' is not a UTC time", escape_controls(text)))
        .with_hint("write it as 2026-01-31T23:59:59Z");
}

int number(std::string_view text, std::size_t at, std::size_t length) {
    const auto value =
        at + length <= text.size() ? parse_unsigned(text.substr(at, length)) : std::nullopt;
    if (!value) not_a_time(text);
    return static_cast<int>(*value);
}

std::chrono::milliseconds fraction(std::string_view text) {
    if (text.size() == 20) return std::chrono::milliseconds(0);
    if (text.size() != 24 || text[19] != '.') not_a_time(text);
    return std::chrono::milliseconds(number(text, 20, 3));
}

}  // namespace

TimePoint SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

std::string format_utc(TimePoint time) {
    const auto [date, clock] = fields_of(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string format_utc_compact(TimePoint time) {
    const auto [date, clock] = fields_of(time);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

TimePoint parse_utc(std::string_view text) {
    const bool shaped = text.size() >= 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
                        text[13] == ':' && text[16] == ':' && text.back() == 'Z';
    if (!shaped) not_a_time(text);
    const std::chrono::year_month_day date{
        std::chrono::year(number(text, 0, 4)),
        std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
        std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
    const int hour = number(text, 11, 2), minute = number(text, 14, 2),
              second = number(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) not_a_time(text);
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + fraction(text);
}

std::chrono::milliseconds Stopwatch::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start_);
}

}  // namespace keel
