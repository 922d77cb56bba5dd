#include "db/new_database.hpp"

#include "engines/postgres/connection.hpp"
#include "engines/postgres/row_port.hpp"
#include "engines/postgres/staging.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {
namespace {

class PostgresNewDatabase final : public NewDatabase {
  public:
    PostgresNewDatabase(StageOptions stage, const EngineOptions& options, const Context& context)
        : stage_(std::move(stage)), staging_(stage_, options, context) {
        staging_.create_usual();
    }

    std::size_t writers() const noexcept override { return usual_workers(); }
    std::unique_ptr<Connection> connect() override { return staging_.connect(); }
    std::unique_ptr<Connection> connect_reader() override { return staging_.connect(); }
    StagedDatabase keep() override { return staging_.keep(); }

  private:
    StageOptions stage_;
    Staging staging_;
};

}  // namespace

std::unique_ptr<NewDatabase> PostgresRowPort::make_new(const StageOptions& options,
                                                       const Context& context) const {
    return std::make_unique<PostgresNewDatabase>(options, options_, context);
}

}  // namespace keel::postgres
