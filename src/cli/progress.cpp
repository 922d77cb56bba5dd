#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "render/width.hpp"

namespace keel {

namespace {

using std::chrono::milliseconds;
constexpr milliseconds between_draws{100};
constexpr milliseconds before_bar{200};  ///< what is faster than this needs no bar
constexpr milliseconds between_lines{10'000};
constexpr milliseconds before_rate{500};
constexpr std::size_t bar_cells = 24;

std::string_view unit_name(ProgressUnit unit) noexcept {
    switch (unit) {
        case ProgressUnit::items:
            return "items";
        case ProgressUnit::bytes:
            return "bytes";
        case ProgressUnit::rows:
            return "rows";
        case ProgressUnit::statements:
            return "statements";
    }
    return "items";
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
}

std::string amount(std::uint64_t number, ProgressUnit unit) {
    return unit == ProgressUnit::bytes ? format_bytes(number) : grouped(number);
}

std::string counted(const ProgressState& state) {
    std::string text = amount(state.done, state.unit);
    if (state.total > 0) text += " of " + amount(state.total, state.unit);
    const bool is_named =
        state.unit == ProgressUnit::rows || state.unit == ProgressUnit::statements;
    return is_named ? fmt::format("{} {}", text, unit_name(state.unit)) : text;
}

/// Units a second since the phase was first seen; nothing while it is too early to say.
std::optional<double> rate_of(const ProgressState& state) {
    if (state.elapsed < before_rate || state.done <= state.first_done) return std::nullopt;
    const auto seconds = std::chrono::duration<double>(state.elapsed).count();
    return static_cast<double>(state.done - state.first_done) / seconds;
}

std::string bar_of(const ProgressState& state, bool ascii) {
    const std::uint64_t done = std::min(state.done, state.total);
    const double part = static_cast<double>(done) / static_cast<double>(state.total);
    const auto full = static_cast<std::size_t>(part * bar_cells);
    std::string bar;
    for (std::size_t i = 0; i < bar_cells; ++i) {
        bar += i < full ? (ascii ? "#" : "█") : (ascii ? "-" : "░");
    }
    return fmt::format("[{}] {:3.0f} %", bar, part * 100);
}

}  // namespace

std::string progress_line(const ProgressState& state, const TextStyle& style) {
    std::string text = escape_controls(state.phase);
    if (!state.item.empty()) text += " " + escape_controls(state.item);
    if (state.total > 0) text += "  " + bar_of(state, style.ascii);
    text += "  " + counted(state);
    const std::optional<double> rate = rate_of(state);
    if (rate && *rate >= 1) {
        text += fmt::format("  {}/s", amount(static_cast<std::uint64_t>(*rate), state.unit));
    }
    if (rate && state.total > state.done) {
        const double left = static_cast<double>(state.total - state.done) / *rate;
        const auto seconds = std::chrono::seconds(static_cast<long>(std::min(left, 1e9)) + 1);
        text += fmt::format("  {} left", seconds.count() < 60 ? fmt::format("{} s", seconds.count())
                                                              : format_duration(seconds));
    }
    if (style.width <= 1) return text;
    // The last column stays free: some terminals wrap as soon as it is written to.
    return std::string(fit_width(text, static_cast<std::size_t>(style.width) - 1));
}

std::string progress_json(const ProgressState& state) {
    return Json::object()
        .set("event", "progress")
        .set("phase", state.phase)
        .set("item", state.item)
        .set("done", state.done)
        .set("total", state.total > 0 ? Json(state.total) : Json())
        .set("unit", unit_name(state.unit))
        .dump();
}

ConsoleProgress::ConsoleProgress(Console& console, ProgressForm form, SteadyNow now)
    : console_(console), form_(form), now_(std::move(now)), begun_(now_()) {}

ConsoleProgress::~ConsoleProgress() {
    if (form_ == ProgressForm::json && is_pending_) show();
    if (form_ == ProgressForm::bar) console_.clear_status();
}

void ConsoleProgress::on(const ProgressEvent& event) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = now_();
    take(event, now);
    is_pending_ = true;
    if (!is_due(now)) return;
    shown_at_ = now;
    show();
}

void ConsoleProgress::take(const ProgressEvent& event, SteadyTime now) {
    auto found = phases_.find(event.phase);
    if (found == phases_.end() || event.done < found->second.done)
        found = phases_
                    .insert_or_assign(std::string(event.phase),
                                      Phase{.begun = now, .first_done = event.done})
                    .first;
    auto& phase = found->second;
    phase.done = event.done;
    state_.first_done = phase.first_done;
    state_.phase = event.phase;
    state_.item = event.item;
    state_.done = event.done;
    state_.total = event.total;
    state_.unit = event.unit;
    state_.elapsed = std::chrono::duration_cast<milliseconds>(now - phase.begun);
}

bool ConsoleProgress::is_due(SteadyTime now) const {
    switch (form_) {
        case ProgressForm::bar:
            return now - shown_at_.value_or(begun_) >= (shown_at_ ? between_draws : before_bar);
        case ProgressForm::lines:
            return now - shown_at_.value_or(begun_) >= between_lines;
        case ProgressForm::json:
            return !shown_at_ || now - *shown_at_ >= between_draws;
    }
    return false;
}

void ConsoleProgress::show() {
    is_pending_ = false;
    switch (form_) {
        case ProgressForm::bar:
            console_.status(progress_line(state_, console_.style()));
            return;
        case ProgressForm::lines:
            console_.line(progress_line(state_, console_.style()));
            return;
        case ProgressForm::json:
            console_.line(progress_json(state_));
            return;
    }
}

}  // namespace keel
