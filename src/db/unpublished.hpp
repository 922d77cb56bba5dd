#pragma once

#include <optional>
#include <utility>

#include "db/admin.hpp"

namespace keel {

/// A staged database that is thrown away unless it was published.
class Unpublished {
  public:
    /// `admin` must outlive it.
    Unpublished(const Admin& admin, StagedDatabase staged)
        : admin_(admin), staged_(std::move(staged)) {}
    ~Unpublished();
    Unpublished(const Unpublished&) = delete;
    Unpublished& operator=(const Unpublished&) = delete;

    const StagedDatabase& operator*() const { return *staged_; }
    /// Publishing takes the staged database away in every case.
    StagedDatabase release() { return *std::exchange(staged_, std::nullopt); }

  private:
    const Admin& admin_;
    std::optional<StagedDatabase> staged_;
};

}  // namespace keel
