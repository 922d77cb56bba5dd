#include "ops/copy/row_mover.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::uint64_t rows_at_once = 4096;

class Mover {
  public:
    Mover(const RowMove& move, const Context& context) : move_(move), context_(context) {}

    RowDigest run() {
        for (auto row = move_.source.next(); !row.empty(); row = move_.source.next()) {
            if (++seen_ % rows_at_once == 0) report();
            try {
                if (!change(row)) continue;
            } catch (Error& error) {
                error.add_trail(fmt::format("row {}", seen_));
                throw;
            }
            if (move_.sink != nullptr) move_.sink->put(row);
        }
        report();
        return digest_;
    }

  private:
    /// False: there is nothing to write.
    bool change(std::span<const std::byte>& row) {
        if (move_.transform != nullptr) {
            if (move_.is_binary)
                editor_.open_binary(row);
            else
                editor_.open(row);
            if (!move_.transform->apply(editor_)) return false;
            row = editor_.finish();
        }
        if (move_.only_checks) {
            move_.conversion->check(row);
            return false;
        }
        if (move_.conversion != nullptr) {
            row = move_.conversion->convert(row);
            digest_.add(move_.conversion->exact_part());
        } else {
            digest_.add(row);
        }
        return true;
    }

    void report() {
        context_.check_cancelled(move_.phase);
        context_.progress.on({.phase = move_.phase,
                              .item = move_.item,
                              .done = seen_,
                              .total = move_.total == 0 ? 0 : std::max(move_.total, seen_),
                              .unit = ProgressUnit::rows});
    }

    const RowMove& move_;
    const Context& context_;
    RowEditor editor_;
    RowDigest digest_;
    std::uint64_t seen_ = 0;
};

}  // namespace

RowDigest move_rows(const RowMove& move, const Context& context) {
    return Mover(move, context).run();
}

}  // namespace keel
