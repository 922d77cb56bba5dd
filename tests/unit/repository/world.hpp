#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "memory_storage.hpp"
#include "repository/repository.hpp"

namespace keel {

/// A clock that a test sets.
class FixedClock final : public Clock {
  public:
    TimePoint now() const override { return time; }
    TimePoint time = parse_utc("2026-11-20T07:15:00Z");
};

using Streams = std::vector<std::pair<std::string, std::string>>;

/// A repository on a medium in memory, with shorthands.
struct World {
    MemoryMedium medium;
    FixedClock clock;
    std::chrono::milliseconds lock_wait{20'000};
    KeyRing keys;
    Context context{.stop = {}, .progress = no_progress(), .logger = no_logger(), .clock = clock};

    Repository open() {
        return Repository::open_or_create(
            std::make_unique<MemoryStorage>(medium),
            {.clock = clock, .holder = "test", .lock_wait = lock_wait, .keys = keys}, context);
    }
    static Manifest manifest(std::string_view environment = "dev") {
        Manifest manifest;
        manifest.environment = environment;
        manifest.reason = "manual";
        manifest.content.tables = {
            {.schema = "", .name = "users", .rows = 3, .digest = "d", .stream = "", .columns = {}}};
        return manifest;
    }
    CommittedBackup add(Repository& repository, const Streams& streams, const Manifest& what) {
        const auto draft = repository.begin({}, context);
        for (const auto& [name, text] : streams) {
            const auto sink = draft->open(name);
            sink->write(as_bytes(text));
            sink->finish();
        }
        return draft->commit(what, context);
    }
    std::string add(std::string_view text = "some rows\n") {
        Repository repository = open();
        return add(repository, {{"database", std::string(text)}, {"table/3", "1\t2\n"}}, manifest())
            .manifest.id;
    }
};

inline std::string read_all(ByteSource& source) {
    std::string text;
    std::vector<std::byte> buffer(777);
    while (const std::size_t count = source.read(buffer))
        text += as_text(std::span(buffer).first(count));
    return text;
}

}  // namespace keel
