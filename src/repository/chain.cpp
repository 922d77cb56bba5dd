#include "repository/chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace keel {
namespace {

struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

class ChainReader {
  public:
    explicit ChainReader(const ChainInput& input) : input_(input) {
        for (const ChainLink& link : input.links) {
            if (!links_.emplace(link.sequence, &link).second) {
                found(ChainBreak::Kind::same_number, link.sequence, link.id,
                      fmt::format("two backups have the number {}: {} and {}", link.sequence,
                                  links_.at(link.sequence)->id, link.id));
            }
        }
    }

    std::vector<ChainBreak> breaks() {
        check_numbers();
        for (const auto& [sequence, link] : links_) check_predecessor(*link);
        check_head();
        std::ranges::stable_sort(breaks_, {}, &ChainBreak::sequence);
        return std::move(breaks_);
    }

    ChainEnd end() const {
        const auto ranges = known();
        std::uint64_t highest = ranges.empty() ? 0 : ranges.back().last;
        // No number is ever given twice: manifests that cannot be read have numbers too, if not
        // below, then above.
        const std::uint64_t gaps = missing_in(gaps_between(ranges));
        if (!input_.head && input_.unreadable > gaps) highest += input_.unreadable - gaps;
        ChainEnd end{.next_sequence = highest + 1, .previous_digest = {}};
        if (const ChainLink* last = link(highest)) end.previous_digest = last->digest;
        return end;
    }

  private:
    void found(ChainBreak::Kind kind, std::uint64_t sequence, std::string id, std::string message) {
        breaks_.push_back({kind, sequence, sequence, std::move(id), std::move(message)});
    }

    const ChainLink* link(std::uint64_t sequence) const {
        const auto found = links_.find(sequence);
        return found == links_.end() ? nullptr : found->second;
    }

    /// The numbers that are accounted for, sorted. Ranges, because a number may be anything.
    std::vector<Range> known() const {
        std::vector<Range> ranges;
        for (const auto& [sequence, link] : links_) ranges.push_back({sequence, sequence});
        for (const Removal& removal : input_.removals) {
            if (removal.sequence > 0) ranges.push_back({removal.sequence, removal.last});
        }
        std::ranges::sort(ranges, {}, &Range::first);
        return ranges;
    }

    static std::vector<Range> gaps_between(std::span<const Range> ranges) {
        std::vector<Range> gaps;
        std::uint64_t next = 1;
        for (const Range& range : ranges) {
            if (range.first > next) gaps.push_back({next, range.first - 1});
            next = std::max(next, range.last + 1);
        }
        return gaps;
    }

    static std::uint64_t missing_in(std::span<const Range> gaps) {
        std::uint64_t count = 0;
        for (const Range& gap : gaps) count += gap.last - gap.first + 1;
        return count;
    }

    void check_numbers() {
        auto ranges = known();
        std::vector<Range> gaps = gaps_between(ranges);
        const std::uint64_t newest = input_.head ? input_.head->sequence : 0;
        const std::uint64_t highest = ranges.empty() ? 0 : ranges.back().last;
        if (newest > highest) gaps.push_back({highest + 1, newest});
        // A manifest that cannot be read, and a removal whose number was not known, explain one
        // missing number each.
        const auto unnumbered = static_cast<std::uint64_t>(
            std::ranges::count(input_.removals, std::uint64_t{0}, &Removal::sequence));
        if (missing_in(gaps) <= unnumbered + input_.unreadable) return;
        for (const Range& gap : gaps) {
            const std::string id = gap.last == newest ? input_.head->id : std::string();
            found(ChainBreak::Kind::missing, gap.first, id, describe(gap, id));
            breaks_.back().last = gap.last;
        }
    }

    static std::string describe(const Range& gap, const std::string& id) {
        if (gap.first != gap.last) {
            return fmt::format("backups number {} to {} are gone, and were not removed with keel",
                               gap.first, gap.last);
        }
        return fmt::format("backup number {}{} is gone, and was not removed with keel", gap.first,
                           id.empty() ? "" : fmt::format(" ({})", id));
    }

    void check_predecessor(const ChainLink& later) {
        const ChainLink* earlier = link(later.sequence - 1);
        if (!earlier || later.previous_digest.empty()) return;
        if (later.previous_digest != earlier->digest) replaced(*earlier);
    }

    void check_head() {
        if (!input_.head) {
            if (!links_.empty()) {
                found(
                    ChainBreak::Kind::headless, links_.rbegin()->first, "",
                    "the repository's head.json is missing or damaged: whether newer backups were "
                    "removed cannot be told");
            }
            return;
        }
        const ChainLink* newest = link(input_.head->sequence);
        if (newest && newest->digest != input_.head->digest) replaced(*newest);
        // Between a manifest and the head that names it a run may have been killed: one step only.
        if (!links_.empty() && links_.rbegin()->first > input_.head->sequence + 1) {
            found(ChainBreak::Kind::headless, input_.head->sequence, "",
                  "the repository's head.json is older than its backups");
        }
    }

    void replaced(const ChainLink& link) {
        const auto is_known = [&](const ChainBreak& known) {
            return known.kind == ChainBreak::Kind::replaced && known.id == link.id;
        };
        if (std::ranges::any_of(breaks_, is_known)) return;
        found(ChainBreak::Kind::replaced, link.sequence, link.id,
              fmt::format("backup {} is not the one that was made under this id", link.id));
    }

    const ChainInput& input_;
    std::map<std::uint64_t, const ChainLink*> links_;
    std::vector<ChainBreak> breaks_;
};

}  // namespace

std::vector<ChainBreak> find_breaks(const ChainInput& input) {
    return ChainReader(input).breaks();
}

ChainEnd end_of(const ChainInput& input) {
    return ChainReader(input).end();
}

}  // namespace keel
