#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "support/test_project.hpp"

namespace keel {

/// Runs `body` on a fresh project of each engine, each as a subcase of the running test case.
inline void on_each_engine(const std::function<void(TestProject&)>& body) {
    SUBCASE("sqlite") {
        TestProject project(EngineKind::sqlite);
        body(project);
    }
    SUBCASE("postgres") {
        if (!TestProject::has_postgres()) {
            MESSAGE("no PostgreSQL to test with: KEEL_TEST_POSTGRES is not set");
            return;
        }
        TestProject project(EngineKind::postgres);
        body(project);
    }
}

inline std::string error_of(const Report& report) {
    return report.error ? report.error->message() + " | " + report.error->hint() : std::string();
}

/// The first item of a list of objects whose `key` is `value`; null when there is none.
inline const Json* find_item(const Json& list, std::string_view key, std::string_view value) {
    for (const auto& item : list.as_array()) {
        if (item.string_or(key, "") == value) return &item;
    }
    return nullptr;
}

}  // namespace keel
