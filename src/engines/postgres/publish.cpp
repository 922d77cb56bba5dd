#include <fmt/format.h>
#include <poll.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "engines/postgres/admin.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/side_database.hpp"

namespace keel::postgres {
namespace {

constexpr std::chrono::seconds session_patience{10};

constexpr std::string_view end_sessions = R"(
    select pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid))
    from pg_catalog.pg_stat_activity a
    where a.datname = $1 and a.pid <> pg_catalog.pg_backend_pid())";

constexpr std::string_view find_slot = R"(
    select 'replication slot ' || s.slot_name
    from pg_catalog.pg_replication_slots s
    where s.database = $1
    union all
    select 'subscription ' || s.subname
    from pg_catalog.pg_subscription s
    join pg_catalog.pg_database d on d.oid = s.subdbid
    where d.datname = $1
    limit 1)";

/// One swap. Whatever happens, at each moment the target's name leads to the old or to the new
/// database, or (killed between two of the steps) to the old one closed to connections, which
/// `resolve` opens again.
class Publisher {
  public:
    Publisher(const StagedDatabase& staged, const EngineOptions& options, const Context& context)
        : server_(staged.target, options),
          context_(context),
          target_(server_.database()),
          staged_(staged.url.database()),
          replaced_(side_name(SideRole::replaced, target_, staged.run_id)),
          run_id_(staged.run_id),
          maintenance_(server_.maintenance(worker_name(run_id_))) {}

    void run() {
        try {
            prepare();
            swap();
        } catch (const Error&) {
            give_back();
            throw;
        }
        drop_replaced();
    }

  private:
    void prepare() {
        context_.check_cancelled("publishing the restored database");
        if (!has_database(*maintenance_, staged_))
            throw Error(ErrorKind::not_found,
                        fmt::format("there is no staged database '{}'", staged_));
        refuse_slots();
        old_state_ = read_database_state(*maintenance_, target_);
        state_ = old_state_ ? *old_state_ : state_in_backup();
        if (!state_.is_null())
            apply_database_state(*maintenance_, staged_, state_, context_.logger);
    }

    /// What the backup says, for a target that is not there to be asked.
    Json state_in_backup() {
        const auto staged_state = read_database_state(*maintenance_, staged_);
        const auto comment = staged_state ? staged_state->string_or("comment", "") : "";
        const auto side = read_side(staged_, comment, target_);
        return side ? side->state : Json();
    }

    /// They belong to the database that is about to be dropped; nobody else can bring them back.
    void refuse_slots() {
        const std::vector<Value> params = {target_};
        const auto found = maintenance_->query_text(find_slot, params);
        if (!found) return;
        throw Error(
            ErrorKind::refused,
            fmt::format("database '{}' has the {}, which a swap would lose", target_, *found))
            .with_hint("drop it first, and make it again after the restore");
    }

    void swap() {
        context_.check_cancelled("publishing the restored database");
        if (old_state_) close(target_);
        close(staged_);
        try {
            rename();
        } catch (const Error& error) {
            const bool is_unknown =
                error.kind() == ErrorKind::in_doubt || error.kind() == ErrorKind::unreachable;
            if (!is_unknown || !has_happened()) throw;
        }
        target_closed_ = false;
    }

    /// Both renames, the comments and the opening of the new database are one transaction.
    void rename() {
        maintenance_->begin({});
        if (old_state_) {
            execute("alter database {} rename to {}", target_, replaced_);
            comment(replaced_, side_comment({.role = SideRole::replaced,
                                             .name = replaced_,
                                             .target = target_,
                                             .run_id = run_id_}));
        }
        execute("alter database {} rename to {}", staged_, target_);
        comment(target_, state_.string_or("comment", ""));
        maintenance_->execute(
            fmt::format("alter database {} with allow_connections {} is_template "
                        "{}",
                        quote_identifier(target_), state_.bool_or("allows_connections", true),
                        state_.bool_or("is_template", false)));
        maintenance_->commit();
    }

    void close(const std::string& database) {
        maintenance_->execute(
            fmt::format("alter database {} allow_connections false is_template "
                        "false",
                        quote_identifier(database)));
        if (database == target_) target_closed_ = true;
        const std::vector<Value> params = {database};
        const Stopwatch stopwatch;
        while (maintenance_->query_integer(end_sessions, params) > 0) {
            if (stopwatch.elapsed() > session_patience)
                throw Error(ErrorKind::locked,
                            fmt::format("sessions of database '{}' do not end", database))
                    .with_hint("end them by hand; pg_stat_activity lists them");
            ::poll(nullptr, 0, 20);
        }
    }

    /// After a lost connection: the server knows whether the transaction took effect.
    bool has_happened() {
        try {
            maintenance_ = server_.maintenance(worker_name(run_id_));
            return !has_database(*maintenance_, staged_);
        } catch (const Error& error) {
            throw Error(ErrorKind::partial,
                        fmt::format("the connection was lost while '{}' was being swapped in: {}",
                                    target_, error.message()))
                .with_hint("when the server can be reached again: keel recover");
        }
    }

    /// The target opens again and the staged database goes, unless they cannot be reached.
    void give_back() noexcept {
        try {
            if (!maintenance_->is_usable())
                maintenance_ = server_.maintenance(worker_name(run_id_));
            maintenance_->rollback();
            if (target_closed_) execute("alter database {} allow_connections true", target_);
            drop_database(*maintenance_, staged_);
        } catch (const std::exception& failure) {
            context_.logger.log(Level::warning,
                                fmt::format("could not clean up after the failed swap: {}; run "
                                            "keel recover",
                                            failure.what()));
        }
    }

    /// The swap is done: what is left of the old database is litter, not a failure.
    void drop_replaced() {
        if (!old_state_) return;
        try {
            drop_database(*maintenance_, replaced_);
        } catch (const Error& error) {
            context_.logger.log(Level::warning,
                                fmt::format("the replaced database '{}' could not be dropped: {}; "
                                            "keel recover will do it",
                                            replaced_, error.message()));
        }
    }

    void execute(fmt::format_string<std::string> form, const std::string& name) {
        maintenance_->execute(fmt::format(form, quote_identifier(name)));
    }
    void execute(fmt::format_string<std::string, std::string> form, const std::string& name,
                 const std::string& other) {
        maintenance_->execute(fmt::format(form, quote_identifier(name), quote_identifier(other)));
    }
    void comment(const std::string& database, const std::string& text) {
        maintenance_->execute(fmt::format("comment on database {} is {}",
                                          quote_identifier(database),
                                          text.empty() ? "null" : quote_literal(text)));
    }

    Server server_;
    const Context& context_;
    std::string target_;
    std::string staged_;
    std::string replaced_;
    std::string run_id_;
    std::unique_ptr<Connection> maintenance_;
    std::optional<Json> old_state_;
    Json state_;
    bool target_closed_ = false;
};

}  // namespace

void PostgresAdmin::publish(const StagedDatabase& staged, const Context& context) const {
    Publisher(staged, options_, context).run();
}

void PostgresAdmin::discard(const StagedDatabase& staged) const {
    const Server server(staged.target, options_);
    const auto maintenance = server.maintenance();
    const auto& name = staged.url.database();
    if (!read_side(name, "", server.database()))
        throw Error(ErrorKind::internal, fmt::format("'{}' is no staged database", name));
    drop_database(*maintenance, name);
}

}  // namespace keel::postgres
