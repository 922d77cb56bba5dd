#include <mutex>

#include "base/crew.hpp"
#include "engines/postgres/row_units.hpp"
#include "engines/postgres/snapshot.hpp"
#include "engines/postgres/stream_copy.hpp"
#include "engines/postgres/urgency.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {
namespace {

class TableDigests {
  public:
    TableDigests(const ConnectOptions& source, const Context& context)
        : context_(context),
          crew_(usual_workers(), context.stop),
          snapshot_(source, crew_.stop()),
          sessions_(crew_.size(), crew_.stop(), [this] { return snapshot_.another(); }),
          tables_(snapshot_.tables()),
          digests_(tables_.size()) {
        for (auto& table : tables_) {
            if (table.is_binary_safe) table.format = CopyFormat::binary;
            total_ += static_cast<std::uint64_t>(table.estimate);
        }
    }

    std::vector<TableContent> run() {
        const auto units = plan_row_units(
            tables_,
            {.workers = crew_.size(), .may_split = has_page_ranges(snapshot_.connection())});
        for (const auto& unit : units)
            crew_.add(load_urgency(tables_[unit.table]),
                      [this, &unit](std::size_t worker) { digest(worker, unit); });
        crew_.run();
        std::vector<TableContent> contents;
        for (std::size_t i = 0; i < tables_.size(); ++i) contents.push_back(content(i));
        return contents;
    }

  private:
    void digest(std::size_t worker, const RowUnit& unit) {
        const auto& table = tables_[unit.table];
        const auto source = sessions_.of(worker).copy_out(table.copy_out_spec(unit.condition()));
        const OnRows on_rows = [&](std::uint64_t rows) { report(table, rows); };
        const auto digest =
            pump_rows({.source = *source, .on_rows = on_rows, .stop = crew_.stop()});
        const std::scoped_lock lock(mutex_);
        digests_[unit.table].merge(digest);
    }

    TableContent content(std::size_t index) const {
        TableContent content;
        content.schema = tables_[index].schema;
        content.name = tables_[index].name;
        content.columns = tables_[index].columns;
        content.rows = digests_[index].rows();
        // Rows in different forms cannot be compared by their digests.
        const bool is_binary = tables_[index].format == CopyFormat::binary;
        content.digest = (is_binary ? "b" : "t") + digests_[index].hex();
        return content;
    }

    void report(const DumpTable& table, std::uint64_t rows) {
        std::uint64_t done = 0;
        {
            const std::scoped_lock lock(mutex_);
            done = done_ += rows;
        }
        context_.progress.on({.phase = "digest",
                              .item = table.name,
                              .done = done,
                              .total = std::max(done, total_),
                              .unit = ProgressUnit::rows});
    }

    const Context& context_;
    Crew crew_;
    Snapshot snapshot_;
    WorkerSessions sessions_;
    std::vector<DumpTable> tables_;
    std::vector<RowDigest> digests_;
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

std::vector<TableContent> digest_tables(const ConnectOptions& source, const Context& context) {
    return TableDigests(source, context).run();
}

}  // namespace keel::postgres
