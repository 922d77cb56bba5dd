#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/crew.hpp"
#include "db/copier.hpp"
#include "engines/postgres/row_units.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {

/// Rows of many tables on their way from one database into another, by a crew: each unit is copied
/// in a transaction of its own, again when the wire to one of the two databases is lost meanwhile.
/// Of a table whose rows are passed on as they are (COPY's binary
/// form, which the server takes as it is or refuses) the rows are then counted; any other is read
/// back and compared with what was sent.
class TableLoad {
  public:
    struct Parts {
        Crew& crew;
        WorkerSessions& sources;
        WorkerSessions& targets;
        std::span<const DumpTable> tables;  ///< in the format that each is copied in
        std::string encoding;               ///< of the rows
        const RowTransforms* transforms = nullptr;
        bool reads_back = false;  ///< every table
        const Context& context;
        std::function<void(std::size_t table)> on_rows_in;   ///< called by a worker
        std::function<void(std::size_t table)> on_compared;  ///< called by a worker, later
    };
    explicit TableLoad(Parts parts);

    /// Gives the crew its tasks.
    void start(std::span<const RowUnit> units);
    /// Whether there was a table whose rows were only counted.
    bool has_counted() const;
    /// Rows and digests of what was sent, in the order of the tables, once the crew is done.
    std::vector<TableContent> content() const;

  private:
    struct State {
        std::size_t units = 0;
        std::size_t to_load = 0;
        std::size_t to_compare = 0;
        RowDigest sent;
        RowDigest found;
    };
    void load(std::size_t worker, const RowUnit& unit);
    RowDigest copy_or_again(std::size_t worker, const RowUnit& unit);
    RowDigest copy(std::size_t worker, const RowUnit& unit, std::uint64_t& reported);
    bool counts(std::size_t index) const;
    void count(std::size_t worker, std::size_t index);
    void compare(std::size_t worker, const RowUnit& unit);
    void check(std::size_t index) const;
    void report(std::string_view phase, std::uint64_t& counter, const DumpTable& table,
                std::uint64_t rows);

    Parts parts_;
    std::vector<State> states_;
    std::vector<RowUnit> units_;
    OnRows none_;
    mutable std::mutex mutex_;
    std::uint64_t copied_ = 0;
    std::uint64_t compared_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace keel::postgres
