#include "engines/sqlite/lone_statement.hpp"

#include <string>

#include "db/sql_words.hpp"

namespace keel::sqlite {
namespace {

class Repeatable final : public LoneStatement {
  public:
    explicit Repeatable(std::string kind) : kind_(std::move(kind)) {}

    std::string kind() const override { return kind_; }
    Finding settle(Connection&, std::string_view, bool) const override {
        return {.state = Settled::not_done};
    }

  private:
    std::string kind_;
};

}  // namespace

std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) {
    const auto words = sql_words(statement);
    if (words.empty()) return nullptr;
    const bool is_vacuum = words.front() == "vacuum" && !has_word(words, "into");
    if (!is_vacuum && words.front() != "pragma") return nullptr;
    return std::make_unique<Repeatable>(words.front());
}

}  // namespace keel::sqlite
