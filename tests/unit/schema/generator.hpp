#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/database_url.hpp"

namespace keel::test {

/// Decisions by name: the same for the same seed, and each taken from another seed with some
/// probability, so that two schemas differ as much as a test wants.
class Choices {
  public:
    explicit Choices(std::uint64_t seed) : seed_(seed), other_(seed) {}
    Choices(std::uint64_t seed, std::uint64_t other, unsigned percent)
        : seed_(seed), other_(other), percent_(percent) {}

    /// Below `count`.
    unsigned pick(std::string_view name, unsigned count) const;
    bool chance(std::string_view name, unsigned percent) const;

  private:
    std::uint64_t seed_;
    std::uint64_t other_;
    unsigned percent_ = 0;
};

/// A script that makes a schema in which nearly everything is a matter of choice.
std::string generate_schema(EngineKind engine, const Choices& choices);

}  // namespace keel::test
