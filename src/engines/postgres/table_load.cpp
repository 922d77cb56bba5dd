#include "engines/postgres/table_load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "db/transaction.hpp"
#include "engines/postgres/urgency.hpp"

namespace keel::postgres {
namespace {

// Below this, making the table's file anew costs more than frozen rows save later.
constexpr std::uint64_t smallest_frozen = std::uint64_t{8} << 20;

// In all: a wire that is cut each time is no accident.
constexpr int most_attempts = 3;

/// Rows come in the source's encoding; statements are UTF-8.
class Encoding {
  public:
    Encoding(Connection& connection, const std::string& name)
        : connection_(connection), is_other_(name != "UTF8") {
        if (is_other_) set(name);
    }
    ~Encoding() {
        try {
            if (is_other_ && connection_.is_usable()) set("UTF8");
        } catch (const Error&) {
            return;  // inside a failed transaction, or lost: the session ends with the copy
        }
    }
    Encoding(const Encoding&) = delete;
    Encoding& operator=(const Encoding&) = delete;

  private:
    void set(const std::string& name) {
        const std::vector<Value> params = {name};
        connection_.query_text("select pg_catalog.set_config('client_encoding', $1, false)",
                               params);
    }
    Connection& connection_;
    bool is_other_;
};

std::span<const WireKind> binary_kinds(const DumpTable& table) {
    if (table.format == CopyFormat::text) return {};
    return table.kinds;
}

Error lost_rows(const DumpTable& table, std::uint64_t found, std::uint64_t sent) {
    return Error(ErrorKind::integrity, fmt::format("table {}.{} arrived with {} rows, {} were sent",
                                                   table.schema, table.name, found, sent))
        .with_hint("the target was left as it was");
}

}  // namespace

TableLoad::TableLoad(Parts parts) : parts_(std::move(parts)), states_(parts_.tables.size()) {
    for (const auto& table : parts_.tables) total_ += static_cast<std::uint64_t>(table.estimate);
}

bool TableLoad::counts(std::size_t index) const {
    const auto& table = parts_.tables[index];
    // Those of an extension's tables may stand beside rows that the extension has made itself.
    return !parts_.reads_back && table.format == CopyFormat::binary && !table.is_changed &&
           table.condition.empty();
}

bool TableLoad::has_counted() const {
    for (std::size_t i = 0; i < states_.size(); ++i)
        if (counts(i)) return true;
    return false;
}

void TableLoad::start(std::span<const RowUnit> units) {
    units_.assign(units.begin(), units.end());
    for (const auto& unit : units_) {
        auto& state = states_[unit.table];
        ++state.units;
        ++state.to_load;
        ++state.to_compare;
    }
    for (const auto& unit : units_)
        parts_.crew.add_limited(load_urgency(parts_.tables[unit.table]),
                                [this, &unit](std::size_t worker) { load(worker, unit); });
}

void TableLoad::load(std::size_t worker, const RowUnit& unit) {
    const auto& table = parts_.tables[unit.table];
    try {
        const auto digest = copy_or_again(worker, unit);
        const std::scoped_lock lock(mutex_);
        auto& state = states_[unit.table];
        state.sent.merge(digest);
        if (--state.to_load > 0) return;
    } catch (Error& error) {
        error.add_trail(fmt::format("copy the rows of {}.{}", table.schema, table.name));
        throw;
    }
    if (counts(unit.table))
        parts_.crew.add(compare_urgency(table),
                        [this, index = unit.table](std::size_t member) { count(member, index); });
    for (const auto& part : units_)
        if (part.table == unit.table && !counts(unit.table))
            parts_.crew.add(compare_urgency(table),
                            [this, &part](std::size_t member) { compare(member, part); });
    parts_.on_rows_in(unit.table);
}

/// A lost wire takes only what this worker was at: the server has rolled that back, and the
/// snapshot lives as long as the session that exported it.
RowDigest TableLoad::copy_or_again(std::size_t worker, const RowUnit& unit) {
    for (int attempt = 1;; ++attempt) {
        std::uint64_t reported = 0;
        try {
            return copy(worker, unit, reported);
        } catch (const Error& error) {
            const bool from = parts_.sources.is_lost(worker), to = parts_.targets.is_lost(worker);
            const bool may = (from || to) && attempt < most_attempts &&
                             error.kind() != ErrorKind::in_doubt &&
                             !parts_.crew.stop().stop_requested();
            if (!may) throw;
            const auto& table = parts_.tables[unit.table];
            parts_.context.logger.log(
                Level::warning,
                fmt::format("the connection to the {} was lost while the rows of {}.{} were "
                            "copied; they are copied again, from the same snapshot",
                            from ? "source" : "target", table.schema, table.name));
            parts_.sources.end(worker);
            parts_.targets.end(worker);
            const std::scoped_lock lock(mutex_);
            copied_ -= reported;
        }
    }
}

RowDigest TableLoad::copy(std::size_t worker, const RowUnit& unit, std::uint64_t& reported) {
    const auto& table = parts_.tables[unit.table];
    auto& target = parts_.targets.of(worker);
    const auto source =
        parts_.sources.of(worker).copy_out(table.changed_out_spec(unit.condition()));
    const auto transform =
        parts_.transforms == nullptr
            ? nullptr
            : parts_.transforms->for_table(table.schema, table.name, table.columns);
    const Encoding encoding(target, parts_.encoding);
    Transaction transaction(target);
    auto spec = table.copy_in_spec();
    spec.freeze = unit.is_whole && !table.is_partitioned && table.condition.empty() &&
                  table.bytes >= smallest_frozen;
    // Rows may be frozen in a table that this very transaction has made or emptied.
    if (spec.freeze) target.execute("truncate only " + table.quoted());
    const auto sink = target.copy_in(spec);
    const OnRows on_rows = [&](std::uint64_t rows) {
        reported += rows;
        report("copy", copied_, table, rows);
    };
    const auto digest = pump_rows({.source = *source,
                                   .sink = sink.get(),
                                   .transform = transform.get(),
                                   .kinds = binary_kinds(table),
                                   .on_rows = on_rows,
                                   .stop = parts_.crew.stop()});
    const auto taken = sink->finish();
    if (taken != digest.rows()) throw lost_rows(table, taken, digest.rows());
    transaction.commit();
    return digest;
}

void TableLoad::count(std::size_t worker, std::size_t index) {
    const auto& table = parts_.tables[index];
    const auto found =
        static_cast<std::uint64_t>(parts_.targets.of(worker).query_integer(fmt::format(
            "select count(*) from {}{}", table.is_partitioned ? "" : "only ", table.quoted())));
    const auto sent = states_[index].sent.rows();
    if (found != sent) throw lost_rows(table, found, sent);
    report("compare", compared_, table, sent);
    parts_.on_compared(index);
}

void TableLoad::compare(std::size_t worker, const RowUnit& unit) {
    const auto& table = parts_.tables[unit.table];
    auto& target = parts_.targets.of(worker);
    {
        const Encoding encoding(target, parts_.encoding);
        const auto source = target.copy_out(table.copy_out_spec(unit.condition()));
        const OnRows on_rows = [&](std::uint64_t rows) {
            report("compare", compared_, table, rows);
        };
        const auto digest =
            pump_rows({.source = *source, .on_rows = on_rows, .stop = parts_.crew.stop()});
        const std::scoped_lock lock(mutex_);
        auto& state = states_[unit.table];
        state.found.merge(digest);
        if (--state.to_compare > 0) return;
    }
    check(unit.table);
    parts_.on_compared(unit.table);
}

void TableLoad::check(std::size_t index) const {
    const auto& table = parts_.tables[index];
    const auto& state = states_[index];
    if (state.sent == state.found) return;
    if (state.sent.rows() != state.found.rows())
        throw lost_rows(table, state.found.rows(), state.sent.rows());
    throw Error(ErrorKind::integrity,
                fmt::format("table {}.{} arrived with other values than were sent", table.schema,
                            table.name))
        .with_hint("the target was left as it was");
}

void TableLoad::report(std::string_view phase, std::uint64_t& counter, const DumpTable& table,
                       std::uint64_t rows) {
    std::uint64_t done = 0;
    {
        const std::scoped_lock lock(mutex_);
        done = counter += rows;
    }
    parts_.context.progress.on({.phase = phase,
                                .item = table.name,
                                .done = done,
                                .total = std::max(done, total_),
                                .unit = ProgressUnit::rows});
}

std::vector<TableContent> TableLoad::content() const {
    std::vector<TableContent> list;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        TableContent content;
        content.schema = parts_.tables[i].schema;
        content.name = parts_.tables[i].name;
        content.columns = parts_.tables[i].columns;
        content.rows = states_[i].sent.rows();
        content.digest = states_[i].sent.hex();
        list.push_back(std::move(content));
    }
    return list;
}

}  // namespace keel::postgres
