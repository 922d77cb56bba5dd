#include "ops/copy/new_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/crew.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/copier.hpp"
#include "db/threaded_sink.hpp"
#include "db/transaction.hpp"
#include "ops/copy/foreign_keys.hpp"
#include "ops/copy/row_mover.hpp"

namespace keel {
namespace {

// Beside one session that writes, those that read back.
constexpr std::size_t readers = 2;

/// A session at each end, for one worker at a time.
struct Lane {
    Connection* source = nullptr;
    std::unique_ptr<Connection> target;
    std::optional<CancelOnStop> cancels_source, cancels_target;
};

class NewRowsLoader {
  public:
    explicit NewRowsLoader(const NewRows& parts)
        : parts_(parts),
          width_(parts.target.writers()),
          crew_(width_ == 1 ? 1 + readers : width_, width_, parts.context.stop),
          context_{.stop = crew_.stop(),
                   .progress = parts.context.progress,
                   .logger = parts.context.logger,
                   .clock = parts.context.clock} {}

    LoadedRows run() {
        begin_reading();
        if (parts_.on_snapshot) {
            parts_.on_snapshot(parts_.source);
            // A choice of rows is made once, in one state.
            check_values(parts_.route, parts_.pairs, parts_.source, parts_.context);
        }
        try {
            return load();
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::invalid_input || parts_.on_snapshot) throw;
            list_refused();
            throw;
        }
    }

  private:
    void begin_reading() {
        const RowPort& port = parts_.route.source.copier().rows();
        std::vector<Connection*> all{&parts_.source};
        while (all.size() < width_) {
            others_.push_back(parts_.connect_source());
            all.push_back(others_.back().get());
        }
        if (!port.begin_reading_together(all)) {
            others_.clear();
            all.resize(1);
            port.begin_reading(parts_.source);
        }
        for (auto* source : all) {
            auto& lane = *lanes_.emplace_back(std::make_unique<Lane>());
            lane.source = source;
            lane.target = parts_.target.connect();
            lane.cancels_source.emplace(crew_.stop(), *lane.source);
            lane.cancels_target.emplace(crew_.stop(), *lane.target);
            free_.push_back(&lane);
        }
    }

    LoadedRows load() {
        loaded_.tables.resize(parts_.pairs.tables.size());
        for (std::size_t i = 0; i < loaded_.tables.size(); ++i)
            crew_.add_limited(urgency(i, 4), [this, i](std::size_t) { load_table(i); });
        crew_.run();
        const auto keys = foreign_keys_of(parts_.target_catalog);
        if (width_ == 1) add_reference_checks(keys);
        add_references();
        crew_.run();
        for (const auto& key : keys) loaded_.checked.push_back(key.shown());
        refuse_dangling();
        set_counters();
        parts_.context.check_cancelled("copying");
        parts_.source.rollback();
        return std::move(loaded_);
    }

