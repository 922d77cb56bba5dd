#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/admin.hpp"
#include "fixture.hpp"

namespace keel::conformance {

DatabaseUrl EngineFixture::make_database() {
    auto url = new_address();
    engine().admin().create(url);
    return url;
}

std::unique_ptr<Connection> EngineFixture::connect(const DatabaseUrl& url, bool read_only) {
    ConnectOptions options;
    options.url = url;
    options.read_only = read_only;
    return engine().connect(options);
}

std::unique_ptr<Connection> EngineFixture::connect(const DatabaseUrl& url,
                                                   std::chrono::milliseconds lock_timeout) {
    ConnectOptions options;
    options.url = url;
    options.read_only = false;
    options.session.lock_timeout = lock_timeout;
    return engine().connect(options);
}

std::vector<FixtureMaker> fixture_makers() {
    return {{"sqlite", make_sqlite_fixture}, {"postgres", make_postgres_fixture}};
}

void for_each_engine(const std::function<void(EngineFixture&)>& body) {
    for (const auto& maker : fixture_makers()) {
        SUBCASE(std::string(maker.name).c_str()) {
            const auto fixture = maker.make();
            if (!fixture) {
                MESSAGE("skipped: this machine cannot run ", maker.name);
                return;
            }
            body(*fixture);
        }
    }
}

}  // namespace keel::conformance
