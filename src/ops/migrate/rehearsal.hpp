#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ops/migrate/content_state.hpp"
#include "ops/migrate/observed_connection.hpp"
#include "ops/migrate/rehearsal_clone.hpp"
#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// What rehearsing one migration showed.
struct RehearsedMigration {
    std::string version;
    std::string name;
    std::string checksum;
    std::string schema_before;  ///< fingerprints
    std::string schema_after;
    std::chrono::microseconds up{0};
    std::optional<std::chrono::microseconds> down;      ///< absent: it has none
    std::optional<std::chrono::microseconds> up_again;  ///< absent: it was not undone
    std::vector<HeldLock> locks;                        ///< of the first up
    std::vector<ObservedStatement> statements;          ///< of the first up
    std::uint64_t rows_before = 0;
    std::uint64_t rows_after = 0;
    std::map<std::string, std::uint64_t>
        tables;                   ///< their rows before, as `read_content` names them
    bool schema_restored = true;  ///< by its down
    bool data_restored = true;
    std::vector<std::string> not_restored;  ///< tables whose rows the down left otherwise
    std::optional<Error> failure;           ///< of the down, or of the second up
};

/// Runs migrations on a clone, each up, verified, down and up again, comparing the whole content
/// before and after.
class Rehearsal {
  public:
    /// `last_sequence` of the clone's history.
    Rehearsal(OperationContext& context, const RehearsalClone& clone, std::int64_t last_sequence);

    /// Throws what the first up throws: the next ones could not be rehearsed either. Anything else
    /// that fails is in the result.
    RehearsedMigration rehearse(const Migration& migration);
    /// Whether nothing more can be rehearsed, because a migration could not be applied again.
    bool is_stuck() const noexcept { return is_stuck_; }

  private:
    std::chrono::microseconds run(const Script& script, AppliedMigration row);
    void undo(const Migration& migration, const Script& up, const ContentState& before,
              RehearsedMigration& result);
    void redo(const Script& up, const ContentState& after, RehearsedMigration& result);
    void compare(const ContentState& wanted, RehearsedMigration& result);

    OperationContext& context_;
    std::unique_ptr<ObservedConnection> connection_;
    MigrationRun run_;
    std::int64_t sequence_;
    std::optional<ContentState> state_;  ///< as the last migration left it
    bool is_stuck_ = false;
};

}  // namespace keel
