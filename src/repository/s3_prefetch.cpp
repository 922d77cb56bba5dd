#include "repository/s3_prefetch.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::size_t side_by_side = 8;
/// Of what is not worth to be fetched side by side.
constexpr std::size_t few = 2;
constexpr std::uint64_t largest = 4u << 20;

}  // namespace

void S3Prefetch::fetch(std::span<const std::string> keys) {
    {
        const std::lock_guard lock(mutex_);
        entries_.clear();
    }
    if (keys.size() < few) return;
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t at = next++; at < keys.size(); at = next++) fetch_one(keys[at]);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(side_by_side, keys.size()); ++i)
        threads.emplace_back(work);
}

void S3Prefetch::fetch_one(const std::string& key) noexcept {
    try {
        Entry entry;
        try {
            entry.text = bucket_.get(key, largest);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) return;
        }
        const std::lock_guard lock(mutex_);
        entries_.insert_or_assign(key, std::move(entry));
    } catch (const std::exception&) {
        return;  // no memory: whoever asks will ask the server
    }
}

std::optional<bool> S3Prefetch::take_existence(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.was_asked) return std::nullopt;
    found->second.was_asked = true;
    return found->second.text.has_value();
}

std::optional<std::optional<std::string>> S3Prefetch::take(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    std::optional<std::string> text = std::move(found->second.text);
    entries_.erase(found);
    return std::make_optional(std::move(text));
}

}  // namespace keel