    /// What the most work hangs on comes first; of one table, rows before what is made of them.
    std::uint64_t urgency(std::size_t index, std::uint64_t step) const {
        const auto rows = parts_.pairs.tables[index].source->rows.value_or(0);
        return static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 0)) * step + step;
    }

    /// Gives a free lane to `work`: no more tasks that need one run than there are.
    template <typename Work>
    void on_lane(const Work& work) {
        Lane* lane = nullptr;
        {
            const std::scoped_lock lock(mutex_);
            lane = free_.back();
            free_.pop_back();
        }
        const auto give_back = [this](Lane* one) {
            const std::scoped_lock lock(mutex_);
            free_.push_back(one);
        };
        const std::unique_ptr<Lane, decltype(give_back)> held(lane, give_back);
        work(*held);
    }

    const PortableTable& made(std::size_t index) const {
        const auto& target = *parts_.pairs.tables[index].target;
        return *std::ranges::find_if(parts_.made, [&](const PortableTable& one) {
            return one.table.schema == target.schema && one.table.name == target.name;
        });
    }

    void load_table(std::size_t index) {
        const auto& pair = parts_.pairs.tables[index];
        RowDigest sent;
        std::shared_ptr<Connection> reader;
        try {
            on_lane([&](Lane& lane) {
                sent = fill(lane, index);
                if (width_ == 1) reader = parts_.target.connect_reader();
            });
        } catch (Error& error) {
            error.add_trail(fmt::format("copy the rows of {}", shown_name(*pair.source)));
            throw;
        }
        if (width_ == 1)
            crew_.add(urgency(index, 2), [this, index, sent, reader](std::size_t) {
                const CancelOnStop cancel(crew_.stop(), *reader);
                compare(*reader, index, sent);
            });
        else
            crew_.add_limited(urgency(index, 1), [this, index, sent](std::size_t) {
                on_lane([&](Lane& lane) { compare(*lane.target, index, sent); });
            });
        for (const auto& sql : made(index).indexes)
            crew_.add_limited(urgency(index, 2), [this, &sql](std::size_t) { run_on_lane(sql); });
    }

    RowDigest fill(Lane& lane, std::size_t index) {
        const auto& pair = parts_.pairs.tables[index];
        const auto flow = make_table_flow(parts_.route, pair, {});
        Transaction work(*lane.target);
        lane.target->execute(made(index).create);
        CopySpec place;
        place.schema = pair.target->schema;
        place.table = pair.target->name;
        place.columns = pair.target_columns();
        place.format = flow.target_format;
        place.freeze = true;
        const auto source = lane.source->copy_out(source_spec(parts_.route, pair, flow));
        const auto sink = lane.target->copy_in(place);
        // A server writes in a process of its own.
        std::optional<ThreadedSink> beside;
        if (width_ == 1) beside.emplace(*sink);
        RowSink& to = beside ? static_cast<RowSink&>(*beside) : *sink;
        const auto sent =
            move_rows({.source = *source,
                       .sink = &to,
                       .transform = flow.transform.get(),
                       .conversion = flow.conversion.get(),
                       .is_binary = flow.source_format == CopyFormat::binary,
                       .phase = "copy",
                       .item = pair.source->name,
                       .total = static_cast<std::uint64_t>(pair.source->rows.value_or(0))},
                      context_);
        auto& result = loaded_.tables[index];
        result.table = pair.target_name();
        result.shown = shown_name(*pair.target);
        result.rows = result.added = to.finish();
        result.is_compared = flow.comparable.size() == place.columns.size();
        beside.reset();
        work.commit();
        return sent;
    }

    void compare(Connection& reader, std::size_t index, const RowDigest& sent) {
        const auto& pair = parts_.pairs.tables[index];
        const auto flow = make_table_flow(parts_.route, pair, {});
        const auto source = reader.copy_out(target_spec(parts_.route, pair, flow));
        const auto found = move_rows({.source = *source,
                                      .phase = "compare",
                                      .item = pair.target->name,
                                      .total = sent.rows()},
                                     context_);
        require_same_rows(found, sent, flow, shown_name(*pair.target));
    }

    void run_on_lane(const std::string& sql) {
        context_.check_cancelled("building indexes and constraints");
        on_lane([&](Lane& lane) { lane.target->execute(sql); });
    }

    /// One after the other: each takes both of its tables for itself.
    void add_references() {
        crew_.add_limited(1, [this](std::size_t) {
            for (const auto& table : parts_.made)
                for (const auto& sql : table.foreign_keys) run_on_lane(sql);
        });
    }

    /// SQLite has believed what its tables say.
    void add_reference_checks(const std::vector<TableReference>& keys) {
        for (const auto& key : keys)
            crew_.add(1, [this, key](std::size_t) {
                context_.check_cancelled("checking foreign keys");
                context_.progress.on({.phase = "check foreign keys",
                                      .item = key.child->name,
                                      .done = 0,
                                      .total = 0});
                const auto reader = parts_.target.connect_reader();
                const CancelOnStop cancel(crew_.stop(), *reader);
                const auto rows = count_dangling(*reader, parts_.route.target.dialect(), key);
                if (rows == 0) return;
                const std::scoped_lock lock(mutex_);
                dangling_.push_back(fmt::format("{}: {}", key.shown(), count_of(rows, "row")));
            });
    }

    void refuse_dangling() {
        if (dangling_.empty()) return;
        std::ranges::sort(dangling_);
        throw Error(ErrorKind::constraint,
                    "rows would refer to rows that are not there: " + join(dangling_, "; "))
            .with_hint("copy the tables that they refer to as well; nothing was changed");
    }

    void set_counters() {
        std::vector<TableId> tables;
        for (const auto& pair : parts_.pairs.tables) tables.push_back(pair.target_name());
        const auto counters =
            counters_for(parts_.pairs, parts_.route.source.copier().rows().counters(parts_.source));
        const auto load =
            parts_.route.target.copier().rows().begin_loading(*free_.front()->target, tables);
        load->set_counters(tables, counters, false);
        load->commit();
    }

    /// The first value without a place has ended the load: now all of them are told.
    void list_refused() {
        // In a session that nobody has cancelled.
        const auto source = parts_.connect_source();
        const CancelOnStop cancel(parts_.context.stop, *source);
        parts_.route.source.copier().rows().begin_reading(*source);
        check_values(parts_.route, parts_.pairs, *source, parts_.context);
    }

    const NewRows& parts_;
    std::size_t width_;
    Crew crew_;
    Context context_;
    std::vector<std::unique_ptr<Connection>> others_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<Lane*> free_;
    std::vector<std::string> dangling_;
    LoadedRows loaded_;
};

}  // namespace

LoadedRows load_new_rows(const NewRows& parts) {
    return NewRowsLoader(parts).run();
}

}  // namespace keel
